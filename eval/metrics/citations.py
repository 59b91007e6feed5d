"""Metrics of what an answer cites."""

from __future__ import annotations

from eval.metrics.answers import cites_right_article
from eval.metrics.groups import group, groups
from eval.metrics.matching import is_to_decline, plain
from eval.metrics.metric import Metric, Observation, of_answers
from eval.metrics.support import FACTUAL_WORDS, Sentence, cover, is_factual, paragraph, sentences
from eval.replies import Cited

MARGIN = 0.2  # of a statement's content words: one word of five
ALCE = "Gao et al. 2023 (arXiv 2305.14627)"


def validity(one: Observation) -> float | None:
    """The share of citations that are as the store has it, to the character."""
    cited = one.reply.citations
    return sum(_is_valid(one, each) for each in cited) / len(cited) if cited else None


def coverage(one: Observation) -> float | None:
    """The share of factual sentences that have a citation."""
    factual = [sentence for sentence in sentences(one) if is_factual(sentence.text)]
    return sum(bool(sentence.citations) for sentence in factual) / len(factual) if factual else None


@of_answers
def article_cited(one: Observation) -> float | None:
    """Whether any right article is cited."""
    return float(cites_right_article(one)) if _knows_articles(one) else None


@of_answers
def article_precision(one: Observation) -> float | None:
    """The share of the reports cited that are right to cite."""
    cited = groups(one.case, (each.article.id for each in one.reply.citations))
    if not cited or not _knows_articles(one):
        return None
    return len(cited & groups(one.case, one.case.articles)) / len(cited)


@of_answers
def article_recall(one: Observation) -> float | None:
    """The share of the reports right to cite that are cited."""
    if not _knows_articles(one):
        return None
    right = groups(one.case, one.case.articles)
    return len(right & groups(one.case, (each.article.id for each in one.reply.citations))) / len(right)


@of_answers
def evidence_cited(one: Observation) -> float | None:
    """Whether any quote lies in a sentence of the evidence, or holds one."""
    if not one.case.evidence or not _knows_articles(one):
        return None
    quotes = [plain(each.quote) for each in one.reply.citations if each.quote.strip()]
    known = [plain(sentence) for sentence in one.case.evidence]
    return float(any(quote in sentence or sentence in quote for quote in quotes for sentence in known))


def redundancy(one: Observation) -> float | None:
    """The share of citations without which their sentence is supported as well, and that alone support it less."""
    stated = [sentence for sentence in sentences(one) if sentence.citations]
    marks = [_is_redundant(sentence, each) for sentence in stated for each in range(len(sentence.citations))]
    return sum(marks) / len(marks) if marks else None


@of_answers
def misattribution(one: Observation) -> float | None:
    """The share of sentences that a passage of an uncited article supports better than what is cited."""
    stated = [sentence for sentence in sentences(one) if sentence.citations]
    if not stated or not one.reply.passages:
        return None
    return sum(_is_misattributed(one, sentence) for sentence in stated) / len(stated)


def _is_valid(one: Observation, cited: Cited) -> bool:
    kept = one.texts.get(cited.article.id)
    if kept is None or not 0 <= cited.start < cited.end <= len(kept.text):
        return False
    return kept.text[cited.start : cited.end] == cited.quote and kept.source == cited.article


def _knows_articles(one: Observation) -> bool:
    return bool(one.case.answerable and one.case.articles and not is_to_decline(one.case))


def _is_redundant(sentence: Sentence, each: int) -> bool:
    quotes = [cited.quote for cited in sentence.citations]
    if len(quotes) < 2:
        return False
    others = [quote for place, quote in enumerate(quotes) if place != each]
    together = cover(sentence.text, quotes)
    return cover(sentence.text, others) >= together > cover(sentence.text, [quotes[each]])


def _is_misattributed(one: Observation, sentence: Sentence) -> bool:
    cited = groups(one.case, (each.article.id for each in sentence.citations))
    given = cover(sentence.text, [text for each in sentence.citations for text in (each.quote, paragraph(one, each))])
    others = [found for found in one.reply.passages if group(one.case, found.article.id) not in cited]
    return any(cover(sentence.text, [found.text]) >= given + MARGIN for found in others)


CITATIONS = (
    Metric(
        "citation_validity",
        "citations",
        "The share of citations whose quote is `article.text[start:end]`, and whose title, outlet, URL and day are "
        "equal to those of the article that the system itself keeps under that id. Must be 1.",
        validity,
    ),
    Metric(
        "citation_coverage",
        "citations",
        "The share of factual sentences with at least one citation that the reply holds. Factual: with a number, "
        "day, name "
        f"or quotation, or at least {FACTUAL_WORDS} content words.",
        coverage,
    ),
    Metric(
        "article_cited",
        "citations",
        "1 where at least one citation points to an article that is right to cite, or to a reprint of one. Of "
        "answerable cases whose right articles are known, here and in the next two.",
        article_cited,
        binary=True,
    ),
    Metric(
        "article_precision",
        "citations",
        "The share of the articles cited that are right to cite; each counts once, and so do reprints.",
        article_precision,
    ),
    Metric(
        "article_recall",
        "citations",
        "The share of the articles right to cite that are cited; reprints count once. Where any one of them is "
        "enough, a good answer is below 1.",
        article_recall,
    ),
    Metric(
        "evidence_cited",
        "citations",
        "1 where a citation's quote lies in a sentence of the evidence or holds one, in plain form.",
        evidence_cited,
        binary=True,
    ),
    Metric(
        "redundancy",
        "citations",
        "The share of citations, sentence by sentence, that add nothing: the others cover the sentence's content "
        "words as well without it, and it covers fewer alone than all do together. An article that tells the whole "
        "again corroborates and is not counted.",
        redundancy,
        better="lower",
        source=f"citation precision of {ALCE}, by shared word stems in place of a model of entailment",
    ),
    Metric(
        "misattribution",
        "citations",
        "The share of cited sentences for which a retrieved passage of an uncited article has more of the sentence's "
        f"content words (by stem) than the cited quotes and their paragraphs have, by {MARGIN:.0%} of them or more.",
        misattribution,
        better="lower",
    ),
)
