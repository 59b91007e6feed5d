"""Which paragraphs are evidence: no news is lost, and no furniture is taken for news."""

from __future__ import annotations

import pytest

from rag.ingestion import paragraphs

TITLE = "Mayor resigns after flood"
LEDE = "The mayor of Springfield resigned on Monday after a flood destroyed the town's only bridge, officials said."
MIDDLE = (
    "Rescue teams worked through the night to reach 200 people who were cut off by the water, the fire service said."
)
END = "The council will choose a new mayor within 30 days, according to the town's charter; the deputy leads."


def evidence(*lines: str) -> list[str]:
    text = "\n\n".join(lines)
    return [text[p.start : p.end] for p in paragraphs(text, TITLE) if p.evidence]


NEWS = """\
The Times will raise its subscription price to $20 a month after its newsletter reached 10 million readers.
Subscribe-and-save plans grew 12 percent in 2023 as more shoppers signed up.
Donations to the fund reached $3 million, and members of the public contributed more than expected.
Facebook and Twitter removed 200 accounts linked to Iran.
“Follow us to the border,” the commander told the crowd.
"Follow us, and support us," the commander shouted.
Follow-up strikes hit two depots near Homs on Friday night.
Support for the government has fallen to 23 percent, the lowest since the poll began.
A photo of the burned hangar spread on social media on Tuesday, and the army confirmed that it was real.
A picture released by the ministry on Wednesday shows the damaged hangar; three aircraft were destroyed.
In a photo obtained by Reuters, the general can be seen at the airport, officials said.
A video posted online shows soldiers leaving the base in trucks.
Share prices of Facebook and Twitter fell 4 percent.
Contact tracing apps were downloaded 2 million times, more than the ministry had expected.
The Associated Press contributed $1 million to the fund.
Heavy rain contributed to the delay of the convoy.
The report published on Tuesday lists 14 names.
Copyright law changed on Monday, ending a dispute of ten years.
Reporting by the Post found that three of the men were never charged.
Voters rejected the new map by a margin of 12 percent.
Police arrested 14 people in Homs on Tuesday, and released three of them. (AFP)
We members of this committee support the bill, and we will fund it.
“Our readers deserve better, and we ask for donations and subscriptions,” the editor said.
The group asked its supporters for donations, and 4,000 readers of its newsletter gave within a day.
By Tuesday, 14 people had died.
On May 5, 2020, the army left the base.
Get the vaccine, doctors advise.
Comments by the minister drew anger in Tehran.
She said: "Sign up for our newsletter."
The U.S. supports the fund with gifts, and readers of the report were told of US contributions.
The company, which makes the app, will stop the sale of subscriptions in the US.
More than 200 are still missing.
The image source was checked by three experts, the ministry said.
The poll, by Reuters/Ipsos, put the party at 31 percent.
Readers trust the agency, according to a survey by Reuters/Ipsos.
Follow-up talks and coverage of them began on Tuesday in Geneva.
""".splitlines()

FURNITURE = """\
Share
Share on Facebook
FacebookTwitterWhatsApp
12 Comments
Advertisement
Read more: Town hall to be sold
RELATED: Ten things to know about the flood
Sign up for our daily newsletter
Subscribe to our newsletter and get the news in your inbox every day.
Click here to read the full report.
Follow us on Twitter @example
Follow Jane Doe on Twitter @jdoe
Download our app for breaking news.
Support independent journalism. Donate today.
Please consider a donation: our readers keep our journalism alive.
Please let us know if you're having issues with commenting.
Leave a comment
Your email address will not be published. Required fields are marked *
To continue reading, please subscribe.
This article was originally published in The Example.
This story first appeared in the Example Times and is republished here.
The Associated Press contributed to this report.
Reporting by Jane Doe in Beirut; Editing by John Roe
(Reporting by Jane Doe and John Roe; Additional reporting by Jim Poe in Cairo; Editing by Ann Lee)
© 2020 Example Media. All rights reserved.
By Jane Doe
By JANE DOE and JOHN ROE
By Jane Doe and John Roe in Jerusalem
Published: May 5, 2020 10:32 AM
Posted on May 5th, 2020 at 10:32 a.m. EDT
Updated on 2020-05-05
Tuesday, May 5, 2020
2020-05-05T10:15:00Z
Date: Tue, 5 May 2020 10:00:00 +0000
By Jane Doe | May 5, 2020
Jane Doe Environment editor
3 minute read
2 hours ago
A tank near Aleppo (photo credit: REUTERS)
A tank near Aleppo, Syria. (AP Photo/John Roe)
A tank rolls through Aleppo on May 1, 2020 [Getty]
Soldiers stand guard in Damascus. Photo by John Roe
Photo: Jane Doe / AFP
FILE - In this May 1, 2020, file photo, soldiers stand guard in Damascus.
FILE PHOTO: Soldiers stand guard in Damascus, Syria May 1, 2020. REUTERS/John Roe/File Photo
A picture taken on May 1, 2020 shows smoke over Aleppo.
In this photo released by the state agency, smoke rises over Aleppo.
Illustrative: Soldiers in Damascus. (Flash90)
Soldiers patrol in Aleppo (John Roe/AFP)
Tags: Iran, Syria, Israel
https://www.example.com/2020/05/05/flood
Soldiers stand guard in Damascus, Syria, May 1, 2020. REUTERS/John Roe Purchase Licensing Rights
[1/3] Soldiers stand guard in Damascus, Syria, May 1, 2020. REUTERS/John Roe
Item 1 of 3 Soldiers stand guard in Damascus, Syria, May 1, 2020.
Image source, PA Media
Foto: dpa
skip past newsletter promotion
after newsletter promotion
Follow the agency's coverage at https://example.com/hub/uk
We use cookies to improve your experience.
What happened next
""".splitlines()


