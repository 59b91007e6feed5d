"""Every benchmark that the docs name runs, at its smallest size."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def run(module: str, *options: object) -> str:
    command = [sys.executable, "-m", f"eval.bench.{module}", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_searching_and_ingesting_are_timed_beside_the_encoding_of_torch(tmp_path: Path) -> None:
    small = ("--paragraphs", 240, "--searches", 2, "--ingested", 24, "--library", tmp_path)

    first, again = run("search_speed", *small), run("search_speed", *small)

    for told in (first, again):
        for step in (
            "torch",
            "encoding",
            "vectors",
            "words",
            "article words",
            "search",
            "encode, search",
            "— in half",
            "ingest",
        ):
            assert re.search(rf"^{step} +[\d.,]+", told, re.MULTILINE), step
        assert "recall of the 10 nearest: 1.0000" in told
        assert re.search(r"start-up: .* MB without mapped files\ndisk: \d+ MB", told)
    assert "filled in" in first and "filled in" not in again


def test_searches_over_http_are_timed_beside_the_encoding_of_torch() -> None:
    told = run("service_speed", "--paragraphs", 240, "--rounds", 1, "--clients", 2)

    for step in ("torch encodes", "POST /v1/search", "2 at once"):
        assert re.search(rf"^{step} +p50 .* ms +p95 .* ms +p50 / encoding +[\d.]+$", told, re.MULTILINE), step
    assert re.search(r"the service [\d.]+ ms, [\d.]+ × torch\n", told)


def test_memory_of_an_ingest_is_told_by_its_size() -> None:
    told = run("ingest_memory", "--articles", 2, 20)

    assert re.search(r"^ +2 +24 +0 MB +\d+ MB +\d+ MB\n +20 +240 ", told, re.MULTILINE)


def test_a_mixed_load_has_no_errors_and_loses_nothing() -> None:
    told = run("endurance", "--minutes", 0.05, "--readers", 2, "--articles", 2)

    assert re.search(r"p95 mixed / idle: \d+\.\d\d", told)
    assert re.search(r"[1-9]\d* posts acknowledged, 0 articles wrong or missing; 0 errors", told)
    for grown in ("latency, ms", "memory, MB", "open files"):
        assert re.search(rf"^{grown} +first quarter +[\d.]+ +last +[\d.]+", told, re.MULTILINE)


def test_a_comparison_without_peers_is_a_table_of_byline_alone(tmp_path: Path) -> None:
    told = run("peers", "seeds", "--folder", tmp_path, "--questions", 3, "--clients", 2, "--peers")

    assert re.search(r"^\| byline [\d.]+ \| [\d,]+ \| [\d,]+ \| [\d.]+, [\d.]+ \|.*\| 1.000 \|", told, re.MULTILINE)


def test_a_peer_that_cannot_be_set_up_is_told_of_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "haiku.rag").write_text("a file where its environment would be")

    told = run("peers", "seeds", "--folder", tmp_path, "--questions", 1, "--clients", 1, "--peers", "haiku.rag")

    assert re.search(r"^\| haiku\.rag +\| not measured: .+ \|", told, re.MULTILINE)


def test_rules_of_the_check_are_switched_off_in_turn() -> None:
    told = run("ablation", "check", "--sources", 40, "--rules", "doubts", "orders to a model")

    assert re.search(r"^    built-in pairs +\d+ right and \d+ wrong", told, re.MULTILINE)
    assert re.search(r"without doubts +\n    built-in pairs +stops of the right 0\.\d+ \(", told)
