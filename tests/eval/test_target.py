"""A desk in this process and a service at an address answer alike; failures are reported in plain words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from eval.cases import Case
from eval.replies import Reply
from eval.service_target import UrlTarget
from eval.target import DeskTarget, NoReply, Target
from rag.articles import Article, Filters, Turn
from rag.errors import BadInput
from rag.ingestion import read_paths
from rag.settings import load_settings
from tests.eval.scripted import Says, Scripted, as_events, as_json, scripted
from tests.making import article
from tests.service.conftest import serving

SEEDS = Path(__file__).parents[2] / "seeds"
FOREIGN_POLICY = "003_92273a094da3419f"
SPENT = Case("spent", "How much has Iran spent in Syria?")
ANSWER = {
    "answered": True,
    "text": "Thirty billion [1].",
    "statements": [{"text": "Thirty billion.", "citations": [1], "score": 0.9}],
    "citations": [{"number": 1, "article": {"id": "a"}, "start": 0, "end": 6, "quote": "Thirty"}],
}
PASSAGES = {"passages": [{"article": {"id": "a"}, "start": 0, "end": 6, "text": "Thirty", "score": 0.5}]}

Told = TypeVar("Told")


@pytest.fixture(scope="module")
def seeds() -> tuple[Article, ...]:
    return tuple(one for one in read_paths([SEEDS]) if isinstance(one, Article))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(load_settings(library=str(tmp_path_factory.mktemp("served")))) as url:
        yield url


def told_by(target: Target, say: Callable[[Target], Awaitable[Told]]) -> Told:
    """Prepares the target and returns its description."""

    async def told() -> Told:
        try:
            await target.ready()
            return await say(target)
        finally:
            await target.close()

    return asyncio.run(told())


def asked(server: Scripted, case: Case = SPENT, **options: Any) -> Reply:
    async def ask() -> Reply:
        target = UrlTarget(server.url, **options)
        try:
            return await target.ask(case)
        finally:
            await target.close()

    return asyncio.run(ask())


# -- a real desk, a real service --------------------------------------------------------------------


def test_a_desk_and_a_service_reply_alike(seeds: tuple[Article, ...], url: str) -> None:
    desk = told_by(DeskTarget(seeds, load_settings(), "extractive"), lambda target: target.ask(SPENT))

    service = told_by(UrlTarget(url, "extractive", articles=seeds), lambda target: target.ask(SPENT))

    assert desk.answered and "30 billion" in desk.text
    assert (service.text, service.citations, service.statements) == (desk.text, desk.citations, desk.statements)
    assert [one.text for one in service.passages] == [one.text for one in desk.passages] != []


@pytest.mark.parametrize("kind", ["desk", "service"])
def test_articles_and_passages_are_told_as_they_are_kept(kind: str, seeds: tuple[Article, ...], url: str) -> None:
    target: Target = DeskTarget(seeds, load_settings()) if kind == "desk" else UrlTarget(url)

    async def look(target: Target) -> None:
        text = await target.article(FOREIGN_POLICY)
        found = await target.search(SPENT, 3)
        assert text and text.source.id == FOREIGN_POLICY and text.source.title
        kept = [await target.article(one.article.id) for one in found]
        assert [one and one.text[at.start : at.end] for one, at in zip(kept, found, strict=True)] == [
            one.text for one in found
        ]
        assert len(found) == 3
        assert await target.article("there is/none") is None

    told_by(target, look)


def test_filters_days_and_earlier_turns_reach_the_service(seeds: tuple[Article, ...], url: str) -> None:
    case = Case(
        "follow-up",
        "And how many troops has it lost?",
        history=(Turn("user", SPENT.question), Turn("assistant", "Over $30 billion.")),
        filters=Filters(articles=(FOREIGN_POLICY,)),
    )

    desk = told_by(DeskTarget(seeds, load_settings(), "extractive"), lambda target: target.ask(case))
    service = told_by(UrlTarget(url, "extractive"), lambda target: target.ask(case))

    assert {one.article.id for one in service.passages} == {FOREIGN_POLICY}
    assert service.text == desk.text


def test_a_desk_keeps_what_it_embedded_in_the_library_given(seeds: tuple[Article, ...], tmp_path: Path) -> None:
    told_by(DeskTarget(seeds, load_settings(), library=str(tmp_path)), lambda target: target.ask(SPENT))

    again = told_by(DeskTarget((), load_settings(), library=str(tmp_path)), lambda target: target.ask(SPENT))

    assert again.answered


def test_the_identity_of_a_desk_is_that_of_its_articles_and_settings(seeds: tuple[Article, ...]) -> None:
    identity = DeskTarget(seeds, load_settings()).about.identity

    assert identity == DeskTarget(seeds[::-1], load_settings()).about.identity
    assert identity != DeskTarget(seeds[1:], load_settings()).about.identity
    assert identity != DeskTarget(seeds, load_settings(model="ollama/other")).about.identity
    there = DeskTarget(seeds, load_settings(), library="there").about
    assert there.identity is None
    assert there.settings["code"] == DeskTarget(seeds, load_settings()).about.settings["code"]


def test_articles_are_given_to_a_service_that_has_none(url: str) -> None:
    extra = article("given", "Kolm has 4,711 lamps.", "They burn all night.")

    told_by(UrlTarget(url, articles=[extra], ingest=True), lambda target: target.article("given"))

    text = told_by(UrlTarget(url), lambda target: target.article("given"))
    assert text and text.text == extra.text


# -- systems that speak the protocol in their own way -----------------------------------------------


def test_passages_come_with_the_events() -> None:
    events = as_events(
        ("passages", PASSAGES), ("statement", {}), ("answer", {**ANSWER, "text": "Line\u2028end [1]."})
    )
    with scripted(events) as server:
        reply = asked(server, key="the secret")

    assert [one.text for one in reply.passages] == ["Thirty"]
    assert reply.text == "Line\u2028end [1]."
    [(method, path, body, authorization)] = server.requests
    assert (method, path, authorization) == ("POST", "/v1/ask", "Bearer the secret")
    assert body == {"question": SPENT.question, "mode": "auto", "stream": True}


def test_a_plain_answer_will_do() -> None:
    with scripted(as_json(ANSWER)) as server:
        assert asked(server).text == "Thirty billion [1]."


def test_a_service_that_refuses_the_field_is_asked_without_it() -> None:
    with scripted(as_json({"detail": "stream?"}, status=422), as_json(ANSWER)) as server:
        assert asked(server).answered

    assert [body.get("stream") for _, _, body, _ in server.requests] == [True, None]


def test_a_busy_service_is_asked_again() -> None:
    with scripted(Says(status=503, headers={"Retry-After": "0"}), as_json(ANSWER)) as server:
        assert asked(server).answered

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (as_json({"detail": "the disk is full"}, status=500), "the service said 500: the disk is full"),
        (Says(status=404, body=b"<html>", type="text/html"), "the service said 404: Not Found"),
        (Says(body=b"<html>", type="text/html"), "no JSON object"),
        (as_json([1, 2]), "no JSON object"),
        (as_json({"text": "yes"}), "KeyError 'answered'"),
        (as_json({**ANSWER, "answered": "yes"}), "neither true nor false"),
        (as_json({**ANSWER, "citations": [{**ANSWER["citations"][0], "start": "x"}]}), "citations.0.start"),  # type: ignore[index]
        (as_json({**ANSWER, "statements": None}), "not an answer as the contract has it"),
        (as_events(("passages", PASSAGES)), "ended without an answer"),
        (as_events(("error", {"detail": "the model is down"})), "the service failed: the model is down"),
        (Says(body=b"event: answer\ndata: {torn\n\n", type="text/event-stream"), "not a stream of events"),
        (Says(body=b"\xff\xfe", type="text/event-stream"), "not a stream of events"),
    ],
)
def test_whatever_is_no_answer_is_told_in_words(says: Says, words: str) -> None:
    with scripted(says) as server, pytest.raises(NoReply) as failed:
        asked(server)

    assert words in str(failed.value)


def test_a_service_that_hangs_is_given_up() -> None:
    with scripted(Says(hangs=True)) as server, pytest.raises(NoReply, match=r"within 0\.3 seconds"):
        asked(server, timeout_s=0.3)


def test_a_service_that_is_not_there_is_told_by_its_address_without_secrets() -> None:
    target = UrlTarget("http://user:secret@127.0.0.1:9")

    with pytest.raises(NoReply, match=r"http://127\.0\.0\.1:9 cannot be asked") as failed:
        told_by(target, lambda target: target.ask(SPENT))

    assert "secret" not in str(failed.value)


def test_a_rejected_article_ends_the_run(seeds: tuple[Article, ...]) -> None:
    with scripted(as_json({"rejected": [{"index": 1, "reason": "too long"}]})) as server:
        target = UrlTarget(server.url, articles=seeds[:2], ingest=True)
        with pytest.raises(NoReply, match=f"rejected the article {seeds[1].id}: too long"):
            told_by(target, lambda target: target.ask(SPENT))


@pytest.mark.parametrize("url", ["here", "ftp://x", "http://", "http://x:port", "127.0.0.1:8000"])
def test_what_is_no_web_address_is_wrong_usage(url: str) -> None:
    with pytest.raises(BadInput, match="web address"):
        UrlTarget(url)


def test_a_desk_that_is_closed_while_it_takes_articles_in_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    begun = threading.Event()
    articles = [article(f"a{number}", f"Kolm has {number} lamps.") for number in range(2000)]
    target = DeskTarget(articles, load_settings(), on_ingest=lambda report: begun.set())

    async def interrupted() -> None:
        ready = asyncio.ensure_future(target.ready())
        await asyncio.to_thread(begun.wait, 60)
        ready.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ready
        await target.close()

    asyncio.run(interrupted())

    assert begun.is_set() and list(tmp_path.iterdir()) == []
