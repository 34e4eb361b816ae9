"""What the attention voice learns by: teacher forcing, and a window that is put back less and less.

Every step hears the true frame before it. The attention is learned through the frames that it leads to, and shown the
way by an alignment: as a loss (`guide`), and by putting the window back to about where it belongs before a step. At
first that happens at every step, so that moving on is learned from the right place; then ever more rarely, until the
window finds its way through whole sentences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from attention_voice.training.data import Utterance, frame_tensors, token_tensors
from attention_voice.training.network import AttentionModel, Steps, look
from vivavoce.features import BANDS
from vivavoce.training.core.streaming_layers import pad_delay
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY

MEL_CENTRE, MEL_SCALE = -5.0, 2.0
PITCH_CENTRE, PITCH_SCALE = 5.2, 0.5
VOICING_SCALE = 3.0
SILENCE = math.log(1e-5)
STOP_WEIGHT = 8.0
PUT_BACK_ASTRAY = 0.4
"""Tokens (standard deviation) by which the window is put back wrongly, so that it learns to catch up and to wait."""


@dataclass(slots=True)
class Spoken:
    """What the model made of a batch: frames before and after the postnet (batch, frames, 82), stop logits, steps."""

    coarse: Tensor
    fine: Tensor
    stop: Tensor
    steps: Steps
    weights: Tensor
    """Attention (batch, frames, tokens)."""
    means: Tensor


def to_frames(mel: Tensor, log_f0: Tensor, voicing: Tensor) -> Tensor:
    """mel (…, 80), log f0 and voicing logit (…) on the networks' scale: (…, 82)."""
    melody = torch.stack([(log_f0 - PITCH_CENTRE) / PITCH_SCALE, voicing / VOICING_SCALE], dim=-1)
    return torch.cat([(mel - MEL_CENTRE) / MEL_SCALE, melody], dim=-1)


def from_frames(frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The reverse: mel, log f0, voicing logit."""
    mel = frames[..., :BANDS] * MEL_SCALE + MEL_CENTRE
    return mel, frames[..., BANDS] * PITCH_SCALE + PITCH_CENTRE, frames[..., BANDS + 1] * VOICING_SCALE


def speak_forced(
    model: AttentionModel, tokens: dict[str, Tensor], frames: Tensor, noise: float, put_back: Tensor | None = None
) -> Spoken:
    """All steps of a batch, each hearing the last true frame (batch, frames, 82) before it."""
    mask = tokens["mask"]
    first = torch.zeros(len(frames), dtype=torch.int64, device=frames.device)
    encoded = model.text(tokens["symbols"], tokens["stress"], first, *_no_prosody(tokens["symbols"]), mask).float()
    last = frames[:, model.reduction - 1 :: model.reduction]
    heard = torch.cat([torch.zeros_like(last[:, :1]), last[:, :-1]], dim=1)
    steps = model.attend(heard + noise * torch.randn_like(heard), encoded, mask, put_back)
    means, widths = model.windows(steps.before, steps.after, steps.width)
    weights = look(means, widths, mask)
    seen = torch.bmm(weights, encoded)
    left = mask.sum(dim=1)[:, None] - steps.after
    coarse, stop, _ = model.decoder(steps.hidden, seen, left, None)
    delay = model.postnet.delay
    states = model.postnet.initial_states(len(frames))
    fine, _ = model.postnet(pad_delay(coarse, delay), pad_delay(seen, delay), states)
    return Spoken(coarse, fine[:, delay:], stop, steps, weights, means)


def losses(model: AttentionModel, batch: list[Utterance], noise: float = 0.0, guided: float = 0.0) -> dict[str, Tensor]:
    """Distances from the recordings: `mel` and `coarse` (nepers), `pitch` (nepers), `voiced`, `guide`, `stop`.

    noise: added to the frames that the steps hear; guided: the share of steps before which the window is put back.
    """
    tokens = token_tensors(batch)
    truth = {name: _whole_steps(x, model.reduction) for name, x in frame_tensors(batch).items()}
    mask = truth["frame_mask"]
    truth["mel"] = torch.where(mask[..., None] > 0, truth["mel"], SILENCE)
    heard = to_frames(truth["mel"], truth["log_f0"], (truth["voiced"] * 2.0 - 1.0) * VOICING_SCALE)
    place = truth["token"] + truth["position"][..., 0]
    put_back = _put_back(place, mask, model.reduction, guided) if guided > 0 else None
    spoken = speak_forced(model, tokens, heard, noise, put_back)
    sung = tokens["is_model"][:, None] * truth["voiced"] * mask
    made = {"coarse": from_frames(spoken.coarse), "mel": from_frames(spoken.fine)}
    found = {
        name: ((mel - truth["mel"]).abs().mean(-1) * mask).sum() / mask.sum() for name, (mel, _, _) in made.items()
    }
    astray = sum(((log_f0 - truth["log_f0"]).abs() * sung).sum() for _, log_f0, _ in made.values())
    found["pitch"] = astray / (2 * sung.sum() + 1)
    found["voiced"] = functional.binary_cross_entropy_with_logits(made["mel"][2], truth["voiced"], mask)
    aligned = spoken.weights.gather(2, truth["token"][..., None])[..., 0]
    strayed = (spoken.means - place).abs().clamp(max=4.0) - aligned.clamp_min(1e-4).log()
    found["guide"] = (strayed * mask).sum() / mask.sum()
    found["stop"] = _stop_loss(spoken.stop, mask, model.reduction)
    return found


def _no_prosody(symbols: Tensor) -> tuple[Tensor, Tensor]:
    """Embeddings of sentence and words that say nothing."""
    batch, tokens = symbols.shape
    return torch.zeros(batch, SENTENCE_PROSODY), torch.zeros(batch, tokens, WORD_PROSODY)


def _put_back(place: Tensor, mask: Tensor, reduction: int, share: float) -> Tensor:
    """For a share of the steps, about where the window belongs before them; NaN for the others: (batch, steps)."""
    ends = place[:, reduction - 1 :: reduction]
    before = torch.cat([torch.zeros_like(ends[:, :1]), ends[:, :-1]], dim=1)
    astray = (before + PUT_BACK_ASTRAY * torch.randn_like(before)).clamp(min=0.0)
    chosen = (torch.rand_like(before) < share) & (mask[:, ::reduction] > 0)
    return torch.where(chosen, astray, torch.nan)


def _stop_loss(logits: Tensor, mask: Tensor, reduction: int) -> Tensor:
    """The step that holds the last frame is the one to stop at; steps after it are not judged."""
    valid = mask[:, ::reduction]
    last = torch.zeros_like(valid).scatter(1, valid.sum(dim=1, keepdim=True).long() - 1, 1.0)
    return functional.binary_cross_entropy_with_logits(logits, last, valid * (1.0 + STOP_WEIGHT * last))


def _whole_steps(values: Tensor, reduction: int) -> Tensor:
    """Zeros after (batch, frames, …), up to a whole number of steps."""
    missing = -values.shape[1] % reduction
    return torch.cat([values, values.new_zeros(len(values), missing, *values.shape[2:])], dim=1)


def guided_share(step: int, release_from: int, release_until: int) -> float:
    """How many of the steps begin where they should: all at first, none in the end."""
    return min(1.0, max(0.0, (release_until - step) / (release_until - release_from)))
