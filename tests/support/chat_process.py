"""The chat as a process of its own: `python -m support.chat_process <provider's base_url>` prints its port first."""

import socket
import sys

import uvicorn
from pydantic import SecretStr
from support.chat import FakeCatalogue, a_document, build_chat_app
from support.openai import KEY

from runtime.chat.service import ChatService
from runtime.cli import SHUTDOWN_SECONDS
from runtime.llm.openai import open_lean_model


def main(base_url: str) -> None:
    model = open_lean_model("gpt-4o", base_url=base_url, api_key=SecretStr(KEY))
    app = build_chat_app(ChatService(FakeCatalogue(a_document()), model), closers=[model.aclose])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
