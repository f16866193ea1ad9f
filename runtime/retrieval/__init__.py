"""From a question to products: `retriever` is what chat and actions call, `search` the only caller of the index."""
