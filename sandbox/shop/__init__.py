"""The demo's storefront: the sample shop as pages a shopper sees, in both store views, with drawn pictures."""
