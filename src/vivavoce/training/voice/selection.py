"""The index of selection: each training sentence's text beside what stage I found in how it was said."""

from __future__ import annotations

import json

import numpy as np
import torch

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.prosody.models.selection import INDEX_FILE, TEXTS_FILE, index_bytes
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Workspace
from vivavoce.training.voice.reference import FEATURES
from vivavoce.training.voice.stage_one import StageOne
from vivavoce.training.voice.stage_two import Lesson, said_examples, text_features, through
from vivavoce.training.voice.system_addon import system_spec

_TOKENS = 12


def selection(stage: StageOne, workspace: Workspace) -> AddonSpec:
    """One row a training sentence, whoever said it first, as its kind asks where it has one; the centroid of all; and
    the reference encoder that made them."""
    said = [e for e in said_examples(workspace.features) if e.spoken.split == "train"]
    texts = text_features(workspace.features, sorted({e.spoken.text for e in said}))
    lessons = list(through(stage, said, texts))
    kept: dict[str, Lesson] = {}
    for lesson in sorted(lessons, key=lambda lesson: not lesson.example.kind):
        kept.setdefault(lesson.example.spoken.text, lesson)
    rows = list(kept.values())
    index = index_bytes(
        np.stack([lesson.mean for lesson in rows]),
        [lesson.text for lesson in rows],
        np.mean([lesson.mean for lesson in lessons], axis=0),
    )
    names = [[lesson.example.spoken.id, lesson.example.spoken.text] for lesson in rows]
    inputs = {
        "symbols": torch.ones(1, _TOKENS, dtype=torch.int64),
        "reference": torch.zeros(1, _TOKENS, FEATURES),
        "mask": torch.ones(1, _TOKENS),
    }
    axes = {name: {1: "tokens"} for name in inputs}
    reference = NetworkExport(
        network=stage.sentence, inputs=inputs, outputs=("mean", "log_variance"), axes=axes, role="reference"
    )
    summary = "Selection: the prosody of the training sentences that are linguistically nearest, or the centroid"
    files = {INDEX_FILE: index, TEXTS_FILE: json.dumps(names, ensure_ascii=False).encode()}
    return system_spec("selection", summary, reference, stage.melody, files=files)
