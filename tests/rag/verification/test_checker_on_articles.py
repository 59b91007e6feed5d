"""What a model may write over a news article, sentence by sentence: false in one thing, or right in other words."""

import pytest

from rag.articles import Draft
from rag.verification import Checker
from rag.verification.checker import Examined
from tests.rag.verification.making_passages import passage

BLAST = (
    "Twelve workers were killed and 31 injured on Tuesday when an explosion tore through a fertiliser plant on the "
    "edge of Ostrel, the fire service said. Authorities evacuated 4,000 residents."
)
RAZED = "Nordfert, which owns the plant, said it was sorry. The company bought the site in 2017 for $85 million."
INSULT = (
    'Interior Minister Jana Holub visited the site. Opposition leader Tomas Weil called the sum "an insult" and '
    "demanded the resignation of the labour inspector."
)
BOARD = (
    "Nordfert said on Friday that its chief executive, Pavel Ruzek, had offered his resignation and that the board "
    "had refused it."
)
RADA = (
    "The prosecutor in Karsk, Emil Rada, said that he had opened an investigation against two managers of the plant "
    "on suspicion of negligence."
)
SHARES = "Shares in Nordfert fell 23 percent on Wednesday, a day after the explosion."
DEAL = (
    "The deal was brokered by Archbishop Leo Danek, who had invited both sides to his house. "
    "Under it, 350 temporary workers get permanent contracts."
)
SIMMS = (
    "The labour minister, Radek Simms, may be called to testify before a committee of parliament about a promise of "
    "tax relief that he allegedly made to the port authority."
)
WARD = (
    "The number of infected patients at the hospital in Brod has risen to 39, the health office said. "
    "The number of infected nurses stood at 17. Three patients have died."
)
SOAP = "The union of nurses claims that the hospital had saved on disinfectant. The hospital rejects that."
RAIN = (
    "The north brought in more grain than the south. "
    "Rainfall in August was 64 millimeters in the north, 31 millimeters in the south."
)
SCOPE = (
    "The source was a contaminated endoscope, said Professor Ines Wold of the university, who has led the inquiry."
)

FALSE = {
    "another trade for as many people": (BLAST, "Twelve firefighters were killed at a fertiliser plant in Ostrel."),
    "the deed of another in the same sentence": (
        INSULT,
        "Jana Holub demanded the resignation of the labour inspector.",
    ),
    "another thing under the same name": (INSULT, 'Opposition leader Tomas Weil called the plant "an insult".'),
    "an offer told as a deed": (BOARD, "Pavel Ruzek has resigned as chief executive of Nordfert."),
    "a suspicion told as a charge": (RADA, "Two managers of the plant were charged with negligence."),
    "a suspicion told as a sentence": (RADA, "The prosecutor Emil Rada has convicted two managers of negligence."),
    "another figure of the same firm": (SHARES, "Nordfert's revenue fell 23 percent on Wednesday."),
    "an invented speaker": (DEAL, "Archbishop Leo Danek said he had brokered the deal."),
    "the opposite before the same number": (DEAL, "Under the deal 350 permanent workers lose their contracts."),
    "what may be testified, told as done": (SIMMS, "Radek Simms testified before a committee of parliament."),
    "a number of another": (WARD, "Seventeen patients at the hospital in Brod have been infected."),
    "a claim told as a fact": (SOAP, "The hospital saved on disinfectant."),
    "a number of another place": (RAIN, "Rainfall in August was 64 millimeters in the south."),
}
RIGHT = {
    "the other voice": (BLAST, "An explosion at a fertiliser plant in Ostrel killed twelve workers and injured 31."),
    "a name for the firm": (RAZED, "Nordfert bought the plant in 2017 for $85 million."),
    "a speaker without quotation marks": (
        SCOPE,
        "A contaminated endoscope was the source, according to Professor Ines Wold.",
    ),
    "two facts of two sentences": (
        WARD,
        "The number of infected patients has risen to 39, and three patients have died.",
    ),
    "a claim told as one": (SOAP, "The nurses' union claims that the hospital saved on disinfectant."),
}


def examined(sentence: str, *texts: str, consults: bool = False) -> Examined:
    """The check's word on a sentence that is cited to the first of the texts."""
    sources = [passage(text, None) for text in texts]
    return Checker(consults=consults).examine(Draft(sentence, (0,)), sources)


@pytest.mark.parametrize("kind", FALSE)
def test_a_sentence_that_is_false_in_one_thing_is_not_borne(kind: str) -> None:
    text, sentence = FALSE[kind]

    assert any(one.verdict != "borne" for one in examined(sentence, text).claims)


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_sentence_in_other_words_lacks_no_fact(kind: str) -> None:
    text, sentence = RIGHT[kind]

    assert [one.reason for one in examined(sentence, text).claims if one.verdict == "missing"] == []


def test_a_sentence_is_not_cited_anew_to_a_passage_that_tells_another_deed() -> None:
    elsewhere = "Pavel Ruzek, the chief executive of Nordfert, has cancelled a trip to a trade fair in Milan."
    found = examined("Pavel Ruzek has resigned as chief executive of Nordfert.", BOARD, elsewhere)

    assert not found.is_anew
    assert Checker().settle(found) is None
