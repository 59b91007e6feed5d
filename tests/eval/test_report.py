"""The report of a run, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from eval.comparing import compare
from eval.metrics import risk_coverage
from eval.metrics.abstention import aurc
from eval.report import write_report
from eval.report.curves import noise as noise_curve
from eval.runs import Run, SourceText
from eval.scores import Scores
from eval.scoring import observations, score
from tests.eval.making_runs import METRICS, QUOTE, SET_METRICS, TEXT, case, run_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: install one, as `.ci/run` does")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any network request or logged error."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert all(url.startswith("file://") for url in asked)
    assert not errors


def scored(run: Run) -> Scores:
    return score(run, resamples=200, metrics=METRICS, set_metrics=SET_METRICS)


def opened(page: Page, file: Path) -> Page:
    page.goto(file.as_uri())
    return page


CASES = [case(name) for name in ("north", "south", "east", "west")]
RUN = run_of(CASES, {"north": "Ada Lund opened it.", "south": "Nobody knows.", "east": "", "west": None})


def test_it_says_what_was_scored_and_how_many_were_answered(page: Page, tmp_path: Path) -> None:
    opened(page, write_report(tmp_path, RUN, scored(RUN)))

    assert page.inner_text("h1") == "reservoirs"
    assert page.inner_text(".counts").split() == ["2", "answered", "1", "declined", "1", "errored"]
    card = page.locator(".card").first.inner_text()
    assert "correct" in card and "0.333" in card and "n = 3" in card


def test_a_citation_opens_its_words_lit_in_their_paragraph(page: Page, tmp_path: Path) -> None:
    opened(page, write_report(tmp_path, RUN, scored(RUN)))

    page.locator(".question").first.locator("summary").first.click()
    page.locator(".question").first.locator("a.number").first.click()

    lit = page.locator(".question").first.locator("mark")
    assert lit.is_visible()
    assert lit.inner_text() == QUOTE


def test_a_citation_that_quotes_something_else_is_marked(page: Page, tmp_path: Path) -> None:
    elsewhere = {key: SourceText(one.source, "Nothing. " + TEXT) for key, one in RUN.texts.items()}

    opened(page, write_report(tmp_path, replace(RUN, texts=elsewhere), scored(RUN)))

    assert page.locator(".question").first.locator(".mark.fault").count() == 1


@pytest.mark.parametrize(("shown", "asked"), [("failed", 2), ("declined", 1), ("errored", 1), ("all", 4)])
def test_questions_can_be_filtered_by_how_they_went(page: Page, tmp_path: Path, shown: str, asked: int) -> None:
    opened(page, write_report(tmp_path, RUN, scored(RUN)))

    page.check(f"input[name=show][value={shown}]", force=True)

    assert page.locator(".question:visible").count() == asked


def test_questions_can_be_searched_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    opened(page, write_report(tmp_path, RUN, scored(RUN)))

    page.keyboard.press("/")
    page.keyboard.type("south")

    assert page.locator(".question:visible").count() == 1
    assert page.inner_text("#found") == "1 of 4 shown"


def test_a_comparison_shows_what_changed_side_by_side(page: Page, tmp_path: Path) -> None:
    newer = run_of(CASES, {"north": "Nobody.", "south": "Ada Lund.", "east": "", "west": None}, started="2020-06-01")
    comparison = compare(
        (RUN, scored(RUN)), (newer, scored(newer)), margin=0.05, metrics=METRICS, set_metrics=SET_METRICS
    )

    opened(page, write_report(tmp_path, newer, scored(newer), comparison, old=RUN))
    page.check("input[name=show][value=flipped]", force=True)
    flipped = page.locator(".question:visible")
    flipped.first.locator("summary").first.click()

    assert flipped.count() == 2
    assert flipped.first.locator(".sides h3").all_inner_texts() == ["Before", "Now"]
    assert "Gate" in page.inner_text(".verdict")


def test_what_stands_in_a_question_an_answer_or_an_article_is_text(page: Page, tmp_path: Path) -> None:
    hostile = run_of([case("one", question=HOSTILE, note=HOSTILE)], {"one": HOSTILE})
    texts = {key: SourceText(replace(one.source, title=HOSTILE), one.text) for key, one in hostile.texts.items()}

    opened(page, write_report(tmp_path, replace(hostile, texts=texts), scored(hostile)))
    page.locator(".question summary").first.click()

    assert page.title() == "reservoirs: evaluation"
    assert HOSTILE in page.locator(".asked").inner_text()
    assert page.locator("img").count() == 0


def test_nothing_is_wider_than_a_phone(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    opened(page, write_report(tmp_path, RUN, scored(RUN)))
    page.locator(".question summary").first.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_long_word_is_not_wider_than_a_phone(page: Page, tmp_path: Path) -> None:
    word = "settings_that_nobody_ever_shortened_" * 4
    run = run_of(
        [case("a", kind=word), case("b", note=word)], {"a": word, "b": ""}, settings={word: word}, target=word
    )
    comparison = compare(
        (run, scored(run)), (run, scored(run)), margin=0.05, metrics=METRICS, set_metrics=SET_METRICS
    )
    page.set_viewport_size({"width": 375, "height": 800})

    opened(page, write_report(tmp_path, run, scored(run), comparison, old=run))
    for folded in page.get_by_text("By slice", exact=True).all():
        folded.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate("document.querySelector('footer dl').scrollWidth") <= 375


def test_an_anchor_that_is_none_breaks_nothing(page: Page, tmp_path: Path) -> None:
    file = write_report(tmp_path, RUN, scored(RUN))

    page.goto(f"{file.as_uri()}#%")

    assert page.locator(".question:visible").count() == 4


def test_slices_can_be_read_with_their_intervals(page: Page, tmp_path: Path) -> None:
    cases = [
        case(str(number), kind="stale" if number < 4 else "fresh", cluster=f"{number % 3}") for number in range(12)
    ]
    run = run_of(cases, {one.id: "Ada Lund." if one.kind == "fresh" else "Nobody." for one in cases})

    opened(page, write_report(tmp_path, run, scored(run)))

    rows = [row.split() for row in page.locator("[aria-label=Slices] tbody tr").all_text_contents()]
    page.click("details.more > summary >> text=By slice")
    assert page.locator("[aria-label=Slices] tbody tr").nth(1).inner_text().split() == [
        "kind=stale",
        "0.000",
        "0.000",
        "to",
        "0.708",
        "4",
        "3",
    ]
    assert len(rows) == 3
    assert "n = 12 in 3 groups" in page.locator(".card").first.inner_text()


def test_the_curve_that_is_drawn_is_the_one_whose_area_is_aurc(page: Page, tmp_path: Path) -> None:
    cases = [case(str(number)) for number in range(8)]
    run = run_of(cases, {one.id: ("Ada Lund did.", "Nobody.", "")[int(one.id) % 3] for one in cases})
    seen = observations(run)

    opened(page, write_report(tmp_path, run, scored(run)))

    told = page.locator("svg[aria-label^='Share of wrong'] .dot title").all_text_contents()
    points = risk_coverage(seen)
    assert told == [f"the surest {one.coverage:.0%}: {one.risk:.1%} of them wrong" for one in points]
    assert aurc(seen) == pytest.approx(sum(one.risk for one in points) / len(points))


def test_a_noise_that_is_no_number_is_not_drawn() -> None:
    cases = [case(str(number), slices={"noise": noise}) for number, noise in enumerate(["0", "0.5", "nan", "inf"])]

    points = noise_curve(scored(run_of(cases, {one.id: "Ada Lund." for one in cases})), "correct")

    assert [share for share, _ in points] == [0.0, 0.5]


def test_a_long_report_opens(page: Page, tmp_path: Path) -> None:
    many = [case(f"q{number}") for number in range(500)]
    run = run_of(many, {one.id: "Ada Lund opened it." for one in many})

    opened(page, write_report(tmp_path, run, scored(run)))

    assert page.locator(".question").count() == 500
