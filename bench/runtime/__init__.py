"""How fast it answers: the whole chat application between a fake provider and a bare client, each in its own process.

Reading order: `wire` (what a question orders, what is heard of an answer), `figures`, `line` (a connection), `load`
(many of them), `told` and `programs` (the other processes), of which `upstream` is the provider, `subject` the product
with `shop`, and `yardstick` a bare server. `ground` gives them to the parts: `ttfb` and `chunks` (G11), `streams`
(G12), `disconnects` (G13), `langchain` (L1), `overload` (L2), `abuse` (L7), `sinks` (F27), `soak`; `measure` runs
those.
"""
