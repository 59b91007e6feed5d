"""Replays recorded responses through a desk, by a local model server that also gives scripted second opinions."""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from eval.formats.faithjudge import Written
from eval.stand_in import StandIn, asked_about
from rag.articles import Answer, Filters, Question
from rag.desk import Desk
from rag.ingestion import read_record
from rag.settings import load_settings
from rag.verification.opinions import Doubt, Opinion, Run

_MARKER = re.compile(r"^\[(\d+)\] ", re.MULTILINE)

Labelled = Callable[[Written], list[tuple[str, bool]]]


@dataclass(frozen=True, slots=True)
class LabelledOpinion:
    """A second opinion that rejects claims of sentences that annotators call unfaithful."""

    told: Sequence[tuple[str, bool]]

    async def ask(self, doubts: Sequence[Doubt], run: Run) -> Opinion:
        """The indices of claims that are in no unfaithful sentence."""
        return Opinion(frozenset(place for place, one in enumerate(doubts) if not self.is_bad(one.claim)))

    def is_bad(self, claim: str) -> bool:
        """Whether a claim is part of an unfaithful sentence, or contains one."""
        own = flat(claim)
        return any(not ok and bool(own) and (own in flat(text) or flat(text) in own) for text, ok in self.told)


@dataclass(slots=True)
class _Script:
    """The model server's next replies."""

    told: Sequence[tuple[str, bool]] = field(default_factory=tuple)
    says_yes: bool = False

    def say(self, prompt: str) -> str:
        if doubts := asked_about(prompt):
            judge = LabelledOpinion(() if self.says_yes else self.told)
            return "\n".join(
                f"{n}: {'unsupported' if judge.is_bad(claim) else 'supported'}" for n, claim, _ in doubts
            )
        marks = "".join(f"[{number}]" for number in sorted({int(n) for n in _MARKER.findall(prompt)}))
        return " ".join(f"{text.rstrip('.!?')} {marks}." for text, _ in self.told)


def replay(
    written: Sequence[Written], labelled: Labelled, kind: str
) -> Iterator[tuple[Written, list[tuple[str, bool]], Answer | Exception, float]]:
    """Each response with its sentences, the desk's answer or its error, and the seconds it took.

    `kind` of second opinion: words, labels or yes.
    """
    script = _Script(says_yes=kind == "yes")
    with tempfile.TemporaryDirectory() as folder, StandIn(0, script.say) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = load_settings(
            library=folder,
            model="openai/replayed",
            api_base=server.url,
            api_key="none",
            checker="words" if kind == "words" else "model",
        )
        desk = Desk.open(settings)
        try:
            desk.ingest([read_record(_record(one)) for one in {w.source.id: w for w in written}.values()])
            for one in written:
                script.told = labelled(one)
                if script.told:
                    began = time.perf_counter()
                    answer = _asked(desk, one)
                    yield one, list(script.told), answer, time.perf_counter() - began
        finally:
            desk.close()
            server.shutdown()


def _asked(desk: Desk, written: Written) -> Answer | Exception:
    question = Question(written.source.question, filters=Filters(articles=(written.source.id,)), mode="llm")
    try:
        return asyncio.run(desk.ask(question))
    except Exception as error:
        return error


def _record(written: Written) -> dict[str, object]:
    source = written.source
    return {"id": source.id, "title": source.question, "text": "\n\n".join(source.paragraphs)}


def flat(text: str) -> str:
    """The words of a text, separated by single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
