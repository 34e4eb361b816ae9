from __future__ import annotations

import pytest
import torch

from vivavoce.prosody.recording import REFERENCE_FEATURES
from vivavoce.text import analyse
from vivavoce.training.networks.camp import CampNetwork
from vivavoce.training.networks.copycat import CopyCatNetwork
from vivavoce.training.networks.kathaka import KathakaNetwork
from vivavoce.training.networks.reference import SentenceReference, WordReference, over_tokens, word_shares
from vivavoce.training.prosody.dataset import phrase_ends
from vivavoce.training.prosody.kathaka import divergence
from vivavoce.training.prosody.stage_one import divergence as divergence_from_standard
from vivavoce.training.prosody.stage_one import falling, half_heard, slurred
from vivavoce.voice.tokens import GAPS, SYMBOL_ID, tokenise

OWNER = torch.tensor([[-1, 0, 0, 1, 1, 1], [-1, 0, 1, 1, -1, -1]])


def test_words_are_means_and_spread_again():
    shares = word_shares(OWNER)
    assert shares.shape == (2, 2, 6)
    torch.testing.assert_close(shares.sum(-1), torch.ones(2, 2))
    spread = over_tokens(torch.arange(4.0).reshape(2, 2, 1) + 1, OWNER)[..., 0]
    assert spread.tolist() == [[0, 1, 1, 2, 2, 2], [0, 3, 4, 4, 0, 0]]


def test_padding_changes_nothing():
    torch.manual_seed(0)
    sentence, word = SentenceReference(16, 1).eval(), WordReference(16, 1).eval()
    symbols, stress = torch.randint(12, 40, (1, 6)), torch.zeros(1, 6, dtype=torch.int64)
    reference = torch.randn(1, 6, REFERENCE_FEATURES)
    bare = (symbols, stress, reference, torch.ones(1, 6))
    pad = torch.nn.functional.pad
    padded = (pad(symbols, (0, 3)), pad(stress, (0, 3)), pad(reference, (0, 0, 0, 3)), pad(torch.ones(1, 6), (0, 3)))
    torch.testing.assert_close(sentence(*bare)[0], sentence(*padded)[0], atol=1e-4, rtol=1e-4)
    owner = OWNER[:1]
    made = word(*bare, word_shares(owner))
    torch.testing.assert_close(made, word(*padded, word_shares(pad(owner, (0, 3), value=-1))), atol=1e-4, rtol=1e-4)


