"""The planted differences: enough of them, nearly all found, and nearly nothing else."""

import pytest

from eval.difference_calibration import baseline, judge, precision, read_pairs, recall

PRECISION, RECALL = 0.9, 0.8


def test_there_are_enough_pairs_of_either_sort_and_half_of_them_are_held_back() -> None:
    pairs = read_pairs()

    assert sum(pair.label != "none" for pair in pairs) >= 60
    assert sum(pair.label == "none" for pair in pairs) >= 60
    assert {pair.half for pair in pairs} == {"first", "second"}


def test_the_planted_values_stand_in_their_articles() -> None:
    for pair in read_pairs():
        for value, article in zip(pair.values, (pair.one, pair.other), strict=False):
            assert value.lower() in article.text.lower()


@pytest.mark.parametrize("half", ["first", "second"])
def test_what_differs_is_found_and_what_does_not_is_left_alone(half: str) -> None:
    pairs = [pair for pair in read_pairs() if pair.half == half]

    verdicts = [judge(pair) for pair in pairs]
    plain = [judge(pair, baseline) for pair in pairs]

    assert precision(verdicts) >= PRECISION > precision(plain)
    assert recall(verdicts) >= RECALL > recall(plain)
