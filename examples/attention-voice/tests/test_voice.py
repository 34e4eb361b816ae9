"""The voice as it is installed: found by name, streamed, marked and refused as it should be, and trained again."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from attention_voice.training.product import AttentionVoice

from vivavoce.blocks import ChunkSchedule, find_addon, load_addon
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.training.core.cli import build_product
from vivavoce.training.core.product import Progress, Workspace
from vivavoce.voice import load_voice

TEXT = "One thing. Another, my friends?"
RECIPE = Path(__file__).parent.parent / "src" / "attention_voice" / "training" / "legacy-heart.toml"
once = cache(load_voice)


def test_it_is_whole_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    load_addon(find_addon("legacy-heart")).check()
    assert main(["addons", "list", "--json"]) == 0
    assert "legacy-heart" in [row["name"] for row in json.loads(capsys.readouterr().out)]


def test_streamed_is_the_whole_and_sentences_are_marked() -> None:
    voice = once("legacy-heart")
    whole = voice.synthesize(TEXT)
    streamed = np.concatenate([chunk.samples for chunk in voice.stream(TEXT, schedule=ChunkSchedule((3, 5)))])
    assert streamed.shape == whole.samples.shape
    assert np.abs(streamed - whole.samples).max() < 3e-3
    assert 0.05 < np.abs(whole.samples).max() < 1.0
    assert [mark.value for mark in whole.marks] == ["One thing.", "Another, my friends?"]
    assert not voice.has_word_timings


def test_what_it_cannot_follow_is_refused_by_name() -> None:
    voice = once("legacy-heart")
    voice.synthesize("<speak><prosody pitch='+2st' rate='90%' volume='-6dB'>One.</prosody></speak>")
    with pytest.raises(InputError, match='voice "legacy-heart" cannot follow breaks of a given length'):
        voice.synthesize("<speak>One <break time='1s'/> two.</speak>")
    with pytest.raises(InputError, match='voice "legacy-heart" cannot follow silent words'):
        voice.synthesize("<speak>One <prosody volume='silent'>two.</prosody></speak>")


def test_its_recipe_trains(tmp_path: Path) -> None:
    """One step on a sentence that the shipped voice says."""
    folder = tmp_path / "data" / "speech" / "ensemble"
    (folder / "audio").mkdir(parents=True)
    spoken = load_voice().synthesize("The brown fox is quick.", speaker="af_heart")
    soundfile.write(folder / "audio" / "one.opus", spoken.samples, 24_000, format="OGG", subtype="OPUS")
    with open(folder / "metadata.tsv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["id", "speaker", "language", "split", "seconds", "text"])
        writer.writerow(["one", "af_heart", "en-US", "train", "2", "The brown fox is quick."])
    settings = ["network.encoded=16", "network.prenet=8", "network.hidden=24", "network.width=16", "network.blocks=2"]
    workspace = Workspace(tmp_path / "data", tmp_path / "runs")
    product = build_product(str(RECIPE), workspace, [*settings, 'data.corpora=["ensemble"]'])
    assert isinstance(product, AttentionVoice)
    network, progress = product.build_network(), Progress(0, 2)
    batch = next(product.batches(np.random.default_rng(0), progress))
    terms = product.losses(network, batch, progress).terms
    assert {"mel", "coarse", "pitch", "voiced", "guide", "stop"} == terms.keys()
    sum(terms.values()).backward()  # type: ignore[union-attr]
    assert all(p.grad is None or p.grad.isfinite().all() for p in network.parameters())
    assert product.export(network).networks.keys() == {"text_encoder", "attention", "postnet", "vocoder"}
