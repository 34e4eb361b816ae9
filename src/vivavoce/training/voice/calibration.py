"""What the voice's networks read when it speaks, so that the ranges of their activations can be measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from vivavoce.blocks.tensors import Tensors
from vivavoce.training.voice.examples import Example, tensors
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, Voice
from vivavoce.training.voice.reference import over_tokens
from vivavoce.training.voice.stage_one import StageOne
from vivavoce.training.voice.utterances import SPEAKERS, Utterance

OF_EACH = 3
"""Utterances of each speaker."""


def sample(spoken: Sequence[Utterance], of_each: int = OF_EACH) -> list[Utterance]:
    """A few utterances of each speaker, evenly spread."""
    found: list[Utterance] = []
    for speaker in range(len(SPEAKERS)):
        own = [utterance for utterance in spoken if utterance.speaker == speaker]
        places = np.unique(np.linspace(0, len(own) - 1, of_each).astype(int)) if own else ()
        found += [own[place] for place in places]
    return found


@torch.no_grad()
def network_inputs(voice: Voice, stage: StageOne, spoken: Sequence[Utterance]) -> dict[str, list[Tensors]]:
    """Inputs by network for each utterance, whole; without an embedding of its prosody, and with its own."""
    centre = [(log_f0, energy) for log_f0, energy in stage.melody.centre.tolist()]
    found: dict[str, list[Tensors]] = {"text_encoder": [], "prosody_encoder": [], "melody": [], "decoder": []}
    for utterance in spoken:
        said = tensors([Example(utterance, np.ones(len(utterance.f0_hz), np.float32))], centre)
        text = {name: said[name] for name in ("symbols", "speaker", "mask")}
        frames = said["token"].repeat_interleave(FRAMES_PER_UNIT, 1)[0]
        tracks = {"f0": said["f0"], "energy": said["energy"], "valid": said["frames"]}
        found["text_encoder"].append(_arrays(text))
        found["decoder"].append(_arrays({"encoded": voice.encode(*_in_order(text))[:, frames], **tracks,
                                         "speaker": said["speaker"]}))  # fmt: skip
        sentence, words = stage.posterior(said)[0], over_tokens(stage.words(said), said["owner"])
        for share in (0.0, 1.0):
            told = {"kind": said["kind"], "sentence_prosody": share * sentence, "word_prosody": share * words}
            states = stage.melody.encode(*_in_order(text), *told.values())
            found["prosody_encoder"].append(_arrays({**text, **told}))
            units = {"prosody": states[:, said["token"][0]], "mask": said["valid"]}
            found["melody"].append(_arrays({**units, "speaker": said["speaker"], "kind": said["kind"]}))
    return found


def _in_order(text: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    return text["symbols"], text["mask"], text["speaker"]


def _arrays(named: Mapping[str, Tensor]) -> Tensors:
    return {name: tensor.numpy() for name, tensor in named.items()}
