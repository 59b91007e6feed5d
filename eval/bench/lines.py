"""Fits `rag.ingestion.boilerplate_model`, and measures it on labelled lines of real web articles.

    python -m eval.bench.lines FOLDER [--labels FILE]

FOLDER is RealTimeQA's past/2023. `line_labels.csv` has the labels, made by hand: the hash of an article's URL, the
line's number, whether it is boilerplate, and whether it was sampled from all lines (uniform) or from doubtful ones
(hard). Sentences of other lines are added to the training data as lines of their own. Precision and recall of the
model are by ten folds of articles; those of the whole reader, whose weights were fitted on these lines, are beside.
The last line is the speed of reading articles from text.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from eval.bounds import share_bounds
from eval.formats.documents import json_lines, outlet_of
from rag.articles import squeeze
from rag.ingestion import boilerplate_model as model
from rag.ingestion import read_record
from rag.ingestion.boilerplate import are_evidence
from rag.ingestion.chunking import blocks
from rag.ingestion.parsed import clean
from rag.language.sentences import sentence_spans

LABELS = Path(__file__).parent / "line_labels.csv"
FOLDS = 10
READ = 500  # articles that are timed
HARD_WEIGHT = 0.5  # a hard line's beside a uniform one's
SAMPLES = ("uniform", "hard")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line of an article with its features, whether a rule excludes it, and whether the model may."""

    article: str
    features: np.ndarray
    by_rule: bool
    open_to_model: bool
    kept: bool
    boilerplate: bool
    sample: str
    copies: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.lines", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="RealTimeQA's past/2023")
    parser.add_argument("--labels", type=Path, default=LABELS, help="another file of labels")
    given = parser.parse_args()
    labelled = list(read(given.folder, given.labels))
    features = np.array([one.features for one in labelled])
    truth = np.array([one.boilerplate for one in labelled])
    weights = np.array([1.0 if one.sample == "uniform" else HARD_WEIGHT for one in labelled])
    scale = _scale(features)
    fit = LogisticRegression(max_iter=5000)
    unseen = cross_val_predict(
        fit,
        features / scale,
        truth,
        groups=[one.article for one in labelled],
        cv=GroupKFold(FOLDS),
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    by_rule = np.array([one.by_rule for one in labelled])
    by_model = (unseen >= model.LIKELY) & np.array([one.open_to_model for one in labelled])
    found = {
        "rules alone": by_rule,
        "model, unseen folds": unseen >= model.LIKELY,
        "both, unseen folds": by_rule | by_model,
        "reading as it is": np.array([not one.kept for one in labelled]),
    }
    for sample in SAMPLES:
        inside = np.array([one.sample == sample for one in labelled])
        for name, flagged in found.items():
            print(f"{sample:8} {name:22} {_precision_and_recall(flagged & inside, truth & inside)}")
    fit.fit(features / scale, truth, sample_weight=weights)
    for name, weight in zip(model.FEATURES, fit.coef_[0] / scale, strict=True):
        print(f"WEIGHT {name:14} {weight:.2f}")
    print("BIAS", round(float(fit.intercept_[0]), 2))
    logits = fit.decision_function(features / scale)
    both = np.column_stack([logits, np.log1p([one.copies for one in labelled])])
    shape, recurs = LogisticRegression().fit(both, truth, sample_weight=weights).coef_[0]
    print("RECURS", round(float(recurs / shape), 2))
    texts = [result["text"] for result in _results(given.folder).values()]
    texts = texts[:: max(1, len(texts) // READ)]
    started = time.process_time()
    for text in texts:
        read_record({"text": text})
    print(f"READ {len(texts)} articles, {len(texts) / (time.process_time() - started):.0f} a second of CPU time")


def read(folder: Path, file: Path = LABELS) -> Iterator[Labelled]:
    """Reads the labelled lines in their articles."""
    labels: dict[str, list[tuple[int, bool, str]]] = {}
    for row in csv.DictReader(file.read_text().splitlines()):
        labels.setdefault(row["article"], []).append((int(row["line"]), row["boilerplate"] == "1", row["sample"]))
    results = _results(folder)
    copies: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for url, result in results.items():
        copies[outlet_of(url)].update(set(_lines(result["text"])))
    for url, result in results.items():
        article = sha256(url.encode()).hexdigest()[:12]
        if article in labels:
            yield from _of_article(article, result, labels.pop(article), copies[outlet_of(url)])


def _results(folder: Path) -> dict[str, dict[str, str]]:
    """What RealTimeQA's searches found, by address."""
    results: dict[str, dict[str, str]] = {}
    for week in sorted(folder.rglob("*_gcs.jsonl")):
        for _, record in json_lines(week):
            for result in record["search_result"]:
                if result.get("text"):
                    results.setdefault(result["url"], result)
    return results


def _lines(text: str) -> list[str]:
    text = clean(text)
    return [squeeze(text[slice(*block)]) for block in blocks(text)]


def _of_article(
    article: str, result: dict[str, str], labels: list[tuple[int, bool, str]], copies: Counter[str]
) -> Iterator[Labelled]:
    found = _lines(result["text"])
    title = re.sub(r"\s*\.\.\.$", "", str(result.get("title") or "")) or None
    features, kept = model.features(found), are_evidence(found, title)
    ruled = are_evidence(found, title, [False] * len(found))
    modelled = are_evidence(found, title, [True] * len(found))
    for line, boilerplate, sample in labels:
        by_rule, open_to_model = not ruled[line], not modelled[line] and not model.are_news(found)[line]
        yield Labelled(
            article, features[line], by_rule, open_to_model, kept[line], boilerplate, sample, copies[found[line]] - 1
        )
        if not boilerplate:
            yield from _sentences(article, found[line], features[line])


def _sentences(article: str, line: str, features: np.ndarray) -> Iterator[Labelled]:
    """Each sentence of a line with several, as a line of its own: short whole sentences are news too."""
    spans = sentence_spans(line)
    for start, end in spans if len(spans) > 1 else ():
        alone = model.features([line[start:end]])[0]
        alone[-model.ABOUT_THE_PLACE :] = features[-model.ABOUT_THE_PLACE :]
        yield Labelled(article, alone, False, True, True, False, "sentence", 0)


def _scale(features: np.ndarray) -> np.ndarray:
    """(d,) float64: the standard deviation of each feature; 1 where it is zero."""
    spread = features.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def _precision_and_recall(flagged: np.ndarray, boilerplate: np.ndarray) -> str:
    right = int((flagged & boilerplate).sum())
    parts = (("precision", int(flagged.sum())), ("recall", int(boilerplate.sum())))
    return "  ".join(f"{name} {right / of:.3f} ({right} of {of}; {_interval(right, of)})" for name, of in parts if of)


def _interval(right: int, of: int) -> str:
    low, high = share_bounds(right / of, of)
    return f"{low:.2f}–{high:.2f}"


if __name__ == "__main__":
    main()
