"""Citation metrics: precision, recall, and support by the cited text."""

from dataclasses import replace

import pytest

from eval.metrics.metric import Observation
from eval.replies import Cited, Reply
from eval.runs import SourceText
from tests.eval.making_observations import (
    DECLINED,
    asked,
    found,
    kept,
    observed,
    quoting,
    saying,
    source,
    stating,
    value,
)

OPENED = "Mayor Ada Lund opened the reservoir of 40 million litres on Tuesday."
SAID = "“We waited for nine years,” she said."
NORVIK = SourceText(source("n", "Norvik Post", "2020-05-06", "The reservoir"), f"{OPENED} {SAID}\n\nFish were seen.")
OTHER = SourceText(source("o", "Other Times", "2020-05-07"), "Bo Ek closed the old mill of Norvik in winter.")
TEXTS = kept(NORVIK, OTHER)


def answer(text: str, *quotes: str, article: SourceText = NORVIK) -> Observation:
    """One sentence that cites these words of an article."""
    cited = tuple(quoting(number, article, quote) for number, quote in enumerate(quotes, start=1))
    return observed(asked(), stating((text, tuple(each.number for each in cited)), citations=cited), TEXTS)


def test_a_citation_is_valid_to_the_character_or_not_at_all() -> None:
    good = quoting(1, NORVIK, OPENED)

    def validity(cited: Cited) -> float | None:
        return value("citation_validity", observed(asked(), stating((OPENED, (1,)), citations=(cited,)), TEXTS))

    assert validity(good) == 1
    assert validity(replace(good, start=good.start + 1)) == 0
    assert validity(replace(good, quote=good.quote.replace("40", "41"))) == 0
    assert validity(replace(good, end=10_000)) == 0
    for changed in (
        replace(good.article, title="Another title"),
        replace(good.article, outlet="Other Times"),
        replace(good.article, url="https://norvik.example/1"),
        replace(good.article, published="2020-05-05"),
        replace(good.article, id="unknown"),
    ):
        assert validity(replace(good, article=changed)) == 0


def test_a_reply_without_citations_has_no_validity() -> None:
    assert value("citation_validity", observed(asked(), saying("Ada Lund."), TEXTS)) is None
    assert value("citation_validity", observed(asked(), DECLINED, TEXTS)) is None


def test_factual_sentences_want_a_citation_that_is_there() -> None:
    cited = (quoting(1, NORVIK, OPENED),)
    reply = stating((OPENED, (1,)), ("Fish died in 2019.", (7,)), ("That is so.", ()), citations=cited)

    assert value("citation_coverage", observed(asked(), reply, TEXTS)) == 0.5


def test_an_answer_that_is_one_text_is_split_and_its_markers_are_read() -> None:
    cited = (quoting(1, NORVIK, OPENED),)
    reply = Reply(True, f"{OPENED} [1] Fish died in 2019.", citations=cited, mode="llm")

    assert value("citation_coverage", observed(asked(), reply, TEXTS)) == 0.5
    assert value("number_grounding", observed(asked(), reply, TEXTS)) == 1


def test_articles_cited_are_held_against_those_right_to_cite() -> None:
    case = asked(articles=("n", "x", "y"), reprints=(("x", "y"),))
    reply = stating((OPENED, (1, 2)), citations=(quoting(1, NORVIK, OPENED), quoting(2, OTHER, "Bo Ek")))
    one = observed(case, reply, TEXTS)

    assert value("article_cited", one) == 1
    assert value("article_precision", one) == 0.5
    assert value("article_recall", one) == 0.5
    assert value("article_precision", observed(case, DECLINED)) is None
    assert value("article_recall", observed(case, DECLINED)) == 0


def test_a_quote_within_the_evidence_or_around_it_cites_it() -> None:
    case = asked(articles=("n",), evidence=(OPENED,))

    for quote, cites in ((OPENED[6:30], 1), (f"{OPENED} {SAID}", 1), (SAID, 0)):
        reply = stating((OPENED, (1,)), citations=(quoting(1, NORVIK, quote),))
        assert value("evidence_cited", observed(case, reply, TEXTS)) == cites


