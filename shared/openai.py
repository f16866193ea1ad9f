"""What the clients for chat and for embeddings must agree on about OpenAI's own service."""

from typing import Final

OPENAI_URL: Final = "https://api.openai.com/v1"
"""Always passed on by name: left out, the client library would read `OPENAI_BASE_URL` by itself, past our settings."""
