"""Asks a suite of questions over the seed articles and prints how well they are answered; run by hand.

A suite is JSON Lines, one `Case` a line, asked of a desk in this process that has read the seeds, or of a
service by its URL. Strings are compared without case, their quotes, dashes and white space made one form.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import quote as quoted

import httpx
from pydantic import TypeAdapter

from rag.articles import Filters, Mode, Question, Turn, squeeze
from rag.desk import Desk
from rag.reading import read_paths
from rag.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"
SUITE = Path(__file__).parent / "built_in" / "seeds" / "questions.jsonl"
Kind = Literal["answerable", "several", "disagreeing", "unanswerable", "follow-up"]
Facts = tuple[tuple[str, ...], ...]  # each fact as its spellings, any of which counts
ASKED = {"question", "history", "filters"}  # what a question is made of; the rest is what is right
ONE_FORM = str.maketrans("‘’“”‐‑‒–—−", "''\"\"------")


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is right: without `answers`, to decline; of `articles`, to cite any."""

    id: str
    kind: Kind
    question: str
    answers: Facts
    articles: tuple[str, ...]
    evidence: tuple[str, ...]
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    disagreement: Facts = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is scored of an answer; `exact`: if each citation's `article.text[start:end]` is its quote."""

    answered: bool
    text: str
    articles: tuple[str, ...]
    quotes: tuple[str, ...]
    exact: tuple[bool, ...]
    disagreements: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One case's marks."""

    case: Case
    reply: Reply

    @property
    def facts(self) -> bool:
        """Answered, and the text has every fact in one of its spellings."""
        return self.reply.answered and all(which((fact,), self.reply.text) for fact in self.case.answers)

    @property
    def article(self) -> bool:
        """At least one citation points at an article that is right to cite."""
        return not set(self.case.articles).isdisjoint(self.reply.articles)

    @property
    def evidence(self) -> bool:
        """At least one citation's quote lies in a sentence of the evidence, or holds one."""
        pairs = ((plain(q), plain(e)) for q in self.reply.quotes for e in self.case.evidence)
        return any(quote in sentence or sentence in quote for quote, sentence in pairs)

    @property
    def differ(self) -> bool:
        """One of the answer's disagreements sets two of the known versions apart, in two values."""
        known = [[which(self.case.disagreement, v) for v in values] for values in self.reply.disagreements]
        return any(a and b and len(a | b) > 1 for sets in known for a, b in combinations(sets, 2))

    def missed(self) -> list[str]:
        """The columns in which this case should count and does not."""
        return [name for name, (hit, counts) in COLUMNS.items() if counts(self.case) and not hit(self)]


# What each column counts, and of which cases; `in text`: two known versions are in the text, set apart or not.
COLUMNS: dict[str, tuple[Callable[[Score], bool], Callable[[Case], object]]] = {
    "facts": (lambda s: s.facts, lambda c: c.answers),
    "article": (lambda s: s.article, lambda c: c.answers),
    "both": (lambda s: s.facts and s.article, lambda c: c.answers),
    "evidence": (lambda s: s.evidence, lambda c: c.answers),
    "answered": (lambda s: s.reply.answered, lambda c: c.answers),  # the rest is wrongly declined
    "declined": (lambda s: not s.reply.answered, lambda c: not c.answers),
    "differ": (lambda s: s.differ, lambda c: c.disagreement),
    "in text": (lambda s: len(which(s.case.disagreement, s.reply.text)) > 1, lambda c: c.disagreement),
    "quotes exact": (lambda s: all(s.reply.exact), lambda c: True),
}


