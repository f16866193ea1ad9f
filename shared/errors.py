"""Root of every expected failure.

    AppError
    ├── Transient    worth another try; may carry the wait the other side asked for
    └── Terminal     trying again cannot help
        ├── ConfigurationError    what the operator has to change, every mistake at once
        └── AddressTaken          another program listens where this one should

The text of an `AppError` is fit to be shown to an operator: it names the thing and the fix and holds no
secret. Whether a shopper may see it is decided where it is rendered.
"""

from collections.abc import Sequence


class AppError(Exception):
    """An expected failure; `str(error)` names the thing and the fix."""


class Transient(AppError):
    """A failure that may pass: busy, unreachable, timed out.

    `retry_after` is the wait in seconds the other side asked for, when it named one.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Terminal(AppError):
    """A failure that the same call will meet again."""


class ConfigurationError(Terminal):
    """Settings that cannot be used; `problems` names each one with its fix."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class AddressTaken(Terminal):
    """Another program listens where this one should."""
