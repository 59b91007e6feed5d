"""The statistics agree with textbooks, SciPy or a hand calculation."""

import time
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from eval.bounds import SHARE, bounds, share_bounds
from eval.statistics import (
    bootstrap_statistic,
    holm,
    intervals,
    mcnemar,
    minimum_detectable_effect,
    questions_needed,
    sign_flip,
)


def names(n: int) -> list[str]:
    return [str(one) for one in range(n)]


def column(*values: float) -> np.ndarray:
    return np.array(values, float)[:, None]


def test_the_interval_of_a_mean_is_that_of_the_normal_approximation_where_there_are_many_values() -> None:
    values = np.random.default_rng(1).normal(0.6, 0.2, 400)

    (found,) = intervals(values[:, None], names(400))

    error = values.std(ddof=1) / sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.n == 400
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.002)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.002)


def test_the_bootstrap_agrees_with_scipy() -> None:
    values = np.random.default_rng(2).exponential(1.0, 60)

    (found,) = intervals(values[:, None], names(60))

    known = stats.bootstrap((values,), np.mean, method="percentile", random_state=3).confidence_interval
    assert found.low == pytest.approx(known.low, abs=0.02)
    assert found.high == pytest.approx(known.high, abs=0.02)


def test_copies_of_a_question_make_no_interval_narrower() -> None:
    values = np.random.default_rng(4).integers(0, 2, 50).astype(float)

    (alone,) = intervals(values[:, None], names(50))
    (copied,) = intervals(np.repeat(values, 4)[:, None], np.repeat(names(50), 4).tolist())
    (naive,) = intervals(np.repeat(values, 4)[:, None], names(200))

    assert (copied.low, copied.high) == (alone.low, alone.high)
    assert copied.n == 200
    assert naive.high - naive.low < 0.7 * (copied.high - copied.low)


def test_one_cluster_gives_no_interval() -> None:
    (found,) = intervals(column(1, 0, 1), ["story"] * 3)

    assert (found.value, found.low, found.high, found.n) == (pytest.approx(2 / 3), None, None, 3)


def test_no_value_at_all_is_nothing_over_nobody() -> None:
    (found,) = intervals(column(np.nan, np.nan), names(2))

    assert (found.value, found.low, found.high, found.n) == (0.0, None, None, 0)


def test_a_column_is_resampled_from_the_cases_that_it_applies_to() -> None:
    values = np.random.default_rng(5).random((40, 2))
    values[:20, 1] = np.nan

    both = intervals(values, names(40))
    (alone,) = intervals(values[20:, 1:], names(20))

    assert both[1] == alone
    assert both[0].n == 40


def test_five_of_five_right_is_not_certainty() -> None:
    (found,) = intervals(column(1, 1, 1, 1, 1), names(5), limits=[SHARE])

    exact = stats.binomtest(5, 5).proportion_ci(0.95, method="exact")
    assert found.low == pytest.approx(exact.low)
    assert found.high == 1.0


def test_none_of_five_right_is_not_certainty_either() -> None:
    (found,) = intervals(column(0, 0, 0, 0, 0), names(5), limits=[SHARE])

    exact = stats.binomtest(0, 5).proportion_ci(0.95, method="exact")
    assert (found.low, found.high) == (0.0, pytest.approx(exact.high))


@pytest.mark.parametrize(("right", "n"), [(40, 48), (0, 60), (60, 60), (1, 60), (3, 7)])
def test_a_share_has_the_bounds_that_scipy_gives_it(right: int, n: int) -> None:
    method = "exact" if right in (0, n) else "wilson"
    known = stats.binomtest(right, n).proportion_ci(0.95, method=method)

    assert share_bounds(right / n, n) == pytest.approx((known.low, known.high))


def test_five_stories_of_alike_shares_are_no_narrower_than_their_questions_one_by_one() -> None:
    sizes, right = (18, 12, 11, 6, 1), (15, 10, 9, 5, 1)
    values = np.concatenate([[1.0] * k + [0.0] * (n - k) for n, k in zip(sizes, right, strict=True)])
    stories = np.repeat(names(5), sizes).tolist()

    (found,) = intervals(values[:, None], stories, limits=[SHARE])

    low, high = share_bounds(40 / 48, 48)
    assert found.low is not None and found.low <= low
    assert found.high is not None and found.high >= high
    assert found.clusters == 5


def test_few_clusters_widen_as_students_t_does() -> None:
    values = np.random.default_rng(20).normal(0.5, 0.1, 6)

    (found,) = intervals(values[:, None], names(6))

    half = stats.t.ppf(0.975, 5) * values.std(ddof=1) / sqrt(6)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.12)


def test_an_interval_of_few_unequal_clusters_covers_as_often_as_it_says() -> None:
    random, sizes = np.random.default_rng(21), (18, 12, 11, 6, 1)
    stories, covered = np.repeat(names(5), sizes).tolist(), 0
    for _ in range(200):
        rates = np.repeat(random.normal(0.7, 0.12, 5), sizes).clip(0, 1)
        values = (random.random(48) < rates).astype(float)
        (found,) = intervals(values[:, None], stories, limits=[SHARE], resamples=500)
        covered += found.low <= 0.7 <= found.high

    assert covered / 200 > 0.92


def test_shares_that_are_all_alike_are_no_certainty_whether_of_0_and_1_or_not() -> None:
    values = np.array([[0.5, 1.0, 3.0]] * 8)

    half, whole, tokens = intervals(values, names(8), limits=[SHARE, SHARE, None])

    assert half.low < 0.25 < 0.75 < half.high
    assert (whole.low, whole.high) == (pytest.approx(0.025 ** (1 / 8)), 1.0)
    assert (tokens.low, tokens.high) == (3.0, 3.0)


