"""How many separate reports stand behind a statement, whose was first, and what a reader is told."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from eval.bench.origins import is_counted, is_named, read_groups
from rag.articles import Answer, Article, Checked, Citation, Passage, Question, Source, Span, Statement
from rag.attribution import SourceSentence, find_origins, is_original, origin_notes
from rag.attribution.citations import Ledger
from rag.desk import Desk
from rag.embedding import Embedder
from rag.ingestion import read_paths
from rag.language.credits import article_credit, credits_of, sentence_credits
from rag.language.outlets import outlet_key
from rag.library import Library
from tests.making import article

SEEDS = {one.id[:3]: one for one in read_paths([Path(__file__).parents[3] / "seeds"]) if isinstance(one, Article)}
MAYOR = "The mayor of Springfield said on Monday that twelve schools in the city would stay closed until spring."


def sentence(
    id: str, says: str, text: str = "", outlet: str | None = None, published: date | None = None
) -> SourceSentence:
    """The sentence in an article of that text, or alone."""
    text = text or says
    start = text.index(says)
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    return SourceSentence(
        Source(id, "A title", outlet, None, published),
        text,
        start,
        start + len(says),
        begin,
        end if end >= 0 else len(text),
    )


def of_seed(key: str, says: str) -> SourceSentence:
    """The sentence that begins so in one of the articles of seeds/."""
    seed = SEEDS[key]
    start = seed.text.index(says)
    paragraph = next(one for one in seed.paragraphs if one.start <= start < one.end)
    return SourceSentence(
        seed.source, seed.text, start, seed.text.index(".", start) + 1, paragraph.start, paragraph.end
    )


# -- the same words -----------------------------------------------------------------------------------


def test_the_same_words_in_two_articles_have_one_origin() -> None:
    assert find_origins([sentence("a", MAYOR), sentence("b", f"{MAYOR} He gave no reason.")]).count == 1


def test_light_edits_leave_the_origin() -> None:
    edited = MAYOR.replace("Monday", "Tuesday").replace("twelve schools", "12 schools")

    assert find_origins([sentence("a", MAYOR), sentence("b", edited)]).count == 1


def test_ten_feeds_of_one_wire_story_are_one_origin_named_by_the_dateline() -> None:
    feeds = [
        sentence(f"feed {n}", MAYOR, f"{'SPRINGFIELD (Reuters) - ' if n % 2 else ''}{MAYOR}", f"City {n} Post")
        for n in range(10)
    ]

    found = find_origins(feeds)

    assert (found.count, found.first) == (1, "Reuters")


def test_words_that_any_article_may_have_do_not_join_two() -> None:
    one = sentence("a", "The firm declined to comment.", "A furnace is to be shut.\n\nThe firm declined to comment.")
    other = sentence("b", "The bank lost a tenth.", "The bank lost a tenth.\n\nThe bank declined to comment.")

    assert find_origins([one, other]).count == 2


def test_reports_of_their_own_are_origins_of_their_own() -> None:
    one = sentence("a", "Our reporter saw two trucks burning at the gate.")
    other = sentence("b", "Police confirmed that vehicles were set on fire near the entrance.")

    assert find_origins([one, other]).count == 2


def test_one_article_is_one_origin_however_often_it_is_cited() -> None:
    text = "It rained.\n\nThe river rose by a metre overnight, Reuters reported."

    assert (
        find_origins([sentence("a", "It rained.", text), sentence("a", "The river rose by a metre", text)]).count == 1
    )


# -- credits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "chain"),
    [
        ("Jobs will go, according to The Daily Star.", ["The Daily Star"]),
        ("Two managers told the Harbor Times that jobs would go.", ["Harbor Times"]),
        ("As the Harbor Times first reported, jobs will go.", ["Harbor Times"]),
        ("Jobs will go, AFP reported on Friday, quoting its own files.", ["AFP"]),
        ("Reuters, quoting Al Jazeera, said that the pass was open.", ["Reuters", "Al Jazeera"]),
        ("The pass is open, Reuters reported, citing a report by Haaretz.", ["Reuters", "Haaretz"]),
        ("Xinhua said in a report carried by the Straits Times that it was open.", ["Straits Times", "Xinhua"]),
        ("Smith told CNN that he would go, the Guardian reported.", ["Guardian", "CNN"]),
        ("The Finnish newspaper Kaleva reported that it was open.", ["Kaleva"]),
        ("In an interview with Le Monde on Monday, she agreed.", ["Le Monde"]),
        ("A report by Amnesty International counts 312 prisoners.", ["Amnesty International"]),
        ("Police told reporters that the road was shut.", []),
        ("According to the ministry, the road is shut.", []),
        ("Netanyahu said on Sunday that the road was shut.", []),
        ("Officials told Congress that the road was shut.", []),
        ("Officials told Vice President Anna Reyl that the road was shut.", []),
        ("Officials told the Post that the road was shut.", ["Post"]),
        ("The bank denied a report by Bloomberg that it would cut 900 jobs.", []),
        ("The Post Office said that the letters were lost.", []),
    ],
)
def test_a_sentence_credits_outlets_and_reports_but_nobody_who_merely_speaks(sentence: str, chain: list[str]) -> None:
    assert [outlet_key(name) for name in sentence_credits(sentence)] == [outlet_key(name) for name in chain]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Associated Press", "AP"),
        ("apnews.com", "the Associated Press"),
        ("usatoday.com", "USA TODAY"),
        ("www.theguardian.com", "The Guardian"),
        ("timesofisrael.com", "The Times of Israel"),
        ("El País", "El Pais"),
        ("Xinhua", "Xinhua news agency"),
    ],
)
def test_one_outlet_has_several_names(one: str, other: str) -> None:
    assert outlet_key(one) == outlet_key(other)


def test_outlets_of_like_names_stay_apart() -> None:
    names = ["The Times", "The Times of Israel", "The Times of India", "Daily Mail", "Daily Star", "AP", "AFP"]

    assert len({outlet_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("LIMA, May 3 (Reuters) - The mine was flooded.", "Reuters"),
        ("Mine flooded\n\nBy The Associated Press\n\nThe mine was flooded.", "The Associated Press"),
        ("By Mia Dahl and AFP\n\nThe mine was flooded.", "AFP"),
        ("The mine was flooded.\n\nThis article was originally published in Israel Hayom.", "Israel Hayom"),
        (
            "The mine was flooded.\n\nCopyright 2031 The Associated Press. All rights kept.",
            "The Associated Press",
        ),
        ("The mine was flooded, and Reuters has a picture of it.", None),
        ("Miners wait at the gate (photo: AFP)\n\nThe mine was flooded.", None),
        ("By Mia Dahl, Special for USA TODAY\n\nThe mine was flooded.", "USA TODAY"),
        ("Miners wait\n\nCourtesy of the Space Centre\n\nThe mine was flooded.", None),
        ("By Mia Dahl\n\nThe mine was flooded.\n\nAgencies contributed to this report.", None),
    ],
)
def test_an_article_tells_whose_report_it_is(text: str, whose: str | None) -> None:
    assert article_credit(text) == whose


@pytest.mark.parametrize(
    ("before", "says", "whose"),
    [
        ("Defence officials told Haaretz it was shut.\n\n", "The officials said that it had been mined.", "Haaretz"),
        (
            "Haaretz reported that it was shut.\n\nIt rained.\n\n",
            "The report said that it had been mined.",
            "Haaretz",
        ),
        ("Two drivers told Haaretz it was shut. ", "They added that it had been mined.", "Haaretz"),
        ("According to Haaretz, it is shut. ", "It was mined in May.", "Haaretz"),
        ("According to Haaretz, it is shut.\n\n", "It was mined in May.", None),
        ("Drivers told Haaretz it was shut.\n\n", "Minister Ole Brandt said that it had been mined.", None),
        ("Drivers told Haaretz it was shut.\n\nOle Brandt said no.\n\n", "He added that it had been mined.", None),
        ("Officials told reporters it was shut.\n\n", "The officials said that it had been mined.", None),
    ],
)
def test_a_sentence_inherits_the_credit_before_it_only_where_it_refers_to_it(
    before: str, says: str, whose: str | None
) -> None:
    text = before + says
    paragraph = text.rfind("\n", 0, len(before)) + 1

    assert (credits_of(text, paragraph, len(before), len(text)) or (None,))[0] == whose


# -- one origin by credit -----------------------------------------------------------------------------


def test_articles_that_credit_one_newspaper_have_one_origin() -> None:
    one = sentence("a", "The company will cut 900 jobs, according to The Daily Star.")
    other = sentence("b", "The Daily Star reported that hundreds of workers would lose their posts in spring.")

    found = find_origins([one, other])

    assert (found.count, found.first) == (1, "The Daily Star")


def test_credits_lead_through_one_another_to_the_first() -> None:
    one = sentence("a", "The dam holds, the Island Herald reported.", outlet="Daily Note")
    two = sentence("b", "Its wall is sound, Reuters reported, citing Al Arz newspaper.", outlet="Island Herald")
    three = sentence("c", "There is no crack, Reuters said.", outlet="City Post")

    found = find_origins([one, two, three])

    assert (found.count, found.first) == (1, "Al Arz")


def test_an_outlet_that_credits_itself_is_the_origin() -> None:
    own = sentence("a", "It had no alarm, its caretaker told The Valley Sun.", outlet="The Valley Sun")
    other = sentence("b", "An inspector found no alarm in the building.", outlet="Metro Herald")

    found = find_origins([own, other])

    assert (found.count, found.first) == (2, "The Valley Sun")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Police said a lorry had gone through the barrier.", "A driver lost control there, according to police."),
        ("The mayor told reporters that it would open late.", "It is to open in autumn, Ohm told reporters."),
        ("According to the ministry, forty wells are dry.", "Some 40 wells have been emptied, the ministry said."),
        ("Netanyahu said the operation would go on.", "There will be no pause for now, Netanyahu said."),
    ],
)
def test_a_speaker_in_common_is_no_origin_in_common(one: str, other: str) -> None:
    assert find_origins([sentence("a", one), sentence("b", other)]).count == 2


def test_a_credit_for_another_matter_is_none_for_this_one() -> None:
    one = sentence("a", "Two reactors were shut.", "Two reactors were shut.\n\nAccording to Reuters, oil fell.")
    other = sentence("b", "By night, a pair was off.", "By night, a pair was off.\n\nReuters said he would resign.")

    assert find_origins([one, other]).count == 2


# -- the original first -------------------------------------------------------------------------------


def test_the_credited_outlets_own_article_comes_before_those_that_credit_it() -> None:
    copy = sentence("a", "Cranes stand idle, Harbor Times says.", outlet="Coast Radio", published=date(2031, 3, 1))
    own = sentence("b", "Nine cranes stood idle when we counted.", outlet="Harbor Times", published=date(2031, 3, 1))

    assert find_origins([copy, own]).order == (1, 0)


def test_the_earliest_of_copies_comes_first_and_an_undated_one_last() -> None:
    days = (None, date(2031, 3, 3), date(2031, 3, 1))

    assert find_origins([sentence(str(n), MAYOR, published=day) for n, day in enumerate(days)]).order == (2, 1, 0)


def test_a_dateline_makes_the_agencys_article_the_original() -> None:
    agency = Source("a", "A title", "Reuters", None, date(2031, 3, 2))
    copy = Source("b", "A title", "City Post", None, date(2031, 3, 1))

    assert is_original(agency, copy, f"SPRINGFIELD (Reuters) - {MAYOR}")
    assert not is_original(agency, copy, MAYOR)


# -- what a reader is told ----------------------------------------------------------------------------


def lines(articles: int, origins: int, first: str | None, *outlets: str | None) -> tuple[str, ...]:
    statement = Statement("It rained.", tuple(range(1, articles + 1)), 1.0, articles, origins, first)
    citations = [
        Citation(number, Source(str(number), "A title", outlet), 1, 0, 9, "It rained", "", "")
        for number, outlet in enumerate(outlets, 1)
    ]
    return origin_notes([statement], citations)


def test_a_reader_is_told_that_several_outlets_have_one_origin() -> None:
    told = lines(3, 1, "The Times of Israel", "A Post", "B Post", "C Post")

    assert told == ("Reported by three outlets, one origin: The Times of Israel.",)


def test_a_reader_is_told_of_articles_where_an_outlet_is_unknown() -> None:
    assert lines(3, 2, "AFP", "A Post", None, "C Post") == (
        "Reported by three articles, two origins, the first of them AFP.",
    )
    assert lines(2, 1, None, None, None) == ("Reported by two articles, one origin.",)


def test_nothing_is_told_where_every_article_is_an_origin() -> None:
    assert lines(2, 2, "AFP", "A Post", "B Post") == ()


# -- in an answer -------------------------------------------------------------------------------------

DAM = "Engineers found eleven cracks in the Velmora dam and closed its sluices, the water authority said on Monday."


def answered(library: Library, embedder: Embedder, *articles: Article) -> Answer:
    library.add(articles)
    return asyncio.run(
        Desk(library, embedder).ask(Question("How many cracks did engineers find in the Velmora dam?"))
    )


def test_an_answer_tells_in_plain_words_that_its_sources_are_one(library: Library, embedder: Embedder) -> None:
    outlets = ("Harbor Post", "Inland Gazette", "Coast Herald")
    answer = answered(
        library,
        embedder,
        *(article(name, f"VELMORA (Reuters) - {DAM}", outlet=name, published=date(2031, 3, 1)) for name in outlets),
    )

    assert (answer.statements[0].articles, answer.statements[0].origins) == (3, 1)
    assert "Reported by three outlets, one origin: Reuters." in answer.notes


def test_the_original_is_the_first_citation_however_good_the_copies(library: Library, embedder: Embedder) -> None:
    copies = [
        article(f"copy {n}", DAM, title="Eleven cracks in the Velmora dam", published=date(2031, 3, 2))
        for n in range(8)
    ]
    original = article("original", f"It rained in March.\n{DAM}", "The lake is full.", published=date(2031, 3, 1))

    answer = answered(library, embedder, *copies, original)

    assert answer.citations[0].source.id == "original"
    assert answer.statements[0].origins == 1


def test_the_original_is_cited_beside_a_copy_in_another_spelling() -> None:
    british = DAM.replace("said", "emphasised")
    articles = {
        "copy": article("copy", british.replace("emphasised", "emphasized"), published=date(2031, 3, 2)),
        "original": article("original", f"It rained in March. {british}", published=date(2031, 3, 1)),
    }
    passages = [Passage(one.source, 1, 0, len(one.text), one.text, 0.5) for one in articles.values()]
    ledger = Ledger(passages, articles)

    statement = ledger.state(Checked("There are cracks.", (Span(0, 0, len(passages[0].text)),), 1.0))

    assert [one.source.id for one in ledger.citations] == ["original", "copy"]
    assert (ledger.citations[0].quote, statement.articles, statement.origins) == (british, 2, 1)


def test_reports_of_their_own_are_told_of_without_a_note(library: Library, embedder: Embedder) -> None:
    answer = answered(library, embedder, article("only", DAM, published=date(2031, 3, 1)))

    assert not any("origin" in note for note in answer.notes)


# -- what was labelled, and the articles of seeds/ ------------------------------------------------------


def test_the_labelled_groups_are_counted_and_named() -> None:
    groups = read_groups()
    wrong = [group.kind for group in groups if not (is_counted(group) and is_named(group))]

    assert len(groups) >= 40
    assert len(wrong) <= len(groups) // 20, wrong


def test_three_of_the_seeds_have_what_the_officials_said_from_the_times_of_israel() -> None:
    found = find_origins(
        [
            of_seed("000", "The number of transport flights"),
            of_seed("001", "The number of Syrian-bound flights"),
            of_seed("002", "The number of Iranian military cargo"),
        ]
    )

    assert (found.count, found.first) == (1, "The Times of Israel")


def test_two_of_the_seeds_have_reports_of_their_own() -> None:
    found = find_origins(
        [
            of_seed("002", "The number of Iranian military cargo"),
            of_seed("003", "Not only have the strikes killed"),
            of_seed("004", "Israel has also identified"),
        ]
    )

    assert found.count == 3


def test_a_reprint_among_the_seeds_is_named_by_where_it_appeared_first() -> None:
    found = find_origins([of_seed("004", "The structure, which was used to store")])

    assert found.first == "Israel Hayom"
