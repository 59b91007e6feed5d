"""Retrieval metrics: what counts as a hit, and how rankings are scored."""

from functools import partial
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.metrics.metric import Observation, Setting
from eval.metrics.retrieval import budgeted_recall
from eval.replies import Reply, Retrieved
from eval.runs import SourceText
from tests.eval.making_observations import asked, found, observed, source, value

FIRST, SECOND = "The reservoir was opened on Monday.", "Mayor Lund cut the ribbon."
ARTICLE = SourceText(source("a", outlet="Norvik Post"), f"{FIRST}\n\n{SECOND}\n\nFish were seen.")


def searched(case: Case, *passages: Retrieved) -> Observation:
    """A search reply: passages and no text."""
    return observed(case, Reply(bool(passages), "", passages=passages), setting=Setting("search"))


def of_articles(*ids: str) -> tuple[Retrieved, ...]:
    return tuple(Retrieved(source(id), 0, 4, "Text") for id in ids)


def test_a_sentence_of_the_evidence_is_found_whole_or_not_at_all() -> None:
    case = asked(evidence=(FIRST, SECOND))

    assert value("evidence_recall@4", searched(case, found(ARTICLE, FIRST))) == 0.5
    assert value("evidence_recall@4", searched(case, found(ARTICLE, FIRST[:-8]))) == 0
    assert value("complete@4", searched(case, found(ARTICLE, FIRST))) == 0
    assert value("hit@4", searched(case, found(ARTICLE, FIRST))) == 1


def test_adjoining_passages_are_read_as_one() -> None:
    halves = found(ARTICLE, "The reservoir was"), found(ARTICLE, "opened on Monday.")
    apart = found(ARTICLE, "The reservoir was"), found(ARTICLE, "on Monday.")
    case = asked(evidence=(FIRST,))

    assert value("complete@4", searched(case, *reversed(halves))) == 1
    assert value("complete@4", searched(case, *apart)) == 0


def test_overlapping_passages_are_read_as_one() -> None:
    case = asked(evidence=(FIRST,))

    one = searched(case, found(ARTICLE, "The reservoir was opened"), found(ARTICLE, "was opened on Monday."))

    assert value("complete@4", one) == 1


def test_a_passage_within_another_adds_nothing() -> None:
    one = searched(
        asked(evidence=(f"{FIRST} {SECOND}",)), found(ARTICLE, f"{FIRST}\n\n{SECOND}"), found(ARTICLE, FIRST)
    )

    assert value("complete@4", one) == 1


def test_passages_that_touch_are_read_as_one() -> None:
    touching = found(ARTICLE, "The reser"), found(ARTICLE, "voir was opened on Monday.")

    assert value("complete@4", searched(asked(evidence=(FIRST,)), *touching)) == 1


def test_passages_of_different_articles_are_not_joined() -> None:
    other = SourceText(source("b"), ARTICLE.text)

    one = searched(asked(evidence=(FIRST,)), found(ARTICLE, "The reservoir was"), found(other, "opened on Monday."))

    assert value("complete@4", one) == 0


def test_only_the_first_passages_count() -> None:
    case = asked(evidence=(FIRST,))
    one = searched(case, *of_articles("b", "c", "d", "e"), found(ARTICLE, FIRST))

    assert value("evidence_recall@4", one) == 0
    assert value("evidence_recall@10", one) == 1


def test_quotes_dashes_and_white_space_are_of_one_form() -> None:
    text = SourceText(source("a"), "He said: “It’s\u00a0over” — for now.")

    assert value("complete@4", searched(asked(evidence=('He said: "It\'s over" - for now.',)), found(text))) == 1


def test_an_answer_that_hides_its_passages_has_no_recall() -> None:
    case = asked(evidence=(FIRST,), articles=("a",))

    assert value("evidence_recall@4", observed(case, Reply(True, "Ada Lund.", mode="llm"))) is None
    assert value("mrr@10", observed(case, Reply(True, "Ada Lund.", mode="llm"))) is None
    assert value("mrr@10", searched(case)) == 0


def test_what_a_search_finds_is_no_answer() -> None:
    one = searched(asked(articles=("a",), wrong_answers=("Bo Ek",)), found(ARTICLE))

    for name in ("correct", "facts", "facts_and_article", "article_cited", "false_reject", "utility", "follow_false"):
        assert value(name, one) is None


@given(st.lists(st.integers(1, 30), min_size=1), st.lists(st.integers(1, 30), min_size=1), st.integers(1, 120))
def test_the_length_of_passages_does_not_change_what_a_budget_finds(
    lengths: list[int], others: list[int], budget: int
) -> None:
    sentences = [f"Sentence {number} tells what happened on day {number * 3}." for number in range(12)]
    article = SourceText(source("a"), " ".join(sentences))
    case = asked(evidence=tuple(sentences))

    recalls = {
        budgeted_recall(searched(case, *_chunks(article, sizes)), budget) for sizes in (lengths, others, [10_000])
    }

    assert len(recalls) == 1


def _chunks(article: SourceText, sizes: list[int]) -> list[Retrieved]:
    """Splits the article into chunks, cycling through the sizes in words."""
    chunks, place, turn = [], 0, 0
    words = article.text.split(" ")
    while words:
        size = sizes[turn % len(sizes)]
        text = " ".join(words[:size])
        chunks.append(Retrieved(article.source, place, place + len(text), text))
        words, place, turn = words[size:], place + len(text) + 1, turn + 1
    return chunks


