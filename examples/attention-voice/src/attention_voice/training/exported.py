"""The networks as they are exported: a text encoder, one step of the attention decoder, a streaming postnet."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from attention_voice.decoder import CONTROLS
from attention_voice.training.layers import Encoder
from attention_voice.training.losses import from_frames, to_frames
from attention_voice.training.network import FRAME, AttentionModel, AttentionState, Postnet, look
from vivavoce.features import BANDS
from vivavoce.training.core.onnx_export import NetworkExport, streaming_export
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY

STATES = ("heard", "hidden", "cell", "context", "mean", "recurrent", "recurrent_cell")
TOKENS, FRAMES = 12, 20
"""Sizes of the examples that the networks are traced with."""


class TextNetwork(nn.Module):
    """The encoder with its outputs in one piece."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.encoder(*inputs)


class StepNetwork(nn.Module):
    """One step: the recurrent states in and out, `reduction` frames with their attention, and the wish to stop."""

    outputs = ("coarse_mel", "coarse_log_f0", "voicing", "seen", "attention", "stop")

    def __init__(self, model: AttentionModel) -> None:
        super().__init__()
        self.model = model

    def initial_states(self) -> list[Tensor]:
        """Zeros: the last frame, the attention's state, and the two recurrent layers' (1, 2, hidden)."""
        start = self.model.attention.start(1)
        recurrent = torch.zeros(1, 2, self.model.decoder.recurrent.hidden_size)
        return [torch.zeros(1, FRAME), *start[:3], start.mean[:, None], recurrent, recurrent]

    def forward(self, encoded: Tensor, rate: Tensor, mask: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        heard, hidden, cell, context, mean, recurrent, recurrent_cell = states
        model = self.model
        before = AttentionState(hidden, cell, context, mean[:, 0])
        after, width = model.attention(model.attention.listen(heard), before, encoded, mask, rate)
        means, widths = model.windows(before.mean[:, None], after.mean[:, None], width[:, None])
        attention = look(means, widths, mask)
        seen = torch.bmm(attention, encoded)
        left = (mask.sum(dim=1) - after.mean)[:, None]
        layers = (recurrent.transpose(0, 1).contiguous(), recurrent_cell.transpose(0, 1).contiguous())
        frames, stop, following = model.decoder(after.hidden[:, None], seen, left, layers)
        mel, log_f0, voicing = from_frames(frames)
        # a window that has come to the end of the text has nothing left to say, whatever the stop logit is
        last = torch.maximum(stop, (before.mean[:, None] - mask.sum(dim=1, keepdim=True) + 0.02) * 100.0)
        return (
            mel, log_f0, voicing, seen, attention, last,
            frames[:, -1], after.hidden, after.cell, after.context, after.mean[:, None],
            following[0].transpose(0, 1), following[1].transpose(0, 1),
        )  # fmt: skip


class PostnetNetwork(nn.Module):
    """The postnet with all that the vocoder needs: what markup asks of pitch and loudness waits for its delay."""

    outputs = ("mel", "log_f0", "voiced")

    def __init__(self, postnet: Postnet, pitch_centre: float) -> None:
        super().__init__()
        self.postnet, self.pitch_centre = postnet, pitch_centre

    def initial_states(self) -> list[Tensor]:
        return [*self.postnet.initial_states(1), torch.zeros(1, self.postnet.delay, 3)]

    def forward(
        self, coarse_mel: Tensor, coarse_log_f0: Tensor, voicing: Tensor, seen: Tensor,
        gain: Tensor, pitch_shift: Tensor, pitch_range: Tensor, *states: Tensor,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        frames = to_frames(coarse_mel, coarse_log_f0, voicing)
        fine, following = self.postnet(frames, seen, list(states[:-1]))
        mel, log_f0, voicing = from_frames(fine)
        asked = torch.cat([states[-1], torch.stack([gain, pitch_shift, pitch_range], dim=-1)], dim=1)
        gain, shift, spread = asked[:, : gain.shape[1]].unbind(dim=-1)
        log_f0 = self.pitch_centre + (log_f0 - self.pitch_centre) * spread + shift
        return mel + gain[..., None], log_f0, (voicing > 0).to(mel.dtype), *following, asked[:, gain.shape[1] :]


def network_exports(model: AttentionModel, pitch_centre: float) -> dict[str, NetworkExport]:
    """The three networks of a speaker whose usual log f0 is `pitch_centre`."""
    model.eval()
    per_token = torch.zeros(1, TOKENS)
    symbols = torch.ones(1, TOKENS, dtype=torch.int64)
    free = {name: {1: "tokens"} for name in ("symbols", "stress", "word_prosody", "mask", "encoded", "rate")}
    text = NetworkExport(
        network=TextNetwork(model.text),
        inputs={
            "symbols": symbols, "stress": 0 * symbols, "speaker": torch.zeros(1, dtype=torch.int64),
            "sentence_prosody": torch.zeros(1, SENTENCE_PROSODY),
            "word_prosody": torch.zeros(1, TOKENS, WORD_PROSODY), "mask": per_token + 1,
        },
        outputs=("encoded",), axes=free,
    )  # fmt: skip
    step = StepNetwork(model)
    states = dict(zip((f"state_{name}" for name in STATES), step.initial_states(), strict=True))
    attention = NetworkExport(
        network=step,
        inputs={
            "encoded": torch.zeros(1, TOKENS, model.attention.encoded), "rate": per_token + 1, "mask": per_token + 1,
            **states,
        },
        outputs=(*step.outputs, *(f"next_{name}" for name in states)),
        axes={**free, "attention": {2: "tokens"}}, role="decoder",
    )  # fmt: skip
    chunk = {
        "coarse_mel": torch.zeros(1, FRAMES, BANDS),
        "coarse_log_f0": torch.zeros(1, FRAMES),
        "voicing": torch.zeros(1, FRAMES),
        "seen": torch.zeros(1, FRAMES, model.attention.encoded),
        **{name: torch.zeros(1, FRAMES) for name in CONTROLS},
    }
    postnet = streaming_export(PostnetNetwork(model.postnet, pitch_centre), chunk, "decoder")
    return {"text_encoder": text, "attention": attention, "postnet": postnet}
