"""How likely a line of an article tells none of its news: a logistic model over the line's shape and its neighbours.

Headings, links to other articles, captions, credits, newsletters and video players have shapes of their own: no verb,
no full stop, a label glued to a title, a name behind the last stop. No site and hardly a word is listed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from rag.ingestion.voices import is_attributed
from rag.language.lemmas import parts_of_speech
from rag.language.words import STOP_WORDS

FEATURES = (
    "ended", "colon", "glued", "label", "numbered", "bullet", "contact", "ours", "yours", "credited", "clock",
    "quoted", "asks", "attributed", "words", "short", "capitals", "shouted", "verbs", "digits", "before_ended",
    "after_ended",
)  # fmt: skip
# Fitted on lines of RealTimeQA's articles by `python -m eval.bench.lines`, docs/measurements.md#reading-real-pages
WEIGHTS = np.array(
    [
        -6.08,
        -5.45,
        3.07,
        -0.89,
        1.17,
        -4.4,
        3.6,
        2.49,
        1.16,
        0.02,
        0.01,
        -2.52,
        2.38,
        -1.46,
        -0.75,
        0.05,
        2.0,
        1.39,
        0.05,
        -17.18,
        0.4,
        -0.49,
    ]
)
BIAS = 4.68
UNLIKELY = 0.6  # from here on a line is taken for none of the news
UNLIKELY_LOGIT = math.log(UNLIKELY / (1 - UNLIKELY))
RECURS = 1.93  # fitted on the logit of the weights
LEAST_KEPT = 0.3  # of an article's words: where the shapes leave fewer, they tell nothing of it
SHORT_WORDS, LOOKED_AT_WORDS, MOST_VERBS = 8, 40, 3

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_CREDIT = r"[.!?][”\"’')\]]*\s+[A-Z](?:[^.!?]|\.(?=\w)){1,60}$|\w/[A-Z]\w+(?: [A-Z]\w+)?$"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[.!?…。！？؟।]\s?[”\"’')\]]*(?:\s\([^()]{1,30}\))?$",
        r":$",
        r"^[^.]{2,60}?[^\W\d][?!'’”\"]*:(?=[A-Z'‘“\"])",
        r"^(?:\S+\s){0,3}\S+:\s",
        r"^(?:\d{1,3}[.)]|No\. ?\d+|[–—>]+)\s*\S",
        r"^[-*•‣▪◦]\s",
        r"@\w|https?://|\bwww\.|\b\w+\.(?:com|org|net|co\.uk)\b|\b\d{3}[-.]\d{3}[-.]\d{4}\b",
        r"\b(?:[Ww]e|us|[Oo]ur|here)\b",
        r"\b[Yy]ou(?:r)?\b",
        _CREDIT,
        r"\b\d{1,2}:\d\d\b",
        r"[“”\"]",
        r"\?[”\"’']*$",
    )
)
_ENDED = _PATTERNS[0]


def are_unlikely(lines: Sequence[str]) -> list[bool]:
    """For each line of an article, whether it tells none of its news, as far as shapes tell."""
    if not lines:
        return []
    unlikely = 1 / (1 + np.exp(-(features(lines) @ WEIGHTS + BIAS))) >= UNLIKELY
    unlikely &= ~np.array(_listed(lines))
    words = np.array([len(line.split()) for line in lines])
    return [False] * len(lines) if words[~unlikely].sum() < LEAST_KEPT * words.sum() else unlikely.tolist()


def is_recurring(text: str, copies: int) -> bool:
    """Whether a paragraph that so many other articles of its outlet have too tells none of the news of any."""
    return (
        bool(copies) and float((features([text]) @ WEIGHTS)[0]) + BIAS + RECURS * math.log1p(copies) >= UNLIKELY_LOGIT
    )


def _listed(lines: Sequence[str]) -> list[bool]:
    """Whether each line is an item of a list that a line announces: "The dead are:"."""
    listed: list[bool] = []
    announced = False
    for line in lines:
        listed.append(announced and not _ENDED.search(line))
        announced = listed[-1] or line.endswith(":")
    return listed


def features(lines: Sequence[str]) -> np.ndarray:
    """(n, len(FEATURES)) float64 of an article's lines, in the order of FEATURES."""
    ended = [False, *(bool(_ENDED.search(line)) for line in lines), False]
    rows = [[*_shape(line), ended[place], ended[place + 2]] for place, line in enumerate(lines)]
    return np.array(rows, dtype=np.float64).reshape(len(lines), len(FEATURES))


def _shape(line: str) -> list[float]:
    words = _WORD.findall(line)[:LOOKED_AT_WORDS]
    meant = [word for word in words[1:] if word.lower() not in STOP_WORDS]
    count = len(line.split())
    return [
        *(float(bool(pattern.search(line))) for pattern in _PATTERNS),
        float(is_attributed(line)),
        math.log1p(count),
        float(count <= SHORT_WORDS),
        sum(word[0].isupper() for word in meant) / max(len(meant), 1),
        float(sum(word.isupper() and len(word) > 2 for word in words) * 2 >= max(len(words), 1)),
        min(sum(map(_may_be_a_verb, words)), MOST_VERBS),
        sum(one.isdigit() for one in line) / max(len(line), 1),
    ]


def _may_be_a_verb(word: str) -> bool:
    return word.islower() and bool(parts_of_speech(word) & {"VERB", "AUX"})
