"""The service that answers: chat completions and the Action API over the live RAG index.

Reading order: cli, wiring, app, chat/endpoints, chat/service, retrieval/retriever, chat/prompt, llm/model,
chat/sse; web holds what every route shares, actions is retrieval without chat.
"""
