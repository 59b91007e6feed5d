"""Readers of public dataset formats, on tiny invented files of the same format."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eval.cases import Case, Suite
from eval.downloads import Data, fetch, known_data
from eval.formats import FORMATS, read, read_qags
from eval.suites import load_suite
from rag.errors import BadInput, BylineError


def lines(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def whole(path: Path, record: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), "utf-8")
    return path


def one(suite: Suite) -> Case:
    (case,) = suite.cases
    return case


# -- SQuAD ------------------------------------------------------------------------------------------

CONTEXT = "Norvik lies on a river. Its mill was built in 1820 by Per Holm."
BUILT = {"id": "s1", "question": "Who built it?", "answers": [{"text": "Per Holm", "answer_start": 54}]}
SOLD = {
    "id": "s2",
    "question": "Who sold it?",
    "answers": [],
    "plausible_answers": [{"text": "Per Holm", "answer_start": 54}],
    "is_impossible": True,
}


def squad(folder: Path) -> Path:
    paragraph = {"context": CONTEXT, "qas": [BUILT, SOLD]}
    return whole(folder / "dev.json", {"version": "v2.0", "data": [{"title": "Norvik", "paragraphs": [paragraph]}]})


def test_squad_has_the_sentence_of_the_answer_as_evidence(tmp_path: Path) -> None:
    built, sold = read("squad", squad(tmp_path)).cases

    assert built.answers == (("Per Holm",),)
    assert built.evidence == ("Its mill was built in 1820 by Per Holm.",)
    assert built.filters.articles == built.articles
    assert (sold.answerable, sold.wrong_answers, sold.articles) == (False, ("Per Holm",), ())
    assert sold.filters == built.filters


def test_squad_over_all_paragraphs_leaves_out_what_one_alone_does_not_answer(tmp_path: Path) -> None:
    suite = load_suite(f"squad:{squad(tmp_path)}?restricted=false")

    assert [case.id for case in suite.cases] == ["s1"]
    assert suite.notes == ("Left out: 1 questions that their paragraph alone does not answer.",)


def test_squad_as_a_sample_of_two_files(tmp_path: Path) -> None:
    query = {"id": "a", "question": "Who built it?", "context": CONTEXT}
    whole(tmp_path / "queries.json", {"queries": [query, {**query, "id": "b"}, {**query, "id": "c"}]})
    truth = {"a": {"answers": ["Per Holm"], "is_impossible": False}, "b": {"answers": [], "is_impossible": True}}
    whole(tmp_path / "ground_truth.json", truth)

    suite = read("squad", tmp_path)

    assert [(case.id, case.answerable) for case in suite.cases] == [("a", True), ("b", False)]
    assert suite.notes == ("Left out: 1 questions without an entry in ground_truth.json.",)


# -- RGB --------------------------------------------------------------------------------------------

RGB = {
    "id": 7,
    "query": "When was the mill built?",
    "answer": ["1820"],
    "fakeanswer": "1890",
    "positive": ["The mill was built in 1820.", "In 1820 Per Holm built a mill."],
    "positive_wrong": ["The mill was built in 1890.", "In 1890 Per Holm built a mill."],
    "negative": [f"Fish number {number} swam by." for number in range(6)],
}


def test_rgb_fills_with_what_does_not_answer_up_to_the_noise(tmp_path: Path) -> None:
    case = one(read("rgb", lines(tmp_path / "en_fact.json", RGB), noise=0.6))

    assert len(case.filters.articles) == 5
    assert len(case.articles) == 2
    assert set(case.articles) < set(case.filters.articles)
    assert case.slices == {"noise": "0.6"}


def test_rgb_asks_once_at_each_noise_and_counts_the_question_once(tmp_path: Path) -> None:
    suite = load_suite(f"rgb:{lines(tmp_path / 'en.json', RGB)}?noise=0,0.8")

    assert [(case.id, len(case.articles)) for case in suite.cases] == [("rgb-7-noise-0", 2), ("rgb-7-noise-0.8", 1)]
    assert {case.cluster for case in suite.cases} == {"rgb-7"}


def test_rgb_with_negatives_only_is_to_be_declined(tmp_path: Path) -> None:
    case = one(load_suite(f"rgb:{lines(tmp_path / 'en.json', RGB)}?negatives_only=true"))

    assert (case.answerable, case.articles, len(case.filters.articles)) == (False, (), 5)


def test_rgb_with_false_documents_has_an_answer_that_must_not_be_given(tmp_path: Path) -> None:
    path = lines(tmp_path / "en_fact.json", RGB)
    false, both = one(read("rgb", path, told="false")), one(read("rgb", path, told="both"))

    assert (false.answerable, false.wrong_answers) == (False, ("1890",))
    assert (both.answers, both.wrong_answers, both.disagreement) == ((("1820",),), ("1890",), (("1820",), ("1890",)))


def test_rgb_over_several_orders_reads_the_same_documents(tmp_path: Path) -> None:
    path = lines(tmp_path / "en.json", RGB)
    first, *others = load_suite(f"rgb:{path}?noise=0.6&shuffles=3").cases
    plain = one(read("rgb", path, noise=0.6))

    assert first.filters == plain.filters
    assert len({case.filters.articles for case in (first, *others)}) == 3
    assert {tuple(sorted(case.filters.articles)) for case in others} == {tuple(sorted(plain.filters.articles))}
    assert [case.slices for case in (first, *others)] == [
        {"noise": "0.6", "shuffle": number, "base": "rgb-7"} for number in ("1", "2", "3")
    ]
    assert {case.cluster for case in others} == {plain.cluster}
    assert read("rgb", path, noise=0.6, shuffles=3).cases == (first, *others)


def test_rgb_has_no_other_order_of_one_document(tmp_path: Path) -> None:
    case = one(read("rgb", lines(tmp_path / "en.json", RGB), documents=1, shuffles=4))

    assert (case.id, case.slices) == ("rgb-7", {"noise": "0"})


@pytest.mark.parametrize("name", ["squad", "rgb"])
def test_half_of_a_character_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    file = squad(tmp_path) if name == "squad" else lines(tmp_path / "en.json", RGB)
    file.write_text(file.read_text().replace("mill", "m\\ud800ll"))

    with pytest.raises(BadInput, match=f"{file}.*surrogates not allowed"):
        read(name, file)


def test_the_primary_metrics_of_public_data_are_those_that_it_has(tmp_path: Path) -> None:
    assert read("squad", squad(tmp_path)).primary == ("facts_and_article", "reject_recall")
    assert read("squad", squad(tmp_path), restricted=False).primary == ("facts_and_article",)


def test_rgb_reads_answers_of_several_parts_and_their_documents_in_turn(tmp_path: Path) -> None:
    parts = [["1820", "in 1820"], ["Per Holm"]]
    record = {**RGB, "answer": parts, "positive": [["The mill is of 1820.", "Built 1820."], ["Holm built it."]]}
    case = one(read("rgb", lines(tmp_path / "en_int.json", record), noise=0.6))

    assert case.answers == (("1820", "in 1820"), ("Per Holm",))
    assert len(case.articles) == 2


# -- RAMDocs ----------------------------------------------------------------------------------------


def ramdocs(**changes: Any) -> dict[str, Any]:
    documents = [
        {"text": "The Norvik mill was built in 1820.", "type": "correct", "answer": "1820"},
        {"text": "The Tarna mill was built in 1840.", "type": "correct", "answer": "1840"},
        {"text": "The mill was built in 1999.", "type": "misinfo", "answer": "1999"},
        {"text": "Fish swam by the mill.", "type": "noise", "answer": "unknown"},
    ]
    record = {"question": "When was the mill built?", "documents": documents, "disambig_entity": ["Norvik", "Tarna"]}
    return {**record, "gold_answers": ["1820", "1840"], "wrong_answers": ["1999", "1840"], **changes}


def test_ramdocs_wants_every_gold_answer_and_no_wrong_one(tmp_path: Path) -> None:
    case = one(read("ramdocs", lines(tmp_path / "test.jsonl", ramdocs())))

    assert case.answers == (("1820",), ("1840",))
    assert case.wrong_answers == ("1999",)
    assert (len(case.articles), len(case.filters.articles)) == (2, 4)
    assert case.disagreement == (("1820",), ("1840",), ("1999",))


def test_ramdocs_counts_what_it_leaves_out(tmp_path: Path) -> None:
    suite = read("ramdocs", lines(tmp_path / "test.jsonl", ramdocs(), ramdocs(gold_answers=[])))

    assert len(suite.cases) == 1
    assert suite.notes == ("Left out: 1 questions without an answer or a right document.",)


# -- MultiHop-RAG -----------------------------------------------------------------------------------

URLS = ("https://norvik.example/mill", "https://tarna.example/mill")
FACTS = ("The mill was built in 1820.", "Per Holm bought the mill.")


def multihop(folder: Path) -> Path:
    days = ("2023-10-01T10:00:00+00:00", "2023-10-02T10:00:00+00:00")
    corpus = [
        {"title": "Mill", "source": "Norvik Post", "published_at": day, "url": url, "body": f"{fact} Fish swam by."}
        for url, fact, day in zip(URLS, FACTS, days, strict=True)
    ]
    evidence = [{"url": url, "fact": fact} for url, fact in zip(URLS, FACTS, strict=True)]
    questions = [
        {"query": "Who?", "answer": "Per Holm", "question_type": "inference_query", "evidence_list": evidence},
        {"query": "Both?", "answer": "Yes", "question_type": "comparison_query", "evidence_list": evidence},
        {"query": "Why?", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
    ]
    whole(folder / "corpus.json", corpus)
    whole(folder / "MultiHopRAG.json", questions)
    return folder


def test_multihop_joins_questions_to_their_articles(tmp_path: Path) -> None:
    suite = read("multihop", multihop(tmp_path))
    who, both, why = suite.cases

    assert [article.id for article in suite.articles] == list(URLS)
    assert str(suite.articles[0].source.published) == "2023-10-01"
    assert (who.answers, who.articles, who.evidence) == ((("Per Holm",),), URLS, FACTS)
    assert (both.label, both.answers) == ("yes", ())
    assert (why.answerable, why.kind, why.slices["type"]) == (False, "unanswerable", "null")


def test_multihop_without_its_corpus_says_that_a_library_is_needed(tmp_path: Path) -> None:
    (multihop(tmp_path) / "corpus.json").unlink()
    suite = read("multihop", tmp_path)

    assert (suite.articles, suite.cases[0].articles) == ((), URLS)
    assert "ask a library that has the articles" in suite.notes[0]


# -- RealTimeQA -------------------------------------------------------------------------------------

LINK = '<a href="https://www.norvik.example/2023/mill/index.html">mill</a>'


def quiz(number: int, question: str, choice: str, day: str = "2023/01/05", evidence: str = "") -> dict[str, Any]:
    return {
        "question_id": f"20230106_{number}",
        "question_date": day,
        "question_source": "Norvik Post",
        "question_sentence": question,
        "choices": ["Nobody", f"“{choice}”"],
        "answer": ["1"],
        "evidence": evidence,
    }


def found(number: int, *articles: tuple[str, str, str]) -> dict[str, Any]:
    results = [{"url": url, "title": "T", "text": text, "publish_date": day} for url, text, day in articles]
    return {"question_id": f"20230106_{number}", "search_result": results}


LONG = " ".join(f"Word{number} of the report." for number in range(60))


def realtimeqa(folder: Path) -> Path:
    lines(
        folder / "2023" / "20230106_qa.jsonl",
        quiz(0, "Who opened the mill in Norvik?", "Per Holm", evidence=LINK),
        quiz(1, "Which fish swam in the river at Tarna?", "Salmon"),
        quiz(2, "Which of these is true?", "Fish"),
        quiz(3, "Who left Tarna?", "Zoe"),
        quiz(4, "Who closed the bridge at Tarna?", "Ada Lund", day="2023/03/05"),
    )
    mill = f"Per Holm opened the mill in Norvik. {LONG}"
    lines(
        folder / "2023" / "20230106_gcs.jsonl",
        found(
            0,
            ("https://edition.norvik.example/2023/mill", mill, "2023/01/04"),
            ("https://other.example/a", f"{mill} More.", "2023/01/04"),
        ),
        found(1, ("https://other.example/b", "A salmon swam in the river at Tarna this week.", "2023/01/03")),
        found(3, ("https://other.example/c", "Nobody knows who left.", "2023/01/03")),
        found(4, ("https://other.example/d", "Ada Lund closed the bridge at Tarna for good.", "2023/03/04")),
    )
    return folder


def test_realtimeqa_finds_right_articles_by_link_and_by_what_they_say(tmp_path: Path) -> None:
    suite = read("realtimeqa", realtimeqa(tmp_path))
    mill, fish, bridge = suite.cases

    assert mill.answers == (("Per Holm",),)
    assert mill.slices["right articles"] == "named"
    assert len(mill.articles) == 2, "the near-duplicate is right as well"
    assert [set(group) for group in mill.reprints] == [set(mill.articles)]
    assert (fish.slices["right articles"], str(fish.as_of)) == ("found", "2023-01-05")
    assert bridge.answers == (("Ada Lund",),)
    assert suite.notes == (
        "Left out: 1 questions that cannot be asked without their choices.",
        "Left out: 1 questions whose answer is in none of the articles found for them.",
    )


def test_realtimeqa_without_the_right_articles_is_to_be_declined(tmp_path: Path) -> None:
    suite = read("realtimeqa", realtimeqa(tmp_path), leave_gold_out="1.0")

    assert [(case.answerable, case.articles) for case in suite.cases] == [(False, ())] * 3
    assert [article.text for article in suite.articles] == ["Nobody knows who left."]


def test_realtimeqa_samples_questions_with_the_articles_found_for_them(tmp_path: Path) -> None:
    whole = read("realtimeqa", realtimeqa(tmp_path))
    suite = read("realtimeqa", tmp_path, sample="0.6")

    assert 0 < len(suite.cases) < len(whole.cases)
    assert {case.id for case in suite.cases} < {case.id for case in whole.cases}
    assert {id for case in suite.cases for id in case.articles} == {article.id for article in suite.articles}


def test_realtimeqa_takes_out_whatever_else_may_answer(tmp_path: Path) -> None:
    folder = realtimeqa(tmp_path)
    more = found(
        3, ("https://other.example/e", "A SALMON of the river is seen again, this one at Tarna.", "2023/01/03")
    )
    lines(folder / "2023" / "20230113_gcs.jsonl", more)
    lines(folder / "2023" / "20230113_qa.jsonl")

    suite = read("realtimeqa", folder, leave_gold_out=1.0)

    assert [article.text for article in suite.articles] == ["Nobody knows who left."]


def test_realtimeqa_does_not_ask_of_a_later_day_what_earlier_articles_may_answer(tmp_path: Path) -> None:
    folder = realtimeqa(tmp_path)
    more = found(3, ("https://other.example/e", "Ada Lund will have the bridge at Tarna closed.", "2023/01/03"))
    lines(folder / "2023" / "20230113_gcs.jsonl", more)
    lines(folder / "2023" / "20230113_qa.jsonl")

    suite = read("realtimeqa", folder, time_slice="2023-01-31")

    assert len(suite.cases) == 2
    assert "Left out: 1 questions that the remaining articles may answer." in suite.notes


def test_realtimeqa_asks_what_happened_after_the_last_article(tmp_path: Path) -> None:
    suite = load_suite(f"realtimeqa:{realtimeqa(tmp_path)}?time_slice=2023-01-31")

    assert [case.answerable for case in suite.cases] == [True, True, False]
    assert all(str(article.source.published) < "2023-02" for article in suite.articles)


# -- BEIR -------------------------------------------------------------------------------------------


def beir(folder: Path, *rows: str) -> Path:
    lines(
        folder / "corpus.jsonl",
        {"_id": "1", "title": "Mill", "text": "The mill was built."},
        {"_id": "2", "title": "Fish", "text": "Fish swam by."},
    )
    lines(folder / "queries.jsonl", {"_id": "1", "text": "Which mill?"}, {"_id": "9", "text": "Which fish?"})
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("\n".join(("query-id\tcorpus-id\tscore", *rows)), "utf-8")
    return folder


def test_beir_keeps_an_article_whose_id_is_the_query_s(tmp_path: Path) -> None:
    suite = read("beir", beir(tmp_path, "1\t1\t1", "9\t2\t1"))
    assert suite.primary == ("ndcg@10",)

    assert suite.task == "search"
    assert [(case.id, case.articles) for case in suite.cases] == [("1", ("1",)), ("9", ("2",))]
    assert [article.id for article in suite.articles] == ["1", "2"]


def test_beir_has_grades_and_counts_what_is_not_judged(tmp_path: Path) -> None:
    suite = read("beir", beir(tmp_path, "1\t1\t2", "1\t2\t1", "9\t2\t0", "7\t1\t1"))

    assert one(suite).grades == {"1": 2.0, "2": 1.0}
    assert suite.notes == (
        "Left out: 1 queries for which test judges no article of the corpus relevant.",
        "Left out: 1 judged queries that the queries file lacks.",
    )


def test_beir_names_a_line_that_is_no_judgement(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"test\.tsv:2: "):
        read("beir", beir(tmp_path, "1 1 1"))


# -- QAGS -------------------------------------------------------------------------------------------


def test_qags_statements_are_supported_when_most_people_say_so(tmp_path: Path) -> None:
    def sentence(text: str, *votes: str) -> dict[str, Any]:
        return {"sentence": text, "responses": [{"worker_id": 0, "response": vote} for vote in votes]}

    summary = [sentence("It was built.", "yes", "no", "yes"), sentence("It fell.", "no", "no", "yes")]
    path = lines(tmp_path / "qags.jsonl", {"article": CONTEXT, "summary_sentences": summary})

    built, fell = read_qags(path)

    assert (built.statement, built.evidence, built.votes) == ("It was built.", CONTEXT, (True, False, True))
    assert (built.supported, fell.supported) == (True, False)
    assert built.cluster == fell.cluster


# -- what is wrong ----------------------------------------------------------------------------------


def test_an_unknown_format_or_option_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no format 'trec'"):
        read("trec", tmp_path)
    with pytest.raises(BadInput, match="squad has no option 'noise'; it has restricted"):
        read("squad", tmp_path, noise=1)
    with pytest.raises(BadInput, match=r"documents: .*integer"):
        read("rgb", tmp_path, documents="many")


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_what_is_not_there_is_no_crash(tmp_path: Path, format: str) -> None:
    with pytest.raises(BadInput):
        read(format, tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["ramdocs", "rgb"])
def test_another_form_is_told_by_file_line_and_field(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"other\.jsonl:1: \w+: is missing"):
        read(name, lines(tmp_path / "other.jsonl", {"text": "x"}))


# -- fetching ---------------------------------------------------------------------------------------


@contextmanager
def serving(body: bytes, status: int = 200) -> Iterator[str]:
    """The address of a file that a server on loopback serves."""

    class Served(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/dev.json"
        server.shutdown()


def test_data_of_the_right_hash_is_kept_and_not_fetched_again(tmp_path: Path) -> None:
    with serving(b"data") as url:
        data = Data(url, hashlib.sha256(b"data").hexdigest())
        path = fetch(data, tmp_path)

    assert path.read_bytes() == b"data"
    assert fetch(data, tmp_path) == path


@pytest.mark.parametrize(("body", "status"), [(b"changed", 200), (b"data", 404)])
def test_what_is_changed_or_missing_is_refused_and_leaves_nothing(tmp_path: Path, body: bytes, status: int) -> None:
    with serving(body, status) as url, pytest.raises(BylineError, match=url):
        fetch(Data(url, hashlib.sha256(b"data").hexdigest()), tmp_path)

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_without_a_network_it_says_to_bring_the_file(tmp_path: Path) -> None:
    with serving(b"") as url:
        pass

    with pytest.raises(BylineError, match="give its path"):
        fetch(Data(url, "0" * 64), tmp_path)


def test_data_whose_place_is_not_known_needs_a_path() -> None:
    with pytest.raises(BadInput, match="squad:PATH"):
        known_data("squad")
