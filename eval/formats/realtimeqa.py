"""Reads RealTimeQA: weekly news quizzes, and the articles that a search found for them.

Kasai et al. 2023, "RealTime QA: What's the Answer Right Now?" (arXiv 2207.13332). The choices are not shown: a
question is asked as a person would ask it, on its own day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eval.cases import Case, Suite, with_rejections
from eval.formats.documents import Corpus, LeftOut, json_lines, label_of, need, outlet_of, says, spellings
from eval.formats.reprints import near_duplicates
from eval.formats.sayings import Sayings
from rag.articles import Article, squeeze
from rag.errors import BadInput
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import WORD, content_words

LEAST_SHARED = 2  # content words that an answering sentence must share with the question
_NEEDS_CHOICES = re.compile(r"\b(?:which (?:one )?of (?:these|the following)|true or false|of the below)\b", re.I)
_NO_ANSWER = re.compile(r"^(?:all|none|both|neither)\b.*\b(?:above|these|the choices)\b|^(?:true|false)$", re.I)
_LINK = re.compile(r"https?://[^\s\"'<>)\]]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the data, with the articles that a search found for it."""

    id: str
    question: str
    day: date
    outlet: str
    answer: tuple[str, ...]
    links: tuple[str, ...]
    found: tuple[str, ...]
    gold: tuple[str, ...]


def read_realtimeqa(
    path: Path, *, leave_gold_out: float = 0.0, time_slice: date | None = None, sample: float = 1.0
) -> Suite:
    """The suite of a folder with `*_qa.jsonl`, `*_gcs.jsonl` and, of some years, `*_gold.jsonl`, at any depth.

    Right articles are those of the gold files, and those linked by the question's evidence that contain the answer;
    otherwise those found for the question with a sentence that has the answer and words of the question. Questions
    without right articles are left out.

    Two options produce questions without an answer. `leave_gold_out` is the share of the questions whose right
    articles are removed, with their near duplicates and all others that have the answer and half of the question's
    words. `time_slice` is the last day of the articles; later questions are still asked, unless an earlier article
    may answer them.

    A `sample` below 1 keeps that share of the questions with right articles, and the articles found for these.
    """
    if not 0 <= leave_gold_out <= 1:
        raise BadInput("leave_gold_out is a share of the questions, from 0 to 1.", field="leave_gold_out")
    left = LeftOut()
    corpus = Corpus(left)
    asked = list(_questions(path, corpus, left))
    gold = {one.id: right for one in asked if (right := _gold(one, corpus))}
    if sample < 1:
        asked = [one for one in asked if one.id in gold and _share_of(one.id) < sample]
        gold = {one.id: gold[one.id] for one in asked}
    groups = near_duplicates(corpus.articles, (id for ids, _ in gold.values() for id in ids))
    everything = Sayings(corpus.articles if leave_gold_out else ())
    dropped: set[str] = set()
    for one in asked:
        if one.id in gold and _share_of(one.id) < leave_gold_out * sample:
            dropped.update(id for gold_id in gold[one.id][0] for id in groups[gold_id])
            dropped |= _may_answer(one, everything)
    kept = tuple(
        article
        for article in _articles_of(asked, groups, corpus, sample)
        if article.id not in dropped and not (time_slice and (article.source.published or date.max) > time_slice)
    )
    known = {article.id: article for article in kept}
    sayings = Sayings(kept if dropped or time_slice else ())
    made = [_case(one, gold.get(one.id), groups, known, sayings, time_slice, left) for one in asked]
    cases = tuple(case for case in made if case)
    return Suite(
        name="realtimeqa",
        about="Questions of weekly news quizzes over the articles that a search found for them.",
        cases=cases,
        articles=kept,
        primary=with_rejections(("correct", "article_cited"), cases),
        licence="None is stated; the articles are their publishers'.",
        notes=left.notes(),
    )


def _articles_of(
    asked: list[_Asked], groups: Mapping[str, tuple[str, ...]], corpus: Corpus, sample: float
) -> tuple[Article, ...]:
    if sample == 1:
        return corpus.articles
    ids = {id for one in asked for id in (*one.found, *one.gold)} | {id for group in groups.values() for id in group}
    return tuple(article for article in corpus.articles if article.id in ids)


def _case(
    one: _Asked,
    gold: tuple[tuple[str, ...], str] | None,
    groups: Mapping[str, tuple[str, ...]],
    known: Mapping[str, Article],
    sayings: Sayings,
    time_slice: date | None,
    left: LeftOut,
) -> Case | None:
    right = tuple(id for id in (gold[0] if gold else ()) if id in known)
    case = Case(
        id=f"realtimeqa-{one.id}",
        question=one.question,
        as_of=one.day,
        slices={"outlet": one.outlet, "month": f"{one.day:%Y-%m}"},
        cluster=groups[gold[0][0]][0] if gold else one.id,
    )
    if right and gold:
        label = label_of(one.answer[0])
        same = [tuple(id for id in groups[gold_id] if id in known) for gold_id in right]
        return replace(
            case,
            answers=() if label else (one.answer,),
            label=label,
            articles=tuple(dict.fromkeys(id for group in same for id in group)),
            reprints=_merged(same),
            slices={**case.slices, "right articles": gold[1]},
        )
    taken_out = gold is not None or (time_slice is not None and one.day > time_slice)
    if not taken_out:
        left.add("questions whose answer is in none of the articles found for them")
    elif _may_answer(one, sayings):
        left.add("questions that the remaining articles may answer")
    else:
        return replace(case, kind="unanswerable")
    return None


