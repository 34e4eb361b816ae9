"""The voice that comes with the package, and what its stack is given for a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from vivavoce.blocks import Addon, FixedTarget, StreamableBlock, Tensors, find_addon, join, load_addon
from vivavoce.text import analyse
from vivavoce.voice import DEFAULT_VOICE
from vivavoce.voice.context import sentence_context
from vivavoce.voice.controls import token_controls
from vivavoce.voice.details import voice_details

TEXT = "Does he wear a black suit, or a blue one?"
FIXED = FixedTarget({"tokens": (40, 96), "units": (160, 320), "frames": (1, 8, 48)})
"""Fewer sizes than an utterance needs, so that it is padded and split."""


@cache
def addon() -> Addon:
    return load_addon(find_addon(DEFAULT_VOICE))


@cache
def stack(fixed: bool = False) -> StreamableBlock[Any]:
    return addon().build_streamable(FIXED if fixed else None)


def with_stack(change: Callable[[Any], Any]) -> Addon:
    """The shipped addon with its JSON stack changed, and nothing else."""
    known = addon()
    return replace(known, manifest=replace(known.manifest, stack=change(known.manifest.stack)))


def data_of(text: str = TEXT, speaker: int = 0) -> Tensors:
    """What the stack reads for a text of one sentence."""
    (sentence,) = analyse(text).sentences
    alphabet = voice_details(addon()).alphabet
    assert alphabet is not None
    tokens = alphabet.tokenise(sentence)
    return sentence_context(tokens, token_controls(sentence, tokens), speaker, 150.0)


def whole(block: StreamableBlock[Any], data: Tensors, upstream: Tensors | None = None) -> Tensors:
    """A stream as one chunk."""
    return join(list(block.open(data, None if upstream is None else [upstream])))
