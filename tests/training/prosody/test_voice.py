from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from vivavoce.training.export import TOKEN_INPUTS, TextNetwork, export_encoder, token_inputs
from vivavoce.training.networks.acoustic import Encoder
from vivavoce.training.prosody.voice import deaf


def said(network: bytes, prosody: float) -> np.ndarray:
    feeds = {name: value.numpy() for name, value in zip(TOKEN_INPUTS, token_inputs(), strict=True)}
    feeds["sentence_prosody"] = feeds["sentence_prosody"] + np.float32(prosody)
    feeds["word_prosody"] = feeds["word_prosody"] + np.float32(prosody)
    (encoded,) = onnxruntime.InferenceSession(network).run(None, feeds)
    return np.asarray(encoded)


def test_a_deaf_encoder_says_what_it_said_and_hears_no_embedding(tmp_path: Path):
    torch.manual_seed(0)
    encoder = Encoder(2, 32, 32, layers=1, attention=False)
    heard = export_encoder(TextNetwork(encoder), tmp_path / "encoder.onnx").read_bytes()
    silenced = deaf(heard)
    assert np.abs(said(heard, 1.0) - said(heard, 0.0)).max() > 0.01
    np.testing.assert_array_equal(said(silenced, 1.0), said(silenced, 0.0))
    np.testing.assert_allclose(said(silenced, 0.0), said(heard, 0.0), atol=1e-6)
