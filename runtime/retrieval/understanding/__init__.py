"""Conditions read out of a question by rule, without a model: what is wanted, what is not, at what price, how many.

Reading order: `understand` (the whole of it on one screen), `understood` (what comes out), `catalogue` (what the
catalogue knows), then a reader for each kind of condition: `stock`, `price` with `amounts` and `number_words`,
`order`, `negation`, `named` with `scene` and `refusals`, `count`; `conditions`, `texts` and `rest` make of findings
what comes out. `words`, `money_words`, `order_words`, `negation_words` and `units` are data; `tokens`, `stems` and
`phrases` are what readers share.
"""
