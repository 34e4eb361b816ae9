"""The legacy voice as ONNX: a text encoder, one step of the attention decoder, a streaming postnet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

from vivavoce.blocks import Addon, write_addon
from vivavoce.features import BANDS, RATE_HZ
from vivavoce.training.attention import from_frames, to_frames
from vivavoce.training.export import TOKEN_INPUTS, Axes, TextNetwork, export_network, export_streaming, token_inputs
from vivavoce.training.held_out import Material, attention_figures
from vivavoce.training.networks.attention import FRAME, AttentionModel, AttentionState, Postnet, look
from vivavoce.training.provenance import provenance, recipe, token_entries
from vivavoce.training.run import load_average
from vivavoce.voice.attention import CONTROLS

STATES = ("heard", "hidden", "cell", "context", "mean", "recurrent", "recurrent_cell")
STACK = [
    {
        "type": "StreamablePipeline",
        "sequence_block": {"type": "Encoders"},
        "streamable_block": {
            "type": "StreamableStack",
            "stack": [{"type": "AttentionDecoder"}, {"type": "StreamingNetwork", "network": "postnet"}],
        },
    }
]
ATTRIBUTION = (
    "A synthetic voice spoken by Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) "
    "and templates (CC0)"
)


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


def export_attention(model: AttentionModel, pitch_centre: float, folder: Path) -> dict[str, str]:
    """Write the three networks of a speaker whose usual log f0 is `pitch_centre`; returns file names by network."""
    model.eval()
    encoder = TextNetwork(model.text)
    axes: Axes = {name: {1: "tokens"} for name in ("symbols", "stress", "word_prosody", "mask", "encoded")}
    export_network(encoder, token_inputs(), TOKEN_INPUTS, encoder.outputs, axes, folder / "text_encoder.onnx")
    _export_step(StepNetwork(model), folder / "attention.onnx")
    frames = 20
    chunk = {
        "coarse_mel": torch.zeros(1, frames, BANDS),
        "coarse_log_f0": torch.zeros(1, frames),
        "voicing": torch.zeros(1, frames),
        "seen": torch.zeros(1, frames, model.attention.encoded),
        **{name: torch.zeros(1, frames) for name in CONTROLS},
    }
    export_streaming(PostnetNetwork(model.postnet, pitch_centre), chunk, folder / "postnet.onnx")
    return {name: f"{name}.onnx" for name in ("text_encoder", "attention", "postnet")}


def _export_step(network: StepNetwork, path: Path) -> None:
    tokens = 12
    constants = (torch.zeros(1, tokens, network.model.attention.encoded), torch.ones(1, tokens), torch.ones(1, tokens))
    before, after = [f"state_{name}" for name in STATES], [f"next_state_{name}" for name in STATES]
    axes: Axes = {"encoded": {1: "tokens"}, "rate": {1: "tokens"}, "mask": {1: "tokens"}, "attention": {2: "tokens"}}
    names = ("encoded", "rate", "mask", *before)
    export_network(network, (*constants, *network.initial_states()), names, (*network.outputs, *after), axes, path)


def ship_attention(material: Material, folder: Path, hardware: str) -> Addon:
    """Write the legacy voice from the run `attention`."""
    config = recipe("attention")
    model = AttentionModel(**config["network"])
    load_average(material.runs / "attention", model)
    figures, pitch_centre = attention_figures(model, config, material)
    speaker = config["data"]["speaker"]
    description = {
        "name": "legacy-heart",
        "kind": "voice",
        "summary": "One synthetic US voice by attention and an autoregressive decoder: the kind before durations",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        **provenance(material.runs, ["attention"], config["data"]["corpora"], hardware, figures),
        "sample_rate_hz": RATE_HZ,
        "speakers": [speaker],
        "inputs": token_entries(),
        "config": {"StreamingNetwork": {"lookahead": model.postnet.delay}},
        "stack": STACK,
    }
    roles = {"text_encoder": "encoder", "attention": "decoder", "postnet": "decoder"}
    with tempfile.TemporaryDirectory() as temporary:
        networks = export_attention(model, pitch_centre, Path(temporary))
        description["networks"] = {name: {"file": file, "role": roles[name]} for name, file in networks.items()}
        return write_addon(folder, description, {file: Path(temporary) / file for file in networks.values()})
