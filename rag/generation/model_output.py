"""Parses a language model's output, streamed in chunks of any size, into drafts: sentences with cited passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from rag.articles import Draft, squeeze
from rag.language.sentences import sentence_spans
from rag.marks import MARKER, MARKUP, OPEN, without_markup

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_LINE_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*•]\s+|\d{1,2}[.)]\s+(?=\S))+")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])")
_LABEL = re.compile(r"^(?:final\s+)?answer\s*:\s*", re.IGNORECASE)
_SOURCES = re.compile(
    r"^\W*(?:sources|references|citations|footnotes|bibliography)\W*$|^\W*(?:sources|references)\s*:", re.IGNORECASE
)
# Headings, and the header row above a table's rule, make no claims.
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|(?:\*\*|__)[^*_]{1,80}(?:\*\*|__):?\s*$)")
_TABLE_RULE = re.compile(r"^\s*(?:\|\s*)?(?::?-{2,}:?\s*\|\s*)+(?::?-{2,}:?\s*)?$")
_TABLE_ROW = re.compile(r"^\s*\|(?P<cells>.+)\|\s*$")
_FENCE = re.compile(r"^\s*```")
_FINISHED = re.compile(r"[.!?:…。][”\"’')\]*_`]*$")


@dataclass(slots=True)
class Sentences:
    """Splits growing text into drafts; markers beyond the number of `passages` are ignored."""

    passages: int
    _text: str = ""
    _given: int = 0

    def feed(self, piece: str) -> Iterator[Draft]:
        """Adds a piece of text; yields the drafts that are now complete: those followed by another sentence."""
        self._text += piece
        yield from self._new(_settled(self._text), whole=False)

    @property
    def is_unfinished(self) -> bool:
        """Whether the text ends inside a sentence."""
        bare = MARKER.sub("", self._text).rstrip()
        return bool(bare) and _FINISHED.search(bare) is None

    def close(self) -> Iterator[Draft]:
        """Yields the remaining drafts at the end of the text."""
        yield from self._new(self._text, whole=True)

    def _new(self, text: str, *, whole: bool) -> Iterator[Draft]:
        drafts = [draft for line in _lines(text) for draft in _drafts(line, self.passages)]
        ready = drafts if whole else drafts[:-1]
        yield from ready[self._given :]
        self._given = max(self._given, len(ready))


def _settled(text: str) -> str:
    """The text up to its last white space outside a bracket, link or tag: more text cannot change it."""
    text = text[: match.start()] if (match := OPEN.search(text)) else text
    cut = _last_space(text, len(text))
    for match in reversed(list(MARKUP.finditer(text))):
        if match.start() < cut < match.end():
            cut = _last_space(text, match.start())
    return text[: cut + 1]


def _last_space(text: str, end: int) -> int:
    return max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))


def _lines(text: str) -> Iterator[str]:
    """The lines of an answer, without its reasoning, Markdown, images, tags and the list of sources at its end."""
    lines = without_markup(_THOUGHT.sub("", text)).split("\n")
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if _SOURCES.match(line):
            return
        if _HEADING.match(line) or _TABLE_RULE.match(line) or _TABLE_RULE.match(following):
            continue
        if row := _TABLE_ROW.match(line):
            line = ": ".join(cell.strip() for cell in row["cells"].split("|") if cell.strip())
        bare = _LABEL.sub("", _EMPHASIS.sub("", _LINE_MARKS.sub("", line)).strip())
        if bare and not _FENCE.match(line):
            yield bare


def _drafts(line: str, passages: int) -> Iterator[Draft]:
    """The sentences of a line; a marker belongs to the sentence that it is in or follows."""
    bare, places = "", []
    last = 0
    for match in MARKER.finditer(line):
        bare += line[last : match.start()]
        places.append((len(bare), _numbers(match["numbers"] or match["labelled"], passages)))
        last = match.end()
    bare += line[last:]
    spans = sentence_spans(bare)
    for number, (start, end) in enumerate(spans):
        until = spans[number + 1][0] if number + 1 < len(spans) else len(bare) + 1
        first = start + 1 if number else 0
        named = [index for place, indices in places if first <= place <= until for index in indices]
        text = squeeze(bare[start:end])
        if any(character.isalnum() for character in text):
            yield Draft(re.sub(r"\s+([.,;:!?])", r"\1", text), tuple(dict.fromkeys(named)))


def _numbers(text: str, passages: int) -> list[int]:
    """The indices, from 0, of the passages that a marker names; nonexistent ones are left out."""
    found: list[int] = []
    for part in re.split(r"[,;&]", text):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        found += range(ends[0], ends[-1] + 1) if len(ends) == 2 and ends[0] <= ends[-1] else ends
    return [number - 1 for number in found if 1 <= number <= passages]
