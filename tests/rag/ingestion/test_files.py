"""Files, folders, encodings, sidecars and JSON Lines; a bad one is rejected with its place, and the rest goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag.articles import Article, Rejected
from rag.ingestion import files, read_paths

TEXT = "Mayor resigns after flood\n\nThe mayor of Springfield resigned on Monday after a flood, officials said.\n"


def read(*paths: Path) -> list[Article | Rejected]:
    return list(read_paths(paths))


def article(path: Path) -> Article:
    (item,) = read(path)
    assert isinstance(item, Article), item
    return item


def reason(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, Rejected), item
    assert item.place == str(path)
    return item.reason


def write(path: Path, content: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(items: list[Article | Rejected]) -> list[str]:
    return [item.id if isinstance(item, Article) else f"! {item.place}" for item in items]


# Folders.


def test_a_folder_is_read_in_order_to_its_depth(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "c/d.html", "c/a.HTM", "e.jsonl"):
        write(
            tmp_path / name,
            f'{{"id": "lines", "text": {json.dumps(TEXT)}}}' if name.endswith("l") and "e" in name else TEXT,
        )
    assert ids(read(tmp_path)) == ["a", "b", "a", "d", "lines"]


def test_hidden_files_readmes_licences_and_other_kinds_are_passed_over_in_a_folder(tmp_path: Path) -> None:
    for name in (
        ".hidden.txt",
        ".git/a.txt",
        "README.md",
        "readme.txt",
        "LICENSE.txt",
        "photo.jpg",
        "notes.csv",
        "a.txt",
    ):
        write(tmp_path / name)
    assert ids(read(tmp_path)) == ["a"]


def test_a_file_that_is_named_is_always_read(tmp_path: Path) -> None:
    assert article(write(tmp_path / "README.md")).id == "README"
    assert article(write(tmp_path / ".hidden.txt")).id == ".hidden"


def test_a_document_that_would_be_missed_is_rejected_in_a_folder(tmp_path: Path) -> None:
    document = write(tmp_path / "report.pdf", b"%PDF-1.7")
    write(tmp_path / "a.txt")
    assert ids(read(tmp_path)) == ["a", f"! {document}"]


def test_a_folder_without_articles_says_what_is_read(tmp_path: Path) -> None:
    write(tmp_path / "photo.jpg")
    assert ".txt" in reason(tmp_path)


def test_links_that_lead_back_up_are_not_followed_for_ever(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.txt")
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    found = read(tmp_path)
    assert ids(found) == ["one", f"! {tmp_path / 'gone.txt'}"]


def test_rejected_items_are_counted_among_all_that_were_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt", b"")
    found = read(tmp_path, tmp_path / "missing.txt")
    assert [item.index for item in found if isinstance(item, Rejected)] == [1, 2]


def test_articles_are_read_one_after_another(tmp_path: Path) -> None:
    items: Iterator[Article | Rejected] = read_paths([write(tmp_path / "a.txt"), tmp_path / "b.txt"])
    assert isinstance(next(items), Article)
    write(tmp_path / "b.txt")
    assert isinstance(next(items), Article)


# Files that cannot become an article.


def test_each_bad_file_says_what_to_do(tmp_path: Path) -> None:
    assert "no such file" in reason(tmp_path / "missing.txt")
    assert "cannot be read" in reason(tmp_path / f"{'x' * 300}.txt")
    assert "empty" in reason(write(tmp_path / "empty.txt", b""))
    assert "white space" in reason(write(tmp_path / "blank.txt", " \n\u00a0\n"))
    assert "binary" in reason(write(tmp_path / "binary.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
    assert "save the article as one of these" in reason(write(tmp_path / "report.docx", b"PK"))
    assert "save the article as one of these" in reason(write(tmp_path / "noending", b"text"))
    assert "no readable article" in reason(write(tmp_path / "menu.html", "<html><script>1</script></html>"))


def test_bytes_in_no_encoding_are_rejected(tmp_path: Path) -> None:
    assert "UTF-8" in reason(write(tmp_path / "noise.txt", bytes(range(128, 160)) * 40 + bytes(range(1, 32)) * 20))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "regular file" in reason(tmp_path / "pipe.txt")


def test_a_file_without_permission_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    locked = write(tmp_path / "a.txt")
    locked.chmod(0)
    write(tmp_path / "b.txt")
    if os.access(locked, os.R_OK):
        pytest.skip("this user may read everything")
    assert ids(read(tmp_path)) == [f"! {locked}", "b"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "huge.txt")
    with path.open("ab") as file:
        file.truncate(files.LARGEST_BYTES + 1)
    assert "50 MB" in reason(path)


# Encodings.

FRENCH = (
    "Le maire démissionne\n\nLe maire a démissionné lundi après l’inondation, a déclaré la préfecture de l’Hérault.\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, encoding: str) -> None:
    assert article(write(tmp_path / "a.txt", FRENCH.encode(encoding))).text == FRENCH


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "Мэр города подал в отставку после наводнения"),
        ("cp1250", "Burmistrz zrezygnował po powodzi, która zniszczyła jedyny most, i wyjeżdża w niedzielę"),
        ("gb18030", "市长在洪水过后宣布辞职"),
    ],
)
def test_other_encodings_are_told_from_the_bytes(tmp_path: Path, encoding: str, words: str) -> None:
    text = f"{words}\n\n" + f"{words}. " * 20
    assert article(write(tmp_path / "a.txt", text.encode(encoding))).text == text


def test_a_few_english_quotes_of_windows_are_no_other_language(tmp_path: Path) -> None:
    text = "Mayor resigns\n\n“We won’t stay,” he said – and left."
    assert article(write(tmp_path / "a.txt", text.encode("cp1252"))).text == text


def test_utf_8_that_is_cut_in_the_middle_of_a_letter_is_still_utf_8(tmp_path: Path) -> None:
    text = article(write(tmp_path / "a.txt", FRENCH.encode()[:-2] + "é".encode()[:1])).text
    assert text.startswith(FRENCH[:-2])


def test_a_page_declares_its_encoding(tmp_path: Path) -> None:
    story = "Starosta zrezygnował w niedzielę. " * 20
    page = f'<html><head><meta charset="iso-8859-2"></head><body><p>{story}</p></body></html>'
    assert "zrezygnował w niedzielę" in article(write(tmp_path / "a.html", page.encode("iso-8859-2"))).text


def test_line_ends_and_control_characters_are_made_plain(tmp_path: Path) -> None:
    text = article(
        write(tmp_path / "a.txt", b"Mayor\x1b[31m resigns\r\n\r\nThe mayor\x07 left.\rHe said so.\x0b")
    ).text
    assert text == "Mayor[31m resigns\n\nThe mayor left.\nHe said so.\n"


# The sidecar.


def test_a_sidecar_names_what_its_files_do_not(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    sidecar = """
        [defaults]
        outlet = "The Example"
        [a]
        title = "Another title"
        url = "https://example.com/a"
        published = 2020-05-05
        note = "kept by the owner"
        ["b.txt"]
        outlet = "The Other"
        published = "2020-05-06T01:00:00+03:00"
    """
    write(tmp_path / "articles.toml", sidecar)
    a, b = (item.source for item in read(tmp_path) if isinstance(item, Article))
    assert (a.id, a.title, a.outlet, a.url) == ("a", "Another title", "The Example", "https://example.com/a")
    assert (a.published, b.published) == (date(2020, 5, 5), date(2020, 5, 5))
    assert (b.title, b.outlet) == ("Mayor resigns after flood", "The Other")


def test_a_sidecar_counts_for_a_file_that_is_named_too(tmp_path: Path) -> None:
    write(tmp_path / "articles.toml", '[a]\noutlet = "The Example"')
    assert article(write(tmp_path / "a.txt")).source.outlet == "The Example"


def test_a_bad_entry_of_a_sidecar_is_told_once_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "b.txt")
    write(tmp_path / "articles.toml", '[a]\npublished = "May"\n[b]\noutlet = "The Example"\n[c]\noutlet = 5')
    first, second, a, b = read(tmp_path)
    assert isinstance(first, Rejected) and "[a] published" in first.reason
    assert isinstance(second, Rejected) and "[c] outlet" in second.reason
    assert isinstance(a, Article) and isinstance(b, Article) and b.source.outlet == "The Example"


def test_a_sidecar_that_is_no_toml_is_told_and_the_articles_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    sidecar = write(tmp_path / "articles.toml", "outlet: The Example")
    assert ids(read(tmp_path)) == [f"! {sidecar}", "a"]


# JSON Lines.


def test_a_bad_line_is_rejected_by_its_number_and_the_rest_goes_in(tmp_path: Path) -> None:
    lines = [
        '\ufeff{"id": "one", "text": "Iran left Syria."}',
        "",
        '{"id": "two", "text": ',
        "[1]",
        '{"id": "three"}',
        '{"id": "four", "text": "x", "published": "5 May"}',
        '{"url": "https://example.com/5", "text": "Iran stayed.", "more": {"of": "it"}}',
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(lines).encode() + b'\n{"text": "\xff"}\n')
    found = read(path)
    assert ids(found) == [
        "one",
        f"! {path}:3",
        f"! {path}:4",
        f"! {path}:5",
        f"! {path}:6",
        "https://example.com/5",
        f"! {path}:8",
    ]
    reasons = [item.reason for item in found if isinstance(item, Rejected)]
    for told, expected in zip(reasons, ("no JSON", "no JSON object", "text:", "published:", "UTF-8"), strict=True):
        assert expected in told


def test_a_json_array_is_told_once(tmp_path: Path) -> None:
    records = [{"text": "one"}, {"text": "two"}]
    assert "own line" in reason(write(tmp_path / "a.jsonl", json.dumps(records, indent=1)))
    assert "own line" in reason(write(tmp_path / "b.jsonl", json.dumps(records)))


def test_a_line_nested_too_deep_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "one"}\n' + '{"a":' * 100_000 + "1" + "}" * 100_000)
    assert ids(read(path))[1] == f"! {path}:2"


def test_a_line_says_more_of_itself_than_its_files_sidecar(tmp_path: Path) -> None:
    write(tmp_path / "articles.toml", '[wire]\noutlet = "The Wire"\npublished = 2020-05-05')
    write(tmp_path / "wire.jsonl", '{"text": "One left."}\n{"text": "Two left.", "outlet": "The Example"}')
    one, two = (item.source for item in read(tmp_path) if isinstance(item, Article))
    assert (one.outlet, two.outlet, two.published) == ("The Wire", "The Example", date(2020, 5, 5))
