"""What outlives a run: the lease that keeps it the only one, and the record of what it did.

Reading order: `holder`, `state_index`, `lease_document`, `lease`, `record`, `history`.
"""
