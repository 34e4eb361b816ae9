"""The redundancy codec in training: what belongs to what, the price of bits, and that the export says the same."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.redundancy.conftest import hum, listen
from vivavoce.blocks import load_addon
from vivavoce.blocks.addon_spec import AddonSpec, write_untrained
from vivavoce.redundancy.codec.vivavoce.decoder import load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import load_encoder
from vivavoce.redundancy.codec.vivavoce.entropy import TOTAL
from vivavoce.redundancy.codec.vivavoce.payload import read
from vivavoce.redundancy.codec.vivavoce.quantiser import CODEBOOK_FILE, read_codebook
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, RateAllocation
from vivavoce.redundancy.features import PITCH, WIDTH, features
from vivavoce.training.redundancy.data import vary
from vivavoce.training.redundancy.export import export_networks, level_entries
from vivavoce.training.redundancy.frequency_tables import frequency_table
from vivavoce.training.redundancy.network import Quantiser, RateDistortionAutoencoder
from vivavoce.training.redundancy.rate_distortion import distortion, random_levels, rate_distortion, through_payloads

LATENTS, STARTS = [0, 1, 2, 4, 5], [0, 2, 3]


@pytest.fixture(scope="module")
def network() -> RateDistortionAutoencoder:
    torch.manual_seed(1)
    return RateDistortionAutoencoder(
        latent=6, start=4, encoder_width=12, encoder_blocks=2, encoder_kernel=3,
        decoder_width=12, decoder_blocks=2, decoder_kernel=3, expansion=2,
    ).eval()  # fmt: skip


@pytest.fixture(scope="module")
def addon(network: RateDistortionAutoencoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("redundancy")
    random = np.random.default_rng(0)
    codebook = {}
    for name, quantiser, kept in (("latents", network.latents, LATENTS), ("starts", network.starts, STARTS)):
        values = random.normal(0, 2, (500, quantiser.log_scale.shape[1])).astype(np.float32)
        codebook[name] = [asdict(entry) for entry in level_entries(quantiser, values, kept)]
    features = {"features": {"dtype": "float32", "shape": [1, "frames", 40]}}
    spec = AddonSpec(
        name="redundancy", kind="redundancy", summary="A toy", attribution="made up", data=(),
        networks=export_networks(network, LATENTS, STARTS),
        stack=[{"type": "StreamingNetwork", "network": "encoder"}],
        manifest={"sample_rate_hz": 16_000, "inputs": {}, "upstream": features}, details={"revision": 0},
        files={CODEBOOK_FILE: json.dumps(codebook).encode()},
    )  # fmt: skip
    return write_untrained(spec, folder / "addon").path


def test_each_latent_answers_for_its_own_frames(
    network: RateDistortionAutoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Latent k is of the frames 2k - 2 to 2k + 1; a payload has every other one, newest first."""
    packets, chunks, seen = 20, 5, []
    numbers = torch.arange(packets + 1.0)[None, :, None]

    def encode(frames: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        return numbers.expand(-1, -1, 6), numbers.expand(-1, -1, 4), []

    def decode(latents: Tensor, levels: Tensor, starts: Tensor) -> tuple[Tensor, list[Tensor]]:
        seen.append(starts)
        return latents, []

    monkeypatch.setattr(network, "encode", encode)
    monkeypatch.setattr(network, "decode", decode)
    monkeypatch.setattr(Quantiser, "scale", lambda self, values, levels: values)
    monkeypatch.setattr(Quantiser, "restore", lambda self, steps, levels: steps)
    frames = torch.arange(2.0 * (packets + 1))[None, :, None].expand(-1, -1, WIDTH)
    payloads = through_payloads(network, frames, torch.zeros(4, chunks, dtype=torch.int64), noise=False)
    for row in range(4):
        newest_first = payloads.restored[row, :, 0].tolist()
        assert newest_first == [newest_first[0] - 2 * i for i in range(chunks)]
        wanted = [f for k in newest_first for f in (2 * k + 1, 2 * k, 2 * k - 1, 2 * k - 2)]
        assert payloads.original[row, :, 0].tolist() == wanted
        assert seen[0][row, 0, 0] == newest_first[0]
        assert not seen[0][row, 1:].any()
    assert sorted(payloads.restored[:, :, 0].flatten().tolist()) == list(range(1, packets + 1))


def test_bits_are_those_of_the_distribution() -> None:
    """Averaged over the noise, a Laplace variable costs at least its entropy, and zeros at a narrow spread nothing."""
    torch.manual_seed(0)
    quantiser = Quantiser(1)
    with torch.no_grad():
        quantiser.log_spread.fill_(np.log(3.0))
    levels = torch.zeros(200_000, dtype=torch.int64)
    drawn = torch.distributions.Laplace(0.0, 3.0).sample(torch.Size((200_000, 1)))
    bits = quantiser.bits(drawn + torch.rand_like(drawn) - 0.5, levels).mean()
    entropy = np.log2(2 * np.e * 3.0)
    assert entropy - 0.01 < bits < entropy + 0.1
    with torch.no_grad():
        quantiser.log_spread.fill_(-3.0)
    assert quantiser.bits(torch.rand(1000, 1) * 0.8 - 0.4, torch.zeros(1000, dtype=torch.int64)).max() < 0.2


def test_gradients_reach_everything(network: RateDistortionAutoencoder) -> None:
    frames = torch.randn(2, 42, WIDTH)
    levels = torch.from_numpy(random_levels(np.random.default_rng(0), 8, 5))
    loss, figures = rate_distortion(through_payloads(network, frames, levels))
    loss.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())
    assert set(figures) >= {"fine_bits", "coarse_error", "start_bits"}
    network.zero_grad(set_to_none=True)


