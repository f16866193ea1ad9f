"""Texts become vectors, and no text is paid for twice.

Reading order: packing (texts into requests), repeats (texts met before), sending (requests into vectors; ledger,
limiter and pace beside it), rounds (the stream of all products); probe before any of it.
"""
