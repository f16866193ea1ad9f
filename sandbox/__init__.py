"""The outside world, played: for the demo, tests and benchmarks. The product never imports it.

opensearch       a real node without Docker
magento          native indices: a seeded generator and a hand-written sample shop
openai_server    a scripted OpenAI server on a real socket
stack            node + native indices + indexer run + runtime, as `demo` and `smoke` start them
"""
