"""The commands that docs/measurements.md names for robustness run."""

import subprocess
import sys
from pathlib import Path

import pytest


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_slowest_inputs_are_timed() -> None:
    assert "slowest question" in _run("eval.bench.worst_times", "--pieces", "1", "--share", "0.01")


def test_how_long_work_goes_on_after_its_asker_left_is_measured() -> None:
    assert "3 askers left" in _run("eval.bench.departures", "--times", "3")


def test_the_readers_and_the_language_are_fuzzed(tmp_path: Path) -> None:
    pytest.importorskip("atheris")

    told = _run("eval.bench.fuzz", "--target", "language", "--runs", "30", "--findings", str(tmp_path))

    assert "Done 30 runs" in told