@pytest.mark.parametrize("line", NEWS)
def test_news_is_evidence_wherever_it_stands(line: str) -> None:
    assert line in evidence(TITLE, LEDE, line, END)
    assert line in evidence(TITLE, LEDE, MIDDLE, END, line)


@pytest.mark.parametrize("line", [line for line in NEWS if len(line.split()) > 11])
def test_news_is_evidence_as_the_first_paragraph(line: str) -> None:
    assert evidence(TITLE, line, MIDDLE, END) == [line, MIDDLE, END]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_no_evidence_and_takes_no_news_with_it(line: str) -> None:
    assert evidence(TITLE, LEDE, MIDDLE, line, END) == [LEDE, MIDDLE, END]


TEASERS = """\
Flood offer:Springfield sells its bridge to the neighbouring town
More:What to know about the flood in Springfield
Here's how Springfield's bridge fell 02:12 - Source: CNN
4. The deputy takes over
Stay in the conversation on floods:Sign up for the Rivers newsletter
READ MORE: Springfield's bridge in pictures
""".splitlines()


@pytest.mark.parametrize("line", TEASERS)
def test_a_link_a_player_or_a_heading_among_the_news_is_no_evidence(line: str) -> None:
    assert evidence(TITLE, LEDE, line, MIDDLE, line.lower(), END) == [LEDE, MIDDLE, END]


def test_an_article_without_full_stops_is_judged_by_its_words_alone() -> None:
    lines = ("Mayor of Springfield resigns on Monday", "Rescue teams work through the night", "Bridge is destroyed")
    assert evidence(*lines)[-2:] == list(lines[-2:])


@pytest.mark.parametrize("line", FURNITURE[:-1])
def test_furniture_above_the_news_is_no_evidence(line: str) -> None:
    assert evidence(TITLE, line, LEDE, MIDDLE) == [LEDE, MIDDLE]


def test_a_repeated_paragraph_is_evidence_once_whatever_its_case_and_spaces() -> None:
    again = LEDE.upper().replace(" ", "\u00a0 ")
    assert evidence(TITLE, LEDE, MIDDLE, again) == [LEDE, MIDDLE]


@pytest.mark.parametrize(
    "deck", ["Two hundred people are cut off as the water goes on rising", "The deputy takes over."]
)
def test_a_deck_tells_more_than_the_title_and_is_evidence(deck: str) -> None:
    assert evidence(TITLE, deck, "By Jane Doe", "5 May 2020", LEDE) == [deck, LEDE]


def test_names_and_sections_in_lines_of_their_own_above_the_news_are_no_evidence() -> None:
    assert evidence("World news", TITLE, "Jane Doe", "Springfield Correspondent", LEDE) == [LEDE]


def test_a_heading_between_paragraphs_is_no_evidence_but_the_items_of_a_list_are() -> None:
    assert evidence(TITLE, LEDE, "A town under water", MIDDLE) == [LEDE, MIDDLE]
    items = ["Jane Doe, 34", "John Roe, 29", "Jim Poe, 51"]
    assert evidence(TITLE, LEDE, "The dead are:", *items, END) == [LEDE, "The dead are:", *items, END]


APPEAL = (
    "Why we need you",
    "The flood has shown how much a town needs a newspaper.",
    "We have told its story day and night, and we shall go on.",
    "Our work depends on the generosity of our readers. Donations of any size help us.",
)


def test_an_appeal_to_readers_is_no_evidence_from_its_heading_to_the_end() -> None:
    assert evidence(TITLE, LEDE, MIDDLE, *APPEAL) == [LEDE, MIDDLE]


def test_an_appeal_without_a_heading_is_no_evidence_as_far_back_as_it_speaks_of_us() -> None:
    assert evidence(TITLE, LEDE, MIDDLE, *APPEAL[2:]) == [LEDE, MIDDLE]


def test_an_opinion_that_speaks_of_us_is_evidence_above_an_appeal() -> None:
    opinion = [f"We should have built {number} bridges when our town could pay for them." for number in range(2, 9)]
    assert evidence(TITLE, LEDE, *opinion, APPEAL[3]) == [LEDE, *opinion]
    assert evidence(TITLE, LEDE, "Sign up for our newsletter", *opinion, APPEAL[3]) == [LEDE, *opinion]


def test_an_appeal_between_paragraphs_takes_no_news_with_it() -> None:
    assert evidence(TITLE, LEDE, APPEAL[3], MIDDLE, END) == [LEDE, MIDDLE, END]


def test_a_list_of_other_articles_at_the_end_is_no_evidence() -> None:
    assert evidence(TITLE, LEDE, END, "Related articles", "Bridge to be rebuilt", "Minister visits town") == [
        LEDE,
        END,
    ]


@pytest.mark.parametrize("text", [TITLE, f"{TITLE}\n\n{TITLE}\n\nShare"])
def test_an_article_of_its_title_alone_still_says_what_the_title_says(text: str) -> None:
    assert [text[p.start : p.end] for p in paragraphs(text, TITLE) if p.evidence] == [TITLE]


def test_signs_without_a_letter_are_no_evidence() -> None:
    assert evidence(TITLE, LEDE, "* * *", "———", MIDDLE) == [LEDE, MIDDLE]
