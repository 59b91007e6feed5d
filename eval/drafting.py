"""Drafts a suite of questions from articles, by rules, for a person to review."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.cases import Case, Suite, with_rejections
from eval.phrasing import Phrased, is_plain, phrased
from eval.questions import ACCEPTED
from eval.suites import ARTICLES, case_record, json_line, write_about, write_articles
from rag.articles import Article, squeeze
from rag.errors import BadInput
from rag.language.names import Name, names
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words

UNANSWERABLE = 3  # one draft in this many is a question that the articles do not answer
ATTRIBUTION = 3  # at most one draft in this many asks which article contains a sentence
LEAST_NAME = 4  # characters of a name that replaces another
_ADJECTIVE = re.compile(r"(?:[a-z]ian|ish|[nm]ese|aeli|aqi|stani|can)s?$")  # of a nation, and not a name
_QUOTES = re.compile('[“”"]')
ABOUT = "Questions drafted from articles by rules; only those that a person accepted count."


@dataclass(frozen=True, slots=True)
class _Draft:
    """A case and the sentence that it was made from (which is no evidence of an unanswerable one)."""

    case: Case
    sentence: str


class _Texts:
    """The texts and names of all articles, for searching."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.plain: Mapping[str, str] = {one.id: squeeze(one.text).casefold() for one in articles}
        self.names: Mapping[str, Mapping[str, set[str]]] = {one.id: _names(one) for one in articles}
        self.before: defaultdict[str, set[str]] = defaultdict(set)
        for names_of_one in self.names.values():
            for name, words in names_of_one.items():
                self.before[name] |= words
        self._paragraphs = [
            squeeze(one.text[part.start : part.end]).casefold() for one in articles for part in one.paragraphs
        ]

    def holding(self, sentence: str) -> tuple[str, ...]:
        """The ids of the articles that contain a sentence."""
        return tuple(id for id, text in self.plain.items() if sentence.casefold() in text)

    def speaks_of(self, name: str, about: set[str]) -> bool:
        """Whether a paragraph has the name and half of the words, and so might answer."""
        for text in self._paragraphs:
            if name.casefold() in text and 2 * len(about & {stem(w) for w in content_words(text)}) >= len(about):
                return True
        return False


def draft_suite(
    articles: Iterable[Article], folder: Path, per_article: int, seed: int, *, there: bool = False
) -> int:
    """Writes a suite with at most `per_article` drafts of each article into a new folder; returns their number.

    The articles are copied into the suite's `articles/`, unless they are `there` already. Drafts have
    `"accepted": null` until a person decides. The same articles and seed give the same drafts. One in three has no
    answer: a name in it is replaced by one of another article. Raises BadInput where the folder holds a suite or
    other articles already, or nothing can be drafted.
    """
    known = tuple({article.id: article for article in articles}.values())
    questions = folder / "questions.jsonl"
    if questions.exists() or (folder / "suite.toml").exists():
        raise BadInput(f"{folder} holds a suite already; choose another folder.")
    if not there and (folder / ARTICLES).exists():
        raise BadInput(f"{folder / ARTICLES} exists already: draft from it alone, or choose another folder.")
    if per_article < 1:
        raise BadInput("per_article must be 1 or more.", field="per_article")
    texts = _Texts(known)
    drafts = [case for article in known for case in _of_article(article, texts, per_article, seed)]
    if not drafts:
        raise BadInput("No question could be drafted: give English articles of more than a few sentences.")
    folder.mkdir(parents=True, exist_ok=True)
    if not there:
        write_articles(folder, known)
    primary = with_rejections(("facts_and_article",), drafts)
    write_about(folder, Suite(squeeze(folder.resolve().name) or "suite", ABOUT, (), known, primary=primary))
    numbered = (replace(case, id=f"draft-{number:04}") for number, case in enumerate(drafts, start=1))
    questions.write_text("".join(json_line({**case_record(case), ACCEPTED: None}) for case in numbered), "utf-8")
    return len(drafts)


