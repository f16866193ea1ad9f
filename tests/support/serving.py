"""An application on a real loopback socket, in the loop of the test, so that the test sees its tasks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing

import uvicorn
from starlette.types import ASGIApp

from runtime.web.listening import listen, server_config


class _QuietServer(uvicorn.Server):
    """uvicorn without its signal handlers, which belong to pytest."""

    async def serve_here(self, *sockets: object) -> None:
        await self._serve(list(sockets))  # type: ignore[arg-type]


@asynccontextmanager
async def serving_here(app: ASGIApp, *, forwarded_allow_ips: Sequence[str] = ()) -> AsyncIterator[str]:
    """The URL of `app` until the block ends. forwarded_allow_ips: as `server_config`."""
    with closing(listen("127.0.0.1", 0)) as listener:
        server = _QuietServer(server_config(app, closing_seconds=1, forwarded_allow_ips=forwarded_allow_ips))
        running = asyncio.create_task(server.serve_here(listener))
        while not server.started:
            assert not running.done()
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
