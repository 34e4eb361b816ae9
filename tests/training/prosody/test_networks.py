from __future__ import annotations

import pytest
import torch

from vivavoce.training.prosody.networks.camp import CampNetwork
from vivavoce.training.prosody.networks.copycat import CopyCatNetwork
from vivavoce.training.prosody.networks.kathaka import KathakaNetwork


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


@pytest.mark.parametrize("frames", [7, 8, 33])
def test_copy_latent_is_narrow_in_time(frames: int):
    network = CopyCatNetwork(2, width=16, latent=3, stride=8, hidden=8).eval()
    symbols, mask = torch.zeros(1, frames, dtype=torch.int64), torch.ones(1, frames)
    mean, _ = network.reference(torch.randn(1, frames, 3), symbols, torch.zeros(1, frames, 2), mask)
    assert mean.shape == (1, -(-frames // 8), 3)
    assert network.spread(mean, frames).shape == (1, frames, 3)
