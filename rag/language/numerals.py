"""Numbers written as words: one, twenty-one, three hundred and five, third, million."""

from __future__ import annotations

import re

_ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12, "b": 1e9,
}  # fmt: skip
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
}
_TEN_OR_ONE = rf"(?:(?:{'|'.join(_TENS)})[\s-](?:{'|'.join([*_ONES][1:10])})|{'|'.join([*_ONES, *_TENS])})"
SPELLED = rf"{_TEN_OR_ONE}(?:[\s-]hundred(?:[\s-]+(?:and\s+)?{_TEN_OR_ONE})?)?"
SCALE = r"hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|[kmb](?!\w)"


def spelled(words: str) -> float:
    """The value of what matches `SPELLED`."""
    total = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            total = max(total, 1.0) * 100
        else:
            total += _ONES.get(word, _TENS.get(word, 0))
    return total


def in_words(number: int) -> str:
    """A small number as a word, of none "no"; a larger one in digits."""
    return "no" if number == 0 else next((word for word, one in _ONES.items() if one == number <= 12), f"{number:,}")
