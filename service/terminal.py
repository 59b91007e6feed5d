"""Prints results in a terminal.

Text of articles is printed without control characters, so that no article can control the terminal.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.status import Status
from rich.text import Text

from rag.articles import (
    Answer,
    Article,
    Citation,
    Disagreement,
    IngestReport,
    Passage,
    Rejected,
    Source,
)
from service.display import UNSAFE, credits, day, heading, marks, quoted
from service.display import clean as clean
from service.display import one_line as one_line

if TYPE_CHECKING:  # slow to import
    from rag.tracing import Edit, Match

WIDEST_TEXT = 100
SECONDS_BETWEEN_LINES = 10.0
BAR = 20  # characters of a progress bar
ELLIPSES = ("…", "...", "[…]", "[...]", "(…)", "(...)", ". . .")

_MARKER = re.compile(r"\[\d+\]")


def escape_json(text: str) -> str:
    """Escapes control characters in JSON as `\\uXXXX`."""
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def output() -> Console:
    """Standard output for a person: coloured on a terminal only, lines of at most 100 characters."""
    console = Console(markup=False, highlight=False, emoji=False)
    console.width = min(console.width, WIDEST_TEXT)
    return console


def notes() -> Console:
    """Standard error, for progress, notes and errors."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


# -- answers ----------------------------------------------------------------------------------------


def show_answer(answer: Answer, console: Console) -> None:
    """Prints the answer, its sources and the disagreements."""
    _print_under(Text(), console, _with_marked_numbers(answer.text, "bold"))
    if answer.citations:
        console.print()
    for citation in answer.citations:
        _show_citation(citation, console)
    for disagreement in answer.disagreements:
        console.print()
        _show_disagreement(disagreement, answer.citations, console)
    if answer.closest:
        console.print("\nThe closest passages:\n")
        show_passages(answer.closest, console)


def show_remarks(answer: Answer, console: Console) -> None:
    """Prints the answer's notes and the language model's usage."""
    for note in answer.notes:
        console.print(Text(f"Note: {clean(note)}", style="dim"))
    if answer.mode == "llm":
        used = answer.usage
        cost = f", ${used.cost_usd:.4f}" if used.cost_usd else ""
        tokens = f"{used.prompt_tokens:,} tokens read, {used.completion_tokens:,} written"
        console.print(Text(clean(f"Written by {answer.model}: {tokens}{cost}."), style="dim"))


def _show_citation(citation: Citation, console: Console) -> None:
    _print_under(
        Text(f"[{citation.number}] ", style="cyan"),
        console,
        Text(one_line(citation.source.title)),
        Text(_place(citation.source, citation.paragraph), style="dim"),
        Text(quoted(one_line(citation.quote)), style="italic"),
    )


def _show_disagreement(disagreement: Disagreement, citations: Sequence[Citation], console: Console) -> None:
    _print_under(Text(), console, Text(one_line(heading(disagreement)), style="yellow"))
    for version in disagreement.versions:
        said = f"{one_line(version.value)} {marks(version.citations)}{credits(version, citations)}"
        _print_under(Text("- "), console, _with_marked_numbers(said))


# -- excerpts ---------------------------------------------------------------------------------------

_KINDS = {
    "exact": "identical to the article",
    "near": "the same words, with other punctuation or spelling",
    "edited": "differs from the article",
}


def show_matches(matches: Sequence[Match], console: Console) -> None:
    """Prints every article that has the excerpt, with the place and the edits."""
    if not matches:
        console.print("The excerpt is in none of the articles.")
    for rank, match in enumerate(matches, 1):
        if rank > 1:
            console.print()
        _print_under(
            Text(f"{rank}. ", style="cyan"),
            console,
            Text(one_line(match.source.title)),
            Text(f"{_place(match.source, match.paragraph)}, characters {match.start:,}–{match.end:,}", style="dim"),
            Text(f"{match.kind}: {_KINDS[match.kind]}", style="yellow" if match.kind == "edited" else "green"),
            Text(one_line(match.quote), style="italic"),
            *(_edit(edit) for edit in match.edits),
        )


def _edit(edit: Edit) -> Text:
    """Describes an edit: the excerpt's words and the article's."""
    ours, theirs = one_line(edit.excerpt), one_line(edit.article)
    if not theirs:
        return Text(f"added: “{ours}”", style="yellow")
    if not ours or ours in ELLIPSES:
        return Text(f"left out: “{theirs}”", style="yellow")
    return Text(f"“{ours}” instead of “{theirs}”", style="yellow")


