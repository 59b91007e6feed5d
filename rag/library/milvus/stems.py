"""The words of a text as both of Milvus' forms can index them: tokenized here, as an embedded library's are.

Milvus Lite knows no stemmer, folds no accents and has no phrases. So Milvus is given terms with spaces between, at
which its analyzer splits. A word with marks inside, such as U.S.-led, is indexed by its pieces and as one term, and
looked for as that term.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.language.words import WORD
from rag.library.bm25 import tokens, words_of

MOST_BYTES = 65_000  # of Milvus' 65,535 that a field may have: an article's words beyond are not searched
JOINED = "0"  # so that U.S. is not the word us; Milvus would split at a mark
LINES = "\n"  # between the terms that count half and those that count whole


def indexed(texts: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    """For each text, and the part of it with half weight: the indexed terms, and their number."""
    parts = [part for whole, half in texts for part in (half, whole)]
    marked = [[word for word in WORD.findall(part) if not word.isalnum()] for part in parts]
    words = list(dict.fromkeys(word for found in marked for word in found))
    found = tokens([*parts, *words])
    joined = {word: JOINED.join(terms) for word, terms in zip(words, found[len(parts) :], strict=True) if terms[1:]}
    fields = [
        " ".join((*terms, *(joined[word] for word in its_marked if word in joined)))
        for terms, its_marked in zip(found, marked, strict=False)
    ]
    return [
        (_fitting(f" {fields[place]} {LINES} {fields[place + 1]} "), len(found[place]) + len(found[place + 1]))
        for place in range(0, len(parts), 2)
    ]


def counts_in(field: str, terms: Sequence[str]) -> list[float]:
    """How often each term occurs in an indexed text."""
    half, _, whole = field.replace(" ", "  ").partition(LINES)
    return [half.count(f" {term} ") / 2 + whole.count(f" {term} ") for term in terms]


@lru_cache(maxsize=1000)
def query_terms(query: str) -> tuple[str, ...]:
    """The query's terms: its first content words, or all words where it has none."""
    return tuple(dict.fromkeys(JOINED.join(found) for found in tokens(words_of(query)) if found))


def _fitting(field: str) -> str:
    if len(field) * 4 <= MOST_BYTES:
        return field
    return f"{field.encode()[:MOST_BYTES].decode('utf-8', 'ignore').rpartition(' ')[0]} "