def test_no_share_leaves_its_limits() -> None:
    (found,) = intervals(column(0.9, 1.0, 0.2), names(3), limits=[SHARE])

    assert (found.low, found.high) == (0.0, 1.0)


def test_resamples_that_do_not_define_a_bound_give_none() -> None:
    assert bounds(np.empty(0), 0.5, names(3)) == (None, None)


def test_few_clusters_detect_less_than_the_many_questions_in_them() -> None:
    differences = np.array([1.0, 0.0, 0.0, -1.0, 0.0, 0.0] * 4)

    alone = minimum_detectable_effect(differences, names(24), binary=True)
    together = minimum_detectable_effect(differences, [f"{one % 4}" for one in range(24)], binary=True)

    assert together > 1.3 * alone


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(6).random((30, 3))

    assert intervals(values, names(30), seed=7) == intervals(values, names(30), seed=7)
    assert intervals(values, names(30), seed=7) != intervals(values, names(30), seed=8)


def test_a_statistic_of_many_cases_is_resampled_by_clusters() -> None:
    values = np.random.default_rng(9).random(80)

    means = bootstrap_statistic(lambda drawn: float(values[drawn].mean()), names(80), resamples=2_000)

    (known,) = intervals(values[:, None], names(80))
    assert np.quantile(means, 0.025) == pytest.approx(known.low, abs=0.01)
    assert np.quantile(means, 0.975) == pytest.approx(known.high, abs=0.01)


def test_resamples_that_do_not_define_a_statistic_are_left_out() -> None:
    found = bootstrap_statistic(lambda drawn: None if 0 in drawn else 1.0, names(3), resamples=100)

    assert 0 < len(found) < 100


@pytest.mark.parametrize(("lost", "gained"), [(0, 0), (0, 6), (3, 9), (10, 10), (1, 0), (40, 75), (700, 640)])
def test_mcnemar_is_the_exact_binomial_test(lost: int, gained: int) -> None:
    known = stats.binomtest(lost, lost + gained).pvalue if lost + gained else 1.0

    assert mcnemar(lost, gained) == pytest.approx(known)


def test_flipping_the_signs_of_few_pairs_is_exact() -> None:
    differences = np.array([0.5, 0.2, 0.1, 0.4, -0.1, 0.3, 0.25])

    known = stats.permutation_test(
        (differences,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", vectorized=True
    )
    assert sign_flip(differences, names(7)) == pytest.approx(known.pvalue)


def test_flipping_the_signs_of_binary_pairs_is_mcnemar() -> None:
    differences = np.array([1.0] * 9 + [-1.0] * 3 + [0.0] * 40)

    assert sign_flip(differences, names(52)) == pytest.approx(mcnemar(3, 9))


def test_flipping_the_signs_of_many_pairs_agrees_with_the_t_test() -> None:
    differences = np.random.default_rng(10).normal(0.05, 0.3, 150)

    assert sign_flip(differences, names(150)) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.01)


def test_a_cluster_flips_as_one() -> None:
    assert sign_flip(np.ones(10), ["story"] * 5 + ["other"] * 5) == 0.5


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip(np.zeros(20), names(20)) == 1.0


def test_holm_is_as_worked_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.5]) == (1.0, 1.0)
    assert holm([]) == ()


@pytest.mark.parametrize(
    ("n", "share", "points"),
    [(50, 0.10, 12.5), (100, 0.10, 8.9), (500, 0.10, 4.0), (50, 0.20, 17.7), (100, 0.20, 12.5), (500, 0.20, 5.6)],
)
def test_the_minimum_detectable_effect_is_that_of_the_tables(n: int, share: float, points: float) -> None:
    differing = round(n * share)
    differences = np.array([1.0, -1.0] * (differing // 2) + [1.0] * (differing % 2) + [0.0] * (n - differing))

    effect = minimum_detectable_effect(differences, names(n), binary=True)

    assert effect == pytest.approx(points / 100, abs=0.0006)


def test_the_minimum_detectable_effect_of_other_metrics_is_from_the_sd_of_the_differences() -> None:
    differences = np.random.default_rng(11).normal(0.1, 0.25, 200)

    effect = minimum_detectable_effect(differences, names(200), binary=False)

    assert effect == pytest.approx(2.8 * differences.std() / sqrt(200))


def test_clusters_of_copies_detect_no_more_than_one_of_each() -> None:
    differences = np.array([1.0, -1.0, 0.0, 0.0, 1.0])

    alone = minimum_detectable_effect(differences, names(5), binary=True)
    copied = minimum_detectable_effect(np.repeat(differences, 3), np.repeat(names(5), 3).tolist(), binary=True)

    assert copied == pytest.approx(alone)


def test_pairs_that_never_differ_tell_no_minimum() -> None:
    assert minimum_detectable_effect(np.zeros(10), names(10), binary=True) is None


def test_twice_the_precision_needs_four_times_the_questions() -> None:
    assert questions_needed(100, 0.08, 0.04) == 400
    assert questions_needed(100, None, 0.04) is None
    assert questions_needed(100, 0.08, 0.0) is None


def test_many_metrics_of_many_questions_are_resampled_in_seconds() -> None:
    values = np.random.default_rng(12).random((500, 40))
    began = time.perf_counter()

    intervals(values, names(500))

    assert time.perf_counter() - began < 10
