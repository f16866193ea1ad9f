"""A native Magento document as far as both services read it: what a product costs, whether it is there, and where.

Reading order: `values` (what a field may hold), `core` and `elasticsuite` (prices, stock and categories of either
dialect), `enrichment` (what a module of ours adds), `prices` and `links` (as the store shows them).
"""
