"""L7: one abuser at a hundred requests a second, by one key, one visitor or one address. What do the others notice?

Stretches with an abuser and without one follow each other in one subject, with the doors, limits and budgets of a shop.
The others are shoppers: each with a token, from many addresses, at a pace of their own, whoever waits or not.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Final

from bench.harness import Goal, percentile
from bench.runtime.figures import spoken
from bench.runtime.ground import Ground
from bench.runtime.load import Caller, call_all, undisturbed
from bench.runtime.programs import Program
from bench.runtime.subject import ABUSERS_KEY, DAY_TOKENS, SHOP_ORIGIN, VISITOR_SECRET
from runtime.web.visitors import HEADER, Visitors

ABUSE_RATE: Final = 100
"""Requests a second."""
OTHERS_RATE: Final = 8
"""Questions a second, of all others together."""
RATE: Final = 50
TOKENS: Final = 20
SECONDS: Final = 8
"""Of a stretch."""

BOUND: Final = 1.2
_ADDRESSES: Final = 100
_ANSWER_TOKENS: Final = 1_000
"""What the provider says that an answer takes, so that a day's budget is so many answers and one."""
_KINDS: Final = ("key", "visitor", "address")


@dataclass(slots=True)
class Stretch:
    """What came of it. by: how the abuser asked, empty without one. calls: of the model, for the abuser."""

    by: str
    others: list[Caller]
    abuser: list[Caller] = field(default_factory=list)
    calls: int = 0

    @property
    def first_tokens(self) -> list[float]:
        return [at for caller in self.others if (at := caller.first_token_ms) is not None]


class Crowd:
    """Shoppers nobody has seen before, from addresses in turn."""

    def __init__(self) -> None:
        self._visitors = Visitors(VISITOR_SECRET)
        self._numbers: Iterator[int] = count()

    def shopper(self, caller: Caller) -> Caller:
        """`caller` as a shopper."""
        caller.headers = self._headers()
        caller.address = f"127.0.1.{1 + next(self._numbers) % _ADDRESSES}"
        return caller

    def abuser(self, by: str) -> tuple[str, str]:
        """(headers, address) of one that is always the same."""
        address = f"127.0.2.{1 + _KINDS.index(by)}"
        if by == "key":
            return f"authorization: Bearer {ABUSERS_KEY}\r\n", address
        return (self._headers() if by == "visitor" else f"origin: {SHOP_ORIGIN}\r\n"), address

    def _headers(self) -> str:
        return f"origin: {SHOP_ORIGIN}\r\n{HEADER}: {self._visitors.issue().text}\r\n"


async def measure(ground: Ground) -> list[Goal]:
    """As many pairs of stretches as G11 has rounds, each kind of abuser in turn and always the same one."""
    crowd = Crowd()
    abusers = {by: crowd.abuser(by) for by in _KINDS}
    stretches: list[Stretch] = []
    async with ground.subject("--guarded", dress=crowd.shopper) as subject:
        kinds = cycle(_KINDS)
        for _ in range(ground.sizes.rounds):
            by = next(kinds)
            stretches.append(await _stretch(ground, subject, crowd, ""))
            stretches.append(await _stretch(ground, subject, crowd, by, abusers[by]))
            ground.say(f"  by {by}: {_told(stretches[-1])}; without {spoken(stretches[-2].first_tokens)}")
    return _goals(stretches, ground)


async def _stretch(
    ground: Ground, subject: Program, crowd: Crowd, by: str, abuser: tuple[str, str] = ("", "")
) -> Stretch:
    others = [crowd.shopper(one) for one in ground.callers(OTHERS_RATE * SECONDS, rate=RATE, tokens=TOKENS)]
    found = Stretch(by, others)
    before = (await ground.ended())["asked"]
    asking = [call_all(subject.port, others, ramp=OTHERS_RATE)]
    if by:
        found.abuser = ground.callers(ABUSE_RATE * SECONDS, rate=RATE, tokens=TOKENS)
        for caller in found.abuser:
            caller.headers, caller.address = abuser
        asking.append(call_all(subject.port, found.abuser, ramp=ABUSE_RATE))
    with undisturbed():
        await asyncio.gather(*asking)
    found.calls = (await ground.ended())["asked"] - before - len(others)
    return found


def _told(stretch: Stretch) -> str:
    answered = sum(caller.whole for caller in stretch.abuser)
    refused = [caller for caller in stretch.abuser if caller.reply.status == 429]
    took = [(caller.reply.ended_at - caller.called_at) / 1e6 for caller in refused]
    return (
        f"{answered} answered, {len(refused)} refused ({spoken(took)}), {stretch.calls} calls of the model; others "
        f"{spoken(stretch.first_tokens)}"
    )


def _goals(stretches: list[Stretch], ground: Ground) -> list[Goal]:
    calm, abused = ([one for one in stretches if bool(one.by) is with_one] for with_one in (False, True))
    without = [at for one in calm for at in one.first_tokens]
    beside = [at for one in abused for at in one.first_tokens]
    odd, even = (percentile([at for one in half for at in one.first_tokens], 0.95) for half in (calm[::2], calm[1::2]))
    broken = sum(not caller.whole for one in stretches for caller in one.others)
    calls = {by: sum(one.calls for one in abused if one.by == by) for by in {one.by for one in abused}}
    unrefused = sum(caller.reply.status not in (200, 429) for one in abused for caller in one.abuser)
    note = (
        f"{ground.adapter}, {OTHERS_RATE} questions a second, {ABUSE_RATE} of the abuser: with {spoken(beside)}, "
        f"without {spoken(without)}; control (p95 of odd ÷ even stretches without) {odd / even:.2f}; {ground.noise()}"
    )
    most = DAY_TOKENS // _ANSWER_TOKENS + 1
    said = ", ".join(f"{number} by {by}" for by, number in sorted(calls.items()))
    return [
        Goal(
            "L7 others' first token beside an abuser ÷ without, p95",
            percentile(beside, 0.95) / percentile(without, 0.95), BOUND, "at most", note,
        ),
        Goal("L7 others' answers not whole", broken, 0, "at most"),
        Goal("L7 calls of the model for one abuser", max(calls.values()), most, "at most", said),
        Goal("L7 abuser's requests neither answered nor refused", unrefused, 0, "at most"),
    ]  # fmt: skip
