"""Folds reprints: of passages with (nearly) the same words one stays, which carries the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.articles import Passage
from rag.attribution import is_credited
from rag.cancellation import check_cancelled
from rag.language.words import pieces

SAME_WORDS = 0.8  # Jaccard similarity of the runs of three words

Shingle = tuple[str, ...]  # words that follow one another


def folded(ranked: Sequence[Passage], k: int) -> list[Passage]:
    """The first k passages with different words; each carries those with the same, the original in front."""
    groups: list[list[Passage]] = []
    sizes: list[int] = []
    holders: defaultdict[Shingle, list[int]] = defaultdict(list)  # of each shingle, the groups whose first has it
    for passage in ranked:
        check_cancelled()
        shingles = _shingles(passage.text)
        known = shingles & holders.keys()
        shared = Counter(place for one in known for place in holders[one])
        for place, count in sorted(shared.items()):
            if count >= SAME_WORDS * (len(shingles) + sizes[place] - count):
                groups[place].append(passage)
                break
        else:
            if len(groups) < k:
                for one in shingles:
                    holders[one].append(len(groups))
                groups.append([passage])
                sizes.append(len(shingles))
    return [_original_first(group) for group in groups]


def _original_first(group: Sequence[Passage]) -> Passage:
    """The earliest of a group, or the one that the others credit, with the others as its reprints."""
    first = min(group, key=lambda one: (one.source.published or date.max, group.index(one)))
    first = next((one for one in group if any(is_credited(one.source, other.text) for other in group)), first)
    others = tuple(one for one in group if one is not first)
    return replace(first, score=group[0].score, reprints=others)


def _shingles(text: str) -> set[Shingle]:
    """The text's runs of three words; a text shorter than one is its own."""
    words = pieces(text.casefold())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}
