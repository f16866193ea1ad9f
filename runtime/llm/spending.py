"""What answers spend, counted: tokens by model, money by provider."""

from typing import Final

from prometheus_client import Counter

from runtime.llm.model import Route, TokenUsage

TOKENS: Final = Counter("vitrina_llm_tokens_total", "Tokens by model and kind (prompt, completion).", ["model", "kind"])
COST: Final = Counter("vitrina_llm_cost_total", "Money spent on answers, by provider.", ["provider", "currency"])


def count_spent(route: Route, usage: TokenUsage) -> float:
    """Count what the last provider of `route` spent; its cost, 0 where no price is known."""
    TOKENS.labels(route.model, "prompt").inc(usage.prompt)
    TOKENS.labels(route.model, "completion").inc(usage.completion)
    if route.price is None:
        return 0.0
    cost = route.price.of(prompt_tokens=usage.prompt, completion_tokens=usage.completion)
    COST.labels(route.tried[-1], route.price.currency).inc(cost)
    return cost
