"""The five articles of `seeds/`, read as they are: titles, days, outlets, and what of them is evidence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.articles import Article, normalize, squeeze
from rag.ingestion import read_paths

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    read = list(read_paths([SEEDS]))
    assert all(isinstance(item, Article) for item in read)
    return {article.id[:3]: article for article in read if isinstance(article, Article)}


def told(article: Article, *, evidence: bool) -> list[str]:
    return [squeeze(article.text[p.start : p.end]) for p in article.paragraphs if p.evidence is evidence]


def test_the_folder_is_five_articles_without_its_readme(articles: dict[str, Article]) -> None:
    assert [article.id for article in articles.values()] == sorted(path.stem for path in SEEDS.glob("*.txt"))


@pytest.mark.parametrize(
    ("number", "title", "outlet", "published"),
    [
        (
            "000",
            "Iran Pulling Military Out of Syria in Response to Intensified Israeli Attacks",
            None,
            date(2020, 5, 5),
        ),
        ("001", "Defense Officials: Iran Retreating out of Syria as Israeli Strikes Batter Forces", None, None),
        (
            "002",
            "Israeli officials claim Iran pulling out of Syria amid intensified airstrikes",
            None,
            date(2020, 5, 5),
        ),
        ("003", "Senior defense official: Iran reducing presence in Syria", None, None),
        (
            "004",
            "An increase in attacks on Iranian targets in Syria attributed to Israel, together with the…",
            "JNS",
            None,
        ),
    ],
)
def test_each_tells_its_title_outlet_and_day_or_leaves_them_unknown(
    articles: dict[str, Article], number: str, title: str, outlet: str | None, published: date | None
) -> None:
    source = articles[number].source
    assert (source.title, source.outlet, source.url, source.published) == (title, outlet, None, published)


def test_the_stored_text_is_the_file_to_the_character(articles: dict[str, Article]) -> None:
    for article in articles.values():
        assert article.text == normalize((SEEDS / f"{article.id}.txt").read_text("utf-8"))


@pytest.mark.parametrize(("number", "count"), [("000", 12), ("001", 12), ("002", 14), ("003", 17), ("004", 11)])
def test_no_paragraph_of_news_is_lost(articles: dict[str, Article], number: str, count: int) -> None:
    assert len(told(articles[number], evidence=True)) == count


def test_000_its_glued_title_its_day_and_its_repeated_first_paragraph_are_no_evidence(
    articles: dict[str, Article],
) -> None:
    title, day, repeated = told(articles["000"], evidence=False)
    assert title.startswith("IranIran Pulling")
    assert day == "Published 5 May 2020"
    assert repeated == told(articles["000"], evidence=True)[0]


def test_001_its_caption_and_its_line_about_commenting_are_no_evidence(articles: dict[str, Article]) -> None:
    _, caption, footer = told(articles["001"], evidence=False)
    assert caption.startswith("A picture taken early on January 21, 2019 shows")
    assert footer == "Please let us know if you're having issues with commenting."
    assert told(articles["001"], evidence=True)[0].startswith("TEL AVIV – Iran is withdrawing")


def test_002_its_head_and_its_call_to_follow_are_no_evidence_but_its_deck_is(articles: dict[str, Article]) -> None:
    title, again, length, day, caption, footer = told(articles["002"], evidence=False)
    assert title == again == articles["002"].source.title
    assert (length, day) == ("2 min read", "05 May, 2020")
    assert caption.endswith("[Getty]")
    assert footer.startswith("Follow us on Facebook")
    assert told(articles["002"], evidence=True)[0].startswith("The most recent Israeli strikes have targeted")


def test_003_its_caption_with_and_without_credit_is_no_evidence_but_its_deck_is(articles: dict[str, Article]) -> None:
    _, credited, bare = told(articles["003"], evidence=False)
    assert credited.endswith("(photo credit: WHITE HELMETS/SOCIAL MEDIA VIA REUTERS)")
    assert credited.startswith(bare)
    assert told(articles["003"], evidence=True)[0].startswith("Significant increase of airstrikes blamed on Israel")


def test_004_its_note_and_its_appeal_to_the_end_are_no_evidence_but_its_first_words_are(
    articles: dict[str, Article],
) -> None:
    note, heading, second_line, *appeal = told(articles["004"], evidence=False)
    assert note == "This article was originally published in Israel Hayom."
    assert (heading, second_line) == ("Support Jewish Journalism", "with 2020 Vision")
    assert [paragraph.split()[0] for paragraph in appeal] == ["One", "JNS's", "During", "Our"]
    assert told(articles["004"], evidence=True)[0].startswith("An increase in attacks on Iranian targets")
