"""Embedding: any sentence-transformers model, shared by threads, loaded on first use."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import Embedder, load_embedder
from rag.errors import ConfigError
from tests.making import tiny_model

TEXTS = ["Iran pulls its troops out of Syria.", "x", "", "😀 " * 400, "Goats have returned to the hills.", "x"]


def test_kept_vectors_are_those_that_would_be_made_anew(embedder: Embedder) -> None:
    first, again = embedder.encode_kept(TEXTS), embedder.encode_kept([*TEXTS[1:], TEXTS[0], TEXTS[0]])

    assert first == pytest.approx(embedder.encode(TEXTS), abs=1e-5)
    assert again == pytest.approx(np.stack([*first[1:], first[0], first[0]]), abs=1e-6)
    assert embedder.encode_kept([]).shape == (0, 384)


def test_a_text_becomes_a_row_of_unit_length(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.dimension) == (6, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)


def test_rows_are_in_the_order_of_the_texts(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)

    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert together == pytest.approx(alone, abs=1e-5)


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.encode_words([]) == []


def test_what_means_the_same_lies_near(embedder: Embedder) -> None:
    query, same, other = embedder.encode(["The army withdraws.", "Troops are pulled out.", "Goats eat grapes."])

    assert query @ same > query @ other


def test_words_come_whole_and_with_their_vectors(embedder: Embedder) -> None:
    (found,) = embedder.encode_words(["Soleimani’s “proxies”, U.S.-led, spent $30bn!"])

    assert found.words == ("soleimani", "s", "proxies", "u", "s", "led", "spent", "30bn")
    assert found.vectors.shape == (8, 384)
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(1)
    assert found.sentence == pytest.approx(
        embedder.encode(["Soleimani’s “proxies”, U.S.-led, spent $30bn!"])[0], abs=1e-5
    )


def test_words_that_were_encoded_before_are_not_encoded_again(tmp_path: Path) -> None:
    embedder = load_embedder(tiny_model(tmp_path))
    first, again = embedder.encode_words(["goats", "goats"])

    (later, other) = embedder.encode_words(["goats", "hills"])

    assert first is again is later
    assert other.words == ("hills",)


def test_a_word_means_what_its_sentence_makes_of_it(embedder: Embedder) -> None:
    river, money, shore = embedder.encode_words(
        ["He sat on the bank of the river.", "He put money into the bank.", "He sat on the bank of the lake."]
    )

    bank = [one.vectors[one.words.index("bank")] for one in (river, money, shore)]
    assert bank[0] @ bank[2] > bank[0] @ bank[1]


@pytest.mark.parametrize("text", ["", "...", "😀", "\ud800"])
def test_a_text_without_words_has_none(embedder: Embedder, text: str) -> None:
    (found,) = embedder.encode_words([text])

    assert found.words == ()
    assert found.vectors.shape == (0, 384)
    assert found.sentence.shape == (384,)


def test_a_broken_character_harms_nobody(embedder: Embedder) -> None:
    assert embedder.encode(["a \ud800 b"]) == pytest.approx(embedder.encode(["a ? b"]), abs=1e-6)


def test_threads_get_each_their_own(embedder: Embedder) -> None:
    texts = [[f"Report {n} on {'goats ' * (n % 5)}", "The same for all."][: 1 + n % 2] for n in range(60)]

    with ThreadPoolExecutor(12) as pool:
        vectors = list(pool.map(embedder.encode, texts))
        words = list(pool.map(embedder.encode_words, texts))

    for own, rows, spelled in zip(texts, vectors, words, strict=True):
        assert rows == pytest.approx(embedder.encode(own), abs=1e-5)
        assert [one.words[:2] for one in spelled] == [tuple(text.lower().split()[:2]) for text in own]


# -- its encoders ---------------------------------------------------------------------------------------


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replaces the user's cache with an empty folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_onnx_runtime_and_torch_make_the_same_vectors_and_words(embedder: Embedder) -> None:
    torch = load_embedder(onnx=False)
    texts = [*TEXTS, "word, " * 700, "  Soleimani’s “proxies”\n spent\u00a0$30bn: 漢字  "]

    assert embedder.fingerprint == torch.fingerprint
    assert embedder.encode(texts) == pytest.approx(torch.encode(texts), abs=1e-5)
    for ours, other in zip(embedder.encode_words(texts), torch.encode_words(texts), strict=True):
        assert ours.words == other.words
        assert ours.vectors == pytest.approx(other.vectors, abs=1e-4)


def test_a_model_is_exported_once_and_then_runs_without_torch(tmp_path: Path, empty_cache: Path) -> None:
    model = tiny_model(tmp_path)
    expected = load_embedder(model).encode(TEXTS)
    code = (
        "import sys; from rag.embedding import load_embedder\n"
        f"print(load_embedder({model!r}).encode({TEXTS!r}).sum(), 'torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    total, torch = done.stdout.split()
    assert float(total) == pytest.approx(expected.sum(), abs=1e-4)
    assert torch == "False"


def test_processes_that_export_at_once_do_not_harm_one_another(tmp_path: Path, empty_cache: Path) -> None:
    code = (
        f"from rag.embedding import load_embedder; print(load_embedder({tiny_model(tmp_path)!r}).encode(['a']).sum())"
    )

    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]

    first, second = (float(one.communicate(timeout=120)[0]) for one in running)
    assert first == pytest.approx(second, abs=1e-5)
    assert [one.name for one in (empty_cache / "byline" / "onnx").iterdir() if one.name.startswith(".")] == []


def test_a_damaged_export_is_made_anew(tmp_path: Path, empty_cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = tiny_model(tmp_path)
    expected = load_embedder(model).encode(TEXTS)
    (graph,) = empty_cache.rglob("model.onnx")
    graph.write_bytes(graph.read_bytes()[:1000])

    assert load_embedder(model).encode(TEXTS) == pytest.approx(expected, abs=1e-6)

    assert "exporting the model" in caplog.text
    assert graph.stat().st_size > 1000


def test_where_no_export_can_be_written_torch_encodes(
    tmp_path: Path, empty_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    empty_cache.write_text("a file where a folder should be")
    model = tiny_model(tmp_path)

    vectors = load_embedder(model).encode(TEXTS)

    assert vectors == pytest.approx(load_embedder(model, onnx=False).encode(TEXTS), abs=1e-6)
    (told,) = caplog.records
    assert "using torch" in told.getMessage()


# -- other models ---------------------------------------------------------------------------------------


def test_a_model_in_a_folder_is_used_whatever_its_dimension(tmp_path: Path) -> None:
    embedder = load_embedder(tiny_model(tmp_path, dimension=24))

    assert embedder.dimension == 24
    assert embedder.encode(TEXTS).shape == (6, 24)
    assert embedder.encode_words(["a b, c"])[0].words == ("a", "b", "c")


def test_a_model_of_static_embeddings_is_used(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{tiny_model(tmp_path)}/tokenizer.json")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=12)]).save(str(tmp_path / "static"))
    embedder = load_embedder(str(tmp_path / "static"))

    (found,) = embedder.encode_words(["Goats, again."])

    assert found.words == ("goats", "again")
    assert found.vectors == pytest.approx(embedder.encode(["goats", "again"]), abs=1e-6)


@pytest.mark.parametrize("kind", ["bytes", "sentencepiece"])
def test_words_come_whole_whatever_pieces_the_model_cuts(tmp_path: Path, kind: str) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    if kind == "bytes":
        tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    else:
        tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
        alphabet = list("abcdefghijklmnopqrstuvwxyzTSPCéç“”,.▁")
    special = ["<pad>", "<unk>", "<s>", "</s>"]
    tokenizer.train_from_iterator(
        ["the café in Paris"], trainers.BpeTrainer(vocab_size=290, special_tokens=special, initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    source = tmp_path / "source"
    tiny_model(tmp_path / "wordpiece")
    shutil.copytree(tmp_path / "wordpiece" / "bert", source)
    for file in ("vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        (source / file).unlink(missing_ok=True)
    fast.save_pretrained(source)
    _resize(source, len(fast))
    SentenceTransformer(modules=[Transformer(str(source)), Pooling(16)]).save(str(tmp_path / "model"))

    (found,) = load_embedder(str(tmp_path / "model")).encode_words(["The “façade”, Sophie. Café"])

    assert found.words == ("the", "façade", "sophie", "café")


def _resize(folder: Path, words: int) -> None:
    from transformers import BertModel

    model = BertModel.from_pretrained(folder)
    model.resize_token_embeddings(words)
    model.save_pretrained(folder)


@pytest.mark.parametrize("harm", ["missing", "empty", "damaged"])
def test_a_model_that_cannot_be_loaded_says_what_to_do(
    tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = tmp_path / "nothing" / "here"
    if harm == "empty":
        folder.mkdir(parents=True)
    if harm == "damaged":
        folder = Path(tiny_model(tmp_path))
        (folder / "model.safetensors").write_bytes(b"damaged")

    with pytest.raises(ConfigError, match="BYLINE_EMBEDDING_MODEL"):
        load_embedder(str(folder)).encode(["text"])


# -- its name and fingerprint ---------------------------------------------------------------------------


def test_a_fingerprint_is_that_of_the_files_wherever_they_lie(tmp_path: Path) -> None:
    model = Path(tiny_model(tmp_path))
    moved = shutil.copytree(model, tmp_path / "moved")
    before = load_embedder(str(model)).fingerprint

    assert load_embedder(str(moved)).fingerprint == before

    weights = moved / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert load_embedder(str(moved)).fingerprint != before


def test_neither_name_nor_fingerprint_loads_the_model() -> None:
    code = (
        "import sys; from rag.embedding import load_embedder; embedder = load_embedder()\n"
        "print(embedder.name, len(embedder.fingerprint), 'torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["all-MiniLM-L6-v2", "64", "False"]


def test_a_process_ends_though_its_model_is_waiting_for_work_and_prints_nothing(tmp_path: Path) -> None:
    code = f"from rag.embedding import load_embedder; load_embedder({tiny_model(tmp_path)!r}).encode(['text'])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