def main() -> None:
    """Read the command line, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.seed_questions", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=SUITE, help="the suite")
    parser.add_argument("--target", metavar="URL", help="a service with the seeds; else this process")
    parser.add_argument("--mode", choices=get_args(Mode), default="extractive")
    parser.add_argument("--verbose", action="store_true", help="show every answer, not only the faulty ones")
    given = parser.parse_args()
    suite = TypeAdapter(Case)
    cases = [suite.validate_json(line) for line in given.file.read_text("utf-8").splitlines()]
    with service(given.target, given.mode) if given.target else desk(given.mode) as ask:
        scores = [Score(case, ask(case)) for case in cases]
    print("\n".join([*table(scores), "", *listing(scores, given.verbose)]))


@contextmanager
def desk(mode: Mode) -> Iterator[Callable[[Case], Reply]]:
    """A desk in this process, its library a temporary folder filled with the seeds."""
    with tempfile.TemporaryDirectory() as folder, closing(Desk.open(Settings(library=folder))) as opened:
        opened.ingest(read_paths(sorted(SEEDS.glob("*.txt"))))

        def ask(case: Case) -> Reply:
            question = Question(case.question, case.history, case.filters, mode=mode)
            return reduced(asdict(asyncio.run(opened.ask(question))), lambda name: opened.article(name).text)

        yield ask


@contextmanager
def service(url: str, mode: Mode) -> Iterator[Callable[[Case], Reply]]:
    """A running service, asked over HTTP."""
    as_json = TypeAdapter(Case).dump_python
    with httpx.Client(base_url=url, timeout=120) as client:

        def text_of(article_id: str) -> str:
            found = client.get(f"/v1/articles/{quoted(article_id, safe='')}").raise_for_status()
            return str(found.json()["text"])

        def ask(case: Case) -> Reply:
            asked = as_json(case, mode="json", include=ASKED, exclude_defaults=True)
            said = client.post("/v1/ask", json={**asked, "mode": mode}).raise_for_status()
            return reduced(said.json(), text_of)

        yield ask


def reduced(answer: dict[str, Any], text_of: Callable[[str], str]) -> Reply:
    """What is scored of an answer, the desk's (a citation's article is its `source`) or the service's."""
    citations = answer["citations"]
    articles = tuple((c.get("article") or c["source"])["id"] for c in citations)
    places = [slice(c["start"], c["end"]) for c in citations]
    quotes = tuple(c["quote"] for c in citations)
    exact = tuple(text_of(a)[place] == q for a, place, q in zip(articles, places, quotes, strict=True))
    values = tuple(tuple(version["value"] for version in d["versions"]) for d in answer["disagreements"])
    return Reply(answer["answered"], answer["text"], articles, quotes, exact, values)


def which(facts: Facts, text: str) -> set[int]:
    """The facts that the text has, each in any of its spellings, by their place."""
    return {n for n, fact in enumerate(facts) if any(plain(spelling) in plain(text) for spelling in fact)}


def plain(text: str) -> str:
    return squeeze(text.translate(ONE_FORM)).casefold()


def table(scores: Sequence[Score]) -> Iterator[str]:
    """Shares by kind, with hits/of."""
    yield "".join([f"{'':13}{'n':>4}", *(f"{name:>15}" for name in COLUMNS)])
    for kind in (*get_args(Kind), "all"):
        rows = [s for s in scores if kind in (s.case.kind, "all")]
        cells = (share([hit(s) for s in rows if counts(s.case)]) for hit, counts in COLUMNS.values())
        yield "".join([f"{kind:13}{len(rows):>4}", *(f"{cell:>15}" for cell in cells)])
    yield "exact quotes, of all citations: " + share([exact for s in scores for exact in s.reply.exact])


def share(hits: Sequence[bool]) -> str:
    return f"{sum(hits) / len(hits):.2f} ({sum(hits)}/{len(hits)})" if hits else "-"


def listing(scores: Sequence[Score], every: bool) -> Iterator[str]:
    """The faulty answers, or every one, with what was asked and said."""
    for s in scores:
        verdict = "missed " + ", ".join(s.missed()) if s.missed() else "right"
        if every or s.missed():
            yield f"{s.case.id} {s.case.kind}: {verdict}\n  Q {s.case.question}\n  A {squeeze(s.reply.text)}"


if __name__ == "__main__":
    main()
