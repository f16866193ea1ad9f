"""Benchmarks: ratios, both sides measured in the same run; `make bench BENCH=indexer`.

Reading order: `harness` (goals, interleaving, the table), `process` (CPU and memory of a process), `shop` (the native
index and the indexer's settings), `worker` (one measured run in a process of its own), then one module a question.
Targets and what they compare: docs/benchmarks.md.
"""
