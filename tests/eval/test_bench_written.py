"""The benchmark of model-written sentences, on a small collection in FaithJudge's format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from eval.bench import support, written
from eval.formats.faithjudge import is_reserved, is_unread, read_faithjudge, read_generated, sentences
from rag.errors import BadInput

FERRY = (
    "A ferry carrying 212 passengers sank off Cebu in March 2019. Divers recovered 31 bodies within two days. "
    "The vessel had no licence to sail at night, the coast guard said."
)
TRUE = "A ferry carrying 212 passengers sank off Cebu in March 2019."
INVENTED = "The coast guard repaired the vessel before it sank at night."
FALSE = "Divers recovered 64 bodies within two days."


def response(model: str, *told: tuple[str, bool]) -> dict[str, object]:
    """A response of these sentences, with the unfaithful ones labelled."""
    text, labels = "", []
    for sentence, is_faithful in told:
        start = len(text)
        text += f"{sentence} "
        if not is_faithful:
            labels.append({"start": start, "end": start + len(sentence), "text": sentence})
    return {"response": text.strip(), "model": model, "labels": labels}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One open and one unread source of each collection, and a reserved one that must not be read."""
    data = tmp_path / "eval_data"
    data.mkdir()
    responses = [
        response("one", (TRUE, True), (FALSE, False)),
        response("two", (f"- {TRUE}", True), (INVENTED, False)),
    ]
    answers = [
        {
            "source_id": number,
            "source": {"question": "what sank", "passages": f"passage 1: {FERRY}"},
            "responses": responses,
        }
        for number in (2, 6, 7)
    ]
    summaries = [{"source_id": number, "source": FERRY, "responses": responses} for number in (4, 12)]
    marked = [[{"label": ["Unwanted"], "summary_start": len(TRUE) + 1, "summary_end": len(TRUE) + 1 + len(FALSE)}]]
    summary = {
        "summary": f"{TRUE} {FALSE}",
        "meta_model": "three",
        "annotations": marked,
        "computed_ground_truth_label_majority": "Unwanted",
    }
    bench = [{"source_id": name, "source": FERRY, "summaries": [summary]} for name in ("1-0", "1-1", "9-1")]
    for name, records in zip(written.COLLECTIONS, (answers, summaries, bench), strict=True):
        (data / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)))
    generated = tmp_path / "generated_outputs" / "house" / "model-4"
    generated.mkdir(parents=True)
    with (generated / "ragtruth_qa_2025.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["source_id", "qa_response"], ["2", f"**{TRUE}**"], ["7", TRUE], ["99", TRUE]])
    return tmp_path


def test_reserved_sources_are_never_read(folder: Path) -> None:
    read = [
        one.source.id for name in written.COLLECTIONS for one in read_faithjudge(folder / f"eval_data/{name}.jsonl")
    ]

    assert set(read) == {"2", "6", "4", "12", "1-0", "1-1"}
    assert is_reserved("7") and is_reserved("9-1")
    assert [one for one in sorted(set(read)) if is_unread(one)] == ["1-0", "12", "6"]


def test_a_response_has_its_sentences_and_the_spans_that_people_marked(folder: Path) -> None:
    first, second, *_ = read_faithjudge(folder / "eval_data/ragtruth_qa.jsonl")

    assert first.source.question == "What sank?" and first.source.paragraphs == (FERRY,)
    assert written.labelled(first) == [(TRUE, True), (FALSE, False)]
    assert [second.text[start:end] for start, end in sentences(second)] == [TRUE, INVENTED]


def test_what_later_models_wrote_is_read_for_the_sources_that_are_open(folder: Path) -> None:
    sources = {one.source.id: one.source for one in read_faithjudge(folder / "eval_data/ragtruth_qa.jsonl")}

    (one,) = read_generated(folder / "generated_outputs/house/model-4/ragtruth_qa_2025.csv", sources, "model-4")

    assert (one.source.id, one.unfaithful) == ("2", None)


def test_a_file_of_another_form_says_so(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"source_id": 2, "source": 5}')

    with pytest.raises(BadInput, match="source"):
        read_faithjudge(tmp_path / "other.jsonl")


def test_faithful_copies_are_shown_and_what_is_invented_is_not(folder: Path) -> None:
    read = read_faithjudge(folder / "eval_data/ragtruth_qa.jsonl")

    for kind in ("words", "labels"):
        card = written.by_sentence(read, kind)

        assert {(one.is_faithful, one.as_written) for one in card.seen} == {(True, True), (False, False)}
        assert all(one.covered for one in card.seen if one.is_faithful) and not card.broken


def test_the_card_is_printed_for_the_check_the_desk_and_later_models(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["written", str(folder), "--part", "open", "--desk", "1", "--generated", "--fit"])

    written.main()

    printed = capsys.readouterr().out
    assert "ragtruth_qa, open part: 2 responses to 1 sources" in printed
    assert printed.count("desk") == 9 and printed.count("broken 0") == 9 + 9 + 3
    assert "ragtruth_qa, 1 later models: 1 sentences, as written 1.000" in printed
    assert "fitted on" in printed


def test_the_calibration_card_prints_pairs_and_judged_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes = {True: [{"response": "yes"}] * 3, False: [{"response": "no"}] * 3}
    lines = [
        {
            "article": f"{FERRY} It was the {number}th of its kind.",
            "summary_sentences": [
                {"sentence": TRUE, "responses": votes[True]},
                {"sentence": "The ferry flew to the moon.", "responses": votes[False]},
            ],
        }
        for number in range(12)
    ]
    file = tmp_path / "judged.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    support.main([file])

    printed = capsys.readouterr().out
    assert "340 pairs" in printed and "false and borne" in printed
    assert "judged.jsonl: 24 sentences of 12 articles" in printed and printed.count("AUC 1.000") >= 2
