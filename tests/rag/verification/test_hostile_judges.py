"""Hostile models with a judge that agrees with everything, or with nothing: what must be seen either way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from rag.articles import Question
from rag.desk import Desk
from rag.embedding import Embedder
from rag.generation.llm import LlmWriter
from rag.library import Library, open_library
from rag.verification.opinions import ModelOpinion
from tests.openai_server import OpenAIServer, Reply
from tests.rag.test_hostile_models import (
    CASES,
    HARBOR,
    KEY,
    PLANTED,
    SPENT,
    TRUE,
    Case,
    spoken,
    the_sources_are_given_and_exact,
    told,
)

INVENTED = [
    "a changed number", "a changed count", "a changed scale", "a changed unit", "a changed day", "a changed year",
    "a changed name", "a changed place", "a plausible date", "an added sentence", "an added clause",
    "its own knowledge", "a lie with every source", "a lie without a source", "a lie under an invented source",
    "a fabricated quotation", "an altered quotation", "a negation left out of a quotation",
    "a quotation patched from two", "repeats an article's order", "gives orders of its own",
]  # fmt: skip
TURNED = [
    "the opposite", "reversed roles", "an added denial", "a dropped hedge", "another verb beside the number",
    "the done told as planned", "other victims of the number", "a myth", "an added adverb", "a changed subject",
]  # fmt: skip
EVERYTHING = "\n".join(f"{number}: supported" for number in range(1, 61))
NOTHING = EVERYTHING.replace("supported", "unsupported")
PARAPHRASE = "Iran has spent more than $30 billion in Syria, according to Foreign Policy [@]."


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as running:
        yield running


@pytest.fixture(scope="module")
def desks(
    seeds_library: Library, embedder: Embedder, server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Desk]]:
    """The desk of each question, on the seeds or on the planted article; the model that writes judges as well."""
    planted = open_library(tmp_path_factory.mktemp("planted") / "library", embedder)
    planted.add([PLANTED])
    writer = LlmWriter("openai/test", api_base=server.url, api_key=KEY, timeout_s=60, retries=0, backoff_s=0.001)
    seeds, harbor = (
        Desk(one, embedder, writer=writer, opinion=ModelOpinion(writer)) for one in (seeds_library, planted)
    )
    yield {**dict.fromkeys(TRUE, seeds), HARBOR: harbor}
    planted.close()


@pytest.mark.parametrize("name", INVENTED)
def test_no_invented_fact_is_shown_though_the_judge_supports_everything(
    desks: dict[str, Desk], server: OpenAIServer, name: str
) -> None:
    assert lies_shown(desks, server, CASES[name], Reply(EVERYTHING)) == []


@pytest.mark.parametrize("name", [*INVENTED[::4], *TURNED])
def test_no_lie_is_shown_where_the_judge_supports_nothing(
    desks: dict[str, Desk], server: OpenAIServer, name: str
) -> None:
    assert lies_shown(desks, server, CASES[name], Reply(NOTHING)) == []


def lies_shown(desks: dict[str, Desk], server: OpenAIServer, case: Case, judge: Reply) -> list[str]:
    """Which lies of a case are seen; what else is shown has its sources, to the character."""
    desk = desks[case.asked]
    server.replies = [spoken(case, desk.search(case.asked, 12)), judge]
    found, stated, answer = told(desk, case.asked)
    the_sources_are_given_and_exact(desk, found, answer)
    seen = " ".join([answer.text, *(one.statement.text for one in stated)])
    assert answer.answered
    return [lie for lie in case.lies if lie in seen]


def paraphrase(desk: Desk) -> Reply:
    passages = desk.search(SPENT, 12)
    right = next(number for number, one in enumerate(passages, start=1) if "over $30 billion" in one.text)
    return Reply(PARAPHRASE.replace("[@]", f"[{right}]"))


def test_what_the_judge_supports_is_shown_as_written_and_its_cost_and_time_are_told(
    desks: dict[str, Desk], server: OpenAIServer
) -> None:
    server.requests.clear()
    server.replies = [paraphrase(desks[SPENT]), Reply("1: supported", hang_s=0.3)]

    _, _, answer = told(desks[SPENT], SPENT)

    (statement,) = answer.statements
    assert (statement.text, statement.verbatim) == (PARAPHRASE.replace(" [@]", ""), False)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (240, 60)
    assert answer.timings.verify >= 300 and len(server.requests) == 2


@pytest.mark.parametrize("judge", [Reply("1: unsupported"), Reply("1: yes"), Reply(""), Reply(status=500)])
def test_where_the_judge_does_not_help_the_articles_own_words_stand(
    desks: dict[str, Desk], server: OpenAIServer, judge: Reply
) -> None:
    server.replies = [paraphrase(desks[SPENT]), judge]

    _, _, answer = told(desks[SPENT], SPENT)

    assert answer.mode == "llm"
    assert answer.statements and all(one.verbatim for one in answer.statements)
    assert "“" in answer.text and "over $30 billion" in answer.text
    assert any("articles' own words" in note for note in answer.notes)
    failed = [note for note in answer.notes if "second opinion failed" in note]
    assert bool(failed) is (judge.text == "")
    assert KEY not in str(answer.notes)


def test_every_statement_of_an_extractive_answer_is_verbatim(desks: dict[str, Desk]) -> None:
    answer = asyncio.run(desks[SPENT].ask(Question(SPENT, mode="extractive")))

    assert answer.statements and all(one.verbatim and one.credit is None for one in answer.statements)
