"""Word lists are data that can be read at a glance."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from rag.language import lexicons

FILES = sorted((Path(lexicons.__file__).parent).glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_says_what_its_lists_are_for(file: Path) -> None:
    text = file.read_text("utf-8")

    assert text.startswith("# ")
    assert tomllib.loads(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_list_has_a_word_twice(file: Path) -> None:
    for key, listed in tomllib.loads(file.read_text("utf-8")).items():
        if isinstance(listed, str):
            found = lexicons.sequence(f"{file.stem}.{key}")
            assert len(found) == len(set(found)), key


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_code_reads_every_list(file: Path) -> None:
    code = "\n".join(one.read_text("utf-8") for one in Path(lexicons.__file__).parents[2].rglob("*.py"))

    keys = tomllib.loads(file.read_text("utf-8"))
    assert not [key for key in keys if not re.search(rf"[\"'.]{key}[\"']", code)]


def test_a_comma_makes_phrases_of_words() -> None:
    assert lexicons.meanings("outlets.aliases")["thomson reuters"] == "reuters"