def _may_answer(one: _Asked, sayings: Sayings) -> set[str]:
    return {id for answer in one.answer for id in sayings.that_may_answer(one.question, answer, one.day)}


def _merged(groups: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Merges groups that share an article; drops groups of one."""
    merged: list[set[str]] = []
    for group in map(set, groups):
        for other in [one for one in merged if one & group]:
            group |= other
            merged.remove(other)
        merged.append(group)
    return tuple(tuple(sorted(group)) for group in merged if len(group) > 1)


def _gold(one: _Asked, corpus: Corpus) -> tuple[tuple[str, ...], str] | None:
    """The ids of the right articles, and how they are known."""
    # The text of a page that could not be fetched is a notice, which contains no answer.
    linked = [
        id for id in corpus.known([*map(article_key, one.links)]) if any(says(corpus[id].text, a) for a in one.answer)
    ]
    if named := tuple(dict.fromkeys((*one.gold, *linked))):
        return named, "named"
    saying = tuple(id for id in one.found if _answers(corpus[id], one))
    return (saying, "found") if saying else None


def _answers(article: Article, one: _Asked) -> bool:
    """Whether a sentence of an article up to the question's day has the answer and words of the question."""
    if article.source.published and article.source.published > one.day:
        return False
    said = {stem(word) for answer in one.answer for word in WORD.findall(answer)}
    about = {stem(word) for word in content_words(one.question)} - said
    for answer in one.answer:
        if not says(article.text, answer):
            continue
        for start, end in sentence_spans(article.text):
            sentence = article.text[start:end]
            shared = about & {stem(word) for word in content_words(sentence)}
            if len(shared) >= min(LEAST_SHARED, len(about)) and says(sentence, answer):
                return True
    return False


def _questions(path: Path, corpus: Corpus, left: LeftOut) -> Iterator[_Asked]:
    files = sorted(path.rglob("*_qa.jsonl"))
    if not files:
        raise BadInput(f"{path}: there is no file *_qa.jsonl; give the folder of a year, such as past/2023.")
    seen: set[str] = set()
    for file in files:
        found = _results(file.with_name(file.name.replace("_qa.", "_gcs.")), corpus, left)
        gold = _results(file.with_name(file.name.replace("_qa.", "_gold.")), corpus, left)
        for place, record in json_lines(file):
            identity = need(record, "question_id", str, place)
            answer = _answer(record, place)
            question = squeeze(need(record, "question_sentence", str, place))
            if not question or answer is None or _NEEDS_CHOICES.search(question):
                left.add("questions that cannot be asked without their choices")
                continue
            if identity in seen:
                left.add("questions whose id another one has")
                continue
            seen.add(identity)
            yield _Asked(
                identity,
                question,
                _day(record, "question_date", place),
                str(record.get("question_source") or "unknown"),
                answer,
                tuple(_LINK.findall(str(record.get("evidence") or ""))),
                found.get(identity, ()),
                gold.get(identity, ()),
            )


def _answer(record: dict[str, Any], place: str) -> tuple[str, ...] | None:
    """The spellings of the right choice, without surrounding quotation marks."""
    choices, answer = need(record, "choices", list, place), need(record, "answer", (list, str), place)
    try:
        right = [str(choices[int(number)]) for number in ([answer] if isinstance(answer, str) else answer)]
    except (ValueError, IndexError) as error:
        raise BadInput(f"{place}: answer: {answer!r} is not the number of a choice.", field="answer") from error
    answers = spellings(*(squeeze(choice).strip("“”\"'‘’.") for choice in right))
    return None if not answers or any(map(_NO_ANSWER.search, answers)) else answers


def _results(path: Path, corpus: Corpus, left: LeftOut) -> dict[str, tuple[str, ...]]:
    """The article ids in a file of search results, by question; some weeks have no such file."""
    found: dict[str, tuple[str, ...]] = {}
    for place, record in json_lines(path) if path.exists() else ():
        results = need(record, "search_result", list, place)
        ids = (_article(result, place, corpus, left) for result in results)
        found[need(record, "question_id", str, place)] = tuple(dict.fromkeys(id for id in ids if id))
    return found


def _article(result: dict[str, Any], place: str, corpus: Corpus, left: LeftOut) -> str | None:
    url = need(result, "url", str, place)
    if known := corpus.known([article_key(url)]):
        return known[0]
    title = re.sub(r"\s*\.\.\.$", "", str(result.get("title") or "")) or None
    day = str(result.get("publish_date") or "").replace("/", "-")
    published = day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else None
    about = {"title": title, "outlet": outlet_of(url), "url": url, "published": published}
    return corpus.add(article_key(url), {**about, "text": result.get("text")})


def article_key(url: str) -> str:
    """The article id for a URL, the same for all of its variants."""
    parts = urlsplit(url)
    path = parts.path.removesuffix("index.html").rstrip("/")
    return f"realtimeqa-{sha256(f'{outlet_of(url)}{path}'.encode()).hexdigest()[:16]}"


def _share_of(id: str) -> float:
    """A deterministic number from 0 to 1 for an id."""
    return int(sha256(id.encode()).hexdigest()[:8], 16) / 0x100000000


def _day(record: dict[str, Any], field: str, place: str) -> date:
    try:
        return date.fromisoformat(need(record, field, str, place).replace("/", "-"))
    except ValueError as error:
        raise BadInput(f"{place}: {field}: is not a date such as 2023/01/05.", field=field) from error
