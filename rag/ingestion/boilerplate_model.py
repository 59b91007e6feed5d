"""How likely a line of an article is boilerplate: a logistic model over the line's shape, words and place.

Headings, links to other articles, captions, credits, newsletters and video players have shapes of their own: no verb,
no full stop, a label glued to a title, a name behind the last stop, the imperative, words of a web page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from rag.language.lemmas import parts_of_speech
from rag.language.page_text import is_attributed, is_call, is_past, marks, tells_of_past_or_future
from rag.language.pronouns import US_OR_HERE, YOU
from rag.language.words import STOP_WORDS

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Each feature with the pattern that a line has or has not.
_PATTERNS = {
    "ended": re.compile(r"[.!?…。！？؟।]\s?[”\"’')\]]*(?:\s\([^()]{1,30}\))?$"),
    "colon": re.compile(r":$"),
    "glued": re.compile(r"^[^.]{2,60}?[^\W\d][?!'’”\"]*:(?=[A-Z'‘“\"])"),
    "label": re.compile(r"^(?:\S+\s){0,3}\S+:\s"),
    "shouted_label": re.compile(r"^[A-Z][A-Z' ’-]{3,40}:"),
    "numbered": re.compile(r"^(?:\d{1,3}[.)]|No\. ?\d+|[–—>]+)\s*\S"),
    "bullet": re.compile(r"^[-*•‣▪◦]\s"),
    "contact": re.compile(r"@\w|https?://|\bwww\.|\b\w+\.(?:com|org|net|co\.uk)\b|\b\d{3}[-.]\d{3,4}\b"),
    "ours": US_OR_HERE,
    "yours": YOU,
    "credited": re.compile(r"[.!?][”\"’')\]]*\s+[A-Z](?:[^.!?]|\.(?=\w)){1,60}$|\w/[A-Z]\w+(?: [A-Z]\w+)?$"),
    "quoted": re.compile(r"[“”\"]"),
    "asks": re.compile(r"\?[”\"’']*$"),
}
OTHER_FEATURES = (
    "attributed", "call", "marks", "marks_of_past", "words", "capitals", "shouted", "verbs", "past", "digits",
    "before_ended", "after_ended",
)  # fmt: skip
ABOUT_THE_PLACE = 2  # the last features
FEATURES = (*_PATTERNS, *OTHER_FEATURES)
# Fitted on lines of RealTimeQA's articles by `python -m eval.bench.lines`, docs/measurements.md#reading-real-pages
WEIGHTS = {
    "ended": -6.10, "colon": -5.01, "glued": 3.13, "label": -0.64, "shouted_label": 3.33, "numbered": 1.64,
    "bullet": -4.78, "contact": 2.41, "ours": 2.17, "yours": 1.12, "credited": 0.63, "quoted": -2.71, "asks":
    2.48, "attributed": -0.74, "call": 4.12, "marks": 2.28, "marks_of_past": 1.50, "words": -1.27, "capitals":
    1.86, "shouted": 1.81, "verbs": 0.46, "past": -0.33, "digits": -12.97, "before_ended": 0.45, "after_ended":
    -0.32,
}  # fmt: skip
BIAS = 4.67
_WEIGHTS = np.array([WEIGHTS.get(name, 0.0) for name in FEATURES])
LIKELY = 0.6  # from here on a line is taken for boilerplate
RECURS = 1.73  # fitted on the logit of the weights
LEAST_KEPT = 0.3  # of an article's words: where the shapes leave fewer, they tell nothing of it
LOOKED_AT_WORDS, MOST_VERBS, MOST_MARKS = 40, 3, 4


def likely_boilerplate(lines: Sequence[str]) -> list[bool]:
    """For each line of an article, whether the model takes it for boilerplate."""
    return decide(lines, 1 / (1 + np.exp(-(features(lines) @ _WEIGHTS + BIAS)))) if lines else []


def decide(lines: Sequence[str], likelihood: np.ndarray) -> list[bool]:
    """What is taken for boilerplate at these likelihoods, (n,) float64: no item of a list, nor most of an article."""
    likely = (likelihood >= LIKELY) & ~np.array(are_news(lines))
    words = np.array([len(line.split()) for line in lines])
    return [False] * len(lines) if words[~likely].sum() < LEAST_KEPT * words.sum() else likely.tolist()


def is_recurring(text: str, copies: int) -> bool:
    """Whether a paragraph that so many other articles of its outlet have too is boilerplate."""
    logit = float((features([text]) @ _WEIGHTS)[0]) + BIAS + RECURS * math.log1p(copies)
    return bool(copies) and logit >= math.log(LIKELY / (1 - LIKELY))


def are_news(lines: Sequence[str]) -> list[bool]:
    """Whether each line is a quotation with its speaker, or an item of an announced list: "The dead are:"."""
    listed: list[bool] = []
    announced = False
    for line in lines:
        listed.append(announced and not _PATTERNS["ended"].search(line))
        announced = listed[-1] or line.endswith(":")
    return [one or _tells_what_happened(line) for one, line in zip(listed, lines, strict=True)]


def _tells_what_happened(line: str) -> bool:
    """Whether a line is a quotation with its speaker, or a whole sentence of the past or future to no one here."""
    if "“" in line and is_attributed(line):
        return True
    addressed = any(_PATTERNS[name].search(line) for name in ("ours", "yours", "contact", "label", "glued"))
    is_whole = _PATTERNS["ended"].search(line) is not None and tells_of_past_or_future(line)
    return is_whole and not addressed and "this" not in line.lower()


def features(lines: Sequence[str]) -> np.ndarray:
    """(n, len(FEATURES)) float64 of an article's lines, in the order of FEATURES."""
    ended = [False, *(bool(_PATTERNS["ended"].search(line)) for line in lines), False]
    rows = [[*_shape(line), ended[place], ended[place + 2]] for place, line in enumerate(lines)]
    return np.array(rows, dtype=np.float64).reshape(len(lines), len(FEATURES))


def _shape(line: str) -> list[float]:
    words = _WORD.findall(line)[:LOOKED_AT_WORDS]
    meant = [word for word in words[1:] if word.lower() not in STOP_WORDS]
    is_of_the_past = any(word.islower() and is_past(word) for word in words)
    marked = float(min(marks(line), MOST_MARKS))
    return [
        *(float(bool(pattern.search(line))) for pattern in _PATTERNS.values()),
        float(is_attributed(line)),
        float(is_call(line)),
        *((0.0, marked) if is_of_the_past else (marked, 0.0)),
        math.log1p(len(line.split())),
        sum(word[0].isupper() for word in meant) / max(len(meant), 1),
        float(sum(word.isupper() and len(word) > 2 for word in words) * 2 >= max(len(words), 1)),
        min(sum(word.islower() and bool(parts_of_speech(word) & {"VERB", "AUX"}) for word in words), MOST_VERBS),
        float(is_of_the_past),
        sum(one.isdigit() for one in line) / max(len(line), 1),
    ]
