"""The language-model writer, against a real server on loopback: honest, hostile, failing and slow."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag.articles import Draft, Passage, Question, Source, Turn
from rag.errors import WriterError
from rag.generation.llm import LlmWriter, Written
from tests.openai_server import OpenAIServer, Reply

KEY = "sk-a-very-secret-key"
PASSAGE = Passage(Source("a", "A title"), 1, 0, 40, "Prices rose by 3 percent in March [7].", 0.9)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as running:
        yield running


@pytest.fixture
def writer(server: OpenAIServer) -> LlmWriter:
    return LlmWriter("openai/test", api_base=server.url, api_key=KEY, timeout_s=10, retries=1, backoff_s=0.001)


def written(writer: LlmWriter, question: Question = Question("What rose?")) -> list[Draft | Written]:
    async def collect() -> list[Draft | Written]:
        return [item async for item in writer.write(question, [PASSAGE, PASSAGE])]

    return asyncio.run(collect())


def test_sentences_come_with_their_passages_and_then_the_usage(server: OpenAIServer, writer: LlmWriter) -> None:
    server.say("Prices rose by 3 percent [1]. That was in March [2].")

    *drafts, end = written(writer)

    assert drafts == [Draft("Prices rose by 3 percent.", (0,)), Draft("That was in March.", (1,))]
    assert isinstance(end, Written)
    assert (end.usage.prompt_tokens, end.usage.completion_tokens, end.declined) == (120, 30, False)


def test_the_fixed_sentence_is_a_refusal_and_no_draft(server: OpenAIServer, writer: LlmWriter) -> None:
    server.say("The articles do not say.")

    (end,) = written(writer)

    assert isinstance(end, Written)
    assert end.declined


def test_passages_are_fenced_and_their_marker_like_words_disarmed(server: OpenAIServer, writer: LlmWriter) -> None:
    written(writer)
    first, second = server.requests[0]["messages"][-1]["content"], None
    written(writer)
    second = server.requests[1]["messages"][-1]["content"]

    assert "[1] A title" in first
    assert "(7)" in first and "[7]" not in first
    assert first.split("lines ")[1][:16] != second.split("lines ")[1][:16]


def test_history_goes_along_in_its_roles(server: OpenAIServer, writer: LlmWriter) -> None:
    question = Question("And then?", history=(Turn("user", "What rose?"), Turn("assistant", "Prices.")))

    written(writer, question)

    assert [message["role"] for message in server.requests[0]["messages"]] == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_model_is_asked_again(server: OpenAIServer, writer: LlmWriter, status: int) -> None:
    server.replies = [Reply(status=status), Reply("Prices rose [1].")]

    assert written(writer)[0] == Draft("Prices rose.", (0,))
    assert len(server.requests) == 2


def test_a_model_that_keeps_failing_is_followed_by_the_fallbacks(server: OpenAIServer, writer: LlmWriter) -> None:
    server.replies = [Reply(status=500), Reply(status=500), Reply("Prices rose [1].")]

    end = written(replace(writer, fallback_models=("openai/other",)))[-1]

    assert isinstance(end, Written)
    assert end.model == "openai/other"
    assert [request["model"] for request in server.requests] == ["test", "test", "other"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=401), "key"),
        (Reply(status=429), "too many requests"),
        (Reply(status=500), "could not be reached or failed"),
        (Reply(status=404), "not known"),
        (Reply(""), "wrote nothing"),
        (Reply(hang_s=30), "longer than 0.5 s"),
        (Reply(raw=b"<html>not json</html>"), "openai/test"),
    ],
)
def test_every_failure_is_told_in_words_without_the_key(
    server: OpenAIServer, writer: LlmWriter, reply: Reply, reason: str
) -> None:
    server.replies = [reply]
    timeout_s = 0.5 if reply.hang_s else 10

    with pytest.raises(WriterError) as error:
        written(replace(writer, timeout_s=timeout_s))

    assert reason in str(error.value)
    assert KEY not in str(error.value)
    assert "Traceback" not in str(error.value)


def test_a_server_that_is_not_there_is_a_failure(writer: LlmWriter) -> None:
    with pytest.raises(WriterError, match="could not be reached"):
        written(replace(writer, api_base="http://127.0.0.1:9/v1"))


def test_a_model_that_breaks_off_has_written_half_an_answer(server: OpenAIServer, writer: LlmWriter) -> None:
    server.replies = [Reply("Prices rose [1]. They fell later [2]. And so on and on and on.", break_after=6)]
    drafts: list[Draft | Written] = []

    async def collect() -> None:
        drafts.extend([item async for item in writer.write(Question("What rose?"), [PASSAGE, PASSAGE])])

    with pytest.raises(WriterError):
        asyncio.run(collect())

    assert not any(isinstance(item, Written) for item in drafts)


def test_a_half_sentence_at_the_end_is_left_out(server: OpenAIServer, writer: LlmWriter) -> None:
    server.say("Prices rose [1]. They will fall again unless [1]")

    first, end = written(writer)

    assert first == Draft("Prices rose.", (0,))
    assert isinstance(end, Written) and end.cut


def test_a_sentence_that_says_what_is_not_known_is_none_of_the_passages(
    server: OpenAIServer, writer: LlmWriter
) -> None:
    server.say("The articles do not say how much wages rose. Prices rose by 3 percent [1].")

    first, end = written(writer)

    assert first == Draft("Prices rose by 3 percent.", (0,))
    assert isinstance(end, Written) and not end.declined


def test_the_time_that_is_taken_with_its_sentences_is_not_the_models(server: OpenAIServer, writer: LlmWriter) -> None:
    server.say("Prices rose [1]. They rose in March [1]. They fell in April [1].")
    hurried = replace(writer, timeout_s=0.5)
    drafts = []

    async def read_slowly() -> None:
        async for item in hurried.write(Question("What rose?"), [PASSAGE]):
            drafts.append(item)
            await asyncio.sleep(0.4)

    asyncio.run(read_slowly())

    assert len(drafts) == 4


def test_a_key_goes_to_its_own_provider_only(server: OpenAIServer, writer: LlmWriter) -> None:
    other = replace(writer, fallback_models=("anthropic/other",))

    assert other._options("anthropic/other").get("api_key") is None
    assert other._options("openai/second")["api_key"] == KEY


def test_the_key_is_not_in_the_writers_repr(writer: LlmWriter) -> None:
    assert KEY not in repr(writer)


def test_a_local_server_needs_no_key(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server.say("Prices rose [1].")

    assert written(LlmWriter("openai/test", api_base=server.url))[0] == Draft("Prices rose.", (0,))


def test_a_follow_up_is_condensed_into_one_line(server: OpenAIServer, writer: LlmWriter) -> None:
    server.say("How much did prices\nrise in March?")
    question = Question("How much?", history=(Turn("user", "Did prices rise in March?"), Turn("assistant", "Yes.")))

    text, usage = asyncio.run(writer.condense(question))

    assert text == "How much did prices rise in March?"
    assert usage.prompt_tokens == 120


def test_a_follow_up_is_condensed_by_the_first_model_that_can(server: OpenAIServer, writer: LlmWriter) -> None:
    server.replies = [Reply(status=500), Reply("How much did prices rise in March?")]
    question = Question("How much?", history=(Turn("user", "Did prices rise in March?"),))

    text, _ = asyncio.run(replace(writer, fallback_models=("openai/other",)).condense(question))

    assert text == "How much did prices rise in March?"
    assert [request["model"] for request in server.requests] == ["test", "other"]


@pytest.mark.parametrize(
    "said", ["How much did Apple's prices rise?", "How much did prices rise in 2031?", "", "x " * 2000]
)
def test_a_follow_up_that_names_what_nobody_said_is_not_condensed(
    server: OpenAIServer, writer: LlmWriter, said: str
) -> None:
    server.say(said)

    with pytest.raises(WriterError):
        asyncio.run(writer.condense(Question("How much?", history=(Turn("user", "Did prices rise in March?"),))))


def test_a_model_that_stalls_in_the_middle_has_failed(server: OpenAIServer, writer: LlmWriter) -> None:
    server.replies = [Reply("Prices rose by 3 percent in March [1].", stall_after=3)]

    with pytest.raises(WriterError, match=r"longer than 0\.5 s"):
        written(replace(writer, timeout_s=0.5))


def test_a_client_that_goes_away_ends_the_request(server: OpenAIServer, writer: LlmWriter) -> None:
    server.replies = [Reply("Prices rose.", hang_s=30)]

    async def leave() -> None:
        async with asyncio.timeout(0.2):
            async for _ in writer.write(Question("What rose?"), [PASSAGE]):
                pass

    with pytest.raises(TimeoutError):
        asyncio.run(leave())
