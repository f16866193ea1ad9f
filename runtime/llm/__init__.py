"""Language models: `model` is the port the chat speaks to, `openai` the lean way to any OpenAI-compatible endpoint,
`langchain` the door to every provider."""
