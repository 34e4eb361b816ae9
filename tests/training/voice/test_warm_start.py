"""A training may go on from the addon that another one became."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vivavoce.blocks import write_addon  # noqa: E402
from vivavoce.errors import InputError  # noqa: E402
from vivavoce.training.voice.export import voice_networks  # noqa: E402
from vivavoce.training.voice.networks import Melody, Voice  # noqa: E402
from vivavoce.training.voice.stage_one import StageOne  # noqa: E402
from vivavoce.training.voice.utterances import SPEAKERS  # noqa: E402
from vivavoce.training.voice.warm_start import begin, load_exported  # noqa: E402

REFERENCE = {"width": 16, "layers": 1, "passes": 1}


@pytest.fixture(scope="module")
def trained() -> tuple[Voice, StageOne]:
    torch.manual_seed(3)
    voice, stage = Voice(len(SPEAKERS)).eval(), StageOne(REFERENCE).eval()
    with torch.no_grad():
        for network in (voice, stage):
            for parameter in network.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
    return voice, stage


@pytest.fixture(scope="module")
def addon(trained: tuple[Voice, StageOne], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its text encoder is in 8 bits, the others are half floats."""
    said = {"symbols": np.ones((1, 9), np.int64), "speaker": np.array([0]), "mask": np.ones((1, 9), np.float32)}
    networks = voice_networks(*trained, {"text_encoder": [said]})
    manifest = {
        "name": "small", "kind": "voice", "summary": "A voice", "licence": "Apache-2.0", "attribution": "made up",
        "provenance": {"data": [], "recipe": "none", "steps": 0, "hardware": "none"},
        "networks": {name: {"file": f"{name}.onnx"} for name in networks},
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("addons") / "small"
    return write_addon(folder, manifest, {f"{name}.onnx": made for name, made in networks.items()}).path


def test_every_weight_comes_back(trained: tuple[Voice, StageOne], addon: Path) -> None:
    voice, stage = trained
    other, again = Voice(len(SPEAKERS)), StageOne(REFERENCE)
    begin(other, str(addon), "voice")
    begin(again.melody, str(addon), "melody")
    load_exported(again.sentence, str(addon), "sentence")
    load_exported(again.word, str(addon), "word")
    for one, two in ((voice, other), (stage, again)):
        for (name, wanted), found in zip(one.named_parameters(), two.parameters(), strict=True):
            coarse = name.startswith("text.") and wanted.ndim == 2
            atol = float(wanted.detach().abs().max()) / 250 if coarse else 1e-4
            np.testing.assert_allclose(wanted.detach(), found.detach(), rtol=1e-3, atol=atol, err_msg=name)


def test_an_addon_without_the_weights_is_refused(addon: Path) -> None:
    with pytest.raises(InputError, match="holds no weights chorus"):
        load_exported(Melody(2), str(addon), "chorus")


def test_another_number_of_speakers_is_refused(addon: Path) -> None:
    with pytest.raises(InputError, match="size mismatch"):
        begin(Voice(2), str(addon), "voice")
