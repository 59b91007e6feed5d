"""Postings in arrays: for each term the keys of the texts that have it, with counts; and BM25 over them."""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.library.bm25 import saturated, weight

FORMAT = 1
MOST_COUNTED = 255

Term = tuple[bytes, np.ndarray, np.ndarray]  # its keys and counts, as in `Postings`
Matches = tuple[np.ndarray, np.ndarray]  # keys, ascending, and counts


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Postings of texts with keys from `first` on; immutable.

    `terms` (b,) uint8 holds all terms, sorted by their bytes; `ends` (t,) int64 is where each ends. A term's postings
    begin at its `starts` (t + 1,) int64: `keys` (p,) uint32, ascending, and `counts` (p,) uint8, its weighted
    frequencies in halves. `lengths` (l,) uint32 are the texts' lengths in terms; 0 for keys without a text.
    """

    terms: np.ndarray
    ends: np.ndarray
    starts: np.ndarray
    keys: np.ndarray
    counts: np.ndarray
    lengths: np.ndarray
    first: int
    count: int  # texts
    length: int  # of all texts together

    def matches(self, term: bytes) -> Matches:
        """The texts that have the term."""
        place = bisect_left(range(len(self.ends)), term, key=self._term)
        if place == len(self.ends) or self._term(place) != term:
            return self.keys[:0], self.counts[:0]
        between = slice(self.starts[place], self.starts[place + 1])
        return self.keys[between], self.counts[between]

    def all(self) -> Iterator[Term]:
        """Every term with its postings."""
        for place in range(len(self.ends)):
            between = slice(self.starts[place], self.starts[place + 1])
            yield self._term(place), self.keys[between], self.counts[between]

    def _term(self, place: int) -> bytes:
        return self.terms[self.ends[place - 1] if place else 0 : self.ends[place]].tobytes()


def build(terms: Iterable[Term], first: int, last: int) -> Postings:
    """Builds postings, in memory, of texts with keys from `first` to `last`.

    Each term comes, in order, with the keys of its occurrences, (n,) int64 and sorted, and their weights in halves,
    (n,).
    """
    names, sizes, keys_of_all, counts_of_all = bytearray(), [], bytearray(), bytearray()
    ends = []
    lengths = np.zeros(last + 1 - first, np.uint32)
    for name, places, weights in terms:
        if not len(places):
            continue
        begins = np.flatnonzero(np.diff(places, prepend=-1))
        keys = places[begins].astype(np.uint32)
        lengths[keys - np.uint32(first)] += np.diff(begins, append=len(places)).astype(np.uint32)
        names += name
        ends.append(len(names))
        sizes.append(len(keys))
        keys_of_all += keys.tobytes()
        counts_of_all += np.minimum(np.add.reduceat(weights, begins), MOST_COUNTED).astype(np.uint8).tobytes()
    return _made(names, ends, sizes, lengths, keys_of_all, counts_of_all, first)


def join(one: Postings, other: Postings) -> Postings:
    """Joins two postings, of which the other has later keys."""
    lengths = np.zeros(other.first + len(other.lengths) - one.first, np.uint32)
    lengths[: len(one.lengths)] = one.lengths
    lengths[other.first - one.first :] = other.lengths
    matches: dict[bytes, list[Matches]] = {}
    for part in (one, other):
        for name, keys, counts in part.all():
            matches.setdefault(name, []).append((keys, counts))
    names = sorted(matches)
    ends = np.cumsum([len(name) for name in names]).tolist()
    sizes = [sum(len(keys) for keys, _ in matches[name]) for name in names]
    keys_of_all = b"".join(keys.tobytes() for name in names for keys, _ in matches[name])
    counts_of_all = b"".join(counts.tobytes() for name in names for _, counts in matches[name])
    return _made(b"".join(names), ends, sizes, lengths, keys_of_all, counts_of_all, one.first)


def write_file(made: Postings, file: Path) -> None:
    """Writes postings to a file."""
    arrays = (made.ends, made.starts, made.lengths, made.keys, made.counts, made.terms)  # the widest numbers first
    with file.open("wb") as opened:
        opened.write(np.array([FORMAT, made.first, *map(len, arrays)], np.int64).tobytes())
        for one in arrays:
            opened.write(one.data)


def open_file(file: Path) -> Postings:
    """Opens a file of postings, memory-mapped. Raises OSError, or ValueError for another format."""
    with file.open("rb") as there:
        mapped = mmap.mmap(there.fileno(), 0, access=mmap.ACCESS_READ)
    header = np.frombuffer(mapped, np.int64, 8)
    if header[0] != FORMAT:
        raise ValueError("its format is unknown")
    arrays, offset = [], header.nbytes
    kinds = (np.int64, np.int64, np.uint32, np.uint32, np.uint8, np.uint8)
    for kind, size in zip(kinds, header[2:], strict=True):
        arrays.append(np.frombuffer(mapped, kind, int(size), offset))
        offset += arrays[-1].nbytes
    ends, starts, lengths, keys, counts, terms = arrays
    return _postings(terms, ends, starts, keys, counts, lengths, int(header[1]))


def _made(
    names: bytes | bytearray, ends: Sequence[int], sizes: Sequence[int], lengths: np.ndarray,
    keys: bytes | bytearray, counts: bytes | bytearray, first: int,
) -> Postings:  # fmt: skip
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    return _postings(
        np.frombuffer(names, np.uint8), np.array(ends, np.int64), starts, np.frombuffer(keys, np.uint32),
        np.frombuffer(counts, np.uint8), lengths, first,
    )  # fmt: skip


def _postings(
    terms: np.ndarray, ends: np.ndarray, starts: np.ndarray, keys: np.ndarray, counts: np.ndarray,
    lengths: np.ndarray, first: int,
) -> Postings:  # fmt: skip
    count, length = int(np.count_nonzero(lengths)), int(lengths.sum(dtype=np.int64))
    return Postings(terms, ends, starts, keys, counts, lengths, first, count, length)


def best_texts(
    parts: Sequence[Postings],
    words: Sequence[Sequence[bytes]],
    k: int,
    chosen: np.ndarray | None,
    split: Callable[[Sequence[int]], tuple[Sequence[int], Sequence[int]]],
) -> list[tuple[int, float]]:
    """The k texts with the best BM25 scores, best first; ties by key.

    A word is a sequence of terms that must all occur. `chosen` (n,) bool: for each key whether to search it. `split`
    gets each word's number of texts, and returns the indices of the words of which a text must have at least one, and
    of those that only add to its score.
    """
    found = [[_having_all([part.matches(term) for term in word]) for part in parts] for word in words]
    numbers = [sum(len(keys) for keys, _ in one) for one in found]
    enough, beside = split(numbers)
    size = max(part.first + len(part.lengths) for part in parts)
    scores, candidate, candidates = np.zeros(size, np.float32), np.zeros(size, bool), []
    texts = sum(part.count for part in parts)
    mean_length = max(1, sum(part.length for part in parts)) / max(1, texts)
    for place in (*enough, *beside):
        word_weight = np.float32(weight(texts, numbers[place]))
        for part, (keys, counts) in zip(parts, found[place], strict=True):
            keys, counts = _looked_at(candidate if place in beside else chosen, keys, counts)
            if place in enough:
                candidates.append(keys[~candidate.take(keys)])
                candidate[keys] = True
            lengths = part.lengths.take(keys - part.first if part.first else keys)
            scores[keys] += word_weight * saturated(counts * np.float32(0.5), lengths, mean_length)
    keys = np.concatenate(candidates) if candidates else np.zeros(0, np.int64)
    values = scores.take(keys)
    if len(keys) > k:
        least = np.partition(values, len(keys) - k)[len(keys) - k]
        keys, values = keys[values >= least], values[values >= least]
    order = np.lexsort((keys, -values))[:k]
    return [(int(keys[place]), float(values[place])) for place in order]


def _having_all(matches: Sequence[Matches]) -> Matches:
    """The texts that have all of several terms, each with the least of its counts."""
    if not matches:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint8)
    (keys, counts), *others = sorted(matches, key=lambda one: len(one[0]))
    for other_keys, other_counts in others:
        places = np.searchsorted(other_keys, keys)
        places[places == len(other_keys)] = 0
        both = other_keys[places] == keys if len(other_keys) else np.zeros(len(keys), bool)
        keys, counts = keys[both], np.minimum(counts[both], other_counts[places[both]])
    return keys, counts


def _looked_at(chosen: np.ndarray | None, keys: np.ndarray, counts: np.ndarray) -> Matches:
    """The matches that `chosen` (n,) bool includes, keys as int64; none beyond its end."""
    keys = keys.astype(np.int64)
    if chosen is None:
        return keys, counts
    if len(keys) and keys[-1] >= len(chosen):
        known = int(np.searchsorted(keys, len(chosen)))
        keys, counts = keys[:known], counts[:known]
    seen = chosen.take(keys)
    return keys[seen], counts[seen]