def test_predictors_are_blind_to_padding():
    torch.manual_seed(0)
    camp = CampNetwork(2, 2, width=16, hidden=8).eval()
    words, features = torch.randn(2, 5, 384), torch.ones(2, 5, 6, dtype=torch.int64)
    mask = torch.tensor([[1.0, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    speaker = torch.zeros(2, dtype=torch.int64)
    alone = camp(words[:1, :3], features[:1, :3], speaker[:1], mask[:1, :3])
    torch.testing.assert_close(camp(words, features, speaker, mask)[:1, :, :3], alone, atol=1e-5, rtol=1e-4)
    kathaka = KathakaNetwork(2, 2, width=8).eval()
    edges = torch.zeros(2, 4, 4, dtype=torch.int64)
    edges[:, :3, :3] = torch.tensor([[1, 2, 2], [3, 1, 0], [3, 0, 1]])
    edges[1, 3, 3] = 1
    sentence, labels = torch.randn(2, 384), torch.tensor([[1, 2, 3, 0], [1, 2, 3, 4]])
    nodes = torch.tensor([[1.0, 1, 1, 0], [1, 1, 1, 1]])
    alone, _ = kathaka(sentence[:1], labels[:1, :3], edges[:1, :3, :3], speaker[:1], nodes[:1, :3])
    torch.testing.assert_close(kathaka(sentence, labels, edges, speaker, nodes)[0][:1], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("text", "tree"), [(True, False), (False, True)])
def test_ablations_do_not_hear_what_they_leave_out(text: bool, tree: bool):
    torch.manual_seed(0)
    network = KathakaNetwork(2, 1, text=text, tree=tree, width=8).eval()
    speaker, mask = torch.zeros(1, dtype=torch.int64), torch.ones(1, 3)
    edges = torch.eye(3, dtype=torch.int64)[None]
    labels = torch.tensor([[1, 2, 3]])
    base, _ = network(torch.zeros(1, 384), labels, edges, speaker, mask)
    other_text, _ = network(torch.ones(1, 384), labels, edges, speaker, mask)
    other_tree, _ = network(torch.zeros(1, 384), labels + 1, edges, speaker, mask)
    assert torch.equal(base, other_text) is not text
    assert torch.equal(base, other_tree) is not tree


def test_divergences_agree():
    torch.manual_seed(0)
    mean, log_variance = torch.randn(3, 64), torch.randn(3, 64).clamp(-2, 2)
    standard = torch.zeros(3, 64)
    torch.testing.assert_close(
        divergence(mean, log_variance, standard, standard), divergence_from_standard(mean, log_variance)
    )
    assert divergence(mean, log_variance, mean, log_variance).abs().max() < 1e-5


@pytest.mark.parametrize("frames", [7, 8, 33])
def test_copy_latent_is_narrow_in_time(frames: int):
    network = CopyCatNetwork(2, width=16, latent=3, stride=8, hidden=8).eval()
    symbols, mask = torch.zeros(1, frames, dtype=torch.int64), torch.ones(1, frames)
    mean, _ = network.reference(torch.randn(1, frames, 3), symbols, torch.zeros(1, frames, 2), mask)
    assert mean.shape == (1, -(-frames // 8), 3)
    assert network.spread(mean, frames).shape == (1, frames, 3)


def test_sounds_and_punctuation_are_hidden_where_an_embedding_is_told():
    torch.manual_seed(0)
    symbols = torch.randint(len(GAPS), len(GAPS) + 20, (2, 1000))
    symbols[:, ::10] = SYMBOL_ID["?"]
    symbols[:, 0] = SYMBOL_ID["^"]
    heard = half_heard(symbols, torch.tensor([[0.0], [1.0]]))
    assert torch.equal(heard[0], symbols[0])
    assert set(heard[1].tolist()) == {0, SYMBOL_ID[" "]}
    some = half_heard(symbols, torch.tensor([[0.3], [0.3]]))
    assert 0.2 < float((some == 0).float().mean()) < 0.35


def test_a_slurred_word_is_hidden_whole_and_punctuation_is_not():
    torch.manual_seed(0)
    owner = torch.arange(600).div(3, rounding_mode="floor").repeat(2, 1) - 1
    symbols = torch.full((2, 600), len(GAPS))
    symbols[:, 2::3] = SYMBOL_ID[","]
    made = slurred(symbols, owner, 0.3)
    assert torch.equal(made[:, 2::3], symbols[:, 2::3])
    assert torch.equal(made[:, 3::3], made[:, 4::3])
    assert torch.equal(made[:, :2], symbols[:, :2])
    assert 0.2 < float((made[:, 3::3] == 0).float().mean()) < 0.4


@pytest.mark.parametrize("language", ["en-US", "en-GB"])
def test_words_that_end_a_phrase_are_found(language: str):
    sentence = analyse("Do you want some coffee or tea, please, my friend?", language=language).sentences[0]
    tokens = tokenise(sentence)
    ends = phrase_ends(tokens)
    assert set(tokens.owner[ends].tolist()) == {4, 6, 7, 9}
    assert not ends[tokens.owner < 0].any()


def test_the_rate_falls_in_each_period_and_begins_lower_in_the_next():
    rates = [falling(step, [10, 30]) for step in range(30)]
    assert rates[0] == 1.0
    assert rates[10] == 0.5
    assert rates[9] < 0.1
    assert rates[29] < 0.02
