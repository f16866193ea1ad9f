"""What answers spend, counted: tokens by model, money by model and provider."""

from typing import Final

from prometheus_client import Counter

from runtime.llm.model import Route, TokenUsage

TOKENS: Final = Counter(
    "vitrina_llm_tokens_total", "Tokens by model, store view and kind (prompt, completion).", ["model", "store", "kind"]
)
COST: Final = Counter(
    "vitrina_llm_cost_total", "Money spent on answers.", ["model", "provider", "store", "currency"]
)  # fmt: skip


def count_spent(route: Route, usage: TokenUsage, *, store: str) -> float:
    """Count what the last provider of `route` spent for a question of `store`; its cost, 0 where no price is known."""
    TOKENS.labels(route.model, store, "prompt").inc(usage.prompt)
    TOKENS.labels(route.model, store, "completion").inc(usage.completion)
    if route.price is None:
        return 0.0
    cost = route.price.of(prompt_tokens=usage.prompt, completion_tokens=usage.completion)
    COST.labels(route.model, route.tried[-1], store, route.price.currency).inc(cost)
    return cost
