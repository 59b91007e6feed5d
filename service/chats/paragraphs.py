"""Splits an answer into paragraphs for chats, and paragraphs into messages.

Nothing here is escaped: each chat converts the runs of a paragraph to its own markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from rag.articles import Answer, Citation, Disagreement, Passage, Source, Statement
from rag.marks import without_stop
from service.display import clean, credit, credits, heading, marks, one_line, quoted, shortened

Kind = Literal["statement", "heading", "version", "source", "passage", "note"]

LONGEST_LINK = 2_000
LONGEST_TITLE = 300
LONGEST_QUOTE = 1_000
LONGEST_PASSAGE = 400
_PLURALS = {"statement": "statements", "source": "sources", "version": "versions", "passage": "passages"}


@dataclass(frozen=True, slots=True)
class Run:
    """Text with one format, possibly of several lines; `link` is an http(s) URL."""

    text: str
    link: str | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A unit that is never split across messages: a statement, a source, one version of a disagreement."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The text without formats."""
        return "".join(run.text for run in self.runs)


def answer_paragraphs(answer: Answer) -> tuple[Paragraph, ...]:
    """An answer's paragraphs, from its statements to its notes."""
    return tuple(paragraph for paragraph in _paragraphs(answer) if paragraph.text.strip())


def messages(
    paragraphs: Sequence[Paragraph], size: Callable[[Paragraph], int], room: int, most: int
) -> list[tuple[Paragraph, ...]]:
    """Packs paragraphs into at most `most` messages, each of at most `room` by the measure `size`.

    A longer paragraph is cut; a note in the last message counts what does not fit.
    """
    parts: list[list[Paragraph]] = [[]]
    shown = [cut(paragraph, size, room) for paragraph in paragraphs]
    for place, paragraph in enumerate(shown):
        if parts[-1] and sum(map(size, parts[-1])) + size(paragraph) > room:
            if len(parts) == most:
                return _with_remainder(parts, shown[place:], size, room)
            heads = len(parts[-1]) > 1 and parts[-1][-1].kind == "heading"  # stays with its first paragraph
            parts.append([parts[-1].pop()] if heads and size(parts[-1][-1]) + size(paragraph) <= room else [])
        parts[-1].append(paragraph)
    return [tuple(part) for part in parts]


def cut(paragraph: Paragraph, size: Callable[[Paragraph], int], room: int) -> Paragraph:
    """Cuts a paragraph's longest run, with an ellipsis, until it fits."""
    while size(paragraph) > room:
        longest = max(paragraph.runs, key=lambda run: len(run.text))
        if len(longest.text) < 2:  # the rest are links, which cannot be cut
            return replace(paragraph, runs=tuple(replace(run, link=None) for run in paragraph.runs))
        shorter = replace(longest, text=shortened(longest.text, len(longest.text) * 3 // 4))
        paragraph = replace(paragraph, runs=tuple(shorter if run is longest else run for run in paragraph.runs))
    return paragraph


def _paragraphs(answer: Answer) -> Iterator[Paragraph]:
    leading = answer.disagreements[: bool(answer.lead)]
    for disagreement in leading:
        yield from _disagreement(disagreement, answer.citations)
    if answer.statements:
        yield from (_statement(statement) for statement in answer.statements)
    else:
        yield Paragraph("statement", (Run(one_line(answer.text)),))
    for disagreement in answer.disagreements[len(leading) :]:
        yield from _disagreement(disagreement, answer.citations)
    if answer.citations:
        yield _heading("Sources")
        yield from (_source(citation) for citation in answer.citations)
    if answer.closest:
        yield _heading("The closest passages")
        yield from (_passage(passage) for passage in answer.closest)
    yield from (Paragraph("note", (Run(one_line(note)),)) for note in answer.notes)


def _statement(statement: Statement) -> Paragraph:
    """A statement with its markers before the full stop, as in the answer's text."""
    words, stop = without_stop(one_line(statement.shown))
    return Paragraph("statement", (Run(words), Run(f" {marks(statement.citations)}{stop}")))


def _heading(text: str) -> Paragraph:
    return Paragraph("heading", (Run(one_line(text), strong=True),))


def _disagreement(disagreement: Disagreement, citations: Sequence[Citation]) -> Iterator[Paragraph]:
    yield _heading(heading(disagreement))
    for version in disagreement.versions:
        said_by = Run(clean(f" {marks(version.citations)}{credits(version, citations)}"))
        yield Paragraph("version", (Run("• "), Run(one_line(version.value)), said_by))


def _source(citation: Citation) -> Paragraph:
    quote = quoted(shortened(one_line(citation.quote), LONGEST_QUOTE))
    return Paragraph("source", (Run(f"[{citation.number}] "), *_article(citation.source, citation.link), Run(quote)))


def _passage(passage: Passage) -> Paragraph:
    text = quoted(shortened(one_line(passage.text), LONGEST_PASSAGE))
    return Paragraph("passage", (*_article(passage.source, None), Run(text)))


def _article(source: Source, link: str | None) -> tuple[Run, ...]:
    """The title, linked if there is a URL, and on the next line outlet and day."""
    title = shortened(one_line(source.title), LONGEST_TITLE) or source.id
    known = one_line(credit(source))
    return (Run(title, _web(link) or _web(source.url), strong=True), Run(f"\n{known}\n" if known else "\n"))


def _web(address: str | None) -> str | None:
    """The address if it is a valid http(s) URL: chats refuse whole messages for an invalid link."""
    if not address or len(address) > LONGEST_LINK or re.search(r"[\s\x00-\x20\x7f<>\"|]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def _with_remainder(
    parts: list[list[Paragraph]], rest: Iterable[Paragraph], size: Callable[[Paragraph], int], room: int
) -> list[tuple[Paragraph, ...]]:
    """Adds a note of how much is left out to the last part, making room for it."""
    left = list(rest)
    last = parts[-1]
    while last and (last[-1].kind == "heading" or sum(map(size, last)) + size(_remainder(left)) > room):
        left.insert(0, last.pop())
    last.append(_remainder(left))
    return [tuple(part) for part in parts]


def _remainder(left: Sequence[Paragraph]) -> Paragraph:
    counts = {kind: sum(paragraph.kind == kind for paragraph in left) for kind in _PLURALS}
    named = [f"{count} {_PLURALS[kind] if count > 1 else kind}" for kind, count in counts.items() if count]
    return Paragraph("note", (Run(f"Too long for this chat: {', '.join(named) or 'some notes'} left out."),))