def test_a_passage_said_again_is_a_near_duplicate() -> None:
    words = "the quick brown fox jumps over the lazy dog while the old grey cat looks on from its warm wall"
    texts = [words, words.replace("warm", "cold"), "Fish were seen in the reservoir on the day of its opening."]
    one = searched(asked(), *(Retrieved(source(str(n)), 0, len(text), text) for n, text in enumerate(texts)))

    assert value("near_duplicates@10", one) == pytest.approx(1 / 3)


def test_outlets_are_counted_once_whatever_their_case() -> None:
    passages = (
        Retrieved(source(n, outlet=name), 0, 1, "x") for n, name in zip("abc", ("CNN", "cnn", None), strict=True)
    )

    assert value("outlets@10", searched(asked(), *passages)) == 0.5


def test_reprints_count_once() -> None:
    case = asked(articles=("a", "b", "c"), reprints=(("a", "b"),))
    one = searched(case, *of_articles("b", "a", "x", "c"))

    assert value("mrr@10", one) == 1
    assert value("ap@10", one) == pytest.approx((1 + 2 / 3) / 2)


def test_a_group_of_reprints_may_have_one_article_alone() -> None:
    assert value("mrr@10", searched(asked(articles=("a",), reprints=(("a",),)), *of_articles("a"))) == 1


@pytest.mark.parametrize("seed", range(60))
def test_the_rankings_are_measured_as_they_are_defined(seed: int) -> None:
    random = np.random.default_rng(seed)
    pool = [f"d{number}" for number in range(25)]
    ranking = [str(one) for one in random.permutation(pool)[: random.integers(0, 25)]]
    right = [str(one) for one in random.permutation(pool)[: random.integers(1, 14)]]
    grades = {id: float(random.integers(1, 4)) for id in right} if seed % 2 else {}
    one = searched(asked(articles=tuple(right), grades=grades), *of_articles(*ranking))

    gains = [(grades.get(id, 1.0) if id in right else 0.0) for id in ranking[:10]]
    ideal = sorted((grades.get(id, 1.0) for id in right), reverse=True)[:10]
    hits = [rank for rank, gain in enumerate(gains, start=1) if gain]
    precisions = [sum(other <= rank for other in hits) / rank for rank in hits]

    assert value("mrr@10", one) == pytest.approx(1 / hits[0] if hits else 0, abs=1e-9)
    assert value("ap@10", one) == pytest.approx(sum(precisions) / len(right), abs=1e-9)
    assert value("ndcg@10", one) == pytest.approx(_dcg(gains) / _dcg(ideal), abs=1e-9)


def _dcg(gains: list[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


@pytest.mark.parametrize("grades", [(0.5, 0.25), (1 / 3, 2 / 3, 1), (0.7, 0.125, 2, 1 / 7), (3, 1e-3)])
def test_grades_may_be_fractions(grades: tuple[float, ...]) -> None:
    named = dict(zip("abcd", grades, strict=False))
    one = searched(asked(grades=named), *of_articles(*reversed(named)))

    known = _dcg(list(reversed(grades))) / _dcg(sorted(grades, reverse=True))
    assert value("ndcg@10", one) == pytest.approx(known, abs=1e-9)


def multihop_script(passages: list[str], gold: list[str]) -> dict[str, float]:
    """MultiHop-RAG's retrieval scores of one question, reimplemented."""
    gold = ["".join(each.split(" ")).replace("\n", "") for each in gold]
    seen: list[str] = []
    total, ranks = 0.0, []
    for rank, passage in enumerate(passages, start=1):
        closed = "".join(passage.split(" ")).replace("\n", "")
        if rank <= 10 and any(each in closed for each in gold):
            ranks.append(rank)
            fresh = [each for each in dict.fromkeys(gold) if each in closed and each not in seen]
            total, seen = total + len(fresh) / rank, seen + fresh
    first = ranks[0] if ranks else None
    return {
        "official_hits@4": float(first is not None and first <= 4),
        "official_hits@10": float(first is not None),
        "official_mrr@10": 1 / first if first else 0.0,
        "official_map@10": total / min(len(gold), 10),
    }


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=12),
    st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=2).map(" ".join), min_size=1, max_size=4),
)
def test_multihops_numbers_are_those_of_its_script(texts: list[str], gold: list[str]) -> None:
    passages = (Retrieved(source(str(n)), 0, len(text), text) for n, text in enumerate(texts))
    one = searched(asked(evidence=tuple(gold)), *passages)

    for name, known in multihop_script(texts, gold).items():
        assert value(name, one) == pytest.approx(known, abs=1e-9)


def test_multihops_map_is_no_average_precision() -> None:
    case = asked(evidence=(FIRST, SECOND), articles=("a", "b"))
    other = SourceText(source("b"), SECOND)
    one = searched(case, found(ARTICLE, FIRST), found(other))

    assert value("ap@10", one) == 1
    assert value("official_map@10", one) == 0.75


def test_beirs_switch_drops_an_article_with_the_questions_id() -> None:
    case = asked("7", articles=("7", "8"))
    perfect = searched(case, *of_articles("7", "8"))

    assert value("ndcg@10", perfect) == pytest.approx(1)
    assert value("official_beir_ndcg@10", perfect) == pytest.approx(1 / _dcg([1, 1]))


def test_budgets_cut_the_passage_in_which_they_end() -> None:
    recall = partial(budgeted_recall, searched(asked(evidence=(FIRST,)), found(ARTICLE)))

    assert recall(6) == 1
    assert recall(5) == 0
