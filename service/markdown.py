"""Formats answers as Markdown: text with markers, disagreements, sources.

Text of articles is escaped, so that no article can format the answer or add a link of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from rag.articles import Answer, Citation, Disagreement, Passage, Statement, squeeze
from rag.marks import marked
from service.display import clean, credit, credits, day, heading, marks, quoted, shortened

LONGEST_PASSAGE = 300
_SOURCES = "**Sources**\n"

Address = Callable[[Citation], str | None]

# Starts of links, images, emphasis, code, tags, entities, strikethrough and citation markers.
_SPECIAL = re.compile(
    r"[`*~]|(?<!\w)_|_(?!\w)|\[(?=[\d^])|\](?=[(\[:])|<(?=[a-z/!?])|&(?=#?\w+;)|:(?=//)|(?<=\bwww)\."
    r"|\\(?=[!-/:-@\[-`{-~]|$)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"(?<!\\)[\[\]]")
_OPENING = re.compile(r"^(\d{0,9})([#+\-=>.)])")  # starts a heading, rule, quotation or list
_URL_CHARACTERS = "%:/?#@!$&'*+,;=~[]"  # without parentheses, white space and others that would end the link
_MARKER = re.compile(r"(?<!\\)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Marker:
    """The marker of a citation, at `text[start:end]` of the whole Markdown."""

    start: int
    end: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the text, with its markers."""

    text: str
    markers: tuple[Marker, ...] = ()


def answer_markdown(answer: Answer, address: Address) -> str:
    """Formats a whole answer as Markdown."""
    return "".join(piece.text for piece in MarkdownStream(address).whole(answer))


def web_address(citation: Citation) -> str | None:
    """The web address of the cited words, if any."""
    url = citation.link or citation.source.url
    return url if url and urlsplit(url).scheme.lower() in ("http", "https") else None


def escape(text: str) -> str:
    """Escapes Markdown in a text, on one line, without control characters."""
    return _escape(squeeze(text))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", clean(text))


def linked(title: str, url: str | None) -> str:
    """The title, as a link if there is a URL."""
    if url is None:
        return escape(title)
    text = _BRACKET.sub(r"\\\g<0>", escape(title))
    return f"[{text}]({percent_encode(url, safe=_URL_CHARACTERS)})"


class MarkdownStream:
    """Formats one answer as Markdown, piece by piece; `address` gives the link of a source's title.

    Citations keep their numbers. Only where a model failed half-way and numbering started over, a citation gets the
    next free number, because what was shown cannot be taken back.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._length = 0
        self._shown: dict[int, Citation] = {}
        self._stated: list[str] = []

    def whole(self, answer: Answer) -> list[Piece]:
        """All pieces of a complete answer."""
        statements = [
            self.statement(one, answer.citations, "" if place else answer.lead)
            for place, one in enumerate(answer.statements)
        ]
        return [*statements, self.rest(answer)]

    def statement(self, statement: Statement, citations: Iterable[Citation], lead: str = "") -> Piece:
        """A statement with its markers, after the lead; `citations` include those of both."""
        named = {*statement.citations, *map(int, _MARKER.findall(lead))}
        self._stated.append(f"{lead} {marked(statement.shown, marks(statement.citations))}".lstrip())
        numbers = {one.number: self._number(one) for one in citations if one.number in named}
        stated = marked(escape(statement.shown), marks(numbers[number] for number in statement.citations))
        text = f"{_renumbered(lead, numbers)} {stated}".lstrip()
        return self._piece(f" {text}" if self._length else _OPENING.sub(r"\1\\\2", text))

    def rest(self, answer: Answer) -> Piece:
        """What follows the statements: the end of the text, disagreements, sources or closest passages, notes."""
        numbers = {citation.number: self._number(citation) for citation in answer.citations}
        blocks = [self._end_of_text(answer, numbers)]
        blocks += [_disagreement(one, answer.citations, numbers) for one in answer.disagreements]
        if self._shown:
            sources = [self._source(number, self._shown[number]) for number in sorted(self._shown)]
            blocks.append("\n".join([_SOURCES, *sources]))
        elif answer.closest:
            blocks.append("\n".join(["**The closest passages**\n", *map(_passage, answer.closest)]))
        blocks += [f"Note: {escape(note)}" for note in answer.notes]
        return self._piece("\n\n".join(blocks))

    def _end_of_text(self, answer: Answer, numbers: Mapping[int, int]) -> str:
        """The answer's text after its statements; all of it where there are none."""
        if not self._stated:
            return answer.text  # Byline's own words, which need no escaping
        stated = " ".join(self._stated)
        if not answer.text.startswith(stated):  # statements of a model that then failed were shown
            return ""
        return _renumbered(answer.text[len(stated) :], numbers)

    def _number(self, citation: Citation) -> int:
        for number, known in self._shown.items():
            if _place(known) == _place(citation):
                return number
        number = citation.number
        if number in self._shown:
            number = max(self._shown) + 1
        self._shown[number] = citation
        return number

    def _source(self, number: int, citation: Citation) -> str:
        source = citation.source
        outlet = f"{escape(source.outlet)}, " if source.outlet else ""
        published = f", {day(source.published)}" if source.published else ""
        title = linked(source.title or source.id, self._address(citation))
        return f"- [{number}] {outlet}{title}{published}: {escape(quoted(citation.quote))}"

    def _piece(self, text: str) -> Piece:
        began, self._length = self._length, self._length + len(text)
        markers = [
            Marker(began + match.start(), began + match.end(), self._shown[int(match[1])])
            for match in _MARKER.finditer(text.partition(_SOURCES)[0])
        ]
        return Piece(text, tuple(markers))


def _renumbered(text: str, numbers: Mapping[int, int]) -> str:
    """Part of the answer's text, escaped, with the citation numbers shown to the reader."""
    parts = _MARKER.split(text)  # words, a number, words, a number, words
    words = [_escape(part) for part in parts[::2]]
    markers = [f"[{numbers[int(part)]}]" if int(part) in numbers else f"\\[{part}]" for part in parts[1::2]]
    return "".join(one for pair in zip_longest(words, markers, fillvalue="") for one in pair)


def _disagreement(disagreement: Disagreement, citations: Sequence[Citation], numbers: Mapping[int, int]) -> str:
    lines = [f"**{escape(heading(disagreement))}**\n"]
    for version in disagreement.versions:
        markers = marks(numbers[number] for number in version.citations)
        lines.append(f"- {escape(version.value)} {markers}{_escape(credits(version, citations))}")
    return "\n".join(lines)


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.source.id, citation.start, citation.end


def _passage(passage: Passage) -> str:
    said = credit(passage.source)
    cut = shortened(squeeze(passage.text), LONGEST_PASSAGE)
    title = escape(passage.source.title or passage.source.id)
    return f"- {title}{f' ({escape(said)})' if said else ''}: {escape(quoted(cut))}"
