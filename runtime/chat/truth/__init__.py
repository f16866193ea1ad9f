"""What an answer says of prices, links, codes, stock, discounts, promo codes, delivery and variants, held against what
is known. Values in, values out: `checks.put_right` is the whole of it, the modules beside it one kind of claim each.
"""
