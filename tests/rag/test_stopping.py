"""Cancelled work stops and slow work times out; a failure meanwhile breaks nothing."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import date
from itertools import count
from typing import Any

import numpy as np
import pytest

from rag.articles import Answer, Checked, Draft, Passage, Question, Source, Span
from rag.cancellation import Cancelled, check_cancelled, in_thread, running_with
from rag.conflicts import find_conflicts
from rag.deadlines import Deadline
from rag.desk import CUT_SHORT, Desk, Found, Stated
from rag.embedding import Embedder
from rag.encoders import Encoder
from rag.errors import TimedOut
from rag.language.sentences import sentence_spans
from rag.library import Library
from rag.verification import Checker, Refused
from tests.making import article

ASKED = Question("Who won the harbour prize of Marlow?", mode="extractive")
PRIZE = article("prize", "Ben Okafor won the harbour prize of Marlow on Monday.", published=date(2026, 3, 2))


def test_cancelled_work_stops_between_sentences() -> None:
    stop = threading.Event()
    stop.set()

    with pytest.raises(Cancelled):
        running_with(stop, sentence_spans, "It rained. It snowed.")()
    assert sentence_spans("It rained.") == [(0, 10)]


def test_work_in_a_thread_stops_when_it_is_awaited_no_more() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        try:
            while True:
                begun.set()
                check_cancelled()
        except Cancelled:
            ended.set()

    async def scenario() -> None:
        working = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait, 10)
        working.cancel()

    asyncio.run(scenario())
    assert ended.wait(10)


class _Signalling:
    """An encoder that signals when it has started."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.batch = encoder.batch
        self.has_begun = threading.Event()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.has_begun.set()
        return self._encoder.encode(texts)


def test_encoding_stops_when_nobody_waits_for_it(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    signalling = _Signalling(embedder._encoder)
    monkeypatch.setattr(embedder, "_loaded", signalling)
    stop = threading.Event()
    text = "Officials in Marlow said on Monday that the budget of the harbour had grown again. " * 20

    async def scenario() -> None:
        encode = running_with(stop, embedder.encode, [f"{number} {text}" for number in range(2_000)])
        working = asyncio.get_running_loop().run_in_executor(None, encode)
        await in_thread(signalling.has_begun.wait)
        stop.set()
        with pytest.raises(Cancelled):
            await working

    asyncio.run(scenario())
    assert embedder.encode(["still there"]).shape == (1, 384)


def test_what_is_not_there_in_time_is_an_error_and_is_stopped() -> None:
    async def scenario() -> bool:
        waiting = asyncio.ensure_future(asyncio.Event().wait())
        with pytest.raises(TimedOut, match="BYLINE_ANSWER_TIMEOUT_S"):
            await Deadline(0.01).within(waiting)
        return waiting.cancelled()

    assert asyncio.run(scenario())


def test_an_answer_whose_time_is_over_before_a_statement_stands_is_an_error(
    library: Library, embedder: Embedder
) -> None:
    library.add([PRIZE])

    with pytest.raises(TimedOut):
        asyncio.run(Desk(library, embedder, run=_over_at("checked")).ask(ASKED))


def test_what_stands_when_the_time_is_over_is_the_answer(library: Library, embedder: Embedder) -> None:
    library.add([PRIZE])

    answer = asyncio.run(Desk(library, embedder, run=_over_at("compare")).ask(ASKED))

    assert [one.text for one in answer.statements] == ["Ben Okafor won the harbour prize of Marlow on Monday."]
    assert answer.notes == (CUT_SHORT,)


def _over_at(step: str) -> Callable[..., Any]:
    """Runs work whose time limit expires at one step."""

    async def run(function: Callable[..., Any], *arguments: Any) -> Any:
        if step in [getattr(one, "__name__", "") for one in (function, *arguments)]:
            raise TimedOut("The time is over.")
        return await in_thread(function, *arguments)

    return run


@pytest.mark.parametrize("change", ["removed", "changed"])
def test_an_article_that_goes_while_a_question_is_answered_breaks_no_answer(
    library: Library, embedder: Embedder, change: str
) -> None:
    library.add([PRIZE])

    async def scenario() -> Answer:
        async for event in Desk(library, embedder).stream(ASKED):
            if isinstance(event, Found):
                _take(library, change)
            if isinstance(event, Answer):
                return event
        raise AssertionError

    answer = asyncio.run(scenario())
    assert [(one.source.id, one.quote) for one in answer.citations] == [("prize", PRIZE.text)]


def test_an_article_that_goes_before_it_is_read_is_not_cited(library: Library, embedder: Embedder) -> None:
    library.add([PRIZE, article("other", "The harbour prize of Marlow was won by Ben Okafor.")])

    async def run(function: Callable[..., Any], *arguments: Any) -> Any:
        if getattr(function, "__name__", "") == "kept":
            library.remove("prize")
        return await in_thread(function, *arguments)

    answer = asyncio.run(Desk(library, embedder, run=run).ask(ASKED))
    assert {one.source.id for one in answer.citations} == {"other"}


def _take(library: Library, change: str) -> None:
    if change == "removed":
        library.remove("prize")
    else:
        library.add([article("prize", "Nothing of the kind.", "Ben Okafor won nothing.")])


def test_a_statement_whose_check_fails_costs_the_answer_that_statement(
    library: Library, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks, check = count(), Checker.check

    def failing_once(checker: Checker, draft: Draft, passages: list[Passage]) -> Checked | Refused:
        if next(checks) == 0:
            raise IndexError("string index out of range")
        return check(checker, draft, passages)

    monkeypatch.setattr(Checker, "check", failing_once)
    library.add(
        [
            article("one", "The harbour prize of Marlow was won by Ben Okafor."),
            article("two", "The harbour prize of Marlow was won on Monday by Ben Okafor of Leeds, 300 guests say."),
        ]
    )

    answer = asyncio.run(Desk(library, embedder).ask(ASKED))

    assert answer.failed == 1


def test_tokenised_text_can_be_checked_and_compared(embedder: Embedder) -> None:
    said = ["The council had n't paid the 300 euros , the mayor said .", "The council has n't paid the 400 euros ."]
    pool = [Passage(Source(str(place), "Marlow"), 1, 0, len(text), text, 1.0) for place, text in enumerate(said)]

    Checker().check(Draft(said[0], (0, 1)), pool)
    find_conflicts([Span(0, 0, len(said[0]))], pool)


def test_what_nobody_sees_is_not_told_but_is_cited(library: Library, embedder: Embedder) -> None:
    hidden = "Ben Oka\u00adfor won the har\u00adbour prize of Mar\u200blow on Monday."
    library.add([article("prize", hidden)])

    async def scenario() -> list[Stated | Found | Answer]:
        return [event async for event in Desk(library, embedder).stream(ASKED)]

    found, *_, answer = asyncio.run(scenario())
    assert isinstance(found, Found) and isinstance(answer, Answer)
    assert found.passages[0].text == hidden
    assert answer.statements[0].text == "Ben Okafor won the harbour prize of Marlow on Monday."
    assert answer.citations[0].quote == hidden
