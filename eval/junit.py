"""Formats a run or a gate as JUnit XML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from eval.cases import Case
from eval.comparing import Comparison, Gate, in_words, too_many_errors, too_many_lost
from eval.failures import failures
from eval.runs import Record, Run
from eval.scores import Scores

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def run_junit(run: Run, scores: Scores) -> str:
    """One test per case: a failure where it missed a primary metric, an error where it has no reply."""
    missed = failures(run, scores)
    records = {record.case: record for record in run.records}
    tests = [_test_of_case(run, case, records.get(case.id), missed.get(case.id, ())) for case in run.suite.cases]
    return _document(f"byline.{run.card.suite}", tests)


def gate_junit(comparison: Comparison, verdict: Gate) -> str:
    """One test per primary metric (skipped where inconclusive, unless that fails), one for errors, one for losses."""
    tests = []
    for one in comparison.primary:
        test = _test(f"gate.{comparison.new.suite}", one.metric, 0.0)
        if one.verdict == "worse" or (one.verdict == "inconclusive" and verdict.status):
            _outcome(test, "failure", in_words(one, comparison.margin))
        elif one.verdict == "inconclusive":
            _outcome(test, "skipped", in_words(one, comparison.margin))
        else:
            SubElement(test, "system-out").text = _clean(in_words(one, comparison.margin))
        tests.append(test)
    for name, reason, cases in (
        ("errored", too_many_errors(comparison), comparison.errored),
        ("paired", too_many_lost(comparison), comparison.lost),
    ):
        test = _test(f"gate.{comparison.new.suite}", name, 0.0)
        if reason:
            _outcome(test, "failure", reason, "\n".join(cases))
        tests.append(test)
    return _document(f"byline.gate.{comparison.new.suite}", tests)


def _test_of_case(run: Run, case: Case, record: Record | None, missed: tuple[str, ...]) -> Element:
    test = _test(f"{run.card.suite}.{case.kind}", f"{case.id}: {case.question}", record.seconds if record else 0.0)
    if record is None:
        _outcome(test, "error", "The run never reached this question.")
    elif record.status == "errored" or record.reply is None:
        _outcome(test, "error", record.error or "There is no reply.")
    elif missed:
        _outcome(
            test, "failure", f"missed {', '.join(missed)}", f"expected: {_expected(case)}\nsaid: {record.reply.text}"
        )
    return test


def _expected(case: Case) -> str:
    if not case.answerable:
        return "to decline"
    facts = [" or ".join(fact) for fact in case.answers]
    return "; ".join([*facts, case.label] if case.label else facts)


def _test(group: str, name: str, seconds: float) -> Element:
    return Element("testcase", classname=_clean(group), name=_clean(name), time=f"{seconds:.3f}")


def _outcome(test: Element, kind: str, message: str, text: str = "") -> None:
    SubElement(test, kind, message=_clean(message)).text = _clean(text or message)


def _document(name: str, tests: Iterable[Element]) -> str:
    suite = Element("testsuite", name=_clean(name))
    suite.extend(tests)
    for attribute, kind in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite)))
    suite.set("time", f"{sum(float(test.get('time', 0)) for test in suite):.3f}")
    root = Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _clean(text: str) -> str:
    """Replaces the control characters that XML forbids even when escaped."""
    return _NOT_XML.sub("\ufffd", text)
