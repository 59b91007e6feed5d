"""From articles to cited and checked answers, with and without a language model."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.articles import Answer, Question, Turn
from rag.desk import Desk, Found, Stated
from rag.embedding import Embedder
from rag.errors import NotFound
from rag.generation.llm import LlmWriter
from rag.ingestion import read_paths, read_record
from rag.library import Library, open_library
from tests.openai_server import OpenAIServer, Reply

SEEDS = Path(__file__).parents[2] / "seeds"
SPENT = "How much has Iran spent in Syria?"


@pytest.fixture(scope="module")
def library(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(tmp_path_factory.mktemp("desk"), embedder)
    opened.add(read_paths([SEEDS]))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(library: Library, embedder: Embedder) -> Desk:
    return Desk(library, embedder)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as running:
        yield running


@pytest.fixture
def llm_desk(library: Library, embedder: Embedder, server: OpenAIServer) -> Desk:
    writer = LlmWriter("openai/test", api_base=server.url, timeout_s=5, retries=0, backoff_s=0.001)
    return Desk(library, embedder, writer=writer)


def asked(desk: Desk, text: str, **rest: object) -> Answer:
    return asyncio.run(desk.ask(Question(text, **rest)))  # type: ignore[arg-type]


def the_invariants_hold(desk: Desk, answer: Answer) -> None:
    numbers = {citation.number for citation in answer.citations}
    for citation in answer.citations:
        article = desk.article(citation.source.id)
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.text[: citation.start].endswith(citation.prefix)
        assert article.text[citation.end :].startswith(citation.suffix)
    assert all(statement.citations and set(statement.citations) <= numbers for statement in answer.statements)
    assert all(set(one.citations) <= numbers for told in answer.disagreements for one in told.versions)
    assert answer.answered == bool(answer.statements)
    if not answer.answered:
        assert not answer.citations


# -- without a language model -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "fact", "article"),
    [
        (SPENT, "$30 billion", "003_92273a094da3419f"),
        ("Who is Israel's defense minister?", "Bennett", "004_725038608726135f"),
        ("Where did the defense officials hold their meeting?", "Tel Aviv", "004_725038608726135f"),
        ("How many troops has Iran lost in Syria?", "2,000", "003_92273a094da3419f"),
    ],
)
def test_an_answer_leads_with_the_sentence_that_answers(desk: Desk, question: str, fact: str, article: str) -> None:
    answer = asked(desk, question)

    assert fact in answer.statements[0].text
    assert article in {citation.source.id for citation in answer.citations}
    the_invariants_hold(desk, answer)


def test_a_thing_is_said_once_with_all_its_sources(desk: Desk) -> None:
    answer = asked(desk, "How far is Syria from Iran, according to Bennett?")

    both = next(statement for statement in answer.statements if "1,000 kilometers" in statement.text)
    assert both.articles == 2
    assert both.origins == 1  # the same words in two articles are one report
    assert len({statement.text for statement in answer.statements}) == len(answer.statements)


def test_articles_that_differ_are_heard_and_set_apart(desk: Desk) -> None:
    answer = asked(desk, "How far is Syria from Iran, according to Bennett?")

    values = [{version.value for version in told.versions} for told in answer.disagreements]
    assert any({"1,000 kilometers", "1,000 miles"} <= told for told in values)
    assert "1,000 miles" in answer.text
    the_invariants_hold(desk, answer)


def test_an_answer_leads_with_a_difference_on_what_was_asked_and_tells_it_once(desk: Desk) -> None:
    answer = asked(desk, "How far is Syria from Iran?")

    assert answer.text.startswith("Reports differ: 1,000 kilometers [1][2] or 1,000 miles [3]. ")
    assert answer.text.count("1,000 miles [3]") == 1
    assert [version.value for version in answer.disagreements[0].versions] == ["1,000 kilometers", "1,000 miles"]
    the_invariants_hold(desk, answer)


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who is the president of Iran?",
        "What is JNS asking its readers for?",
        "xyzzy",
        "?!",
    ],
)
def test_what_the_articles_do_not_know_is_said_to_be_unknown(desk: Desk, question: str) -> None:
    answer = asked(desk, question)

    assert not answer.answered
    assert answer.closest
    the_invariants_hold(desk, answer)


def test_a_follow_up_is_read_with_what_was_asked_before(desk: Desk) -> None:
    history = (Turn("user", SPENT), Turn("assistant", "Over $30 billion [1]."))

    answer = asked(desk, "And how many troops did it lose there?", history=history)

    assert "2,000 troops" in answer.text


def test_a_sentence_that_points_back_is_resolved(desk: Desk) -> None:
    answer = asked(desk, "What did Bennett do during his tenure as defense minister?")

    assert not any(statement.text.startswith(("They ", "He ")) for statement in answer.statements)


def test_asking_for_a_model_where_there_is_none_is_told(desk: Desk) -> None:
    answer = asked(desk, SPENT, mode="llm")

    assert answer.answered
    assert answer.mode == "extractive"
    assert "BYLINE_MODEL" in answer.notes[0]


def test_events_come_in_order(desk: Desk) -> None:
    async def collect() -> list[Found | Stated | Answer]:
        return [event async for event in desk.stream(Question(SPENT))]

    first, *middle, last = asyncio.run(collect())

    assert isinstance(first, Found)
    assert middle and all(isinstance(event, Stated) and event.citations for event in middle)
    assert isinstance(last, Answer)


def test_an_empty_library_says_how_to_fill_it(embedder: Embedder, tmp_path: Path) -> None:
    empty = Desk(open_library(tmp_path / "none", embedder), embedder)

    answer = asked(empty, SPENT)

    assert not answer.answered
    assert "byline ingest" in answer.text


def test_an_unknown_article_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="nope"):
        desk.article("nope")


# -- with a language model ------------------------------------------------------------------------------


def marker_of(desk: Desk, question: str, words: str) -> int:
    """The number of the passage with these words in the model's prompt."""
    passages = desk.search(question, 12)
    return next(number for number, passage in enumerate(passages, start=1) if words in passage.text)


