"""DRED's payload: any vector there and back, damage, limits, silence, other versions as other addons."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.redundancy.libopus_vectors import vectors
from tests.redundancy.sounds import vowel
from vivavoce.blocks import find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.dred.encoder import rates_for
from vivavoce.redundancy.codec.dred.payload import MAX_LATENTS, RateAllocation, read_payload, write_payload
from vivavoce.redundancy.codec.dred.range_coder import RangeDecoder, RangeEncoder
from vivavoce.redundancy.codec.dred.statistics import Statistics, read_statistics
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, load_codec


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return read_statistics(load_addon(find_addon("dred")))


@pytest.fixture(scope="module")
def codec() -> PayloadCodec:
    return load_codec("dred")


def payloads(codec: PayloadCodec, samples: np.ndarray, amount_s: float = 1.0, limit: int | None = None) -> list[bytes]:
    state, made = codec.encoder.initial_state(), []
    for packet in samples[: len(samples) // 320 * 320].reshape(-1, 320):
        state = codec.encoder.step(state, packet)
        made.append(codec.encoder.encode(state, amount_s, limit_bytes=limit))
    return made


@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(1, 254), st.integers(1, 255)), max_size=60))
def test_any_symbols_come_back(symbols: list[tuple[int, int, int]]) -> None:
    encoder = RangeEncoder()
    for value, zero, decay in symbols:
        encoder.encode_laplace(value, zero, decay)
    decoder = RangeDecoder(encoder.to_bytes())
    assert [decoder.decode_laplace(zero, decay) for _, zero, decay in symbols] == [value for value, _, _ in symbols]


@settings(max_examples=20, deadline=None)
@example(0, 9, 3, 15, 24, 42)
@given(
    st.integers(-400, 16),
    st.integers(0, 15),
    st.integers(0, 7),
    st.integers(0, 15),
    st.integers(1, MAX_LATENTS),
    st.integers(0, 100),
)
def test_any_payload_comes_back(
    statistics: Statistics, offset: int, first: int, slope: int, last: int, count: int, seed: int
) -> None:
    try:
        rates = RateAllocation(first, slope, last)
    except InputError:
        return
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 5, 50).astype(np.float32)
    latents = list(rng.normal(0, 5, (count, 25)).astype(np.float32))
    data = write_payload(statistics, offset, rates, start, latents)
    found = read_payload(data, statistics)
    if not rates._codes_last:
        rates = RateAllocation(first, slope)
    assert (found.offset, found.rates.first, found.rates.slope) == (offset, first, slope)
    # Last latents that take less than a byte together cannot be told from the end: without them it is as long.
    assert len(found.latents) <= count
    without = write_payload(statistics, offset, rates, start, latents[: max(1, len(found.latents))])
    assert len(data) - len(without) <= 1 or len(data) > 990
    scales = np.maximum(statistics.latents._scales, 1.0) / 256
    for number, latent in enumerate(found.latents):
        level = rates.level(number)
        steps = statistics.latents.quantise(latents[number][None], [level])[0]
        assert np.allclose(latent * scales[level], steps, atol=1e-3)


def test_the_oldest_is_left_out_where_it_does_not_fit(codec: PayloadCodec, statistics: Statistics) -> None:
    speech = (vectors()["samples"][:32_000] / 32768).astype(np.float32)
    whole = payloads(codec, speech)[-1]
    for limit in (25, 40):
        short = payloads(codec, speech, limit=limit)[-1]
        assert len(short) <= limit
        found, expected = read_payload(short, statistics), read_payload(whole, statistics)
        assert 0 < len(found.latents) < len(expected.latents)
        assert np.array_equal(found.latents[:-1], expected.latents[: len(found.latents) - 1])
    assert payloads(codec, vowel(0.5), limit=3)[-1] == b""


def test_a_second_is_a_second(codec: PayloadCodec) -> None:
    decoded = codec.decoder.decode(payloads(codec, vowel(1.6))[-1])
    assert decoded.packet(0) is not None
    assert decoded.packet(48) is not None
    assert decoded.packet(60) is None
    assert decoded.offset == 0


def test_decoding_a_part_gives_the_same_features(codec: PayloadCodec) -> None:
    payload = payloads(codec, vowel(1.6))[-1]
    whole, part = codec.decoder.decode(payload), codec.decoder.decode(payload, seconds=0.2)
    assert len(part.frames) < len(whole.frames)
    assert np.abs(part.frames - whole.frames[: len(part.frames)]).max() < 1e-4
    assert part.packet(9) is not None


def test_silence_is_skipped(codec: PayloadCodec) -> None:
    silence = np.zeros(6400, np.float32)
    assert payloads(codec, silence)[-1] == b""
    after = payloads(codec, np.concatenate([vowel(0.6, loudness=0.2), silence]))[-1]
    decoded = codec.decoder.decode(after)
    assert decoded.offset == pytest.approx(20, abs=2)
    assert decoded.packet(1) is None
    assert decoded.packet(decoded.offset) is not None


def test_redundancy_of_a_bitrate() -> None:
    sizes = {}
    for bitrate_bps in (10_000, 24_000):
        made = [data for data in payloads(load_codec("dred", bitrate_bps), vowel(1.4))[50:] if data]
        sizes[bitrate_bps] = 8 * float(np.mean([len(data) for data in made])) / 0.02
        assert sizes[bitrate_bps] < 1.1 * bitrate_bps
    assert sorted(sizes.values()) == list(sizes.values())
    with pytest.raises(InputError, match="bits a second"):
        load_codec("dred", 10)


@pytest.mark.parametrize("amount_s", [0.0, 1.2, float("nan")])
def test_more_than_there_is_room_for_is_refused(codec: PayloadCodec, amount_s: float) -> None:
    with pytest.raises(InputError, match=r"0.04 to 1.04"):
        codec.encoder.encode(codec.encoder.initial_state(), amount_s)


def test_any_bytes_are_read_or_refused_at_once(codec: PayloadCodec) -> None:
    rng, slowest_s = np.random.default_rng(4), 0.0
    for number in range(200):
        start_s = time.process_time()
        decoded = codec.decoder.decode(rng.bytes(1 + number % 300), seconds=1.0)
        slowest_s = max(slowest_s, time.process_time() - start_s)
        assert np.isfinite(decoded.frames).all()
        assert np.abs(decoded.frames).max(initial=0.0) <= 30.0
    assert slowest_s < 0.1
    for data in (b"", bytes(1001)):
        with pytest.raises(InputError, match="bytes"):
            codec.decoder.decode(data)


def test_another_version_is_another_addon(tmp_path: Path) -> None:
    """The standard's final form, id 32 without a prefix, needs no new code."""
    folder = tmp_path / "dred-32"
    shutil.copytree(find_addon("dred"), folder)
    manifest = json.loads((folder / "addon.json").read_text())
    manifest["details"] |= {"extension_id": 32, "prefix": ""}
    (folder / "addon.json").write_text(json.dumps(manifest))
    codec = load_codec(folder)
    assert (codec.extension_id, codec.prefix) == (32, b"")
    manifest["details"]["prefix"] = "xyz"
    (folder / "addon.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="hexadecimal"):
        load_codec(folder)


def test_an_addon_of_another_kind_is_no_codec() -> None:
    with pytest.raises(InputError, match="no redundancy"):
        load_codec("fargan")


def test_rates_follow_the_bits() -> None:
    coarse, fine = rates_for(200, 25), rates_for(900, 25)
    assert coarse.level(0) > fine.level(0)
    with pytest.raises(InputError, match=r"redundancy at 0\.05 kb/s: so far back takes 12"):
        rates_for(1, 25)
