"""`vitrina-indexer doctor`: everything a run and a shopper depend on, looked at, and nothing changed.

Reading order: `shared.findings` (what is told), `shared.checklist` (how checks follow each other), `examine` (all of
them, in order); the checks themselves: `setup`, `cluster`, `rights`, `source`, `products`, `live`, `models`; then the
shop's own pages: `visitor` (fetched), `page` (read), `prices` and `pictures` (compared), `storefront` (what it means).
"""
