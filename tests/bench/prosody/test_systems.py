from __future__ import annotations

import numpy as np
import pytest
import torch
from bench.prosody.closure import closures
from bench.prosody.held_out import Held, System, shuffled
from bench.prosody.intelligibility import ALONE, Heard, rates
from bench.prosody.intelligibility import table as word_table
from bench.prosody.likelihood import BASELINE, divergence, gains, pooled
from bench.prosody.probes import classified, melody_probe
from bench.prosody.transfer import Pair
from bench.prosody.transfer import table as transfer_table
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.prosody.linguistics import describe
from vivavoce.text import analyse
from vivavoce.training.prosody.copycat import CopyExample
from vivavoce.training.voice.examples import Example
from vivavoce.training.voice.utterances import Utterance
from vivavoce.voice.acoustics import AcousticInputs


def test_divergence_is_that_of_torch():
    random = np.random.default_rng(0)
    mean, other = random.normal(size=(2, 64))
    variance, others = random.uniform(0.1, 2.0, size=(2, 64))
    first, second = (
        torch.distributions.Normal(torch.from_numpy(m), torch.from_numpy(v).sqrt())
        for m, v in ((mean, variance), (other, others))
    )
    wanted = float(torch.distributions.kl_divergence(first, second).sum())
    assert divergence((mean, variance), (other, others)) == pytest.approx(wanted)


@given(st.integers(0, 2**32 - 1))
def test_divergence_is_nothing_only_from_itself(seed: int):
    random = np.random.default_rng(seed)
    normal = random.normal(size=8), random.uniform(0.1, 2.0, 8)
    assert divergence(normal, normal) == pytest.approx(0.0, abs=1e-9)
    assert divergence(normal, (normal[0] + 1.0, normal[1])) > 0


def test_pooling_has_the_moments_of_the_mixture():
    mean, variance = pooled([(np.array([0.0]), np.array([1.0])), (np.array([2.0]), np.array([1.0]))])
    assert (mean[0], variance[0]) == (1.0, 2.0)


def test_gains_are_against_the_standard_normal():
    random = np.random.default_rng(0)
    base = random.uniform(10, 20, 40)
    rows = {
        row.system: row for row in gains({BASELINE: base, "better": base - 2.0, "same": base + random.normal(size=40)})
    }
    assert rows["better"].gain == pytest.approx(2.0)
    assert rows["better"].p < 0.01 < rows["same"].p
    assert rows[BASELINE].gain == 0


def nothing(held: Held) -> AcousticInputs:
    return AcousticInputs.of_sentence(np.zeros(64, np.float32), len(held.text.words))


def test_closure_is_the_share_of_the_way_from_baseline_to_oracle():
    base = np.random.default_rng(0).uniform(1.0, 2.0, (30, 3))
    systems = [
        System("none", nothing, "", ""),
        System("oracle", nothing, "none", "oracle"),
        System("half", nothing, "none", "oracle"),
    ]
    found = {"none": base, "oracle": 0.5 * base, "half": 0.75 * base}
    (row,) = closures(systems, found, np.arange(30))
    assert row.measures == pytest.approx((0.5, 0.5, 0.5))
    assert (row.overall, row.low) == pytest.approx((0.5, 0.5))
    assert row.p < 0.01


def test_a_measure_with_no_way_to_go_does_not_count():
    base = np.random.default_rng(0).uniform(1.0, 2.0, (30, 3))
    systems = [System("oracle", nothing, "none", "oracle"), System("half", nothing, "none", "oracle")]
    kept = np.array([0.5, 0.5, 1.0])
    (row,) = closures(systems, {"none": base, "oracle": kept * base, "half": (1 + kept) / 2 * base}, np.arange(30))
    assert row.overall == pytest.approx(0.5)
    assert np.isnan(row.measures[2])


def heard(errors: list[int], kind: str = "wh") -> list[Heard]:
    return [Heard(kind, "kathleen", "a b c d", "a b c", min(wrong, 4), 4, wrong) for wrong in errors]


def test_word_errors_beside_the_voice_alone():
    alone, worse = heard([0, 0, 1, 0] * 10), heard([2, 1, 2, 1] * 10)
    rows = {row.system: row for row in rates({ALONE: alone, "worse": worse, "same": alone})}
    assert rows[ALONE].rate == pytest.approx(1 / 16)
    assert rows["worse"].more == pytest.approx(6 / 16 - 1 / 16)
    assert rows["worse"].p < 0.01
    assert rows["same"].more == 0
    assert rows["same"].p == 1.0


def test_word_errors_of_each_kind_stand_in_the_table():
    found = {ALONE: heard([0, 1]) + heard([4], "or"), "camp": heard([0, 0]) + heard([0], "or")}
    assert word_table(found).columns == ["", "all", "more than none", "uncapped", "wh", "or"]
    assert [row.rate for row in rates(found, "or")] == [1.0, 0.0]


def test_what_a_recogniser_makes_up_is_counted_apart():
    (row,) = rates({ALONE: heard([40, 0])})
    assert row.rate == pytest.approx(0.5)
    assert row.uncapped == pytest.approx(5.0)


def test_transfer_is_compared_with_the_copy_without_a_bottleneck():
    pairs = [Pair("copycat", "s", "t", 0.9, 0.9, 0.8, 0.5), Pair("copycat-open", "s", "t", 0.9, 0.9, 0.7, 0.5)]
    first, second = transfer_table(pairs).rows
    assert first[-2:] == ["100 %", "0.300, +50 %"]
    assert second[-1] == "0.200, +0 %"


def test_the_probe_finds_speakers_that_are_there_and_no_others():
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 40)
    told, chance = classified(np.eye(4)[labels] + 0.1 * random.normal(size=(160, 4)), labels)
    blind, _ = classified(random.normal(size=(160, 4)), labels)
    assert chance == 0.25
    assert told > 0.6
    assert blind < 0.4


def test_the_melody_is_read_from_a_latent_that_holds_it():
    random = np.random.default_rng(0)
    contour = random.normal(size=(3000, 3)).astype(np.float32)
    contour[:, 2] = 1.0
    parts = [CopyExample(0, c, np.zeros(300), np.zeros((300, 2), np.float32)) for c in np.split(contour, 10)]
    assert melody_probe([(part, part.contour) for part in parts]) > 0.95
    assert melody_probe([(part, random.normal(size=(300, 3)).astype(np.float32)) for part in parts]) < 0.1


def held(number: int, text: str) -> Held:
    sentence = analyse(text).sentences[0]
    tokens, frames = torch.ones(3, dtype=torch.int64), np.zeros(6, np.float32)
    said = Utterance(
        str(number), "ensemble", 1, "test", text, "wh", -1, tokens, tokens, frames, frames, np.zeros(0, np.int16)
    )
    return Held(Example(said, np.ones(6, np.float32)), describe(sentence), "wh")


def test_shuffling_never_gives_a_sentence_its_own_words():
    rows = [held(i, text) for i, text in enumerate(["Who is it?", "Go!", "Who is it?", "Who is it?"])]
    others = shuffled(rows)
    assert all(others[h.said.spoken.id].said.spoken.text != h.said.spoken.text for h in rows)