@pytest.mark.parametrize(
    ("text", "grounded"),
    [
        ("It holds 40 million litres.", 1),
        ("It holds 40,000,000 litres.", 1),
        ("It holds 40 million gallons.", 0),
        ("It holds 41 million litres.", 0),
        ("It holds 40 litres.", 0),
        ("It holds water.", None),
    ],
)
def test_numbers_are_grounded_with_their_scale_and_unit(text: str, grounded: float | None) -> None:
    assert value("number_grounding", answer(text, OPENED)) == grounded


@pytest.mark.parametrize(
    ("text", "grounded"),
    [
        ("It was opened on Tuesday.", 1),
        ("It was opened on 5 May 2020.", 1),
        ("It was opened in May 2020.", 1),
        ("It was opened on 4 May 2020.", 0),
        ("It was opened in June 2020.", 0),
    ],
)
def test_days_are_resolved_against_the_day_of_the_article(text: str, grounded: float) -> None:
    assert value("date_grounding", answer(text, OPENED)) == grounded


def test_the_day_of_an_article_may_come_with_its_hour() -> None:
    timed = SourceText(replace(NORVIK.source, published="2020-05-06T09:30:00Z"), NORVIK.text)
    reply = stating(("It was opened on 5 May 2020.", (1,)), citations=(quoting(1, timed, OPENED),))

    assert value("date_grounding", observed(asked(), reply, kept(timed))) == 1


def test_a_day_that_nothing_resolves_grounds_no_other() -> None:
    undated = SourceText(replace(NORVIK.source, published=None), NORVIK.text)
    for text, grounded in (("It was opened on 5 May 2020.", 0), ("It was opened on Tuesday.", 1)):
        reply = stating((text, (1,)), citations=(quoting(1, undated, OPENED),))
        assert value("date_grounding", observed(asked(), reply, kept(undated))) == grounded


def test_a_paragraph_is_read_from_its_first_letter_to_its_last() -> None:
    article = SourceText(source("p"), "First words here.\n\nNorvik saw it: the fish of Lake Ek")
    reply = stating(("They saw Norvik and Lake Ek.", (1,)), citations=(quoting(1, article, "saw it"),))

    assert value("name_grounding", observed(asked(), reply, kept(article))) == 1


def test_names_are_in_the_paragraph_the_title_or_the_outlet() -> None:
    assert value("name_grounding", answer("It was Ada Lund, says the Norvik Post.", OPENED)) == 1
    assert value("name_grounding", answer("It was Ada Lund, not Bo Ek.", OPENED)) == 0.5


def test_quotations_are_word_for_word_in_a_cited_paragraph() -> None:
    assert value("quote_fidelity", answer("She said: “We waited for nine years.”", OPENED)) == 1
    assert value("quote_fidelity", answer("She said: “We waited for ten years.”", OPENED)) == 0
    assert value("quote_fidelity", answer("She said: “We waited for nine years.”", "Fish were seen.")) == 0


def test_what_cites_nothing_grounds_nothing() -> None:
    one = observed(asked(), saying("Ada Lund opened 40 million litres on Tuesday."), TEXTS)

    assert value("number_grounding", one) == value("name_grounding", one) == value("date_grounding", one) == 0


def test_a_citation_that_adds_nothing_is_redundant() -> None:
    assert value("redundancy", answer("Ada Lund opened the reservoir.", OPENED)) == 0
    assert value("redundancy", answer("Ada Lund opened the reservoir.", OPENED, "Fish were seen.")) == 0.5


def test_a_citation_that_tells_the_whole_again_corroborates() -> None:
    assert value("redundancy", answer("Ada Lund opened the reservoir.", OPENED, OPENED[6:])) == 0


def test_a_sentence_that_another_article_tells_is_misattributed() -> None:
    told_by_other = "Bo Ek closed the old mill."
    wrong = stating((told_by_other, (1,)), citations=(quoting(1, NORVIK, OPENED),), passages=(found(OTHER),))
    right = stating((told_by_other, (1,)), citations=(quoting(1, OTHER, OTHER.text),), passages=(found(NORVIK),))

    assert value("misattribution", observed(asked(), wrong, TEXTS)) == 1
    assert value("misattribution", observed(asked(), right, TEXTS)) == 0
    assert value("misattribution", observed(asked(reprints=(("n", "o"),)), wrong, TEXTS)) == 0
