"""A language model's text is parsed into sentences, with the passages that their markers name."""

import random
from itertools import pairwise

import pytest

from rag.articles import Draft
from rag.generation.model_output import Sentences

WRITTEN = """**Answer:** Iran has spent $3 billion [1, 2], Gen. Roe said in the U.S. on Monday. [3] It left 【4】.
In [2024] it [sic] rose, [Reuters] said [1][2].
- A point with a range [1-3]
It <i class="a b">fell</i> [^2] ![an image](https://example.org/x y) and (source 3) rose.

<think>what [5] now?</think>Done at 3.5 percent [9].
Sources:
[1] https://example.org"""


def drafts(text: str, passages: int = 5, cuts: list[int] | None = None) -> list[Draft]:
    sentences = Sentences(passages)
    places = [0, *(cuts or []), len(text)]
    found = [draft for start, end in pairwise(places) for draft in sentences.feed(text[start:end])]
    return [*found, *sentences.close()]


@pytest.mark.parametrize(
    ("written", "passages"),
    [
        ("It rose [1].", (0,)),
        ("It rose. [1]", (0,)),
        ("It rose.[1][2]", (0, 1)),
        ("It rose [1, 2].", (0, 1)),
        ("It rose [1][2].", (0, 1)),
        ("It rose 【3】.", (2,)),
        ("It rose 【3†source】.", (2,)),
        ("It rose [2-4].", (1, 2, 3)),
        ("It rose [Source 2].", (1,)),
        ("It rose (source 2).", (1,)),
        ("It rose [^3].", (2,)),
        ("It rose [[3]].", (2,)),
        ("It rose [3](https://example.org/a).", (2,)),
        ("It rose 【3:0†L1-L5】.", (2,)),
        ("It rose ![](https://example.org/a b) [3].", (2,)),
        ("<b>It</b> rose<br/> [3].", (2,)),
        ("It rose [2][2].", (1,)),
        ("It rose [7].", ()),
        ("It rose [0].", ()),
        ("It rose.", ()),
    ],
)
def test_a_marker_names_passages_wherever_it_stands(written: str, passages: tuple[int, ...]) -> None:
    assert drafts(written) == [Draft("It rose.", passages)]


@pytest.mark.parametrize("word", ["[2024]", "[sic]", "[Reuters]", "[the minister]"])
def test_a_bracketed_year_or_word_is_no_marker(word: str) -> None:
    assert drafts(f"He said {word} so [1].") == [Draft(f"He said {word} so.", (0,))]


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before() -> None:
    found = drafts("Prices rose in March. [1] They fell in April. [2]")

    assert found == [Draft("Prices rose in March.", (0,)), Draft("They fell in April.", (1,))]


def test_lists_headings_thoughts_and_lists_of_sources_are_no_sentences() -> None:
    texts = [draft.text for draft in drafts(WRITTEN)]

    assert "A point with a range" in texts
    assert not any("example.org" in text or "what" in text or "*" in text for text in texts)


def test_pieces_of_any_size_give_the_same_drafts() -> None:
    whole = drafts(WRITTEN)
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)

    for _ in range(200):
        cuts = sorted(chance.sample(range(len(WRITTEN)), chance.randint(1, 60)))
        assert drafts(WRITTEN, cuts=cuts) == whole, cuts


def test_a_sentence_is_given_as_soon_as_the_next_one_has_begun() -> None:
    sentences = Sentences(3)

    assert list(sentences.feed("Prices rose in March [1]. They")) == []
    assert list(sentences.feed(" fell ")) == [Draft("Prices rose in March.", (0,))]