# -- passages and articles --------------------------------------------------------------------------


def show_passages(passages: Sequence[Passage], console: Console) -> None:
    """Prints the passages, best first, each with its place."""
    for rank, passage in enumerate(passages, 1):
        if rank > 1:
            console.print()
        _print_under(
            Text(f"{rank}. ", style="cyan"),
            console,
            Text(one_line(passage.source.title)),
            Text(f"{_place(passage.source, passage.paragraph)} · score {passage.score:.2f}", style="dim"),
            Text(one_line(passage.text)),
        )


def show_sources(sources: Iterable[Source], console: Console) -> None:
    """Prints one line per article, its id first. On a terminal, no line wraps."""
    for source in sources:
        line = Text(clean(source.id), style="cyan")
        line.append(f"  {source.published or '          '}  ", style="dim")
        line.append(one_line(source.title))
        if source.outlet:
            line.append(f"  {one_line(source.outlet)}", style="dim")
        if console.is_terminal:
            console.print(line, no_wrap=True, overflow="ellipsis")
        else:
            console.print(line, soft_wrap=True)


def show_article(article: Article, console: Console) -> None:
    """Prints an article, every paragraph with its number."""
    console.print(Text(one_line(article.source.title), style="bold"))
    console.print(Text(_place(article.source), style="dim"))
    for paragraph in article.paragraphs:
        console.print()
        text = one_line(article.text[paragraph.start : paragraph.end])
        label = Text(f"{paragraph.number:>3}  ", style="cyan" if paragraph.evidence else "dim")
        _print_under(label, console, Text(text, style="" if paragraph.evidence else "dim"))


# -- ingest -----------------------------------------------------------------------------------------


def show_report(report: IngestReport, console: Console) -> None:
    """Prints the counts of an ingest."""
    console.print(summary(report))


def show_rejected(rejected: Rejected, console: Console) -> None:
    """Prints why an article was rejected."""
    place = rejected.place or f"article {rejected.index + 1}"
    console.print(Text(f"Rejected: {one_line(place)}: {one_line(rejected.reason)}", style="red"))


def summary(report: IngestReport) -> str:
    """The four counts of an ingest."""
    return (
        f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged,"
        f" {len(report.rejected):,} rejected"
    )


class Progress(AbstractContextManager["Progress"]):
    """Shows the progress of long work on standard error: a live line on a terminal, otherwise a line every 10 s."""

    def __init__(self, doing: str, console: Console) -> None:
        self._doing = doing
        self._console = console
        self._status: Status | None = console.status(f"{doing}…") if console.is_terminal else None
        self._last = time.monotonic()
        self._how_far = ""

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()
        if error is not None and self._how_far:
            self._console.print(f"{self._doing} stopped after: {self._how_far}. Run it again for the rest.")

    def ingested(self, report: IngestReport) -> None:
        """Shows the progress of an ingest."""
        self._say(summary(report))

    def embedded(self, done: int, all_of_them: int) -> None:
        """Shows the progress of embedding again."""
        self._say(f"{done:,} of {all_of_them:,} paragraphs")

    def copied(self, done: int, all_of_them: int) -> None:
        """Shows the progress over that many articles."""
        filled = BAR * done // max(all_of_them, 1)
        self._say(f"{'█' * filled}{'░' * (BAR - filled)} {done:,} of {all_of_them:,} articles")

    def _say(self, how_far: str) -> None:
        self._how_far = how_far
        line = f"{self._doing}: {how_far}"
        if self._status:
            self._status.update(line)
        elif time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self._console.print(line)


# -- helpers ----------------------------------------------------------------------------------------


def _place(source: Source, paragraph: int | None = None) -> str:
    """Outlet, day, id, paragraph and URL, as far as known."""
    known = [source.outlet, day(source.published) if source.published else None]
    known += [source.id if paragraph is None else f"{source.id}, paragraph {paragraph}", source.url]
    return " · ".join(one_line(part) for part in known if part)


def _with_marked_numbers(text: str, style: str = "") -> Text:
    marked = Text(clean(text), style=style)
    marked.highlight_regex(_MARKER, "cyan")
    return marked


def _print_under(label: Text, console: Console, *blocks: Text) -> None:
    """Prints the blocks below each other, indented by the label, which stands before the first line."""
    width = max(console.width - label.cell_len, 20)
    for number, line in enumerate(line for block in blocks for line in block.wrap(console, width)):
        line.rstrip()
        console.print((Text(" " * label.cell_len) if number else label) + line, soft_wrap=True)
