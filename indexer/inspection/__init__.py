"""`vitrina-indexer inspect`: one product on its way from the native index to the live one, or where it was lost.

Reading order: `product` (the questions asked, in order), `live` (the copy shoppers see), `findings` (what came of it).
"""
