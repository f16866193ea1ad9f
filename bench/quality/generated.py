"""The generated truth set through the real indexer and the real retriever, and the goals it is held to.

Every class is held to its better leg, language by language: what ranks worse than BM25 or k-NN alone should not be
there. What a class asks for beyond a ranking is held to its own target (see `success`), over the languages together.
"""

from collections.abc import Callable, Iterator, Mapping
from statistics import fmean
from typing import Final

from bench.harness import Goal
from bench.quality.catalogue import Catalogue
from bench.quality.evaluate import ask_about, tell
from bench.quality.measures import NDCG, interval, measure
from bench.quality.report import Evaluation
from bench.quality.success import SUCCESSES, successes
from bench.quality.systems import Answers
from bench.quality.truth import KINDS, Kind, Truth, TruthQuery, build_truth
from sandbox.magento.product import LOCALES, Locale

SEED: Final = 5
"""Of the set that the goals are about. Another one is another catalogue with other questions."""

LEAST_GAIN: Final = -0.01
"""Over the better leg: the lower 95 % bound of the paired difference."""

_NOT_RANKED: Final[frozenset[Kind]] = frozenset({"nonexistent", "impossible", "count"})
"""Their answer is nothing, or a number; a ranking of ten is not asked for."""
_WITHOUT_TARGET: Final[frozenset[tuple[Locale, str]]] = frozenset({("ru", "paraphrase")})
"""The local model does not know Russian, and without one nobody finds what shares no word."""

Evaluations = Mapping[Locale, Evaluation]


def set_name(seed: int) -> str:
    """What the results of a seed are saved as: only those of the usual one are the goals'."""
    return "quality-generated" if seed == SEED else f"quality-generated-{seed}"


async def goals(seed: int, say: Callable[[str], None]) -> list[Goal]:
    """Evaluate the truth set of `seed` in every language, tell everything about it, and hold it to the targets."""
    found: dict[Locale, Evaluation] = {}
    for language in LOCALES:
        name = f"{set_name(seed)}-{language}"
        truth = build_truth(language, seed=seed)
        catalogue = Catalogue(view=truth.view, model=truth.model, products=truth.products)
        found[language] = evaluate(truth, await ask_about(catalogue, truth.queries, named=name, say=say))
        tell(name, found[language], say)
        for line in success_lines(found[language]):
            say(line)
    return [*success_goals(found), *ranking_goals(found)]


def evaluate(truth: Truth, answers: Answers) -> Evaluation:
    """What `answers` to the questions of `truth` are worth."""
    grades = {query.id: ranking_grades(query) for query in truth.queries if query.kind not in _NOT_RANKED}
    return Evaluation(
        queries=truth.queries,
        scores={
            system: measure({query: rankings[query] for query in grades}, grades)
            for system, rankings in answers.rankings.items()
        },
        answers=answers.ours,
        success=successes(truth.queries, answers.ours),
    )


def ranking_grades(query: TruthQuery) -> dict[str, int]:
    """What each product is worth in a ranking: its grade, and 0 where it misses a condition that decides.

    Such a product is worth 1 as the nearest to what was asked, but an answer is not to hold it: an answer that leaves
    it out, and is shorter for that, must not rank below one that is filled up with it.
    """
    fitting = query.grades if query.fitting is None else query.fitting
    return {sku: grade if sku in fitting else 0 for sku, grade in query.grades.items()}


def success_lines(found: Evaluation) -> Iterator[str]:
    """Every class that asks for more than a ranking, with its interval."""
    yield ""
    for kind, success in SUCCESSES.items():
        yield f"  {kind:<16}{interval(_of_class(found, kind))}  {success.says}"


def success_goals(found: Evaluations) -> Iterator[Goal]:
    """What has a target, over all languages; each language in the note."""
    for kind, success in SUCCESSES.items():
        if success.target is None:
            continue
        values = {language: _of_class(one, kind) for language, one in found.items()}
        yield Goal(
            f"{kind}: {success.says}",
            fmean([value for several in values.values() for value in several]),
            success.target,
            "at least",
            note=", ".join(f"{language} {fmean(several):.3f}" for language, several in values.items()),
        )


def ranking_goals(found: Evaluations) -> Iterator[Goal]:
    """How much better than its better leg every class is ranked, at the least."""
    for kind in KINDS:
        for language, one in found.items():
            queries = one.classes().get(kind)
            if queries is None or (language, kind) in _WITHOUT_TARGET:
                continue
            leg = one.better_leg(queries)
            by = one.beside(leg, queries)
            note = f"{by.mean:+.3f} ({by.low:+.3f} to {by.high:+.3f}) over {leg}, {one.mean(leg, NDCG, queries):.3f}"
            yield Goal(f"{kind}, {language}: {NDCG} over the better leg", by.low, LEAST_GAIN, "at least", note=note)


def _of_class(found: Evaluation, kind: Kind) -> list[float]:
    return [found.success[query.id] for query in found.queries if query.kind == kind]