def test_distortion_ignores_the_pitch_of_noise() -> None:
    original = torch.zeros(1, 4, WIDTH)
    original[..., 19] = -0.5
    other = original.clone()
    other[..., 18] = 1.0
    assert distortion(other, original).max() == 0
    original[..., 19] = other[..., 19] = 0.5
    assert distortion(other, original).min() > 1


def test_variation_keeps_shape_and_sense() -> None:
    frames = np.stack([features(hum(1.0))] * 8)
    varied = vary(frames, np.random.default_rng(0))
    assert varied.shape == frames.shape
    assert np.isfinite(varied).all()
    np.testing.assert_array_equal(varied[..., 19], frames[..., 19])
    assert np.ptp(varied[:, 50, 0]) > 1


def test_frequencies_follow_the_counts() -> None:
    steps = np.repeat([0, 1, -1, 2], [800, 100, 90, 10])
    table = frequency_table(steps)
    assert sum(table) == TOTAL
    assert len(table) == 5
    assert table[2] > table[3] > table[1] > table[4] > table[0] >= 1
    assert frequency_table(np.zeros(5000, int)) == [TOTAL]


def test_levels_of_training_are_those_of_payloads() -> None:
    levels = random_levels(np.random.default_rng(3), 200, 25)
    assert levels.min() == 0
    assert levels.max() == LEVELS - 1
    assert (np.diff(levels, axis=1) >= 0).all()


@torch.no_grad()
def test_the_exported_codec_says_what_the_trained_one_says(network: RateDistortionAutoencoder, addon: Path) -> None:
    encoder, decoder, schedule = load_encoder(addon), load_decoder(addon), RateAllocation(3, 4, 15)
    samples = hum(1.2)
    data = encoder.encode(listen(encoder, samples), 0.4, schedule)
    frames = decoder.decode(data).frames
    contents = read(data, read_codebook(load_addon(addon)))
    levels = torch.tensor([schedule.levels(10)])
    latents, starts = torch.zeros(1, 10, 6), torch.zeros(1, 10, 4)
    latents[0][:, LATENTS] = torch.from_numpy(np.stack(contents.latents)).float()
    starts[0][0, STARTS] = torch.from_numpy(contents.start).float()
    restored = network.latents.restore(latents, levels)
    begin = network.starts.restore(starts, torch.full((1, 10), 3))
    expected, _ = network.decode(restored, levels, begin)
    np.testing.assert_allclose(frames[:, :PITCH], expected[0, :, :PITCH], atol=0.02)
    whole, _, _ = network.encode(torch.from_numpy(features(samples))[None])
    steps = network.latents.scale(whole[0, -2], torch.tensor(3)).round()[LATENTS]
    reach = np.array([len(t) // 2 for t in json.loads((addon / CODEBOOK_FILE).read_text())["latents"][3]["tables"]])
    np.testing.assert_allclose(np.clip(steps.numpy(), -reach, reach), contents.latents[0], atol=1)
