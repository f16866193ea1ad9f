"""Magento, played: a catalogue and the search indices Magento would write for it.

Reading order: `product` (the merchant's truth), `core` and `elasticsuite` (what Magento makes of it, trap by
trap; their `_mapping` modules hold the index bodies), `enrichment` (what a module may add), `catalogue` (any
number of seeded products), `sample` (the hand-written shop), `load` (into a real node).
"""
