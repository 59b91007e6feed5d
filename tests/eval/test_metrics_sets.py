"""Metrics of declining, conflicts, robustness and cost, many of them over the whole set of cases."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from eval.metrics import risk_coverage
from eval.metrics.metric import Observation
from eval.replies import Differing, Reply, Version
from tests.eval.making_observations import DECLINED, asked, observed, of_all, saying, value

NOTHING = asked("none", answers=())


def right(score: float) -> Observation:
    return observed(asked(), saying("Ada Lund.", score))


def wrong(score: float) -> Observation:
    return observed(asked(), saying("Bo Ek.", score))


def test_the_area_under_the_risk_coverage_curve_is_as_worked_by_hand() -> None:
    many = [right(0.9), wrong(0.8), right(0.7), wrong(0.6)]

    assert of_all("aurc", many) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert [point.risk for point in risk_coverage(many)] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert [point.coverage for point in risk_coverage(many)] == [0.25, 0.5, 0.75, 1]


def test_cases_of_equal_confidence_are_as_a_random_order_of_them() -> None:
    many = [right(0.9), right(0.5), wrong(0.5), wrong(0.5), right(0.5)]

    def area(order: tuple[Observation, ...]) -> float:
        wrongs = [float(value("correct", one) == 0) for one in (many[0], *order)]
        return float(np.mean([np.mean(wrongs[: n + 1]) for n in range(len(wrongs))]))

    expected = np.mean([area(order) for order in permutations(many[1:])])

    assert of_all("aurc", many) == pytest.approx(expected)
    assert {of_all("aurc", list(order)) for order in permutations(many)} == {of_all("aurc", many)}


def test_selective_accuracy_leaves_the_least_confident_out() -> None:
    many = [right(0.9)] * 9 + [wrong(0.1)]

    assert of_all("selective_accuracy@90", many) == 1
    assert of_all("selective_accuracy@90", [*many[:8], wrong(0.5), wrong(0.1)]) == pytest.approx(8 / 9)


def test_declining_is_counted_where_it_is_right_and_where_it_is_not() -> None:
    assert value("reject_recall", observed(NOTHING, DECLINED)) == 1
    assert value("reject_recall", observed(asked(), DECLINED)) is None
    assert value("false_reject", observed(asked(), DECLINED)) == 1
    assert value("false_reject", observed(NOTHING, DECLINED)) is None


def test_a_wrong_answer_costs_what_a_right_one_is_worth() -> None:
    known = [(right(1), 1), (wrong(1), -1), (observed(asked(), DECLINED), 0), (observed(NOTHING, DECLINED), 1)]

    assert [value("utility", one) for one, _ in known] == [utility for _, utility in known]
    assert value("utility", observed(NOTHING, saying("Bo Ek."))) == -1


@pytest.mark.parametrize("reply", [DECLINED, saying("Ada Lund.")])
def test_a_system_that_never_changes_its_mind_has_a_balanced_accuracy_of_a_half(reply: Reply) -> None:
    many = [observed(case, reply) for case in (asked(), asked(), asked(), NOTHING)]

    assert of_all("balanced_accuracy", many) == 0.5
    assert of_all("balanced_accuracy", many[:3]) is None


def disagreeing(text: str, *disagreements: tuple[str, ...]) -> Observation:
    case = asked(answers=(("1,000",),), disagreement=(("1,000 miles",), ("1,000 kilometers", "1,000 km")))
    versions = (tuple(Version(one, ()) for one in values) for values in disagreements)
    told = tuple(Differing("the way", "differ", each) for each in versions)
    return observed(case, Reply(True, text, disagreements=told, mode="extractive"))


def test_two_versions_are_set_apart_in_two_values() -> None:
    apart = disagreeing("It is 1,000 miles.", ("1,000 miles", "1,000 km"))
    together = disagreeing("It is 1,000 miles.", ("1,000 miles or 1,000 km", "far"))

    assert value("versions_set_apart", apart) == value("disagreement_recall", apart) == 1
    assert value("versions_set_apart", together) == 0
    assert value("disagreement_recall", together) == value("conflict_flag", together) == 1


def test_one_version_in_two_values_is_not_set_apart() -> None:
    assert value("versions_set_apart", disagreeing("Far.", ("1,000 km", "1,000 kilometers"))) == 0


def test_one_version_alone_is_no_conflict() -> None:
    one = observed(asked(disagreement=(("1,000 miles",),)), saying("Ada Lund."))

    assert value("conflict_flag", one) is None


def test_a_version_in_the_text_is_told() -> None:
    one = disagreeing("It is 1,000 miles.")

    assert value("disagreement_recall", one) == 0.5
    assert value("conflict_flag", one) == 0
    assert value("disagreement_precision", one) is None


def test_a_disagreement_about_something_else_is_not_precise() -> None:
    one = disagreeing("It is 1,000 miles.", ("1,000 miles", "1,000 km"), ("Monday", "Tuesday"))

    assert value("disagreement_precision", one) == 0.5


def noisy(noise: str, text: str) -> Observation:
    return observed(asked(slices={"noise": noise, "base": "q"}), saying(text))


def test_accuracy_falls_with_noise_along_a_line() -> None:
    lund, ek = "Ada Lund.", "Bo Ek."
    many = [*(noisy("0", lund) for _ in range(4)), *(noisy("0.5", text) for text in (lund, lund, ek, ek))]

    assert of_all("noise_loss", many) == pytest.approx(1.0)
    assert of_all("noise_loss", many[:4]) is None


def test_noise_that_is_no_number_is_another_slice() -> None:
    assert of_all("noise_loss", [noisy("yes", "Ada Lund."), noisy("no", "Bo Ek.")]) is None


def test_the_slope_is_that_of_least_squares() -> None:
    random = np.random.default_rng(3)
    noises, rights = random.choice([0, 0.2, 0.4, 0.8], 80), random.integers(0, 2, 80)
    many = [noisy(str(noise), "Ada Lund." if hit else "Bo Ek.") for noise, hit in zip(noises, rights, strict=True)]

    assert of_all("noise_loss", many) == pytest.approx(-np.polyfit(noises, rights, 1)[0])


def shuffled(order: str, text: str, **fields: object) -> Observation:
    return observed(asked(f"q{order}", slices={"shuffle": order, "base": "q"}, **fields), saying(text))


def test_the_same_answer_over_every_order_is_consistent() -> None:
    assert of_all("order_consistency", [shuffled("1", "Ada Lund."), shuffled("2", "It was Mayor Lund.")]) == 1
    assert of_all("order_consistency", [shuffled("1", "Ada Lund."), shuffled("2", "Bo Ek.")]) == 0
    assert of_all("order_consistency", [shuffled("1", "Ada Lund."), shuffled("1", "Bo Ek.")]) is None


def test_two_different_wrong_answers_are_not_the_same() -> None:
    many = [
        shuffled(order, text, wrong_answers=("Bo Ek", "Cai Fu"))
        for order, text in (("1", "Bo Ek."), ("2", "Cai Fu."))
    ]

    assert of_all("order_consistency", many) == 0


def test_a_label_is_the_same_in_other_words() -> None:
    fields = {"answers": (), "label": "yes"}

    assert (
        of_all("order_consistency", [shuffled("1", "Yes.", **fields), shuffled("2", "Yes, both do.", **fields)]) == 1
    )
    assert of_all("order_consistency", [shuffled("1", "Yes.", **fields), shuffled("2", "No.", **fields)]) == 0


def test_a_false_answer_told_beside_the_right_one_is_not_followed() -> None:
    case = asked(wrong_answers=("Bo Ek",))

    assert value("follow_false", observed(case, saying("Bo Ek."))) == 1
    assert value("follow_false", observed(case, saying("Ada Lund, or Bo Ek."))) == 0
    assert value("follow_false", observed(case, DECLINED)) == 0
    assert value("follow_false", observed(asked(answers=(), wrong_answers=("Bo Ek",)), saying("Bo Ek."))) == 1


def test_time_and_money_are_as_the_system_tells() -> None:
    usage = {"prompt_tokens": 900, "completion_tokens": 100, "cost_usd": 0.02}
    told = Reply(True, "Ada Lund.", mode="llm", usage=usage, timings_ms={"retrieve": 12.5})
    many = [observed(asked(), told, seconds=1.0), observed(asked(), told, seconds=3.0), wrong(1)]

    assert value("tokens", many[0]) == 1000
    assert value("tokens", observed(asked(), replace(told, usage={"prompt_tokens": 7}))) == 7
    assert value("tokens", many[2]) is None
    assert value("retrieve_ms", many[0]) == 12.5
    assert value("embed_ms", many[0]) is None
    assert value("cost_usd", many[2]) is None
    assert of_all("cost_per_correct_usd", many) == pytest.approx(0.02)
    assert of_all("latency_p50", many[:2]) == 2.0


def test_money_for_nothing_has_no_price_per_answer() -> None:
    told = Reply(True, "Bo Ek.", mode="llm", usage={"cost_usd": 0.02})

    assert of_all("cost_per_correct_usd", [observed(asked(), told)]) is None


def test_the_floor_of_multihops_score_is_the_best_single_word() -> None:
    golds = ["the Norvik Post", "the Times", "Ada Lund", "the end"]
    many = [observed(asked(answers=((gold,),)), DECLINED) for gold in golds]

    assert of_all("official_mhr_floor", many) == 0.75
