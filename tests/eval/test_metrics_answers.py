"""When an answer counts as given, and as right."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.metrics.matching import label_of, plain, says, says_wrong
from eval.metrics.metric import Setting
from eval.replies import Reply
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


@pytest.mark.parametrize(
    ("text", "spelling", "is_said"),
    [
        ("Iran lost over 2,000 troops.", "2,000", True),
        ("Iran lost 12,000 troops.", "2,000", False),
        ("Iran lost 2,000,000 troops.", "2,000", False),
        ("It grew by 2.5 percent.", "5 percent", False),
        ("It grew by 2.5 percent.", "2", False),
        ("It was the year 2010.", "10", False),
        ("He said 10.", "10", True),
        ("The “New\u00a0York”–based firm", "new york", True),
        ("Israel’s minister", "Israel's", True),
        ("a trucker", "truck", False),
        ("It spent $30 billion", "$30 billion", True),
        ("the U.S. army", "U.S.", True),
    ],
)
def test_a_spelling_is_said_as_whole_words_and_numbers(text: str, spelling: str, is_said: bool) -> None:
    assert says(plain(text), spelling) is is_said


def test_the_number_of_a_citation_is_no_answer() -> None:
    case = asked(answers=(("3",),))

    assert value("facts", observed(case, stating(("Several were seen.", (3,))))) == 0
    assert value("facts", observed(case, stating(("They saw 3.", (3,))))) == 1


def test_every_fact_is_wanted_in_any_spelling() -> None:
    case = asked(answers=(("trucks", "lorries"), ("planes",)))

    assert value("facts", observed(case, saying("Lorries and planes."))) == 1
    assert value("facts", observed(case, saying("Lorries and ships."))) == 0
    assert value("fact_recall", observed(case, saying("Lorries and ships."))) == 0.5


def test_what_a_declining_reply_says_is_no_answer() -> None:
    declined = Reply(False, "The articles do not say whether Ada Lund did.", mode="llm")

    assert value("facts", observed(asked(), declined)) == 0
    assert value("correct", observed(asked(), declined)) == 0


def test_a_right_answer_counts_with_a_right_article_only() -> None:
    text = SourceText(source("a"), "Ada Lund opened the reservoir.")
    right = stating(("Ada Lund.", (1,)), citations=(quoting(1, text, "Ada Lund"),))

    assert value("facts_and_article", observed(asked(articles=("a",)), right)) == 1
    assert value("facts_and_article", observed(asked(articles=("b",)), right)) == 0
    assert value("facts_and_article", observed(asked(articles=("b",), reprints=(("b", "a"),)), right)) == 1
    assert value("facts_and_article", observed(asked(articles=("a",)), saying("Ada Lund."))) == 0
    assert value("facts_and_article", observed(asked(), right)) is None


def test_declining_is_correct_where_nothing_answers() -> None:
    nothing = asked(answers=())

    assert value("correct", observed(nothing, DECLINED)) == 1
    assert value("correct", observed(nothing, saying("Ada Lund."))) == 0
    assert value("facts", observed(nothing, DECLINED)) is None


def test_a_question_that_only_wants_articles_found_is_neither_answered_nor_declined() -> None:
    for case in (asked(answers=(), articles=("a",)), asked(answers=(), grades={"a": 2.0})):
        for name in ("correct", "reject_recall", "false_reject", "utility", "facts_and_article", "official_mhr"):
            assert value(name, observed(case, saying("Ada Lund."))) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Yes, both agree.", "yes"),
        ("Yes both agree.", "yes"),
        ("**Yes**", "yes"),
        ("The answer is yes.", "yes"),
        ("Yes, and no one denied it.", "yes"),
        ("No.", "no"),
        ("No, they differ.", "no"),
        ("No: it fell.", "no"),
        ("I would say no.", "no"),
        ("The answer is no because it fell.", "no"),
        ("No, yes they do.", None),
        ("Yes/No", None),
        ("Either yes or no.", None),
        ("No difference is reported.", None),
        ("Insufficient information.", "insufficient"),
        ("There is not enough information to tell.", "insufficient"),
        ("Yes and no.", None),
        ("Yes, it did. No, it did not.", None),
        ("There is no doubt.", None),
        ("No one knows.", None),
        ("No. 10 Downing Street announced it.", None),
        ("Both papers report it.", None),
        ("", None),
    ],
)
def test_a_label_is_read_by_its_decision(text: str, label: str | None) -> None:
    assert label_of(plain(text)) == label


def test_a_label_is_right_or_wrong() -> None:
    case = Case("q", "Do both papers say so?", label="Yes")

    assert value("label_accuracy", observed(case, saying("Yes, both agree."))) == 1
    assert value("label_accuracy", observed(case, saying("Yes and no."))) == 0
    assert value("label_accuracy", observed(case, DECLINED)) == 0
    assert value("correct", observed(case, saying("Yes."))) == 1


def test_to_decline_is_to_say_that_there_is_not_enough() -> None:
    case = Case("q", "Do both papers say so?", label="Insufficient information")

    for reply, right in ((DECLINED, 1), (saying("Insufficient information."), 1), (saying("Yes."), 0)):
        assert value("label_accuracy", observed(case, reply)) == right
        assert value("correct", observed(case, reply)) == right


def test_another_label_is_to_be_said_and_its_rival_not() -> None:
    case = Case("q", "Which came first?", label="before", wrong_answers=("after",))

    assert value("label_accuracy", observed(case, saying("It came before."))) == 1
    assert value("label_accuracy", observed(case, saying("Before or after."))) == 0


def test_a_wrong_answer_inside_a_right_one_is_not_said() -> None:
    right = (("New York",),)

    assert not says_wrong(plain("They met in New York."), ["York"], right)
    assert says_wrong(plain("They met in New York, not in York."), ["York"], right)
    assert says_wrong(plain("They met in New York State."), ["New York State"], right)


def test_strict_conflict_wants_all_right_answers_and_no_wrong_one() -> None:
    case = asked(answers=(("1961",), ("1964",)), wrong_answers=("1970",))

    assert value("strict_conflict", observed(case, saying("In 1961 or in 1964."))) == 1
    assert value("strict_conflict", observed(case, saying("In 1961."))) == 0
    assert value("strict_conflict", observed(case, saying("In 1961, 1964 or 1970."))) == 0


def test_an_old_answer_is_stale_where_the_new_one_is_not_given() -> None:
    case = asked(answers=(("12 people",),), stale_answers=("9 people",))

    assert value("stale_answer", observed(case, saying("9 people died."))) == 1
    assert value("stale_answer", observed(case, saying("12 people died, up from 9 people."))) == 0
    assert value("stale_answer", observed(case, DECLINED)) == 0
    assert value("stale_answer", observed(asked(), saying("9 people died."))) is None


def test_the_newest_right_article_is_to_be_cited_whatever_was_found() -> None:
    case = asked(stale_answers=("Bo Ek",), articles=("new", "old"))
    setting = Setting(days={"old": date(2020, 5, 1), "new": date(2020, 5, 9)})
    old = SourceText(source("old", published="2020-05-01"), "Ada Lund opened it.")
    new = SourceText(source("new", published="2020-05-09"), "Ada Lund opened it.")
    for cited, latest in ((old, 0), (new, 1)):
        for passages in ((found(old),), (found(old), found(new))):
            reply = stating(("Ada Lund.", (1,)), citations=(quoting(1, cited, "Ada Lund"),), passages=passages)
            assert value("latest_cited", observed(case, reply, kept(cited), setting=setting)) == latest
            assert value("latest_cited", observed(case, reply, kept(cited))) is None


def test_a_reprint_is_as_old_as_the_first_print() -> None:
    case = asked(stale_answers=("Bo Ek",), articles=("new", "old", "copy"), reprints=(("old", "copy"),))
    days = {"old": date(2020, 5, 1), "new": date(2020, 5, 9), "copy": date(2020, 5, 12)}
    copy = SourceText(source("copy"), "Ada Lund opened it.")
    reply = stating(("Ada Lund.", (1,)), citations=(quoting(1, copy, "Ada Lund"),))

    assert value("latest_cited", observed(case, reply, kept(copy), setting=Setting(days=days))) == 0


def test_without_a_stale_answer_or_a_right_article_nothing_is_to_be_the_latest() -> None:
    assert value("latest_cited", observed(asked(articles=("a",)), saying("Ada Lund."))) is None
    assert value("latest_cited", observed(asked(stale_answers=("Bo Ek",)), saying("Ada Lund."))) is None


def by_the_definition(answer: str, gold: str) -> tuple[float, float]:
    """SQuAD's exact match and F1, computed word by word."""

    def words(text: str) -> list[str]:
        bare = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
        for article in ("a", "an", "the"):
            bare = _without_word(bare, article)
        return bare.split()

    mine, theirs = words(answer), words(gold)
    if not mine or not theirs:
        return float(mine == theirs), float(mine == theirs)
    left, shared = list(theirs), 0
    for word in mine:
        if word in left:
            left.remove(word)
            shared += 1
    if not shared:
        return float(mine == theirs), 0.0
    precision, recall = shared / len(mine), shared / len(theirs)
    return float(mine == theirs), 2 * precision * recall / (precision + recall)


