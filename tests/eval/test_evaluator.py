"""The evaluator itself: perfect replies score 1, empty ones 0, and irrelevant changes move no score."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

import eval
from eval.cases import Case
from eval.formats.multihop import LABELS
from eval.metrics import METRICS, SET_METRICS, Metric, Observation, SetMetric
from eval.metrics.metric import Setting
from eval.replies import Cited, Differing, Reply, Retrieved, Version
from eval.runs import Record, SourceText
from eval.scoring import observations, score
from tests.eval.making_observations import DECLINED, asked, found, kept, observed, quoting, saying, source, stating
from tests.eval.making_runs import run_of

BUILT_IN = Path(eval.__file__).parent / "built_in"
FLOORS = {"official_mhr_floor"}  # of the suite, not of the system
QUOTED = "we waited for nine years"
OPENED = f"Mayor Ada Lund opened the reservoir of 40 million litres on 5 May 2020: “{QUOTED}.”"
NORVIK = SourceText(source("norvik", "Norvik Post", "2020-05-06"), f"{OPENED}\n\nFish were seen.")
WAYS = ("1,000 miles", "1,000 kilometers")


def right_answer(text: str = OPENED, **rest: object) -> Reply:
    """Right, with exact citations, fast and free."""
    return stating(
        (text, (1,)),
        score=1.0,
        citations=(quoting(1, NORVIK, OPENED),),
        passages=(found(NORVIK, OPENED),),
        timings_ms=dict.fromkeys(("embed", "retrieve", "answer", "verify", "total"), 0.0),
        usage={"prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0},
        **rest,
    )


def cases() -> list[Case]:
    """At least one case for each metric."""
    known = {"articles": ("norvik",), "evidence": (OPENED,)}
    return [
        asked("a", **known, wrong_answers=("Bo Ek",), stale_answers=("Cai Fu",)),
        asked("b", **known, label="yes", answers=()),
        asked("c", answers=()),
        asked("d", **known, disagreement=tuple((way,) for way in WAYS)),
        asked("e", **known, answers=((OPENED,),)),
        *(asked(f"noise{noise}", **known, slices={"noise": noise, "base": "f"}) for noise in ("0", "0.4", "0.8")),
        *(asked(f"order{order}", **known, slices={"shuffle": order, "base": "g"}) for order in ("1", "2", "3")),
    ]


def perfect() -> list[Observation]:
    replies = {
        "b": right_answer(f"Yes – {OPENED}"),
        "c": DECLINED,
        "d": right_answer(disagreements=(Differing("the way", "differ", tuple(Version(way, (1,)) for way in WAYS)),)),
    }
    setting = Setting(days={"norvik": date(2020, 5, 6)})
    return [observed(case, replies.get(case.id, right_answer()), kept(NORVIK), setting=setting) for case in cases()]


def empty(given: Sequence[Case]) -> list[Observation]:
    return [observed(case, DECLINED, {}) for case in given]


def mean(metric: Metric | SetMetric, many: Sequence[Observation]) -> float | None:
    if isinstance(metric, SetMetric):
        return metric.value(many)
    values = [value for one in many if (value := metric.value(one)) is not None]
    return sum(values) / len(values) if values else None


EVERY = [pytest.param(metric, id=metric.name) for metric in (*METRICS, *SET_METRICS) if metric.name not in FLOORS]


@pytest.mark.parametrize("metric", EVERY)
def test_a_perfect_run_is_perfect_by_every_metric(metric: Metric | SetMetric) -> None:
    # A whole answer that is the gold sentence is the only perfect one by its form.
    many = [one for one in perfect() if metric.name not in ("exact_match", "token_f1") or one.case.id == "e"]

    assert mean(metric, many) == pytest.approx(1 if metric.better == "higher" else 0)


@pytest.mark.parametrize("metric", EVERY)
def test_an_empty_run_is_worth_nothing_by_any_metric(metric: Metric | SetMetric) -> None:
    answerable = [case for case in cases() if case.answerable and "shuffle" not in case.slices]

    if metric.better == "higher":
        assert mean(metric, empty(answerable)) in (None, 0)


def test_an_empty_run_is_worth_nothing_by_the_metrics_that_matter() -> None:
    answerable = [case for case in cases() if case.answerable]
    by_name = {metric.name: metric for metric in METRICS}

    for name in (
        "facts_and_article",
        "correct",
        "facts",
        "article_recall",
        "evidence_recall@10",
        "ndcg@10",
        "utility",
    ):
        assert mean(by_name[name], empty(answerable)) == 0


@pytest.mark.parametrize("text", ["Yes.", "No.", "Insufficient information.", "Yes and no.", "Yes. No."])
def test_a_constant_answer_is_right_no_more_often_than_the_commonest_label(text: str) -> None:
    labels = ["yes"] * 6 + ["no"] * 3 + ["insufficient"] * 1
    many = [observed(Case(str(n), "Do both say so?", label=label), saying(text)) for n, label in enumerate(labels)]

    for name in ("label_accuracy", "correct", "selective_accuracy@90"):
        metric = next(metric for metric in (*METRICS, *SET_METRICS) if metric.name == name)
        assert (mean(metric, many) or 0) <= 0.6 + 1e-9


@pytest.mark.parametrize("setting", [Setting(), Setting(labels=LABELS)])
@pytest.mark.parametrize(
    "text",
    [
        "Yes, before.",
        "Yes, before or after.",
        "Before, or after.",
        "It was before or after.",
        "No: after, before, yes.",
        "Yes/No",
        "Either yes or no.",
        "Yes; insufficient information; before.",
    ],
)
def test_no_constant_answer_is_right_of_two_labels(text: str, setting: Setting) -> None:
    labels = (*LABELS, "insufficient information")
    many = [observed(Case(one, "Which?", label=one), saying(text), setting=setting) for one in labels]

    assert sum(mean(_named("correct"), [one]) or 0 for one in many) <= 1


def test_no_constant_answer_is_right_of_two_labels_that_a_suite_made_up() -> None:
    setting = Setting(labels=("red", "dark red", "blue"))
    many = [
        observed(Case(one, "What colour?", label=one), saying("Red or blue."), setting=setting)
        for one in ("red", "blue")
    ]

    assert mean(_named("correct"), many) == 0
    assert (
        mean(_named("correct"), [observed(Case("q", "?", label="dark red"), saying("Dark red."), setting=setting)])
        == 1
    )


@pytest.mark.parametrize("answered", [True, False])
def test_a_reply_without_a_word_or_a_mode_is_an_answer_all_the_same(answered: bool) -> None:
    run = run_of([asked("0", articles=("norvik-1",)), asked("1", answers=())], {"0": "", "1": ""})
    bare = [replace(record, reply=Reply(answered, "")) for record in run.records]

    scores = score(replace(run, records=tuple(bare)), resamples=50)

    assert scores.cases["correct"] == {"0": 0, "1": float(not answered)}
    assert scores.cases["facts_and_article"] == {"0": 0}
    assert scores.cases["reject_recall"] == {"1": float(not answered)}
    assert scores.cases["false_reject"] == {"0": float(not answered)}


def test_the_answers_of_a_suite_of_searches_are_not_scored() -> None:
    run = run_of([asked("0", articles=("norvik-1",))], {"0": "Ada Lund"})

    scores = score(replace(run, suite=replace(run.suite, task="search")), resamples=50)

    assert not scores.cases["correct"] and not scores.cases["article_cited"]
    assert scores.cases["mrr@10"] == {"0": 1}


def _named(name: str) -> Metric:
    return next(metric for metric in METRICS if metric.name == name)


def test_a_constant_fact_is_right_no_more_often_than_it_is_the_answer() -> None:
    golds = ["Ada Lund", "Ada Lund", "Bo Ek", "Cai Fu", "Dag Ros"]
    many = [observed(asked(str(n), answers=((gold,),)), saying("Ada Lund")) for n, gold in enumerate(golds)]

    for name in ("correct", "facts", "exact_match", "strict_conflict", "official_rgb"):
        assert mean(next(metric for metric in METRICS if metric.name == name), many) == 0.4


@pytest.mark.parametrize("metric", EVERY)
def test_the_order_of_cases_citations_and_scores_of_passages_change_nothing(metric: Metric | SetMetric) -> None:
    many = [*perfect(), *empty(cases())]
    random = Random(7)
    shuffled = [_turned(one, random) for one in random.sample(many, len(many))]

    assert mean(metric, shuffled) == pytest.approx(mean(metric, many))


def _turned(one: Observation, random: Random) -> Observation:
    citations = random.sample(one.reply.citations, len(one.reply.citations))
    passages = tuple(replace(passage, score=0.5) for passage in one.reply.passages)
    return replace(one, reply=replace(one.reply, citations=tuple(citations), passages=passages))


@pytest.mark.parametrize("metric", [metric for metric in EVERY if metric.id != "official_beir_ndcg@10"])
def test_ids_that_collide_change_nothing(metric: Metric | SetMetric) -> None:
    assert mean(metric, [_with_the_id(one, one.case.id) for one in perfect()]) == mean(metric, perfect())


def _with_the_id(one: Observation, id: str) -> Observation:
    """The observation, with its one article renamed to its case's id."""

    def called(part: Cited | Retrieved) -> Cited | Retrieved:
        return replace(part, article=replace(part.article, id=id))

    reply = replace(
        one.reply,
        citations=tuple(map(called, one.reply.citations)),
        passages=tuple(map(called, one.reply.passages)),
    )
    case = replace(one.case, articles=(id,) if one.case.articles else ())
    texts = kept(replace(NORVIK, source=replace(NORVIK.source, id=id)))
    return Observation(case, reply, texts, one.seconds, Setting(days={id: date(2020, 5, 6)}))


