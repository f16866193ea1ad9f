"""Recorded streams of our own: `python -m support.golden_streams` writes them anew, for a change that is meant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from support.chat import a_document, a_jacket, started

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Usage
from runtime.chat.sse import PING, AnswerHead, SseEncoder
from runtime.retrieval.hits import Condition

FOLDER: Final = Path(__file__).parent.parent / "data" / "streams"
HEAD: Final = AnswerHead(id="chatcmpl-7", created=1_763_600_000, model="vitrina-ru")
_BELOW: Final = Condition(id="price", kind="price", field="price_from", value={"max": 50.0}, text="under $50")


class Scenario(NamedTuple):
    """What is told. include_usage: as the request says. comment_before: the event that a comment goes out before."""

    events: Sequence[ChatEvent]
    include_usage: bool = False
    comment_before: int | None = None


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "answer": Scenario(
        [
            started(a_document(), a_jacket(price_from=None, price_to=None), understood=(_BELOW,)),
            Delta("Возьмите "),
            Delta('"Joust Duffle Bag" 🎒:\n'),
            Delta("$34.00"),
            Usage(412, 9),
            Finish("stop", named=("1",), follow_ups=("Что-нибудь подешевле?",)),
        ]
    ),
    "usage": Scenario([started(a_document()), Delta("Yes."), Usage(12, 3), Finish("stop")], include_usage=True),
    "without_a_word": Scenario([started(), Usage(), Finish("stop")]),
    "cut_by_length": Scenario([started(a_document()), Delta("The bag is"), Usage(12, 3), Finish("length")]),
    "filtered": Scenario([started(), Delta("I"), Usage(12, 1), Finish("content_filter")]),
    "without_embeddings": Scenario(
        [started(a_document(), degraded="embeddings"), Delta("A bag."), Usage(9, 2), Finish("stop", corrections=1)]
    ),
    "cards": Scenario(
        [started(a_document(), degraded="llm"), Delta("1. A bag"), Usage(), Finish("stop", named=("1",))]
    ),
    "broken_off": Scenario(
        [started(a_document()), Delta("The bag "), Failed("It broke off.", code="llm_interrupted", retry_after=5)]
    ),
    "broken_off_before_a_word": Scenario(
        [started(), Failed("It broke off.", code="internal_error")], include_usage=True
    ),
    "slow_to_begin": Scenario(
        [started(a_document()), Delta("At last."), Usage(1, 1), Finish("stop")], comment_before=0
    ),
    "silent_in_between": Scenario(
        [started(a_document()), Delta("Well"), Delta(", a bag."), Usage(1, 1), Finish("stop")], comment_before=2
    ),
}


def stream_of(scenario: Scenario) -> bytes:
    """The bytes that `scenario` puts on the wire."""
    encoder = SseEncoder(HEAD, include_usage=scenario.include_usage)
    told = (
        (PING if place == scenario.comment_before else b"") + encoder.feed(event)
        for place, event in enumerate(scenario.events)
    )
    return b"".join(told)


def recorded(name: str) -> bytes:
    """The stream as it was recorded."""
    return (FOLDER / f"{name}.sse").read_bytes()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, scenario in SCENARIOS.items():
        (FOLDER / f"{name}.sse").write_bytes(stream_of(scenario))
