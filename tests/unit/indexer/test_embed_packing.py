"""indexer.embed.packing: requests within the model's limits, every text once."""

from hypothesis import given
from hypothesis import strategies as st
from support.builds import an_accepted

from indexer.embed.packing import Packer, TextBatch


def pack(
    products: list[tuple[int, str, int]], *, max_texts: int = 100, max_tokens: int = 1000
) -> tuple[list[TextBatch], int]:
    """Batches of (number, text, tokens), and how many products found their text in the open batch."""
    packer = Packer(max_texts=max_texts, max_tokens=max_tokens)
    batches, joined = [], 0
    for number, text, tokens in products:
        product = an_accepted(number, text=text)
        if packer.join(product):
            joined += 1
        elif batch := packer.feed(product, tokens):
            batches.append(batch)
    return batches + ([last] if (last := packer.flush()) else []), joined


def different(*tokens: int) -> list[tuple[int, str, int]]:
    return [(number, f"text {number}", length) for number, length in enumerate(tokens)]


def test_batches_end_at_the_number_of_texts() -> None:
    batches, _ = pack(different(*[1] * 7), max_texts=3)
    assert [len(batch.texts) for batch in batches] == [3, 3, 1]


def test_batches_end_at_the_number_of_tokens() -> None:
    batches, _ = pack(different(40, 40, 30, 90, 10), max_tokens=100)
    assert [batch.tokens for batch in batches] == [80, 30, 100]


def test_a_text_too_long_for_any_batch_travels_alone() -> None:
    batches, _ = pack(different(10, 500, 10), max_tokens=100)
    assert [batch.tokens for batch in batches] == [10, 500, 10]


def test_products_of_one_text_share_its_vector_and_its_tokens() -> None:
    [batch], joined = pack([(1, "wool", 5), (2, "silk", 5), (3, "wool", 5)])
    assert (batch.texts, batch.rows, batch.lengths, joined) == (("wool", "silk"), (0, 1, 0), (5, 5), 1)


def test_a_full_batch_still_takes_a_product_whose_text_it_carries() -> None:
    [batch], joined = pack([(1, "wool", 5), (2, "silk", 5), (3, "wool", 5)], max_texts=2)
    assert (len(batch.accepted), joined) == (3, 1)


def test_a_batch_does_not_grow_without_end_on_one_text() -> None:
    packer = Packer(max_texts=2, max_tokens=100)
    packer.feed(an_accepted(0, text="wool"), 5)
    assert [packer.join(an_accepted(number, text="wool")) for number in range(1, 6)] == [True, True, True, False, False]


def test_a_changed_limit_holds_from_the_next_product_on() -> None:
    packer = Packer(max_texts=100, max_tokens=100)
    assert packer.feed(an_accepted(1, text="a"), 30) is None
    packer.max_tokens = 50
    batch = packer.feed(an_accepted(2, text="b"), 30)
    assert batch is not None
    assert batch.tokens == 30


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 60)), max_size=40),
    st.integers(1, 5),
    st.integers(50, 200),
)
def test_packing_loses_nothing_and_keeps_the_limits(
    drawn: list[tuple[str, int]], max_texts: int, max_tokens: int
) -> None:
    lengths = dict(drawn)
    products = [(number, text, lengths[text]) for number, (text, _) in enumerate(drawn)]
    batches, _ = pack(products, max_texts=max_texts, max_tokens=max_tokens)
    assert [product.document.id for batch in batches for product in batch.accepted] == [
        str(number) for number, _, _ in products
    ]
    for batch in batches:
        assert len(batch.texts) == len(set(batch.texts)) <= max_texts
        assert batch.tokens <= max_tokens or len(batch.texts) == 1
        assert batch.tokens == sum(lengths[text] for text in batch.texts)
        assert [batch.texts[row] for row in batch.rows] == [product.document.text for product in batch.accepted]
