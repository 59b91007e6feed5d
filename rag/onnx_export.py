"""Exports sentence-transformers models to ONNX, once for each model, into the user's cache folder.

`python -m rag.embedding` exports the model that comes with Byline; `make setup` runs it.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders import OnnxEncoder, TorchEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

OPSET = 17
OUTPUTS = ("token_embeddings", "sentence_embedding")
SAME_MODEL = 0.9999  # least cosine between torch's and ONNX Runtime's vectors of a text
# Short and long texts, to exercise padding, the mask and truncation; and characters that tokenizers treat specially.
CHECKED_TEXTS = (
    "Iran pulls its troops out of Syria.",
    "",
    " “Café” — 25% \n of U.S. voters; 漢字 😀 ",
    "word, " * 700,
)


def exported(fingerprint: str) -> Path:
    """The folder for the export of the model with that fingerprint."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "byline" / "onnx" / f"1-{fingerprint[:32]}"


def export(model: SentenceTransformer, folder: Path) -> OnnxEncoder:
    """Exports a model into a folder, atomically, replacing what is there.

    Raises OSError where the folder cannot be written; RuntimeError or another error where the model cannot be
    exported or its ONNX vectors differ from torch's.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        made = Path(beside) / "made"
        made.mkdir()
        _save_tokenizer(model, made / "tokenizer.json")
        _save_graph(model, made / "model.onnx")
        encoder = OnnxEncoder(made)
        _require_same(encoder, model)
        if folder.exists():
            shutil.move(folder, Path(beside) / "old")
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster
                raise
    return encoder


def _save_tokenizer(model: SentenceTransformer, file: Path) -> None:
    from tokenizers import Tokenizer

    given = model.tokenizer
    tokenizer = Tokenizer.from_str(given.backend_tokenizer.to_str())
    tokenizer.enable_truncation(model.max_seq_length)
    tokenizer.enable_padding(
        direction=given.padding_side, pad_id=given.pad_token_id, pad_token=given.pad_token, pad_type_id=0
    )
    tokenizer.save(str(file))


def _save_graph(model: SentenceTransformer, file: Path) -> None:
    """Saves the whole model as one graph: token ids in; token vectors and the sentence's unit vector out."""
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            out: dict[str, Any] = self.model(dict(zip(names, inputs, strict=True)))
            return out["token_embeddings"], torch.nn.functional.normalize(out["sentence_embedding"], dim=-1)

    body = model[0].auto_model
    names = [name for name in model.tokenizer.model_input_names if name != "position_ids"]
    ids = torch.ones((2, 7), dtype=torch.int64)
    attention = body.config._attn_implementation
    device = model.device
    model.to("cpu").eval()
    try:
        body.set_attn_implementation("eager")  # the others trace to a slower graph
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Graph(),
                tuple(torch.zeros_like(ids) if name == "token_type_ids" else ids for name in names),
                str(file),
                input_names=names,
                output_names=list(OUTPUTS),
                dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*names, OUTPUTS[0])}
                | {OUTPUTS[1]: {0: "texts"}},
                opset_version=OPSET,
                dynamo=False,
            )
    finally:
        body.set_attn_implementation(attention)
        model.to(device)


def _require_same(encoder: OnnxEncoder, model: SentenceTransformer) -> None:
    ours, torchs = encoder.encode(CHECKED_TEXTS), TorchEncoder(model).encode(CHECKED_TEXTS)
    least = float(np.min(np.sum(ours * torchs, axis=1)))
    if not least >= SAME_MODEL:
        raise RuntimeError(f"its vectors differ from torch's: cosine {least:.4f}")
