"""Metrics of an answer's citations."""

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
    """The share of citations that match the stored article to the character."""
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
    """The share of cited reports that are right."""
    cited = groups(one.case, (each.article.id for each in one.reply.citations))
    if not cited or not _knows_articles(one):
        return None
    return len(cited & groups(one.case, one.case.articles)) / len(cited)


@of_answers
def article_recall(one: Observation) -> float | None:
    """The share of right reports that are cited."""
    if not _knows_articles(one):
        return None
    right = groups(one.case, one.case.articles)
    return len(right & groups(one.case, (each.article.id for each in one.reply.citations))) / len(right)


@of_answers
def evidence_cited(one: Observation) -> float | None:
    """Whether any quote is part of a sentence of the evidence, or contains one."""
    if not one.case.evidence or not _knows_articles(one):
        return None
    quotes = [plain(each.quote) for each in one.reply.citations if each.quote.strip()]
    known = [plain(sentence) for sentence in one.case.evidence]
    return float(any(quote in sentence or sentence in quote for quote in quotes for sentence in known))


def redundancy(one: Observation) -> float | None:
    """The share of citations that add no support: the others suffice, and this one alone supports less."""
    stated = [sentence for sentence in sentences(one) if sentence.citations]
    marks = [_is_redundant(sentence, each) for sentence in stated for each in range(len(sentence.citations))]
    return sum(marks) / len(marks) if marks else None


@of_answers
def misattribution(one: Observation) -> float | None:
    """The share of sentences that a passage of an uncited article supports better than the cited ones."""
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
        "The share of citations whose quote equals `article.text[start:end]`, and whose title, outlet, URL and day "
        "equal those of the article that the system stores under that id. Must be 1.",
        validity,
    ),
    Metric(
        "citation_coverage",
        "citations",
        "The share of factual sentences with at least one existing citation. Factual: with a number, day, name or "
        f"quotation, or at least {FACTUAL_WORDS} content words.",
        coverage,
    ),
    Metric(
        "article_cited",
        "citations",
        "1 where at least one citation points to a right article or to a reprint of one. For answerable cases whose "
        "right articles are known, as for the next two.",
        article_cited,
        binary=True,
    ),
    Metric(
        "article_precision",
        "citations",
        "The share of the cited articles that are right; each article counts once, with its reprints.",
        article_precision,
    ),
    Metric(
        "article_recall",
        "citations",
        "The share of the right articles that are cited; reprints count once. Where one of them is enough, a good "
        "answer is below 1.",
        article_recall,
    ),
    Metric(
        "evidence_cited",
        "citations",
        "1 where a citation's quote is part of a sentence of the evidence or contains one, in plain form.",
        evidence_cited,
        binary=True,
    ),
    Metric(
        "redundancy",
        "citations",
        "The share of citations, sentence by sentence, that add nothing: the others cover as many of the sentence's "
        "content words without it, and it alone covers fewer than all together. A citation that covers everything "
        "alone corroborates, and does not count as redundant.",
        redundancy,
        better="lower",
        source=f"citation precision of {ALCE}, by shared word stems instead of an entailment model",
    ),
    Metric(
        "misattribution",
        "citations",
        "The share of cited sentences for which a retrieved passage of an uncited article covers more of the "
        f"sentence's content words (by stem) than the cited quotes and their paragraphs, by at least {MARGIN:.0%}.",
        misattribution,
        better="lower",
    ),
)
