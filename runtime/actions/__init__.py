"""The Action API: retrieval without generation, and the part of the contract a Custom GPT imports."""