def _without_word(text: str, word: str) -> str:
    """Removes a whole word from the text."""
    place, out = 0, ""
    while (at := text.find(word, place)) >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(word) : at + len(word) + 1]
        apart = not any(side.isalnum() or side == "_" for side in (before, after) if side)
        out += text[place:at] + (" " if apart else word)
        place = at + len(word)
    return out + text[place:]


WORDS = st.lists(st.sampled_from("The the a an cat sat, on mat. 'mat' 2,000 $5 well-known".split()), max_size=8)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=3))
def test_exact_match_and_f1_are_those_of_the_definition(answer: list[str], golds: list[list[str]]) -> None:
    spellings = tuple(" ".join(gold) for gold in golds)
    one = observed(asked(answers=(spellings,)), saying(" ".join(answer)))

    known = [by_the_definition(" ".join(answer), gold) for gold in spellings]

    assert value("exact_match", one) == max(exact for exact, _ in known)
    assert value("token_f1", one) == pytest.approx(max(f1 for _, f1 in known), abs=1e-9)


def test_exact_match_is_of_one_fact() -> None:
    assert value("exact_match", observed(asked(answers=(("a1",), ("b2",))), saying("a1"))) is None


def test_rgb_counts_substrings_and_facts_do_not() -> None:
    inside = observed(asked(answers=(("10", "ten"),)), saying("In 2010."))
    several = observed(asked(answers=(("TEN",), ("Norvik",))), saying("Often in NORVIK."))

    assert value("official_rgb", inside) == value("official_rgb", several) == 1
    assert value("facts", inside) == value("facts", several) == 0


def test_multihop_counts_one_shared_word() -> None:
    case = asked(answers=(("The New York Times",),))

    assert value("official_mhr", observed(case, saying("the moon"))) == 1
    assert value("official_mhr", observed(case, saying('The answer to the question is "moon". The end.'))) == 0
    assert value("facts", observed(case, saying("the moon"))) == 0
    assert value("official_mhr", observed(asked(answers=()), DECLINED)) == 1
