"""The OpenAI API, played on a real loopback socket: models, embeddings and chat, with a script of faults.

    with scripted_openai() as server:
        client = AsyncOpenAI(base_url=server.base_url, api_key="any")
        server.chat.then(Refuse(429, retry_after=2), Say("Hello"))     # one plan a request, in order
        server.embeddings.always(Hang())                                # every request from now on
        ...
        assert server.chat.requests[0].body["temperature"] == 0.1       # what arrived
        assert server.chat.requests[0].ended == "answered"              # how it ended

Without a plan the server behaves well: embeddings are bags of hashed word stems (texts that share words are
near, in any dimension), chat is a shop assistant that names the products it finds in the prompt. Reading order:
`script` (the plans), `embeddings` and `chat` (requests checked, answers built; with `vectors`, `assistant`,
`tokens`, `errors`, `quota`), `exchange` (bytes out at their time), `app` (routes), `server` (socket and thread).
In the foreground: `python -m sandbox.openai_server --port N`.
"""

from sandbox.openai_server.quota import Quota
from sandbox.openai_server.script import Drop, Embed, Hang, Junk, Lane, Plan, Received, Refuse, Say
from sandbox.openai_server.server import ScriptedServer, scripted_openai

__all__ = [
    "Drop",
    "Embed",
    "Hang",
    "Junk",
    "Lane",
    "Plan",
    "Quota",
    "Received",
    "Refuse",
    "Say",
    "ScriptedServer",
    "scripted_openai",
]
