"""Hybrid retrieval as pure functions: `query` builds the two legs, `fuse` joins their rankings."""
