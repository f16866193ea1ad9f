"""What each key uses, by the name it has in the settings; whoever has none is counted by the way they came in."""

from typing import Final

from prometheus_client import Counter

from runtime.web.auth import Caller
from runtime.web.callers import key_label

REQUESTS: Final = Counter("vitrina_key_requests_total", "Requests let in, by name of the key.", ["key"])
TOKENS: Final = Counter(
    "vitrina_key_tokens_total", "Tokens of answers by name of the key and kind (prompt, completion).", ["key", "kind"]
)
COST: Final = Counter("vitrina_key_cost_total", "Money spent on answers, by name of the key.", ["key", "currency"])


def count_request(caller: Caller) -> None:
    """Count a request that was let in."""
    REQUESTS.labels(key_label(caller)).inc()


def count_tokens(caller: Caller, *, prompt: int, completion: int) -> None:
    """Count what an answer took."""
    label = key_label(caller)
    TOKENS.labels(label, "prompt").inc(prompt)
    TOKENS.labels(label, "completion").inc(completion)


def count_cost(caller: Caller, cost: float, currency: str) -> None:
    """Count what an answer cost."""
    COST.labels(key_label(caller), currency).inc(cost)
