"""Matches answers and labels in text: normal forms, word boundaries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from eval.cases import Case, Facts
from eval.metrics.metric import Observation, kept

INSUFFICIENT = "insufficient"
DECIDED = ("yes", "no")
OPPOSITES = {"before": "after", "after": "before"}

_ONE_FORM = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−", "''''\"\"\"\"-------")
_MARKER = re.compile(r"\s*\[\d{1,3}\]")

# "No" is a decision before punctuation or a pronoun: "No, they differ", but not "no doubt", "No. 10" or "no one".
_FOLLOWS = (
    r"(?=[\"'*]*(?:$|\s*[,;:!?)/-]|\s*\.(?!\s*\d)"
    r"|\s+(?:and|or|but|it|they|he|she|there|both|neither|because|since|as)\b))"
)
_STATED = re.compile(
    r"(?:^|[.!?;:,(]\s+|/\s*|\b(?:and|or|but|is|answer|say)\s+)[\"'*]*"
    rf"(?P<label>(?:yes|no|insufficient(?:\s(?:information|evidence|data))?){_FOLLOWS})"
)
_YES_AT_ONCE = re.compile(r"^[\"'*]*yes\b")
_BOTH = re.compile(rf"\byes\W+(?:(?:or|and)\W+)?no\b{_FOLLOWS}|\bno(?:\s*[,/]\s*|\s(?:or|and)\s)yes\b")
_LACKS = re.compile(r"\b(?:insufficient|not enough)\s(?:information|evidence|data)\b")


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """The plain form: NFKC, case folded, quotes and dashes unified, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_ONE_FORM).casefold().split())


@kept
def said(one: Observation) -> str:
    """A reply's text in plain form without citation markers; empty where it declined."""
    return plain(without_markers(one.reply.text)) if one.reply.answered else ""


def without_markers(text: str) -> str:
    """Removes markers such as "[1]", whose numbers are not part of the answer."""
    return _MARKER.sub("", text)


def says(text: str, spelling: str) -> bool:
    """Whether a plain text has the spelling as words: "2,000" is not in "12,000" nor in "2,000,000"."""
    return _spelled(spelling).search(text) is not None


def says_any(text: str, spellings: Iterable[str]) -> bool:
    """Whether a plain text has any of the spellings."""
    return any(says(text, spelling) for spelling in spellings)


def says_all(text: str, facts: Facts) -> bool:
    """Whether a plain text has every fact, each in any of its spellings."""
    return all(says_any(text, fact) for fact in facts)


def says_wrong(text: str, wrong: Iterable[str], right: Facts) -> bool:
    """Whether a plain text has a wrong answer that is not part of a right one, as "York" of "New York"."""
    spellings = [plain(spelling) for fact in right for spelling in fact]
    for answer in wrong:
        rest = text
        for spelling in spellings:
            if says(spelling, answer) and spelling != plain(answer):
                rest = _spelled(spelling).sub(" ", rest)
        if says(rest, answer):
            return True
    return False


def label_of(text: str) -> str | None:
    """The label that a plain text decides for: yes, no or insufficient; None for no label or several.

    "Yes, both agree." is yes, "Yes and no." is neither, "There is no doubt." is none.
    """
    if _BOTH.search(text):
        return None
    labels = {match["label"].partition(" ")[0] for match in _STATED.finditer(text)}
    if _YES_AT_ONCE.match(text):
        labels.add("yes")
    if not labels and _LACKS.search(text):
        return INSUFFICIENT
    return labels.pop() if len(labels) == 1 else None


@kept
def has_label(one: Observation) -> bool:
    """Whether the reply decides for the case's label; declining counts as insufficient."""
    label = plain(one.case.label or "")
    if label.startswith(INSUFFICIENT):
        return not one.reply.answered or label_of(said(one)) == INSUFFICIENT
    decided = label_of(said(one))
    if label in DECIDED:
        return decided == label
    others = {OPPOSITES.get(label, ""), *map(plain, one.setting.labels)} - {"", label, *DECIDED}
    wrong = [*one.case.wrong_answers, *others]
    return says(said(one), label) and decided is None and not says_wrong(said(one), wrong, ((label,),))


def is_asked(case: Case) -> bool:
    """Whether a case expects an answer or a decline; cases of search suites only have articles to find."""
    return case.answerable or not (case.articles or case.grades)


def is_to_decline(case: Case) -> bool:
    """Whether declining is right."""
    return is_asked(case) and (not case.answerable or plain(case.label or "").startswith(INSUFFICIENT))


@kept
def is_right(one: Observation) -> bool:
    """Whether the reply has the case's facts and label; for an unanswerable case, whether it declined."""
    case = one.case
    if not case.answerable:
        return not one.reply.answered
    return says_all(said(one), case.answers) and (case.label is None or has_label(one))


@lru_cache(maxsize=1 << 14)
def _spelled(spelling: str) -> re.Pattern[str]:
    """A pattern for a spelling as whole words; a number must not be part of a longer one."""
    words = plain(spelling)
    before = r"(?<!\w)(?<!\d[.,])" if words[:1].isdigit() else r"(?<!\w)"
    after = r"(?!\w)(?![.,]\d)" if words[-1:].isdigit() else r"(?!\w)"
    return re.compile(before + re.escape(words) + after)