def test_a_failure_is_no_score() -> None:
    given = [asked(str(n), articles=("norvik-1",)) for n in range(4)]
    with_failures = run_of(given, {"0": "Ada Lund", "1": "Bo Ek", "2": None})
    without = run_of(given[:2], {"0": "Ada Lund", "1": "Bo Ek"})

    scores, known = score(with_failures, resamples=50), score(without, resamples=50)

    assert scores.errored == ("2", "3")
    assert {name: mean.value for name, mean in scores.overall.items()} == {
        name: mean.value for name, mean in known.overall.items()
    }
    assert all(case in ("0", "1") for values in scores.cases.values() for case in values)


def test_a_failure_with_a_reply_is_a_failure_still() -> None:
    run = run_of([asked("0")], {"0": "Ada Lund"})
    failed = replace(run, records=(Record("0", "errored", 1.0, run.records[0].reply, "It broke off."),))

    assert observations(failed) == ()


def test_binary_metrics_say_0_or_1() -> None:
    many = [*perfect(), *empty(cases())]

    for metric in METRICS:
        if metric.binary:
            assert {metric.value(one) for one in many} <= {0.0, 1.0, None}, metric.name


def test_every_metric_has_a_name_of_its_own() -> None:
    names = [metric.name for metric in (*METRICS, *SET_METRICS)]

    assert len(set(names)) == len(names)


def test_the_primary_metrics_of_built_in_suites_are_known() -> None:
    known = {metric.name for metric in (*METRICS, *SET_METRICS)}

    for file in BUILT_IN.glob("*/suite.toml"):
        assert set(tomllib.loads(file.read_text("utf-8")).get("primary", ())) <= known, file
