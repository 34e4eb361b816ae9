"""The attention model before it has learned anything: it only moves forward, and exported it is the same function."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attention_voice.decoder import AttentionDecoder
from attention_voice.training.data import Utterance
from attention_voice.training.exported import network_exports
from attention_voice.training.losses import from_frames, losses, to_frames
from attention_voice.training.network import AttentionModel, look
from tests.blocks.contract import CHECKS, Case, Check

from vivavoce.blocks import CpuTarget, FixedTarget, StackError, StreamableStack, StreamingNetwork, Target, join
from vivavoce.text import analyse
from vivavoce.voice.context import sentence_context
from vivavoce.voice.controls import token_controls
from vivavoce.voice.tokens import Tokens, tokenise

SMALL = {"encoded": 16, "prenet": 8, "hidden": 24, "width": 16, "blocks": 2, "reduction": 3}
TOKENS = 9
ROUNDING = 2e-5


@pytest.fixture(scope="module")
def model() -> AttentionModel:
    torch.manual_seed(1)
    made = AttentionModel(**SMALL).eval()
    with torch.no_grad():
        made.decoder.stop.bias.fill_(-20.0)  # so that only the end of the text ends it
    return made


@pytest.fixture(scope="module")
def networks(model: AttentionModel) -> dict[str, bytes]:
    return {name: export.to_onnx() for name, export in network_exports(model, 5.2).items()}


def decoder(networks: dict[str, bytes], target: Target | None = None) -> AttentionDecoder:
    return AttentionDecoder((target or CpuTarget()).load(networks["attention"], "attention"))


def chain(networks: dict[str, bytes], model: AttentionModel, target: Target | None = None) -> StreamableStack:
    postnet = StreamingNetwork((target or CpuTarget()).load(networks["postnet"], "postnet"), model.postnet.delay)
    return StreamableStack([decoder(networks, target), postnet])


def encoded(rate: float = 1.0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    flat = np.zeros((1, TOKENS), np.float32)
    return {
        "encoded": random.normal(size=(1, TOKENS, 16)).astype(np.float32),
        "rate": flat + np.float32(rate), "pitch_range": flat + 1, "pitch_shift": flat, "gain": flat,
    }  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ["decoder", "chain"])
def test_contract(name: str, check: Check, networks: dict[str, bytes], model: AttentionModel) -> None:
    fixed = FixedTarget({"tokens": (16,), "frames": (1, 4)})
    make = {
        "decoder": lambda target=None: decoder(networks, target),
        "chain": lambda target=None: chain(networks, model, target),
    }[name]
    check(Case(name, make, encoded(), None, lambda: make(fixed), ROUNDING))


def test_the_window_never_turns_back(networks: dict[str, bytes]) -> None:
    network = CpuTarget().load(networks["attention"], "attention")
    state, places = network.initial_state(encoded()), []
    for _ in range(12):
        state, made = network.step(state, {}, 1)
        places += (made["attention"][0] @ np.arange(TOKENS)).tolist()
        np.testing.assert_allclose(made["attention"].sum(axis=-1), 1.0, rtol=1e-5)
    assert np.all(np.diff(places) > -1e-3)
    assert places[-1] > TOKENS - 2


def test_half_the_rate_takes_longer(networks: dict[str, bytes]) -> None:
    frames = [join(list(decoder(networks).open(encoded(rate))))["coarse_mel"].shape[1] for rate in (1.0, 0.5)]
    assert frames[1] > 1.5 * frames[0]


def test_what_never_stops_is_capped(networks: dict[str, bytes]) -> None:
    network = CpuTarget().load(networks["attention"], "attention")
    block = AttentionDecoder(network, frames_per_token=1, frames_more=3)
    made = join(list(block.open({**encoded(), "rate": np.full((1, TOKENS), 1e-6, np.float32)})))
    assert made["coarse_mel"].shape[1] == TOKENS + 3


def test_markup_is_laid_over_the_frames_of_its_tokens(networks: dict[str, bytes], model: AttentionModel) -> None:
    plain = join(list(chain(networks, model).open(encoded())))
    louder = {**encoded(), "gain": np.linspace(0, 2, TOKENS, dtype=np.float32)[None]}
    raised = {**encoded(), "pitch_shift": np.full((1, TOKENS), 0.1, np.float32)}
    gain = (join(list(chain(networks, model).open(louder)))["mel"] - plain["mel"])[0, :, 0]
    assert np.all(np.diff(gain) > -1e-4)
    assert gain[0] < 0.5 < 1.5 < gain[-1]
    shifted = join(list(chain(networks, model).open(raised)))["log_f0"]
    np.testing.assert_allclose(shifted - plain["log_f0"], 0.1, atol=1e-5)


def test_a_network_of_another_kind_is_refused(networks: dict[str, bytes]) -> None:
    with pytest.raises(StackError, match="has no output attention, coarse_log_f0"):
        AttentionDecoder(CpuTarget().load(networks["text_encoder"], "encoder"))


def test_weights_lie_around_the_mean() -> None:
    mask = torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    weights = look(torch.tensor([[1.5]]), torch.tensor([[0.3]]), mask)[0, 0]
    assert int(weights.argmax()) == 1
    assert float(weights[3]) == 0.0


def utterance(seed: int, tokens: int = 7) -> Utterance:
    random = np.random.default_rng(seed)
    durations = np.array([20, *random.integers(2, 8, tokens - 2), 30])
    frames = int(durations.sum())
    symbols = Tokens.of_symbols(random.integers(12, 30, tokens), np.zeros(tokens, np.int64), np.zeros(tokens, np.int64))
    mel = random.normal(-8, 1, (frames, 80)).astype(np.float32)
    return Utterance(symbols, durations, mel, np.full(frames, 180.0, np.float32))


def test_silence_at_both_ends_is_cut_with_its_sound() -> None:
    whole = utterance(0)
    cut = whole.trimmed(6, 12)
    assert (cut.durations[0], cut.durations[-1]) == (6, 12)
    assert len(cut.mel) == len(cut.f0) == cut.durations.sum()
    np.testing.assert_array_equal(cut.mel, whole.mel[14 : len(whole.mel) - 18])


def test_a_window_that_is_put_back_starts_from_there_and_has_less_far_to_stray() -> None:
    torch.manual_seed(0)
    learner = AttentionModel(**SMALL, dropout=0.0).eval()
    batch = [utterance(seed).trimmed(6, 12) for seed in range(3)]
    with torch.no_grad():
        alone, guided = (float(losses(learner, batch, guided=share)["guide"]) for share in (0.0, 1.0))
        put_back = torch.tensor([[torch.nan, 2.5, torch.nan]])
        encoded, mask = torch.randn(1, 9, SMALL["encoded"]), torch.ones(1, 9)
        steps = learner.attend(torch.zeros(1, 3, 82), encoded, mask, put_back)
    assert guided < 0.8 * alone
    assert float(steps.before[0, 1]) == 2.5
    assert float(steps.before[0, 2]) == float(steps.after[0, 1]) > 2.5


def test_a_few_steps_of_training_bring_the_losses_down() -> None:
    torch.manual_seed(0)
    learner = AttentionModel(**SMALL, dropout=0.1)
    batch = [utterance(seed).trimmed(6, 12) for seed in range(3)]
    optimiser = torch.optim.AdamW(learner.parameters(), 5e-3)
    seen = []
    for _ in range(15):
        found = losses(learner, batch)
        seen.append({name: float(value.detach()) for name, value in found.items()})
        optimiser.zero_grad()
        torch.stack(list(found.values())).sum().backward()
        optimiser.step()
    assert all(seen[-1][name] < 0.9 * seen[0][name] for name in ("mel", "coarse", "guide"))


def test_frames_on_the_networks_scale_and_back() -> None:
    mel, log_f0, voicing = torch.randn(1, 5, 80) - 5, torch.randn(1, 5) + 5, torch.randn(1, 5)
    for made, given in zip(from_frames(to_frames(mel, log_f0, voicing)), (mel, log_f0, voicing), strict=True):
        torch.testing.assert_close(made, given)


def test_the_data_of_a_sentence_holds_what_the_decoder_reads(networks: dict[str, bytes]) -> None:
    (sentence,) = analyse("Go now.").sentences
    tokens = tokenise(sentence)
    data = sentence_context(tokens, token_controls(sentence, tokens), 0)
    assert decoder(networks).context_inputs.keys() - {"encoded"} <= data.keys()
