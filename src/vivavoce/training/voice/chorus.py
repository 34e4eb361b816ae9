"""The voice `chorus` as an addon: decoder and prosody of two runs, what the run time needs to know, and its card."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from torch import Tensor

from vivavoce.blocks.addon_spec import AddonSpec, ReadyNetwork
from vivavoce.blocks.model_card import CardText
from vivavoce.training.core.checkpoint import load_checkpoint
from vivavoce.training.core.product import Workspace
from vivavoce.training.voice.calibration import network_inputs, sample
from vivavoce.training.voice.export import DELAY, voice_networks
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.networks import (
    FRAMES_PER_UNIT,
    KINDS,
    SENTENCE_PROSODY,
    WORD_PROSODY,
    Voice,
)
from vivavoce.training.voice.sound import FRAME_SAMPLES, RATE_HZ
from vivavoce.training.voice.stage_one import PROSODY_RECIPE, trained_stage
from vivavoce.training.voice.utterances import SPEAKERS, Utterance
from vivavoce.voice.stack import describe_stack

BOUNDARY_S = -0.045
LONGEST_END_S = 0.175
RISING = "yes_no"
IN_8_BITS = ("text_encoder", "prosody_encoder", "melody", "decoder")
CLOSING_UNITS, CLOSING_NATS, CLOSING_LIFT, CLOSING_PITCH = 36, 0.8, 5.0, 0.8
"""How much of a sentence's end, silence included, keeps at least its speaker's mean energy and so much more, and that
share of its median pitch where it falls: the teacher lets sentences fade or creak before their melody is where it
goes."""
CLOSING_MORE_NATS = {"af_heart": 1.0, "kathleen": -0.6, "af_bella": -0.5}
"""The teacher creaks with af_heart through weak last syllables, where less is not heard to have a pitch; kathleen and
af_bella fall audibly with less."""
LOWEST_VOICED = {"kathleen": 0.7}
"""Of the median pitch, for speakers who were recorded: 1 % of her voice is lower than 0.73. The decoder knows her from
a pitch tracker's labels, 0 where there is no voice, and is not to read what the melody glides through on the way
there; the teacher's own labels glide."""
DESCRIPTIONS = {
    "kathleen": ("female", "en-US", "A woman, a real person reading phonetically balanced prompts"),
    "af_heart": ("female", "en-US", "A woman, synthetic"),
    "af_bella": ("female", "en-US", "A woman, synthetic"),
    "am_michael": ("male", "en-US", "A man, synthetic"),
    "am_fenrir": ("male", "en-US", "A man, synthetic"),
    "bf_emma": ("female", "en-GB", "A woman, synthetic"),
    "bm_george": ("male", "en-GB", "A man, synthetic"),
}
ATTRIBUTION = (
    "Begun from the weights of hibari-tts (Apache-2.0). Voice of Kathleen (dataset-voice-kathleen, CC0 1.0) and six "
    "synthetic voices spoken by Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) "
    "and templates (CC0)"
)
NOTICE = """chorus, a voice of vivavoce
Licensed under the Apache License, Version 2.0.

This voice began with the weights of hibari-tts {version}, Apache License 2.0,
and was changed: tables of seven speakers and of the kinds of sentence were added, all weights were trained further, and
the network was cut into encoders, melody and a frame decoder that streams.
The six synthetic speakers were taught by Kokoro-82M, Apache License 2.0.
"""
_PER_TOKEN = [1, "tokens"]


