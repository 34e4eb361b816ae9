"""The voices that come with the package, and what their stacks are given for a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from vivavoce.blocks import Addon, FixedTarget, StreamableBlock, Tensors, find_addon, join, load_addon
from vivavoce.text import analyse
from vivavoce.voice.clock import Clock
from vivavoce.voice.context import sentence_context
from vivavoce.voice.controls import token_controls
from vivavoce.voice.tokens import tokenise

TEXT = "Does he wear a black suit, or a blue one?"
FIXED = FixedTarget({"tokens": (32, 96), "frames": (1, 8, 48)})
"""Fewer sizes than an utterance needs, so that it is padded and split."""


@cache
def addon(name: str) -> Addon:
    return load_addon(find_addon(name))


@cache
def acoustic(name: str, fixed: bool = False) -> StreamableBlock[Any]:
    return addon(name).build_streamable(FIXED if fixed else None)


@cache
def vocoder(fixed: bool = False) -> StreamableBlock[Any]:
    return addon("vocoder").build_streamable(FIXED if fixed else None)


def with_stack(name: str, change: Callable[[Any], Any]) -> Addon:
    """A shipped addon with its JSON stack changed, and nothing else."""
    known = addon(name)
    return replace(known, manifest=replace(known.manifest, stack=change(known.manifest.stack)))


def data_of(text: str = TEXT, speaker: int = 0) -> Tensors:
    """What a voice's stack reads for a text of one sentence."""
    (sentence,) = analyse(text).sentences
    tokens = tokenise(sentence)
    return sentence_context(tokens, token_controls(sentence, tokens), Clock(24_000, 240), speaker, lead_frames=5)


def whole(block: StreamableBlock[Any], data: Tensors, upstream: Tensors | None = None) -> Tensors:
    """A stream as one chunk."""
    return join(list(block.open(data, None if upstream is None else [upstream])))
