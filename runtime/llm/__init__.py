"""Language models: `model` is the port the chat speaks to, `langchain` the door to every provider."""