def chorus(voice: Voice, workspace: Workspace, spoken: Sequence[Utterance]) -> AddonSpec:
    """The addon of a trained voice and of the run of stage I in the workspace; activations are measured on some of what
    is `spoken`."""
    stage, found = trained_stage(workspace), load_checkpoint(workspace.run(PROSODY_RECIPE)).metrics
    roles = {
        "decoder": "decoder", "melody": "melody", "sentence_reference": "reference", "word_reference": "reference"
    }  # fmt: skip
    inputs = network_inputs(voice, stage, sample(spoken))
    networks = voice_networks(voice, stage, {name: inputs[name] for name in IN_8_BITS})
    return AddonSpec(
        name="chorus",
        kind="voice",
        summary="Kathleen, a real person, and six synthetic voices of US and British English",
        attribution=ATTRIBUTION,
        data=("kathleen", "ensemble", "intonation"),
        networks={n: ReadyNetwork(onnx=made, role=roles.get(n, "encoder")) for n, made in networks.items()},
        stack=describe_stack({"type": "UnitUpsampler"}, {"type": "Decoder"}, {"type": "SpectralSynthesis"}),
        manifest=_manifest(stage.melody.centre[:, 1].tolist()),
        details=_details(stage.melody.centre),
        metrics={name: value for name, value in found.items() if name.endswith("_ensemble")},
        card=CardText(
            notes=(
                "Text encoder, frame decoder and the network of durations, pitch and energy begin with the weights of "
                "hibari-tts and are trained further with tables of the speakers, on sound and on exact labels: the "
                "teacher's own predictor for the synthetic voices, aligned recordings for Kathleen. Questions and "
                "lists take their melody by rule about each speaker's own centre."
            ),
            limits=(
                "English alone. The British speakers read American phonemes, as they were taught.",
                "The six synthetic voices are no recordings of people.",
            ),
        ),
        files={"NOTICE": NOTICE.format(version=version("hibari-tts")).encode()},
    )


def _manifest(mean_energies: list[float]) -> Mapping[str, Any]:
    floats = ("rate", "pitch_shift", "pitch_range", "gain", "given_frames")
    speakers = []
    for name in SPEAKERS:
        gender, language, about = DESCRIPTIONS[name]
        speakers.append(
            {"name": name, "gender": gender, "language": language, "description": about, "alphabet": "en-US"}
        )
    return {
        "sample_rate_hz": RATE_HZ,
        "hop": FRAME_SAMPLES,
        "speakers": speakers,
        "inputs": {
            "symbols": {"dtype": "int64", "shape": _PER_TOKEN},
            "speaker": {"dtype": "int64", "shape": [1]},
            "kind": {"dtype": "int64", "shape": [1]},
            "sentence_prosody": {"dtype": "float32", "shape": [1, SENTENCE_PROSODY]},
            "word_prosody": {"dtype": "float32", "shape": [1, "tokens", WORD_PROSODY]},
            "gaps": {"dtype": "bool", "shape": _PER_TOKEN},
            **{name: {"dtype": "float32", "shape": _PER_TOKEN} for name in floats},
            "given_f0": {"dtype": "float32", "shape": [1, "given"]},
            "centre_hz": {"dtype": "float32", "shape": [1]},
        },
        "config": {
            "Decoder": {"lookahead": DELAY, "forward": ["f0", "gain"]},
            "UnitUpsampler": {
                "unit_frames": FRAMES_PER_UNIT,
                "melody_of_silence": True,
                "early_frames": round(-BOUNDARY_S * RATE_HZ / FRAME_SAMPLES),
                "closing_units": CLOSING_UNITS,
                "closing_energy": [
                    round(energy + CLOSING_NATS + CLOSING_MORE_NATS.get(name, 0.0), 2)
                    for name, energy in zip(SPEAKERS, mean_energies, strict=True)
                ],
                "closing_lift": CLOSING_LIFT,
                "closing_pitch": [0.0 if kind == RISING else CLOSING_PITCH for kind in KINDS],
                "voiced_shares": [LOWEST_VOICED.get(name, 0.0) for name in SPEAKERS],
            },
        },
    }


def _details(centre: Tensor) -> dict[str, Any]:
    """`centre` (speakers, 2): median log f0 and mean energy."""
    centres = dict(zip(SPEAKERS, centre.tolist(), strict=True))
    return {
        "voice": {
            "alphabet": {"symbols": vocabulary(), "begin": [0], "end": [0]},
            "boundary_s": BOUNDARY_S,
            "longest_end_s": LONGEST_END_S,
            "kinds": list(KINDS),
            "median_f0_hz": {name: round(math.exp(log_f0), 1) for name, (log_f0, _) in centres.items()},
            "mean_energy": {name: round(energy, 3) for name, (_, energy) in centres.items()},
        },
    }
