"""How fast it finds: retriever and Action API beside a bare HTTP client, fusion in the client beside the server's.

`measure` runs it all on a node of its own. Reading order: `catalogue` (the index), `questions`, `subject` (the
retriever), `recording` (what it sends), `sides` (who is asked), `passes` (one side, everything once), `race` (G9),
`fusion` (G10) with `agreement`.
"""
