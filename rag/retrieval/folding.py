"""Folds reprints: passages with (nearly) the same words become one, which carries the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.articles import Passage
from rag.cancellation import check_cancelled
from rag.language.credits import is_credited
from rag.language.words import shingles

SAME_WORDS = 0.8  # Jaccard similarity of shingles


def folded(ranked: Sequence[Passage], k: int) -> list[Passage]:
    """The first k passages with distinct words, each the original of its group, which carries its reprints."""
    groups: list[list[Passage]] = []
    sizes: list[int] = []
    holders: defaultdict[str, list[int]] = defaultdict(list)  # shingle → groups whose first passage has it
    for passage in ranked:
        check_cancelled()
        own = shingles(passage.text)
        known = own & holders.keys()
        shared = Counter(place for one in known for place in holders[one])
        for place, count in sorted(shared.items()):
            if count >= SAME_WORDS * (len(own) + sizes[place] - count):
                groups[place].append(passage)
                break
        else:
            if len(groups) < k:
                for one in own:
                    holders[one].append(len(groups))
                groups.append([passage])
                sizes.append(len(own))
    return [_original_first(group) for group in groups]


def _original_first(group: Sequence[Passage]) -> Passage:
    """The passage that others of its group credit, otherwise the earliest; the others become its reprints."""
    if len(group) == 1:
        return group[0]
    first = min(group, key=lambda one: (one.source.published or date.max, group.index(one)))
    first = next((one for one in group if any(is_credited(one.source.outlet, other.text) for other in group)), first)
    others = tuple(one for one in group if one is not first)
    return replace(first, score=group[0].score, reprints=others)
