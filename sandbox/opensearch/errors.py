"""What can go wrong around the embedded node; every message names the thing and the fix.

NodeError
├── ArtifactUnavailable  (Transient) a download failed
├── ChecksumMismatch     a file is not the one this version was tested with
├── ExtraMissing         a package of the extra [demo] is not installed
├── CacheUnusable        the cache cannot be written, or the server's user cannot read it
├── JavaUnusable         no Java the server runs on
├── PortTaken            somebody listens on the wanted port
└── StartFailed          the server ended by itself, or did not become healthy in time
"""

from pathlib import Path

from shared.errors import AppError, Terminal, Transient


class NodeError(AppError):
    """The embedded node cannot be had."""


class ArtifactUnavailable(NodeError, Transient):
    def __init__(self, coordinates: str, *, reason: str) -> None:
        super().__init__(
            f"{coordinates} could not be downloaded: {reason}. Check the network, the proxy variables and the "
            f"CA bundle (REQUESTS_CA_BUNDLE), then run the command again; finished downloads are kept."
        )
        self.coordinates = coordinates


class ChecksumMismatch(NodeError, Terminal):
    def __init__(self, coordinates: str, *, expected: str, actual: str, path: Path) -> None:
        super().__init__(
            f"{coordinates} has sha256 {actual}, expected {expected}. Delete {path} if it is there and run the "
            f"command again; if it happens again, the repository or a proxy on the way serves another file."
        )
        self.coordinates = coordinates


class ExtraMissing(NodeError, Terminal):
    def __init__(self, package: str) -> None:
        super().__init__(f"The Python package {package} is missing: install vitrina with its extra [demo].")
        self.package = package


class CacheUnusable(NodeError, Terminal):
    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(f"The OpenSearch node cannot use {path}: {reason}.")
        self.path = path


class JavaUnusable(NodeError, Terminal):
    pass


class PortTaken(NodeError, Terminal):
    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on 127.0.0.1 is taken: stop what listens there, or choose another one with NODE_PORT."
        )
        self.port = port


class StartFailed(NodeError, Terminal):
    def __init__(self, reason: str, *, log_tail: str) -> None:
        super().__init__(f"{reason} The end of the server's log:\n{log_tail or '(empty)'}")
        self.log_tail = log_tail
