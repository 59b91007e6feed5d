"""A sentence is made to be understood without the ones before it."""

import pytest

from rag.language.coreference import Earlier, Resolved, resolve

MINISTER = Earlier("The plan was unveiled by Health Minister Jane Roe on Monday.", 7)


def test_a_sentence_with_its_own_subject_is_left_alone() -> None:
    assert resolve("Jane Roe said she would resign.", [MINISTER]) == Resolved("Jane Roe said she would resign.")


def test_a_pronoun_becomes_the_one_person_it_can_mean() -> None:
    resolved = resolve("During her tenure she cut waiting times.", [MINISTER])

    assert resolved.text.startswith("During [") and "Jane Roe’s] tenure she cut" in resolved.text
    assert resolved.leans_on == (7,)


def test_a_pronoun_of_someone_whom_the_sentence_names_is_left_alone() -> None:
    sentence = "Roe starts in her new role on Friday."

    assert resolve(sentence, [MINISTER]) == Resolved(sentence)


def test_they_becomes_the_group_that_spoke() -> None:
    before = Earlier("The route is safe, the port officials told reporters.", 3)

    resolved = resolve("They added that ships would sail on Friday.", [before])

    assert resolved.text == "[The port officials] added that ships would sail on Friday."


def test_a_pronoun_that_two_can_mean_is_told_with_the_sentence_before() -> None:
    before = Earlier("President Ann Lee met Minister Bob Ray on Monday.", 2)

    resolved = resolve("He said the talks went well.", [before])

    assert (resolved.widened, resolved.leans_on) == (True, (2,))


@pytest.mark.parametrize("sentence", ["This followed weeks of rain.", "Such talks had failed before."])
def test_a_sentence_that_opens_backwards_is_told_with_the_one_before(sentence: str) -> None:
    assert resolve(sentence, [MINISTER]).widened


@pytest.mark.parametrize("sentence", ["It is expected that rates will rise.", "This week the court will rule."])
def test_an_empty_subject_points_at_nothing(sentence: str) -> None:
    assert resolve(sentence, [MINISTER]) == Resolved(sentence)


def test_a_pronoun_inside_a_quotation_is_the_speakers_own() -> None:
    sentence = "“He is wrong,” Ann Lee said."

    assert resolve(sentence, [MINISTER]).text == sentence
