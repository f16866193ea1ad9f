"""The assistant: a question in, grounded chat events out, encoded as the OpenAI wire.

Reading order: schemas and content (the wire), endpoints (with connection, openapi), question, service, chain
(retrieve | prompt | model); followup and language (with vocabulary), prompt, generation, cards, naming; events, and
the two encoders sse and whole.
"""
