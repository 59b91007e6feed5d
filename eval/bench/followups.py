"""How well follow-up questions are answered: conversations of three turns over real articles, made by rule.

    python -m eval.bench.followups FOLDER --draw N [--conversations 60] [--library FOLDER]

FOLDER is a year of RealTimeQA. A conversation begins with a quiz question; its two follow-ups are made from sentences
of the article that answers it: a bare "When?" or "Why?" of the sentence that answers, "And how many jobs?" of a thing
that the article counts once, "How much is the settlement?", "Who is the mayor?", "How old is she?" and "What did he
say?" of a person. Each is asked with the real turns before it, over the articles that were found for the questions
drawn. It is right where a statement says what that article says there.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eval.bench.newsroom import draw
from eval.bounds import share_bounds
from eval.cases import Case
from eval.formats.documents import says
from eval.formats.realtimeqa import read_realtimeqa
from rag.articles import Answer, Article, Question, Turn, squeeze
from rag.desk import Desk
from rag.embedding import load_embedder
from rag.language.dates import dates
from rag.language.quantities import quantities
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words
from rag.library import open_library

CONVERSATIONS = 60
QUESTIONS = 200
FOLLOW_UPS = 2
BARE = ("when", "why")
HALF = 0.5  # of the content words of a clause or a quotation, which a statement must have
LEAST_SHARED = 2
NEAR_SENTENCES = 10  # before and behind the one that answers: of these a reader asks on

_BECAUSE = re.compile(r"\b(?:because(?: of)?|due to|in response to|as a result of)\s+(?P<clause>[^,.;]{15,})", re.I)
_DATED = re.compile(r"\d|day\b|January|February|March|April|June|July|August|September|October|November|December")
_ROLES = re.compile(
    r"\b(?P<role>chief executive|CEO|police chief|mayor|governor|head coach|head of state|attorney general|"
    r"press secretary|prime minister|foreign minister|defense secretary|treasury secretary|director|spokesperson|"
    r"spokeswoman|spokesman|coach|sheriff|prosecutor)\s+(?P<name>[A-Z][\w’'-]+\s[A-Z][\w’'-]+)"
)
_PRICED = re.compile(
    r"(?P<sum>[$€£]\d[\d.,]*\d?(?: (?:million|billion|trillion))?)[\s-](?P<noun>settlement|deal|fine|fund|lawsuit|"
    r"contract|project|budget|package|loan|jackpot|prize|bill|investment|bonus|bail|salary|penalty)\b"
)
_MEASURES = re.compile(r"(?:seconds|minutes|hours|days|weeks|months|years|miles|feet|cents|percent|degrees|points)$")
_PERSON = re.compile(r"^[A-Z][\w’'.-]+(?:\s[A-Z][\w’'.-]+){1,2}$")
_QUOTED = re.compile(r"[“\"](?P<words>[^”\"]{25,})[”\"]")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that leans on the one before it, its sort, and what is right: one of `spellings`, or half the words.

    `spellings` are whole, `clauses` are told where a statement has half of their content words.
    """

    sort: str
    question: str
    spellings: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()

    def is_told(self, text: str) -> bool:
        """Whether a statement tells what is right."""
        own = _stems(text)
        told = (_stems(clause) for clause in self.clauses)
        return any(says(text, one) for one in self.spellings) or any(
            len(words & own) >= HALF * len(words) for words in told
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """A quiz question and the follow-ups made from an article that answers it."""

    case: Case
    follow_ups: tuple[FollowUp, ...]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.followups", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("folder", type=Path, help="a year of RealTimeQA, past/2023")
    parser.add_argument("--draw", type=int, required=True, help="which questions are drawn")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many are drawn to make them of")
    parser.add_argument("--library", help="a folder that keeps what was embedded for the next time")
    given = parser.parse_args()
    suite = draw(read_realtimeqa(given.folder), given.folder, given.draw, given.questions)
    conversations = made_of(suite.cases, suite.articles)[: given.conversations]
    with tempfile.TemporaryDirectory(prefix="byline-followups-") as temporary:
        embedder = load_embedder()
        desk = Desk(open_library(given.library or temporary, embedder), embedder)
        desk.ingest(suite.articles)
        told = [pair for one in conversations for pair in ask(desk, one)]
        desk.close()
    show(len(conversations), told)


def made_of(cases: Sequence[Case], articles: Sequence[Article]) -> list[Conversation]:
    """The conversations that can be made, each of follow-ups of different sorts."""
    known = {article.id: article for article in articles}
    made = []
    for case in cases:
        found: dict[str, FollowUp] = {}
        for article in (known[id] for id in case.articles if id in known):
            for one in follow_ups(case, article):
                first = found.setdefault(one.sort, one)
                if first.question == one.question:  # what any right article says to it is right
                    both = {*first.spellings, *one.spellings}, {*first.clauses, *one.clauses}
                    found[one.sort] = FollowUp(one.sort, one.question, *(tuple(sorted(told)) for told in both))
        chosen = sorted(found.values(), key=lambda one: sha256(f"{case.id}:{one.sort}".encode()).hexdigest())
        bare = [one for one in chosen if one.sort in BARE][:1]  # it asks of the turn right before it
        chosen = [*bare, *(one for one in chosen if one.sort not in BARE)]
        if len(chosen) >= FOLLOW_UPS:
            made.append(Conversation(case, tuple(chosen[:FOLLOW_UPS])))
    return made


def follow_ups(case: Case, article: Article) -> Iterator[FollowUp]:
    """The follow-ups to a case's question that an article answers for certain."""
    told = [squeeze(article.text[one.start : one.end]) for one in article.paragraphs if one.evidence]
    sentences = [text[start:end] for text in told for start, end in sentence_spans(text)]
    right = _that_answers(case, sentences)
    if right is None:
        return
    place = sentences.index(right)
    sentences = sentences[max(0, place - NEAR_SENTENCES) : place + NEAR_SENTENCES + 1]
    text = " ".join(sentences)
    yield from _of_the_answer(case, right)
    person = next((one for fact in case.answers for one in fact if _PERSON.match(one)), None)
    if person and not _is_asked(case, person):
        yield from _of_a_person(person, text, sentences)
    yield from _of_things(case, text)


def _of_the_answer(case: Case, sentence: str) -> Iterator[FollowUp]:
    """ "When?" and "Why?" of the sentence that answers."""
    days = [one.text for one in dates(sentence, None) if _DATED.search(one.text)]
    if len(days) == 1 and not _is_asked(case, days[0]) and not _is_answer(case, days[0]):
        yield FollowUp("when", "When?", (days[0],))
    if (cause := _BECAUSE.search(sentence)) and not _is_answer(case, cause["clause"]):
        yield FollowUp("why", "Why?", clauses=(cause["clause"],))


def _of_a_person(person: str, text: str, sentences: Sequence[str]) -> Iterator[FollowUp]:
    """ "How old is she?" and "What did she say?" of the person who is the answer."""
    name = re.escape(person.split()[-1])
    women, men = (len(re.findall(rf"\b(?:{words})\b", text, re.I)) for words in ("she|her", "he|his|him"))
    if max(women, men) < 2 * min(women, men) + 2:
        return  # which of the two is not plain
    he = "she" if women > men else "he"
    if len(ages := set(re.findall(rf"\b{name}, (\d\d)(?:,| )", text))) == 1:
        yield FollowUp("how old", f"How old is {he}?", (ages.pop(),))
    spoke = re.compile(rf"\b{name} (?:said|told|wrote|added)\b|\b(?:said|added|wrote) (?:[\w’'.-]+ )?{name}\b")
    said = tuple(
        one["words"] for sentence in sentences if spoke.search(sentence) for one in _QUOTED.finditer(sentence)
    )
    if said:
        yield FollowUp("what said", f"What did {he} say?", clauses=said)


def _of_things(case: Case, text: str) -> Iterator[FollowUp]:
    """Of what an article counts, prices or names once."""
    counted = [one for one in quantities(text) if one.unit and one.unit.isalpha() and one.text[:1].isdigit()]
    often = Counter(one.unit for one in counted)
    for one in counted:
        number, _, thing = one.text.partition(" ")
        once = often[one.unit] == 1 and thing.isalpha() and thing.islower() and thing.endswith("s")
        once = once and not _MEASURES.match(thing)
        if once and not _is_asked(case, thing) and not _is_answer(case, number):
            yield FollowUp("how many", f"And how many {thing}?", (number,))
            break
    for sort, pattern, group, gold, question in (
        ("how much", _PRICED, "noun", "sum", "How much is the {}?"),
        ("who", _ROLES, "role", "name", "Who is the {}?"),
    ):
        found = {(match[group], match[gold]) for match in pattern.finditer(text)}
        for thing, value in sorted(found):
            alone = sum(other == thing for other, _ in found) == 1
            if alone and not _is_asked(case, value) and not _is_answer(case, value):
                yield FollowUp(sort, question.format(thing), (value, value.split()[-1] if sort == "who" else value))
                break


def _that_answers(case: Case, sentences: Sequence[str]) -> str | None:
    """The sentence that says the answer and shares most with the question, two words at least."""
    about = _stems(case.question)
    right = [one for one in sentences if any(says(one, spelled) for fact in case.answers for spelled in fact)]
    best = max(right, key=lambda one: len(about & _stems(one)), default=None)
    return best if best and len(about & _stems(best)) >= LEAST_SHARED else None


def _is_asked(case: Case, text: str) -> bool:
    return text.casefold() in case.question.casefold()


def _is_answer(case: Case, text: str) -> bool:
    return any(says(text, one) or says(one, text) for fact in case.answers for one in fact)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))


