"""The words of a text as both of Milvus' forms can index them: folded, stemmed, and joined where marks join them.

Milvus Lite knows no stemmer and folds no accents, so both are done here, as FTS5 does them in the embedded library
(`porter unicode61 remove_diacritics 2`); Milvus' BM25 function then splits at the spaces. It knows no phrases either:
a word with marks inside, such as U.S.-led, is indexed by its pieces and as a whole, and looked for as a whole.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from rag.language.words import WORD, content_words

QUERY_WORDS = 32  # as in an embedded library
MOST_BYTES = 65_000  # of Milvus' 65,535 that a field may have: an article's words beyond are not searched
SHORTEST_STEMMED, LONGEST_STEMMED = 3, 64  # letters, as in FTS5
_PIECE = re.compile(r"[^\W_]+")
_JOINED = "0"  # so that U.S. is not the word us; a mark would part the two again
_stemmer, _stemming = snowballstemmer.stemmer("porter"), threading.Lock()


def stems(text: str) -> str:
    """The stems of a text's words, in order, with spaces between."""
    return " ".join(_indexed(_folded(text))).encode()[:MOST_BYTES].decode("utf-8", "ignore")


def query_stems(query: str) -> str:
    """What to look for: a query's first words that carry meaning, or all its words where none does."""
    words = content_words(query)[:QUERY_WORDS] or _PIECE.findall(query)[:QUERY_WORDS]
    return " ".join(dict.fromkeys(_JOINED.join(map(_stem, _PIECE.findall(_folded(word)))) for word in words))


def _indexed(text: str) -> Iterator[str]:
    for word in WORD.findall(text):
        pieces = [_stem(piece) for piece in _PIECE.findall(word)]
        yield from pieces
        if len(pieces) > 1:
            yield _JOINED.join(pieces)


def _folded(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.encode("utf-8", "replace").decode().lower())
    return unicodedata.normalize("NFC", "".join(one for one in apart if not unicodedata.combining(one)))


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    if not word.isascii() or not SHORTEST_STEMMED <= len(word) <= LONGEST_STEMMED:
        return word
    with _stemming:
        return str(_stemmer.stemWord(word))
