"""Slack end to end: signed requests to the real service, its calls to a stand-in for Slack."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr

from rag.articles import Answer, Citation, Source, Statement
from rag.errors import ConfigError
from rag.settings import Settings, described, load_settings
from service.chats import chats
from service.chats.adapter import READING
from service.chats.paragraphs import answer_paragraphs
from service.chats.slack_blocks import blocks, in_messages, summary
from tests.openai_server import OpenAIServer, Reply
from tests.service.slack_server import (
    ME,
    SECRET,
    TOKEN,
    Refusal,
    SlackServer,
    command,
    direct,
    event,
    fault,
    links,
    mention,
    send,
    shown,
    sign,
    texts,
)

SPENT = "How much has Iran spent in Syria?"
FAR = "How far is Syria from Iran, according to Bennett?"
FRANCE = "What is the capital of France?"

Serve = Callable[[Settings], AbstractContextManager[str]]


@pytest.fixture(scope="module")
def slack_server() -> Iterator[SlackServer]:
    with SlackServer().running() as server:
        yield server


@pytest.fixture(scope="module")
def service(slack_server: SlackServer, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(set_up(slack_server, tmp_path_factory.mktemp("slack"))) as url:
        yield url


@pytest.fixture
def slack(slack_server: SlackServer) -> SlackServer:
    """A Slack server without messages and refusals."""
    slack_server.calls.clear()
    slack_server.messages.clear()
    slack_server.responses.clear()
    slack_server.refusals.clear()
    slack_server.earlier = []
    return slack_server


def set_up(server: SlackServer, library: Path, **more: Any) -> Settings:
    return load_settings(
        library=str(library), slack_bot_token=TOKEN, slack_signing_secret=SECRET, slack_api_base=server.api, **more
    )


def answered(slack: SlackServer, service: str, body: dict[str, Any]) -> dict[str, Any]:
    """Waits for the message that answers an event."""
    before = slack.count("chat.update")
    assert send(service, body).status_code == 200
    return slack.wait_for("chat.update", before + 1).arguments


# -- questions and answers ----------------------------------------------------------------------------


def test_a_mention_is_answered_in_its_thread_with_numbered_sources(slack: SlackServer, service: str) -> None:
    asked = mention(SPENT)
    answer = answered(slack, service, asked)
    posted = slack.wait_for("chat.postMessage").arguments

    assert posted["text"] == READING
    assert (posted["channel"], posted["thread_ts"]) == ("C1", asked["event"]["ts"])
    assert answer["ts"] in slack.messages
    assert "$30 billion" in shown(answer) and "[1]" in shown(answer)
    assert "[1] Senior defense official: Iran reducing presence in Syria" in shown(answer)


@pytest.mark.parametrize("question", [SPENT, FAR, "Why is Iran pulling out of Syria?", FRANCE])
def test_statements_numbers_and_sources_are_those_of_the_http_answer(
    slack: SlackServer, service: str, question: str
) -> None:
    by_http = httpx.post(f"{service}/v1/ask", json={"question": question}, timeout=60).json()
    lines = shown(answered(slack, service, mention(question))).split("\n")
    rest = "\n".join(lines)
    lines = lines[1 + len(by_http["disagreements"][0]["versions"]) :] if question == FAR else lines
    statements = lines[: len(by_http["statements"]) or 1]

    assert " ".join(statements) in by_http["text"]
    for line, statement in zip(statements, by_http["statements"], strict=False):
        assert re.findall(r"\[(\d+)\]", line) == [str(number) for number in statement["citations"]]
    sources = re.findall(r"^\[(\d+)\] (.*)$", rest, flags=re.MULTILINE)
    assert sources == [(str(one["number"]), one["article"]["title"]) for one in by_http["citations"]]
    for one in by_http["citations"]:
        assert " ".join(one["quote"].split()) in rest.partition(f"\n[{one['number']}] ")[2]


def test_a_direct_message_is_answered_beside_it(slack: SlackServer, service: str) -> None:
    answer = answered(slack, service, direct(SPENT))

    assert "$30 billion" in shown(answer)
    assert "thread_ts" not in slack.wait_for("chat.postMessage").arguments


def test_a_slash_command_is_acknowledged_and_answered_to_whom_gave_it(slack: SlackServer, service: str) -> None:
    acknowledged = command(service, SPENT, f"{slack.url}/response")
    response = slack.wait_for("response").arguments

    assert (acknowledged.status_code, acknowledged.json()["text"]) == (200, READING)
    assert "$30 billion" in shown(response) and "[1]" in shown(response)
    assert (response["response_type"], response["replace_original"]) == ("ephemeral", True)


def test_who_says_what_stands_below_the_statements(slack: SlackServer, service: str) -> None:
    by_http = httpx.post(f"{service}/v1/ask", json={"question": FAR}, timeout=60).json()
    text = shown(answered(slack, service, mention(FAR)))

    assert by_http["disagreements"]
    for disagreement in by_http["disagreements"]:
        assert f"The articles differ: {disagreement['about']}" in text
        for version in disagreement["versions"]:
            assert f"• {version['value']} " + "".join(f"[{one}]" for one in version["citations"]) in text


def test_what_the_articles_do_not_know_is_said_with_the_closest_passages(slack: SlackServer, service: str) -> None:
    text = shown(answered(slack, service, mention(FRANCE)))

    assert text.startswith("The articles do not say.\nThe closest passages\n")
    assert "[1]" not in text


def test_a_follow_up_in_a_thread_is_read_with_the_thread(slack: SlackServer, service: str) -> None:
    before, said = "Is Iran pulling out of Syria?", "Iran is pulling out of Syria &amp; closing bases [1]."
    slack.earlier = [
        {"ts": "1.0", "user": "U1", "text": f"<@{ME['user_id']}> {before}"},
        {"ts": "2.0", "user": ME["user_id"], "bot_id": ME["bot_id"], "text": READING},
        {"ts": "3.0", "user": ME["user_id"], "bot_id": ME["bot_id"], "text": said},
        {"ts": "4.0", "user": "U9", "bot_id": "B9", "text": "Lunch is ready."},
    ]
    history = [
        {"role": "user", "content": before},
        {"role": "assistant", "content": "Iran is pulling out of Syria & closing bases [1]."},
    ]
    alone, together = (
        httpx.post(f"{service}/v1/ask", json={"question": "And why?", "history": turns}, timeout=60).json()["text"]
        for turns in ([], history)
    )

    text = shown(answered(slack, service, mention("And why?", thread_ts="1.0")))
    read = slack.wait_for("conversations.replies").arguments

    assert (read["channel"], read["ts"]) == ("C1", "1.0")
    assert alone != together
    assert " ".join(text.split("\n")).startswith(together)


def test_a_direct_follow_up_is_read_with_what_was_said_before(slack: SlackServer, service: str) -> None:
    slack.earlier = [
        {"ts": "2.0", "user": ME["user_id"], "bot_id": ME["bot_id"], "text": "Yes, it is [1]."},
        {"ts": "1.0", "user": "U1", "text": "Is Iran pulling out of Syria?"},
    ]
    answer = answered(slack, service, direct("And why?"))

    assert slack.wait_for("conversations.history").arguments["channel"] == "D1"
    assert "[1]" in shown(answer)


def test_a_thread_that_cannot_be_read_does_not_stop_the_answer(slack: SlackServer, service: str) -> None:
    slack.refusals["conversations.replies"] = Refusal(200, "missing_scope")

    assert "$30 billion" in shown(answered(slack, service, mention(SPENT, thread_ts="1.0")))


def test_a_mention_without_a_question_is_told_what_to_ask(slack: SlackServer, service: str) -> None:
    send(service, mention(""))

    assert "Ask a question about the news" in slack.wait_for("chat.postMessage").arguments["text"]


def test_a_question_that_is_too_long_is_declined_in_plain_words(slack: SlackServer, service: str) -> None:
    answer = answered(slack, service, mention("Why? " * 500))

    assert "it has 2,499 characters; at most 2,000 are allowed" in answer["text"]


# -- what is passed over ------------------------------------------------------------------------------


def test_an_event_delivered_again_is_not_answered_again(slack: SlackServer, service: str) -> None:
    body = mention(SPENT)
    answered(slack, service, body)
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}

    assert send(service, body, **again).status_code == 200
    assert slack.stays_quiet(0.5)


def test_a_retry_of_an_event_that_never_arrived_is_answered(slack: SlackServer, service: str) -> None:
    send(service, mention(SPENT), **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "connection_failed"})

    assert "$30 billion" in shown(slack.wait_for("chat.update").arguments)


@pytest.mark.parametrize(
    "body",
    [
        direct(SPENT, bot_id="B9", user="U9"),
        direct(SPENT, subtype="bot_message", bot_id="B9"),
        mention(SPENT, bot_id="B9"),
        direct(SPENT, user=ME["user_id"], bot_id=ME["bot_id"]),
        direct(SPENT, subtype="message_changed", message={"text": SPENT}),
        mention(SPENT, edited={"user": "U1", "ts": "1.0"}),
        direct("", subtype="message_deleted"),
        event("message", SPENT, channel_type="channel"),
        event("reaction_added", ""),
    ],
    ids=["bot", "bot_message", "bot's mention", "own", "changed", "edited", "deleted", "channel", "reaction"],
)
def test_what_no_person_asked_is_passed_over(slack: SlackServer, service: str, body: dict[str, Any]) -> None:
    assert send(service, body).status_code == 200
    assert slack.stays_quiet(0.4) or {call.method for call in slack.calls} == {"auth.test"}


# -- who may send -------------------------------------------------------------------------------------


def test_the_url_verification_of_slack_succeeds(slack: SlackServer, service: str) -> None:
    response = send(service, {"type": "url_verification", "challenge": "3eZbrw1aB1", "token": "unused"})

    assert (response.status_code, response.json()) == (200, {"challenge": "3eZbrw1aB1"})


BODY = b'{"type": "url_verification", "challenge": "x"}'


@pytest.mark.parametrize(
    "headers",
    [
        lambda: {},
        lambda: sign(BODY, secret="another-secret"),
        lambda: sign(BODY + b" "),
        lambda: sign(BODY, at=time.time() - 600),
        lambda: sign(BODY, at=time.time() + 600),
        lambda: sign(BODY) | {"X-Slack-Request-Timestamp": "yesterday"},
        lambda: sign(BODY) | {"X-Slack-Signature": "v0=\xe9"},
    ],
    ids=["none", "wrong secret", "other body", "old", "of the future", "no time", "no ASCII"],
)
def test_a_request_that_slack_did_not_sign_is_refused(
    slack: SlackServer, service: str, headers: Callable[[], dict[str, str]]
) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers().items()}
    response = httpx.post(f"{service}/slack/events", content=BODY, headers=raw)  # type: ignore[arg-type]

    assert (response.status_code, response.json()["title"]) == (401, "Unauthorized")
    assert slack.calls == []


def test_slack_comes_in_under_the_name_of_a_tunnel(slack: SlackServer, service: str) -> None:
    response = send(service, {"type": "url_verification", "challenge": "c"}, Host="byline.example.org")
    other = httpx.get(f"{service}/v1/articles", headers={"Host": "byline.example.org"})

    assert response.json() == {"challenge": "c"}
    assert other.status_code == 403


# -- hostile and long ---------------------------------------------------------------------------------

HOSTILE = "<!channel> *bold* _slanted_ ~struck~ `code` <https://evil.example|click> <@U1> &amp; :tada:"


def test_no_article_can_format_link_or_call_anybody(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    words = f"The harbour of Shelbyville was closed for 15 days because of {HOSTILE} oil in the water."
    article = {"id": "h", "title": f"Harbour {HOSTILE}", "outlet": f"Paper {HOSTILE}", "text": words}
    article["url"] = "https://example.org/harbour"
    with serve(set_up(slack, tmp_path)) as service:
        httpx.post(f"{service}/v1/articles", json={"articles": [article]}, timeout=60).raise_for_status()
        answer = answered(slack, service, mention("For how many days was the harbour of Shelbyville closed?"))

    types = set(re.findall(r"'type': '(\w+)'", str(answer["blocks"])))
    assert types <= {"rich_text", "rich_text_section", "text", "link", "context", "plain_text"}
    assert shown(answer).count(HOSTILE) >= 3  # title, outlet, quote
    assert all(url.startswith("https://example.org/harbour#:~:text=") for url in links(answer["blocks"]))
    assert not set(answer["text"]) & set("<>*_~`")
    assert "15 days" in answer["text"]


def test_a_long_answer_is_parted_within_slacks_limits(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    days = "after days of rain that nobody there had seen in all the years since the dam was built upstream of it"
    towns = ["Ashford", "Brampton", "Carlisle", "Dunmore", "Elgin", "Fairfax", "Granby"]
    said = [f"The town of {town} was flooded on 4 May 2020 {days}, said the mayor of {town}." for town in towns]
    articles = [
        {"id": town, "title": f"Flood in {town}", "text": text, "url": f"https://example.org/{town}/{'x' * 1_400}"}
        for town, text in zip(towns, said, strict=True)
    ]
    with OpenAIServer().running() as model:
        model.say(" ".join(f"{text[:-1]} [1]." for text in said))
        settings = set_up(slack, tmp_path, model="openai/test", api_base=model.url, api_key="unused")
        with serve(settings) as service:
            httpx.post(f"{service}/v1/articles", json={"articles": articles}, timeout=60).raise_for_status()
            question = "Which towns were flooded on 4 May 2020?"
            by_http = httpx.post(f"{service}/v1/ask", json={"question": question}, timeout=60).json()
            first = shown(answered(slack, service, mention(question)))
            slack.wait_for("chat.postMessage", 2)
            while not slack.stays_quiet(1):
                pass  # further messages may come
    further = [shown(call.arguments) for call in slack.calls if call.method == "chat.postMessage"][1:]

    assert len(by_http["statements"]) >= 5
    assert slack.count("chat.update") == 1  # none was refused
    sources = [f"[{one['number']}] {one['article']['title']}" for one in by_http["citations"]]
    assert all(source in "\n".join([first, *further]) for source in sources)
    assert not all(source in first for source in sources)


def test_what_is_too_long_for_any_message_is_cut_and_counted() -> None:
    source = Source("a", "T" * 5_000, "O" * 5_000, "https://example.org/" + "x" * 1_900)
    citations = tuple(Citation(n, source, 1, 0, 9, "Q" * 5_000, "", "") for n in range(1, 301))
    statements = (Statement("S" * 9_000 + ".", tuple(range(1, 301)), 1.0, 1, 1), Statement("Short.", (1,), 1.0, 1, 1))
    answer = Answer("ans", "?", True, "extractive", None, "", statements, citations, notes=("N" * 9_000,))

    parts = in_messages(answer_paragraphs(answer), 4)

    assert len(parts) == 4
    assert all(part[-1].kind != "heading" for part in parts)
    assert [fault({"text": summary(part), "blocks": blocks(part)}) for part in parts] == [None] * 4
    assert parts[0][0].text.endswith("[300].") and "…" in parts[0][0].text
    left = 300 - sum(paragraph.kind == "source" for part in parts for paragraph in part)
    assert parts[-1][-1].text == f"Too long for this chat: {left} sources left out."


def test_a_slow_model_does_not_delay_the_acknowledgement(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran has spent over $30 billion in Syria [1].", hang_s=60)]
        settings = set_up(slack, tmp_path, model="openai/test", api_base=model.url, api_key="unused")
        with serve(settings) as service:
            began = time.monotonic()
            assert send(service, mention(SPENT)).status_code == 200
            assert time.monotonic() - began < 3
            assert slack.wait_for("chat.postMessage").arguments["text"] == READING
            while not model.requests:  # the question is now with the model
                assert time.monotonic() - began < 60
                time.sleep(0.02)
            assert slack.count("chat.update") == 0
            model.released.set()

            assert "[1]" in shown(slack.wait_for("chat.update").arguments)


def test_a_slow_slack_does_not_delay_the_acknowledgement(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    slack.refusals["auth.test"] = Refusal(429, "ratelimited", times=1, retry_after_s=3)
    with serve(set_up(slack, tmp_path)) as service:
        began = time.monotonic()
        assert send(service, mention(SPENT)).status_code == 200
        assert time.monotonic() - began < 3
        assert slack.count("chat.postMessage") == 0

        assert "$30 billion" in shown(slack.wait_for("chat.update").arguments)


def test_a_service_told_to_stop_lets_a_running_answer_end(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran has spent over $30 billion in Syria [1].", hang_s=60)]
        with serve(set_up(slack, tmp_path, model="openai/test", api_base=model.url, api_key="unused")) as service:
            send(service, mention(SPENT))
            slack.wait_for("chat.postMessage")
            threading.Timer(1, model.released.set).start()  # by then the service has been told to stop

        assert "[1]" in shown(slack.wait_for("chat.update", timeout_s=0).arguments)


# -- when something fails -----------------------------------------------------------------------------


def test_too_many_questions_are_told_to_try_again(slack: SlackServer, serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran has spent over $30 billion in Syria [1].", hang_s=60)]
        settings = set_up(
            slack,
            tmp_path,
            model="openai/test",
            api_base=model.url,
            api_key="unused",
            max_waiting=1,
            max_llm_questions=1,
        )
        with serve(settings) as service:
            send(service, mention(SPENT))
            began = time.monotonic()
            while not model.requests:  # the only place is taken
                assert time.monotonic() - began < 60
                time.sleep(0.02)
            send(service, mention(FAR))

            assert "try again shortly" in slack.wait_for("chat.update").arguments["text"]
            model.released.set()
            slack.wait_for("chat.update", 2)


def test_a_call_that_came_too_soon_is_made_again_when_slack_says(slack: SlackServer, service: str) -> None:
    slack.refusals["chat.update"] = Refusal(429, "ratelimited", times=1, retry_after_s=1)
    send(service, mention(SPENT))
    first, second = slack.wait_for("chat.update"), slack.wait_for("chat.update", 2)

    assert second.time - first.time >= 1
    assert "$30 billion" in shown(second.arguments)


def test_an_answer_whose_blocks_are_refused_is_shown_as_text(slack: SlackServer, service: str) -> None:
    slack.refusals["chat.update"] = Refusal(200, "invalid_blocks", times=1)
    send(service, mention(SPENT))
    text = slack.wait_for("chat.update", 2).arguments

    assert not text["blocks"]
    assert "$30 billion" in text["text"] and "[1] Senior defense" in text["text"]


def test_an_answer_to_a_command_whose_blocks_are_refused_is_shown_as_text(slack: SlackServer, service: str) -> None:
    slack.refusals["response"] = Refusal(400, "invalid_blocks", times=1)
    command(service, SPENT, f"{slack.url}/response")
    text = slack.wait_for("response", 2).arguments

    assert not text.get("blocks") and text["replace_original"]
    assert "$30 billion" in text["text"] and "[1] Senior defense" in text["text"]


@pytest.mark.parametrize("refusal", [Refusal(500), Refusal(200, "invalid_auth"), Refusal(200, "not_in_channel")])
def test_slack_that_refuses_everything_does_not_hurt_the_service(
    slack: SlackServer, service: str, refusal: Refusal
) -> None:
    slack.refusals["chat.postMessage"] = refusal
    assert send(service, mention(SPENT)).status_code == 200
    slack.wait_for("chat.postMessage")
    slack.stays_quiet(2)
    slack.refusals.clear()

    assert "$30 billion" in shown(answered(slack, service, mention(SPENT)))


def test_a_token_that_slack_does_not_know_is_told_to_who_gave_a_command(
    slack: SlackServer, serve: Serve, tmp_path: Path
) -> None:
    settings = load_settings(
        library=str(tmp_path), slack_bot_token="xoxb-wrong", slack_signing_secret=SECRET, slack_api_base=slack.api
    )
    with serve(settings) as service:
        assert send(service, mention(SPENT)).status_code == 200
        response = command(service, SPENT, f"{slack.url}/response")
        alive = httpx.get(f"{service}/healthz").status_code

    assert "does not accept Byline's token" in response.text
    assert alive == 200


def test_the_token_is_used_whatever_another_app_left_in_the_environment(
    slack: SlackServer, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "of another app")
    with serve(set_up(slack, tmp_path)) as service:
        assert "$30 billion" in shown(answered(slack, service, mention(SPENT)))


# -- set up -------------------------------------------------------------------------------------------


def test_without_settings_the_route_says_how_to_set_it_up(client: httpx.Client) -> None:
    response = client.post("/slack/events", content=b"{}")

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert "BYLINE_SLACK_BOT_TOKEN" in response.json()["detail"] and "docs/slack.md" in response.json()["detail"]


def test_half_a_set_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="BYLINE_SLACK_SIGNING_SECRET"):
        chats(None, load_settings(library=str(tmp_path), slack_bot_token=TOKEN))  # type: ignore[arg-type]


def test_the_secrets_are_never_shown(tmp_path: Path) -> None:
    settings = load_settings(library=str(tmp_path), slack_bot_token=TOKEN, slack_signing_secret=SECRET)
    shown_settings = f"{settings!r} {described(settings)}"

    assert isinstance(settings.slack_bot_token, SecretStr)
    assert TOKEN not in shown_settings and SECRET not in shown_settings


def test_without_its_package_the_extra_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['slack_bolt'] = None\n"
        "from rag.settings import load_settings\n"
        "from service.chats import chats\n"
        "chats(None, load_settings(slack_bot_token='a', slack_signing_secret='b'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "MissingExtra" in done.stderr and "byline[slack]" in done.stderr


def test_texts_are_read_in_order() -> None:
    """Tests the stand-in: it shows what the blocks hold."""
    assert texts({"elements": [{"text": "a"}, {"elements": [{"text": "b"}]}, {"text": {"text": "c"}}]}) == list("abc")


def test_the_manifest_of_the_docs_asks_for_what_the_service_uses() -> None:
    page = (Path(__file__).parents[2] / "docs" / "slack.md").read_text("utf-8")
    manifest = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0])
    events = manifest["settings"]["event_subscriptions"]
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])

    assert {*events["bot_events"]} == {"app_mention", "message.im"}
    assert {events["request_url"], manifest["features"]["slash_commands"][0]["url"]} == {
        "https://byline.example.org/slack/events"
    }
    assert scopes == {
        "app_mentions:read", "chat:write", "commands",
        "channels:history", "groups:history", "im:history", "mpim:history",
    }  # fmt: skip
