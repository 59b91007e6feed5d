"""What becomes of a model's sentences: shown in order, shortened, quoted once, or left out with one plain note."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest

from rag.articles import Checked, Draft, Usage
from rag.errors import WriterError
from rag.verification import Checker, Review, SecondOpinion
from rag.verification.opinions import Doubt, Opinion, Run
from tests.rag.verification.making_passages import BANK, FERRY, SPENDING, STRIKES, passage

PASSAGES = [passage(text) for text in (FERRY, BANK, SPENDING, STRIKES)]
COPY = Draft("Divers recovered 31 bodies within two days.", (0,))
PARAPHRASE = Draft("The vessel had no licence to sail at night.", (0,))
OTHER_COPY = Draft("Inflation fell to 3 percent in April.", (1,))
LIE = Draft("Iran has spent over $40 billion in Syria.", (2,))
SPENT = "Since the war began, Iran has spent over $30 billion in Syria"


class Judge:
    """Supports the claims in these places, or fails; keeps what it was asked."""

    def __init__(self, supported: Collection[int] | None) -> None:
        self.supported = supported
        self.asked: list[Sequence[Doubt]] = []

    async def ask(self, doubts: Sequence[Doubt], run: Run) -> Opinion:
        self.asked.append(doubts)
        if self.supported is None:
            raise WriterError("the judge is ill")
        return Opinion(frozenset(self.supported) & set(range(len(doubts))), Usage(10, 2))


async def run(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


def reviewed(drafts: Sequence[Draft], opinion: SecondOpinion | None = None) -> tuple[list[list[Checked]], Review]:
    """What was shown after each draft and at the end."""

    async def review_all() -> tuple[list[list[Checked]], Review]:
        review = Review(Checker(consults=opinion is not None), opinion, PASSAGES, run)
        shown = [await review.add(one) for one in drafts]
        return [*shown, await review.close()], review

    return asyncio.run(review_all())


def texts(shown: Sequence[Sequence[Checked]]) -> list[list[str]]:
    return [[one.text for one in some] for some in shown]


def test_what_is_borne_is_shown_at_once_and_what_waits_holds_back_what_follows() -> None:
    shown, _ = reviewed([COPY, PARAPHRASE, OTHER_COPY], Judge({0}))

    assert texts(shown) == [[COPY.text], [], [], [PARAPHRASE.text, OTHER_COPY.text]]


def test_the_second_opinion_is_asked_once_about_all_that_waits() -> None:
    judge = Judge({0, 1})
    second = Draft("Inflation declined to 3 percent in April.", (1,))

    shown, review = reviewed([PARAPHRASE, LIE, second], judge)

    ((first, last),) = judge.asked
    assert (first.claim, last.claim) == (PARAPHRASE.text, second.text)
    assert first.evidence in FERRY and "Inflation fell" in last.evidence
    assert [one.text for one in shown[-1] if not one.is_quotation] == [PARAPHRASE.text, second.text]
    assert (review.usage.prompt_tokens, review.usage.completion_tokens) == (10, 2)


def test_nobody_is_asked_where_nothing_is_undecided() -> None:
    judge = Judge({0})

    shown, review = reviewed([COPY, LIE], judge)

    assert judge.asked == []
    assert "$40" not in str(texts(shown))
    assert review.usage == Usage()


def test_a_claim_that_lacks_a_fact_is_never_asked_about() -> None:
    judge = Judge(range(10))

    shown, _ = reviewed([PARAPHRASE, LIE], judge)

    assert [one.claim for one in judge.asked[0]] == [PARAPHRASE.text]
    assert "$40" not in str(texts(shown))


def test_what_is_not_borne_gives_way_to_the_articles_own_words() -> None:
    ((quotation,), _), review = reviewed([LIE])

    assert quotation.text.startswith(SPENT)
    assert (quotation.verbatim, quotation.is_quotation) == (True, True)
    assert review.tally.note() == (
        "Of 1 sentence that the language model wrote, 1 was replaced by the articles' own words."
    )


def test_each_quotation_is_shown_once() -> None:
    again = Draft("Iran has spent over $50 billion in Syria.", (2,))

    shown, review = reviewed([LIE, again])

    assert [len(one) for one in shown] == [1, 0, 0]
    assert review.tally.quoted == 2


def test_what_a_sentence_that_is_shown_says_already_is_not_quoted() -> None:
    lie = Draft("Divers recovered 40 bodies within two days.", (0,))

    shown, _ = reviewed([COPY, lie])

    assert texts(shown) == [[COPY.text], [], []]


def test_what_cites_nothing_that_bears_on_it_is_left_out_and_told() -> None:
    shown, review = reviewed([COPY, Draft("Zebras xylophone quietly.", ())])

    assert texts(shown) == [[COPY.text], [], []]
    assert review.tally.note() == (
        "Of 2 sentences that the language model wrote, 1 was left out (no passage says so)."
    )


def test_a_note_tells_in_one_line_what_became_of_all_sentences() -> None:
    elsewhere = Draft(OTHER_COPY.text, (0,))
    short = Draft("Divers recovered 31 bodies within two days, which Mayor Ruth Calder called a disgrace.", (0,))

    _, review = reviewed([elsewhere, LIE, short, Draft("Zebras xylophone quietly.", ())])

    note = review.tally.note()
    assert note is not None and "\n" not in note
    assert note.startswith(
        "Of 4 sentences that the language model wrote, 1 was replaced by the articles' own words, "
        "1 was shortened to what the articles say, 1 was cited anew, 1 was left out"
    )


def test_nothing_is_noted_where_everything_is_shown_as_written() -> None:
    _, review = reviewed([COPY, OTHER_COPY])

    assert review.tally.note() is None


def test_where_no_opinion_can_be_had_the_undecided_is_quoted() -> None:
    shown, review = reviewed([PARAPHRASE, OTHER_COPY], Judge(None))

    assert review.failure == "the judge is ill"
    assert texts(shown)[-1] == ["The vessel was not licensed to sail at night.", OTHER_COPY.text]


@pytest.mark.parametrize("supported", [set(), {0}])
def test_places_that_were_not_asked_about_change_nothing(supported: set[int]) -> None:
    shown, _ = reviewed([LIE, PARAPHRASE], Judge(supported))

    assert (PARAPHRASE.text in str(texts(shown))) is (supported == {0})


def test_a_claim_too_long_to_be_shown_whole_to_a_judge_is_not_asked_about() -> None:
    judge = Judge({0})
    endless = f"The vessel had no licence {'and it had no lights ' * 120}to sail at night."

    _, review = reviewed([Draft(endless, (0,))], judge)

    assert not judge.asked and review.tally.quoted == 1


def test_the_articles_own_sentence_is_marked_as_such_though_a_model_wrote_it() -> None:
    (shown, *_), _ = reviewed([COPY])

    assert [(one.text, one.verbatim, one.is_quotation) for one in shown] == [(COPY.text, True, False)]


def test_a_sentence_that_is_quoted_already_is_not_shown_again() -> None:
    wrong = Draft("Divers recovered 64 bodies within two days.", (0,))

    shown, _ = reviewed([wrong, COPY])

    assert [one.text for each in shown for one in each].count(COPY.text) == 1


def test_what_shares_no_word_with_its_sources_is_not_asked_about() -> None:
    judge = Judge({0})

    _, review = reviewed([Draft("Motorists are unhappy.", (1,))], judge)

    assert not judge.asked and review.tally.left_out == 1
