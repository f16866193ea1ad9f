"""`python -m sandbox.openai_server --port N`: the scripted OpenAI API in the foreground, until Ctrl-C."""

import argparse

from sandbox.openai_server.app import App, Served
from sandbox.openai_server.server import build_server, listening


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.openai_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="loopback port, 0 = a free one (default: 8081)")
    parser.add_argument("--api-key", default=None, help="the only key accepted (default: any)")
    arguments = parser.parse_args()
    app = App(Served(api_key=arguments.api_key))
    with listening(arguments.port) as listener:
        print(f"OPENAI_BASE_URL=http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
        build_server(app).run(sockets=[listener])


if __name__ == "__main__":
    main()
