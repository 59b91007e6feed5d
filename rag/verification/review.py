"""Reviews what a language model writes, draft by draft: shown, shortened, quoted or left out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from rag.articles import Checked, Draft, Passage, Span, Usage, squeeze
from rag.errors import TimedOut, WriterError
from rag.language.tokens import tokens
from rag.mishaps import Mishaps
from rag.verification.checker import CheckedClaim, Checker, Examined
from rag.verification.opinions import Doubt, Opinion, Run, SecondOpinion
from rag.verification.verbatim import quotes

log = logging.getLogger(__name__)

LONGEST_CLAIM = 2_000  # characters; a longer one is not asked about, since part of it would be judged for all
SAID = 0.85  # of a quotation's content words, from which a sentence that is shown says it already


@dataclass(slots=True)
class Tally:
    """Counts of the sentences that a model wrote and of those not shown as written."""

    written: int = 0
    shortened: int = 0
    quoted: int = 0
    anew: int = 0
    left_out: int = 0
    reasons: list[str] = field(default_factory=list)

    def note(self) -> str | None:
        """One plain line for the reader; None where everything is shown as written, with its own sources."""
        parts = [
            (self.quoted, "replaced by the articles' own words"),
            (self.shortened, "shortened to what the articles say"),
            (self.anew, "cited anew"),
            (self.left_out, "left out"),
        ]
        told = ", ".join(f"{count} {'was' if count == 1 else 'were'} {fate}" for count, fate in parts if count)
        if not told:
            return None
        because = f" ({'; '.join(dict.fromkeys(self.reasons[:3]))})" if self.reasons else ""
        sentences = "sentence" if self.written == 1 else "sentences"
        return f"Of {self.written} {sentences} that the language model wrote, {told}{because}."


class Review:
    """One answer's drafts in order. What waits for a second opinion holds back what was written after it."""

    def __init__(
        self,
        checker: Checker,
        opinion: SecondOpinion | None,
        passages: Sequence[Passage],
        run: Run,
        mishaps: Mishaps | None = None,
        within: Callable[[Awaitable[Opinion]], Awaitable[Opinion]] | None = None,
    ) -> None:
        """`within` bounds the time of the second opinion."""
        self._checker = checker
        self._opinion = opinion
        self._passages = passages
        self._run = run
        self._mishaps = mishaps or Mishaps()
        self._within = within
        self._waiting: list[Examined] = []
        self._stated: list[frozenset[str]] = []
        self._quoted_texts: set[str] = set()
        self._quoted: list[tuple[str, int, int]] = []
        self.tally = Tally()
        self.usage = Usage()
        self.failure: str | None = None

    async def add(self, draft: Draft) -> list[Checked]:
        """The sentences that can be shown after this draft."""
        self.tally.written += 1
        examined = await self._run(self._mishaps.guarded, None, self._checker.examine, draft, self._passages)
        if examined is None:
            self.tally.left_out += 1
            return []
        if self._opinion is not None and (self._waiting or examined.undecided):
            self._waiting.append(examined)
            return []
        return await self._settled(examined, ())

    async def close(self, *, ask: bool = True) -> list[Checked]:
        """The remaining sentences, after one second opinion on all that are undecided."""
        doubts = [(examined, claim) for examined in self._waiting for claim in examined.undecided]
        asked = [(examined, claim) for examined, claim in doubts if len(examined.up_to(claim)) <= LONGEST_CLAIM]
        supported = await self._supported(asked) if asked and ask else ()
        shown: list[Checked] = []
        for examined in self._waiting:
            shown += await self._settled(examined, supported)
        self._waiting = []
        return shown

    async def _settled(self, examined: Examined, supported: Sequence[CheckedClaim]) -> list[Checked]:
        shown: list[Checked] = await self._run(self._mishaps.guarded, [], self._settle, examined, supported)
        return shown

    async def _supported(self, asked: Sequence[tuple[Examined, CheckedClaim]]) -> tuple[CheckedClaim, ...]:
        assert self._opinion is not None
        doubts = [Doubt(examined.up_to(claim), self._evidence(claim)) for examined, claim in asked]
        try:
            asking = self._opinion.ask(doubts, self._run)
            opinion = await (self._within(asking) if self._within else asking)
        except (WriterError, TimedOut) as error:
            self.failure = str(error)
            log.warning("the second opinion failed: %s", error)
            return ()
        self.usage += opinion.usage
        return tuple(asked[place][1] for place in opinion.supported)

    def _evidence(self, claim: CheckedClaim) -> str:
        """The words that bear on a claim, in the order in which their articles have them."""
        return " … ".join(
            span.words(self._passages) for span in sorted(claim.spans, key=lambda one: (one.passage, one.start))
        )

    def _settle(self, examined: Examined, supported: Sequence[CheckedClaim]) -> list[Checked]:
        """The draft as it may be shown, or what its sources say in its place: each quotation once in an answer."""
        checked = self._checker.settle(examined, supported)
        if checked is not None:
            if _bare(checked.text) in self._quoted_texts:
                return []
            if any(squeeze(span.words(self._passages)) == checked.text for span in checked.spans):
                checked = replace(checked, verbatim=True)
            self.tally.anew += checked.is_anew
            self.tally.shortened += checked.is_shortened
            self._stated.append(tokens(checked.text).known)
            return [checked]
        found = quotes(examined.text, self._passages, examined.bearing)
        if not found:
            self.tally.left_out += 1
            self.tally.reasons.append(examined.reason)
            return []
        self.tally.quoted += 1
        new = [one for one in found if not self._is_shown(one)]
        self._quoted += [self._place(one.spans[0]) for one in new]
        self._quoted_texts |= {_bare(one.text) for one in new}
        return [replace(one, is_quotation=True) for one in new]

    def _is_shown(self, quotation: Checked) -> bool:
        """Whether it is quoted already, or a sentence that is shown as written has nearly all of its words."""
        article, start, end = self._place(quotation.spans[0])
        own = tokens(quotation.text).content
        return any(article == known and first <= start and end <= last for known, first, last in self._quoted) or any(
            sum(form in stated for form in own) >= SAID * len(own) for stated in self._stated
        )

    def _place(self, span: Span) -> tuple[str, int, int]:
        return self._passages[span.passage].source.id, span.start, span.end


def _bare(text: str) -> str:
    """A sentence without its case and its closing mark."""
    return text.casefold().rstrip(".!? ")