def _of_article(article: Article, texts: _Texts, most: int, seed: int) -> list[Case]:
    """Drafts of one article, best phrased first, each from another sentence."""
    chance = random.Random(f"{seed} {article.id}")
    sentences = list(_sentences(article))
    chance.shuffle(sentences)
    drafts = [draft for sentence in sentences if (draft := _answerable(article, sentence, texts))]
    drafts.sort(key=lambda draft: draft[0])
    swapped = _swapped(article, [draft for _, draft in drafts], texts, most // UNANSWERABLE, chance)
    kept = [draft for _, draft in drafts[: most - len(swapped)]]
    used = {draft.sentence for draft in kept}
    unused = [one for one in sentences if one not in used and not _QUOTES.search(one)]
    attributions = [_attribution(article, sentence, texts) for sentence in unused[: most - len(swapped) - len(kept)]]
    return [*(draft.case for draft in kept), *attributions[: max(1, most // ATTRIBUTION)], *swapped]


def _sentences(article: Article) -> Iterator[str]:
    seen: set[str] = set()
    for paragraph in article.paragraphs:
        text = article.text[paragraph.start : paragraph.end]
        for start, end in sentence_spans(text) if paragraph.evidence else ():
            sentence = squeeze(text[start:end])
            if is_plain(sentence) and sentence not in seen:
                seen.add(sentence)
                yield sentence


def _answerable(article: Article, sentence: str, texts: _Texts) -> tuple[int, _Draft] | None:
    """The best phrased question of a sentence, with its rank."""
    one = next(phrased(sentence, article.source.published), None)
    return (one.rank, _Draft(_case(article, one, sentence, texts), sentence)) if one else None


def _attribution(article: Article, sentence: str, texts: _Texts) -> Case:
    """A question for the article itself; its title, its outlet or its words are right answers."""
    right = tuple(text for text in (article.source.title, article.source.outlet, sentence) if text)
    return _case(article, Phrased(f"Which article says: “{sentence}”", right, "attribution", 3), sentence, texts)


def _case(article: Article, one: Phrased, sentence: str, texts: _Texts) -> Case:
    return Case(
        id="",
        question=one.question,
        answers=(one.answers,),
        articles=texts.holding(sentence) or (article.id,),
        evidence=(sentence,),
        slices={"form": one.form},
        cluster=article.id,
    )


def _swapped(
    article: Article, drafts: Sequence[_Draft], texts: _Texts, most: int, chance: random.Random
) -> list[Case]:
    """Questions with a name replaced by one of another article, which no article answers."""
    strangers = sorted({name for id, known in texts.names.items() if id != article.id for name in known})
    chance.shuffle(strangers)
    # In reverse, so that questions which are not among the answerable drafts come first.
    made = (_unanswerable(article, draft, strangers, texts) for draft in reversed(drafts))
    return [case for case, _ in zip((case for case in made if case), range(most), strict=False)]


def _unanswerable(article: Article, draft: _Draft, strangers: Sequence[str], texts: _Texts) -> Case | None:
    question = draft.case.question
    for name in _swappable(question):
        about = {stem(word) for word in content_words(question.replace(name.text, " "))}
        before = _word_before(question, name.start)
        for other in strangers:
            alike = before in texts.before[other] and len(other.split()) == len(name.text.split())
            unknown = alike and other.casefold() not in texts.plain[article.id]
            if unknown and about and not texts.speaks_of(other, about):
                asked = question[: name.start] + other + question[name.end :]
                note = f"The article has “{name.text}” in place of “{other}”. Accept it if no article answers it."
                slices = {"form": draft.case.slices["form"]}
                return Case("", asked, "unanswerable", slices=slices, cluster=article.id, note=note)
    return None


def _swappable(question: str) -> Iterator[Name]:
    """Names that are not part of a longer one, nor an adjective of a nation."""
    for name in names(question):
        part = re.search(r"(?:[A-Z]\S*\s|-)$", question[: name.start]) or re.match(
            r"-|\sand\s[A-Z]", question[name.end :]
        )
        if not part and not _ADJECTIVE.search(name.text):
            yield name


def _names(article: Article) -> dict[str, set[str]]:
    """Names that occur at least twice in an article (so are rarely false ones), with the words before them."""
    before: dict[str, set[str]] = {}
    found = [name for name in _swappable(article.text) if len(name.text) >= LEAST_NAME and "\n" not in name.text]
    often = Counter(name.text for name in found)
    for name in found:
        if often[name.text] > 1:
            before.setdefault(name.text, set()).add(_word_before(article.text, name.start))
    return before


def _word_before(text: str, place: int) -> str:
    """The word before an offset, in lower case; empty at the beginning of a sentence."""
    word = re.search(r"([^\W\d_]+)[\s]$", text[max(0, place - 40) : place])
    return word[1].lower() if word else ""
