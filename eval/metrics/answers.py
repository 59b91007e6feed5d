"""Metrics of the correctness of answers."""

from __future__ import annotations

import re
import string
from collections import Counter
from datetime import date

from eval.metrics.groups import group, groups
from eval.metrics.matching import (
    has_label,
    is_asked,
    is_right,
    is_to_decline,
    said,
    says_all,
    says_any,
    says_wrong,
    without_markers,
)
from eval.metrics.metric import Metric, Observation, kept, of_answers

SQUAD = "Rajpurkar et al. 2016 (arXiv 1606.05250), the official script's normalization"
RAMDOCS = "Wang et al. 2025 (arXiv 2504.13079)"

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@of_answers
def facts_and_article(one: Observation) -> float | None:
    """Whether the answer is right and cites a right article."""
    if not (one.case.answerable and one.case.articles) or is_to_decline(one.case):
        return None
    return float(is_right(one) and cites_right_article(one))


@of_answers
def correct(one: Observation) -> float | None:
    """Whether the answer is right, or rightly declined."""
    return float(is_right(one)) if is_asked(one.case) else None


@of_answers
def facts(one: Observation) -> float | None:
    """Whether the answer has every fact."""
    return float(says_all(said(one), one.case.answers)) if one.case.answers else None


@of_answers
def fact_recall(one: Observation) -> float | None:
    """The share of the facts that the answer has."""
    known = one.case.answers
    return sum(says_any(said(one), fact) for fact in known) / len(known) if known else None


@of_answers
def label_accuracy(one: Observation) -> float | None:
    """Whether the answer decides for the right label."""
    return float(has_label(one)) if one.case.label is not None else None


@of_answers
def exact_match(one: Observation) -> float | None:
    """Whether the whole answer equals a spelling, normalized as in SQuAD."""
    if len(one.case.answers) != 1:
        return None
    return float(any(_squad(one) == squad_normal(gold) for gold in one.case.answers[0]))


@of_answers
def token_f1(one: Observation) -> float | None:
    """The best F1 of the answer's words and a spelling's."""
    if len(one.case.answers) != 1:
        return None
    return max(_f1(_squad(one).split(), squad_normal(gold).split()) for gold in one.case.answers[0])


@of_answers
def strict_conflict(one: Observation) -> float | None:
    """Whether every right answer is given and no wrong one."""
    if not one.case.answers:
        return None
    text, case = said(one), one.case
    return float(says_all(text, case.answers) and not says_wrong(text, case.wrong_answers, case.answers))


@of_answers
def stale_answer(one: Observation) -> float | None:
    """Whether a superseded answer is given instead of the right one."""
    case = one.case
    if not case.stale_answers:
        return None
    return float(says_wrong(said(one), case.stale_answers, case.answers) and not is_right(one))


@of_answers
def latest_cited(one: Observation) -> float | None:
    """Whether the newest of the right articles is cited, retrieved or not."""
    days: dict[str, date] = {}
    for article in one.case.articles if one.case.stale_answers else ():
        if day := one.setting.days.get(article):
            name = group(one.case, article)
            days[name] = min(day, days.get(name, day))
    if not days:
        return None
    newest = {name for name, day in days.items() if day == max(days.values())}
    return float(not newest.isdisjoint(groups(one.case, (cited.article.id for cited in one.reply.citations))))


def cites_right_article(one: Observation) -> bool:
    """Whether any citation points to a right article or a reprint of one."""
    cited = groups(one.case, (cited.article.id for cited in one.reply.citations))
    return not groups(one.case, one.case.articles).isdisjoint(cited)


def squad_normal(text: str) -> str:
    """SQuAD's normal form: lower case, without punctuation, a, an and the, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


@kept
def _squad(one: Observation) -> str:
    return squad_normal(without_markers(one.reply.text)) if one.reply.answered else ""


def _f1(words: list[str], gold: list[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    shared = sum((Counter(words) & Counter(gold)).values())
    return 2 * shared / (len(words) + len(gold))


ANSWERS = (
    Metric(
        "facts_and_article",
        "answers",
        "1 where the answer is right (as in `correct`) and at least one citation points to a right article or to a "
        "reprint of one; otherwise 0. For answerable cases whose right articles are known.",
        facts_and_article,
        binary=True,
    ),
    Metric(
        "correct",
        "answers",
        "For an answerable case: 1 where the answer has every fact and the label, as far as the case has them. For "
        "any other case: 1 where it was declined. Does not apply to cases that only ask to find articles.",
        correct,
        binary=True,
    ),
    Metric(
        "facts",
        "answers",
        "1 where the answer has every fact in any of its spellings, in plain form (NFKC, case folded, quotes and "
        "dashes unified, single spaces) and as whole words: “2,000” is neither in “12,000” nor in “2,000,000”. "
        "Citation markers are ignored, and a declined answer has no facts.",
        facts,
        binary=True,
    ),
    Metric(
        "fact_recall",
        "answers",
        "The share of the case's facts that the answer has, found as in `facts`.",
        fact_recall,
        source="ALCE's EM recall (Gao et al. 2023, arXiv 2305.14627), with word boundaries",
    ),
    Metric(
        "label_accuracy",
        "answers",
        "1 where the answer decides for the case's label. A decision is yes, no or insufficient at the beginning of "
        "a clause: “Yes, both agree.” is yes, “There is no doubt” is no decision, nor is “No change is reported”, "
        "which is ambiguous; two different decisions are wrong. A declined answer counts as insufficient. Any other "
        "label must occur as words, without such a decision, another label of the suite or a wrong answer: “before "
        "or after” is neither.",
        label_accuracy,
        binary=True,
    ),
    Metric(
        "exact_match",
        "answers",
        "1 where the whole answer without its markers equals one of the spellings, both normalized as in SQuAD. For "
        "cases with one fact: SQuAD 2.0's HasAns_exact. A whole sentence never matches, so it measures form as much "
        "as facts.",
        exact_match,
        binary=True,
        source=SQUAD,
    ),
    Metric(
        "token_f1",
        "answers",
        "F1 of the bags of words of the answer and of the best spelling, both normalized as in SQuAD. For cases with "
        "one fact: SQuAD 2.0's HasAns_f1.",
        token_f1,
        source=SQUAD,
    ),
    Metric(
        "strict_conflict",
        "answers",
        "1 where the answer has every fact and no wrong answer, except inside a right one (“York” in “New York”). "
        "Without known wrong answers it equals `facts`.",
        strict_conflict,
        binary=True,
        source=RAMDOCS,
    ),
    Metric(
        "stale_answer",
        "answers",
        "1 where the answer gives a superseded answer and is not right. For cases with stale answers.",
        stale_answer,
        binary=True,
        better="lower",
    ),
    Metric(
        "latest_cited",
        "answers",
        "1 where the newest of the right articles is cited, or a reprint of it; reprints have the day of the first "
        "one. The days are those of the suite's articles, so that articles that were not retrieved count too. For "
        "cases with stale answers and right articles with known days.",
        latest_cited,
        binary=True,
    ),
)
