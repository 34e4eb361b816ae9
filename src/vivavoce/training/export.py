"""From a checkpoint to ONNX networks with the names and shapes that the blocks expect."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import onnx
import torch
from torch import Tensor, nn

from vivavoce.features import BANDS
from vivavoce.training.acoustic import melody_of
from vivavoce.training.half import store_half
from vivavoce.training.networks.acoustic import AcousticModel, Decoder, Encoder
from vivavoce.training.networks.vocoder import VocoderNetwork
from vivavoce.voice.dimensions import FRAME_PROSODY, SENTENCE_PROSODY, WORD_PROSODY

TOKEN_INPUTS = ("symbols", "stress", "speaker", "sentence_prosody", "word_prosody", "mask")
Axes = dict[str, dict[int, str]]


class TextNetwork(nn.Module):
    """The text encoder under its exported name."""

    outputs = ("encoded",)

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.encoder(*inputs)


class DurationNetwork(TextNetwork):
    """-> log(1 + frames) of each token."""

    outputs = ("log_durations",)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.encoder(*inputs)[..., 0]


class MelodyNetwork(TextNetwork):
    """-> log f0 at four points of each token, and its energy."""

    outputs = ("knots", "token_energy")

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return melody_of(self.encoder(*inputs))


class DecoderNetwork(nn.Module):
    """The decoder with all that the vocoder needs: gain is applied, pitch waits for the decoder's delay."""

    outputs = ("mel", "log_f0", "voiced")

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def initial_states(self) -> list[Tensor]:
        waiting = torch.zeros(1, self.decoder.delay)
        return [*self.decoder.initial_states(1), waiting, waiting]

    def forward(
        self, encoded: Tensor, position: Tensor, contour: Tensor, energy: Tensor, gain: Tensor, prosody: Tensor,
        *states: Tensor,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        mel, voicing, following = self.decoder(encoded, position, contour, energy, prosody, list(states[:-2]))
        frames = contour.shape[1]
        pitch, gains = torch.cat([states[-2], contour], dim=1), torch.cat([states[-1], gain], dim=1)
        voiced = (voicing > 0).to(mel.dtype)
        return (
            mel + gains[:, :frames, None], pitch[:, :frames], voiced,
            *following, pitch[:, frames:], gains[:, frames:],
        )  # fmt: skip


class VocoderFilters(nn.Module):
    """The vocoder network with its states in a row."""

    outputs = ("pulse", "phase", "noise")

    def __init__(self, network: VocoderNetwork) -> None:
        super().__init__()
        self.network = network

    def initial_states(self) -> list[Tensor]:
        return self.network.initial_states(1)

    def forward(self, mel: Tensor, log_f0: Tensor, voiced: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        pulse, phase, noise, following = self.network(mel, log_f0, voiced, list(states))
        return pulse, phase, noise, *following


def export_acoustic(model: AcousticModel, folder: Path) -> dict[str, str]:
    """Write the three encoders and the decoder; returns file names by network."""
    model.eval()
    encoders = {
        "text_encoder": TextNetwork(model.text),
        "duration_encoder": DurationNetwork(model.duration),
        "melody_encoder": MelodyNetwork(model.melody),
    }
    for name, network in encoders.items():
        export_encoder(network, folder / f"{name}.onnx")
    frames = 20
    chunk = {
        "encoded": torch.zeros(1, frames, model.text.leave.out_features), "position": torch.zeros(1, frames, 2),
        "contour": torch.zeros(1, frames), "energy": torch.zeros(1, frames), "gain": torch.zeros(1, frames),
        "prosody": torch.zeros(1, frames, FRAME_PROSODY),
    }  # fmt: skip
    export_streaming(DecoderNetwork(model.decoder), chunk, folder / "decoder.onnx")
    return {name: f"{name}.onnx" for name in (*encoders, "decoder")}


def export_encoder(network: TextNetwork, path: Path) -> Path:
    """Write one encoder to `path`, which is returned."""
    axes: Axes = {n: {1: "tokens"} for n in ("symbols", "stress", "word_prosody", "mask", *network.outputs)}
    export_network(network, token_inputs(), TOKEN_INPUTS, network.outputs, axes, path)
    return path


def export_vocoder(network: VocoderNetwork, folder: Path) -> dict[str, str]:
    """Write the vocoder's filters; returns the file name by network."""
    network.eval()
    frames = 20
    chunk = {"mel": torch.zeros(1, frames, BANDS), "log_f0": torch.zeros(1, frames), "voiced": torch.zeros(1, frames)}
    export_streaming(VocoderFilters(network), chunk, folder / "vocoder.onnx")
    return {"vocoder": "vocoder.onnx"}


def token_inputs(tokens: int = 12) -> tuple[Tensor, ...]:
    """What a text encoder reads, in the order of `TOKEN_INPUTS`."""
    return (
        torch.ones(1, tokens, dtype=torch.int64), torch.zeros(1, tokens, dtype=torch.int64),
        torch.zeros(1, dtype=torch.int64), torch.zeros(1, SENTENCE_PROSODY),
        torch.zeros(1, tokens, WORD_PROSODY), torch.ones(1, tokens),
    )  # fmt: skip


class StreamedNetwork(Protocol):
    """A network to export that takes chunks and a row of states."""

    @property
    def outputs(self) -> tuple[str, ...]: ...

    def initial_states(self) -> list[Tensor]: ...


def export_streaming(network: StreamedNetwork, chunk: dict[str, Tensor], path: Path) -> None:
    """Write a network of `frames` and states to `path`."""
    states = network.initial_states()
    before = [f"state_{number}" for number in range(len(states))]
    after = [f"next_{name}" for name in before]
    axes: Axes = {name: {1: "frames"} for name in (*chunk, *network.outputs)}
    inputs = (*chunk.values(), *states)
    export_network(network, inputs, (*chunk, *before), (*network.outputs, *after), axes, path)


def export_network(
    network: Any, inputs: tuple[Tensor, ...], names: Sequence[str], outputs: Sequence[str], axes: Axes, path: Path
) -> None:
    """Write a network to `path` with named wires; `axes` names the dimensions that are free."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, inputs, str(path), input_names=list(names), output_names=list(outputs),
            dynamic_axes={name: axis for name, axis in axes.items() if name in (*names, *outputs)},
            opset_version=17, dynamo=False,
        )  # fmt: skip
        answers = network(*inputs)
    answers = answers if isinstance(answers, tuple) else (answers,)
    _finish(path, {name: (tuple(x.shape), axes.get(name, {})) for name, x in zip(outputs, answers, strict=True)})


def _finish(path: Path, shapes: dict[str, tuple[tuple[int, ...], dict[int, str]]]) -> None:
    """Write the true shapes of the outputs, where the exporter gave up and invented names, and halve the weights."""
    model = onnx.load(path)
    for output in model.graph.output:
        shape, axes = shapes[output.name]
        for axis, (size, dimension) in enumerate(zip(shape, output.type.tensor_type.shape.dim, strict=True)):
            dimension.Clear()
            if axis in axes:
                dimension.dim_param = axes[axis]
            else:
                dimension.dim_value = size
    onnx.save(store_half(model), path)
