"""The contract between indexer and runtime: only what both services import lives here.

Reading order: errors, stores, settings, catalog (the indexed document), indices (names and `_meta`),
opensearch (client), embedding, hybrid (queries and fusion), retry, telemetry, cache.
"""
