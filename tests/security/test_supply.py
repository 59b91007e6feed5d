"""The supply chain: dependencies pinned, hashed and listed; the image does not run as root."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_bill_of_materials_names_every_package_with_its_version_and_licence() -> None:
    done = subprocess.run([sys.executable, ".ci/sbom"], cwd=ROOT, capture_output=True, text=True, check=True)

    bill = json.loads(done.stdout)

    assert (bill["bomFormat"], bill["specVersion"], bill["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "1.5",
        "byline",
    )
    known = {one["name"]: one for one in bill["components"]}
    assert known["fastapi"]["purl"] == f"pkg:pypi/fastapi@{known['fastapi']['version']}"
    assert {"torch", "faiss-cpu", "litellm", "starlette"} <= known.keys()
    assert sum(bool(one["licenses"]) for one in known.values()) > 0.8 * len(known)


def test_every_dependency_is_pinned() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    wanted = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    assert wanted is not None

    names = re.findall(r'^\s+"([\w.-]+)', wanted[1], re.MULTILINE)

    assert len(names) > 20 and set(names) <= pinned


def test_hashed_requirements_are_made_of_what_pip_would_install() -> None:
    made = runpy.run_path(str(ROOT / ".ci" / "hashed-requirements"))["requirements"]
    report = {
        "install": [
            {
                "metadata": {"name": "Two", "version": "1.0"},
                "download_info": {"archive_info": {"hashes": {"sha256": "ab"}}},
            },
            {"metadata": {"name": "byline", "version": "0.1"}, "download_info": {"dir_info": {}}},
            {
                "metadata": {"name": "one", "version": "2.0"},
                "download_info": {"archive_info": {"hashes": {"sha256": "cd"}}},
            },
        ]
    }

    assert made(report) == "one==2.0 --hash=sha256:cd\ntwo==1.0 --hash=sha256:ab\n"


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]
    last = lines[max(place for place, line in enumerate(lines) if line.startswith("FROM")) :]

    (user,) = [line.split()[1] for line in last if line.startswith("USER")]
    assert user.isdigit() and int(user) >= 10_000
    assert last.index(f"USER {user}") < next(
        place for place, line in enumerate(last) if line.startswith("ENTRYPOINT")
    )
    assert not [line for line in lines if re.search(r"(?i)(key|secret|token|password)=", line)]
    assert not [line for line in lines if line.startswith("ADD") or "sudo" in line or "chmod 777" in line]
