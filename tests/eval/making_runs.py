"""Builds runs and metrics for the tests of scoring, comparing and reporting."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eval.cases import Case, Suite
from eval.metrics.metric import Metric, Observation, SetMetric
from eval.replies import Cited, Reply, Retrieved, SourceRef, Stated
from eval.runs import Card, Record, Run, SourceText, suite_hash
from rag.articles import Article, Paragraph, Source

TEXT = "The reservoir holds 40 million litres.\n\nMayor Ada Lund opened it on Monday in Norvik.\n\nFish were seen."
QUOTE = "Mayor Ada Lund opened it on Monday in Norvik."


def case(name: str, **fields: Any) -> Case:
    settings: dict[str, Any] = {"question": f"Who opened reservoir {name}?", "answers": (("Ada Lund",),)}
    return Case(id=name, **(settings | fields))


def reply(text: str, score: float = 0.9) -> Reply:
    """An answer of one statement with one citation; without a text, a decline."""
    if not text:
        return Reply(answered=False, text="The articles do not say.")
    source = SourceRef("norvik-1", "The reservoir", "Norvik Post", None, "2020-05-05")
    start = TEXT.index(QUOTE)
    return Reply(
        answered=True,
        text=f"{text} [1]",
        statements=(Stated(text, (1,), score),),
        citations=(Cited(1, source, start, start + len(QUOTE), QUOTE),),
        passages=(Retrieved(source, start, start + len(QUOTE), QUOTE, 0.8),),
        mode="extractive",
        timings_ms={"embed": 4.0, "retrieve": 11.0, "answer": 20.0, "verify": 6.0, "total": 41.0},
    )


def run_of(cases: Sequence[Case], texts: Mapping[str, str | None], **card: Any) -> Run:
    """A run with these texts: "" is a decline, None an error; a case that is not named was not reached."""
    records = []
    for name, text in texts.items():
        if text is None:
            records.append(Record(name, "errored", 1.0, error="The service did not answer in 30 seconds."))
        else:
            records.append(Record(name, "answered" if text else "declined", 0.04, reply(text)))
    source = Source("norvik-1", "The reservoir", "Norvik Post", None, date(2020, 5, 5))
    suite = Suite(
        name="reservoirs",
        about="Invented.",
        cases=tuple(cases),
        articles=(Article(source, TEXT, (Paragraph(1, 0, len(TEXT)),)),),
        primary=("correct",),
    )
    fields: dict[str, Any] = {
        "suite": suite.name,
        "suite_hash": suite_hash(suite),
        "target": "here",
        "mode": "extractive",
        "started": "2020-05-05T10:00:00Z",
        "seconds": 3.0,
        "byline": "0.1.0",
    }
    made = Card(**(fields | card))
    texts_cited = {"norvik-1": SourceText(SourceRef("norvik-1", "The reservoir", "Norvik Post"), TEXT)}
    return Run(made, suite, tuple(records), texts_cited)


def _correct(seen: Observation) -> float | None:
    if not seen.case.answerable:
        return None
    return float(any(spelling in seen.reply.text for fact in seen.case.answers for spelling in fact))


def _declined(seen: Sequence[Observation]) -> float | None:
    return sum(not one.reply.answered for one in seen) / len(seen) if seen else None


CORRECT = Metric("correct", "answers", "Says what is right.", _correct, binary=True)
LENGTH = Metric(
    "length", "operations", "Characters of the reply.", lambda seen: float(len(seen.reply.text)), better="lower"
)
DECLINED = SetMetric("declined", "abstention", "Share declined.", _declined, better="lower")
METRICS, SET_METRICS = (CORRECT, LENGTH), (DECLINED,)