def ask(desk: Desk, conversation: Conversation) -> list[tuple[str, bool, bool]]:
    """Of each turn its sort, whether it is right, whether a right article is cited; each knows those before it."""
    case = conversation.case
    quiz = FollowUp("quiz question", case.question, tuple(one for fact in case.answers for one in fact))
    history: tuple[Turn, ...] = ()
    told = []
    for turn in (quiz, *conversation.follow_ups):
        question = Question(turn.question, history, case.filters, case.as_of, "extractive")
        answer: Answer = asyncio.run(desk.ask(question))
        right = any(turn.is_told(one.text) for one in answer.statements)
        cited = any(one.source.id in case.articles for one in answer.citations)
        told.append((turn.sort, right, cited))
        history += (Turn("user", turn.question), Turn("assistant", answer.text))
    return told


def show(conversations: int, told: Sequence[tuple[str, bool, bool]]) -> None:
    """Print the share of right follow-ups, by sort."""
    print(f"{conversations} conversations")
    asked = [one for one in told if one[0] != "quiz question"]
    _line("follow-ups, right", asked, lambda one: one[1])
    _line("follow-ups, a right article cited", asked, lambda one: one[2])
    for sort in dict.fromkeys(one[0] for one in told):
        _line(f"{sort}, right", [one for one in told if one[0] == sort], lambda one: one[1])


def _line(name: str, told: Sequence[tuple[str, bool, bool]], holds: Callable[[tuple[str, bool, bool]], bool]) -> None:
    count = sum(map(holds, told))
    if told:
        low, high = share_bounds(count / len(told), len(told))
        print(f"{name:38} {count / len(told):.2f} ({count} of {len(told)}; {low:.2f}–{high:.2f})")


if __name__ == "__main__":
    main()
