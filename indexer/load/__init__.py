"""The last stage: an index of its own for every build, proven before it goes live.

Reading order: preflight (can the cluster hold it), mapping (the index body), create, state (how far a build has
come), bulk, seal, verify, swap, retention; rollback, status and indices for the commands beside `run`.
"""
