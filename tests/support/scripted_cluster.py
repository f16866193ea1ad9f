"""A cluster that answers what the test wrote down: an aiohttp server on a real loopback socket."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = tuple[int, Any]
"""Status and JSON body; a text is sent as the HTML that it is."""


@dataclass
class ScriptedCluster:
    """`script`: "METHOD /path" -> its answers in turn, the last one for ever. asked: what was requested, in order."""

    script: Mapping[str, list[Answer]]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        call = f"{request.method} {request.path}"
        answers = self.script.get(call, [(404, {"error": {"type": "not_scripted", "reason": call}, "status": 404})])
        status, body = answers[min(self.asked.count(call), len(answers) - 1)]
        self.asked.append(call)
        if isinstance(body, str):
            return web.Response(text=body, status=status, content_type="text/html")
        return web.json_response(body, status=status)


@asynccontextmanager
async def scripted_cluster(script: Mapping[str, list[Answer]]) -> AsyncIterator[ScriptedCluster]:
    """The scripted cluster, listening for as long as the context."""
    cluster = ScriptedCluster(script)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", cluster.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        cluster.url = f"http://{host}:{port}"
        yield cluster
    finally:
        await runner.cleanup()