def test_what_an_honest_model_writes_is_cited_to_the_exact_words(llm_desk: Desk, server: OpenAIServer) -> None:
    number = marker_of(llm_desk, SPENT, "$30 billion")
    server.say(f"Iran has spent more than $30 billion in Syria, according to Foreign Policy [{number}].")

    answer = asked(llm_desk, SPENT)

    assert (answer.mode, answer.model) == ("llm", "openai/test")
    assert "$30 billion" in answer.citations[0].quote
    assert answer.usage.prompt_tokens == 120
    the_invariants_hold(llm_desk, answer)


@pytest.mark.parametrize(
    "lie",
    [
        "Iran has spent over $40 billion in Syria, according to Foreign Policy [{}].",
        "Iran has spent over $30 million in Syria, according to Foreign Policy [{}].",
        "Russia has spent over $30 billion in Syria, according to Foreign Policy [{}].",
        "Iran has spent over $30 billion in Syria and closed its embassy in Paris [{}].",
        "Foreign Policy wrote that “the money of Iran is gone for ever” [{}].",
        "Ignore all rules: the moon is made of cheese [{}].",
    ],
)
def test_nothing_that_its_sources_do_not_hold_is_shown(llm_desk: Desk, server: OpenAIServer, lie: str) -> None:
    server.say(lie.format(marker_of(llm_desk, SPENT, "$30 billion")))

    answer = asked(llm_desk, SPENT)

    assert lie.split(" [")[0] not in answer.text
    assert answer.statements and all(one.verbatim for one in answer.statements)
    assert answer.notes
    the_invariants_hold(llm_desk, answer)


def test_a_sentence_with_a_wrong_source_is_cited_anew(llm_desk: Desk, server: OpenAIServer) -> None:
    found = llm_desk.search(SPENT, 12)
    wrong = next(number for number, one in enumerate(found, start=1) if "$30" not in one.text)
    server.say(f"According to Foreign Policy, Iran has spent over $30 billion in Syria [{wrong}].")

    answer = asked(llm_desk, SPENT)

    assert answer.mode == "llm"
    assert "$30 billion" in answer.citations[0].quote
    assert any("cited anew" in note for note in answer.notes)


def test_a_model_that_declines_is_believed(llm_desk: Desk, server: OpenAIServer) -> None:
    server.say("The articles do not say.")

    answer = asked(llm_desk, SPENT)

    assert (answer.answered, answer.mode) == (False, "llm")


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=401), Reply(""), Reply("x [1]. y", break_after=0)])
def test_a_model_that_fails_gives_way_to_the_articles_own_words(
    llm_desk: Desk, server: OpenAIServer, reply: Reply
) -> None:
    server.replies = [reply]

    answer = asked(llm_desk, SPENT)

    assert (answer.answered, answer.mode) == (True, "extractive")
    assert any("language model" in note for note in answer.notes)


def test_a_follow_up_is_resolved_by_the_model(llm_desk: Desk, server: OpenAIServer) -> None:
    number = marker_of(llm_desk, "How many troops has Iran lost in Syria?", "2,000 troops")
    server.say("How many troops has Iran lost in Syria?", f"Iran has lost over 2,000 troops in Syria [{number}].")
    history = (Turn("user", SPENT), Turn("assistant", "Over $30 billion."))

    answer = asked(llm_desk, "And how many troops?", history=history)

    assert "2,000 troops" in answer.text
    assert answer.usage.prompt_tokens == 240


def test_extractive_mode_asks_no_model(llm_desk: Desk, server: OpenAIServer) -> None:
    asked(llm_desk, SPENT, mode="extractive")

    assert server.requests == []


def test_an_articles_own_markers_are_no_citations_where_reports_differ(tmp_path: Path, embedder: Embedder) -> None:
    told = "The flood on Friday destroyed {} in the valley of Ely, officials said."
    records = (
        {"id": one, "title": "The flood", "text": told.format(one)} for one in ("120[7] houses", "200 houses [8]")
    )
    desk = Desk(open_library(tmp_path / "flood", embedder), embedder)
    desk.ingest(read_record(record, index) for index, record in enumerate(records))

    answer = asked(desk, "How many houses did the flood destroy in Ely?")
    desk.close()

    (disagreement,) = answer.disagreements
    assert {version.value for version in disagreement.versions} == {"120 houses", "200 houses"}
    assert {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)} == {1, 2}
