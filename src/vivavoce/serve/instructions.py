"""`instructions` of OpenAI's interface: a small vocabulary that is followed, and the rest said to be ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLAUSE = re.compile(r"[.,;:\n]+|\band\b|\bbut\b")
_WORDS: dict[str, tuple[float, float, float]] = {
    "slow": (0.85, 0, 0), "slowly": (0.85, 0, 0), "unhurried": (0.9, 0, 0), "calm": (0.92, -0.5, 0),
    "calmly": (0.92, -0.5, 0), "relaxed": (0.92, -0.5, 0), "soothing": (0.9, -0.5, 0),
    "fast": (1.2, 0, 0), "quickly": (1.2, 0, 0), "quick": (1.2, 0, 0), "brisk": (1.12, 0, 0), "rapid": (1.25, 0, 0),
    "urgent": (1.15, 1, 0), "hurried": (1.2, 0, 0),
    "low": (1, -2, 0), "deep": (1, -3, 0), "deeply": (1, -3, 0), "high": (1, 2, 0), "bright": (1, 1, 0),
    "serious": (0.95, -1, 0), "solemn": (0.88, -1.5, 0), "sad": (0.88, -1.5, 0),
    "excited": (1.1, 1.5, 0.6), "energetic": (1.1, 1, 0.6), "enthusiastic": (1.08, 1, 0.6), "happy": (1.05, 1, 0.4),
    "cheerful": (1.05, 1, 0.4), "lively": (1.05, 0.5, 0.6), "expressive": (1, 0, 0.6), "animated": (1.05, 0.5, 0.6),
}  # fmt: skip
"""Word: factor on the rate, semitones, temperature."""
_STRENGTHS = {"very": 1.5, "really": 1.5, "extremely": 2.0, "much": 1.3, "slightly": 0.5, "somewhat": 0.6, "bit": 0.5}
_FILLERS = {
    "a", "an", "the", "in", "with", "speak", "say", "talk", "read", "sound", "sounding", "be", "please", "use",
    "using", "voice", "tone", "manner", "style", "way", "pace", "rate", "pitch", "and", "or", "more", "as", "if",
    "it", "this", "that", "to", "of", "at", "speed", "delivery", "your", "you", "keep", "make",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """What an instruction comes to, and the clauses in which nothing, or not all, was understood."""

    rate: float = 1.0
    pitch_semitones: float = 0.0
    temperature: float = 0.0
    ignored: tuple[str, ...] = ()


def read_instructions(text: str) -> Manner:
    """Follow the words that are known; a clause with others is among `ignored`. Negations are never followed."""
    rate, pitch, temperature = 1.0, 0.0, 0.0
    ignored: list[str] = []
    for clause in _CLAUSE.split(text.lower()):
        words = re.findall(r"[\w'’-]+", clause)
        if not words:
            continue
        if {"not", "don't", "don’t", "never", "no", "less", "without"} & set(words):
            ignored.append(clause.strip())
            continue
        strength, unknown = 1.0, False
        for word in words:
            if word in _STRENGTHS:
                strength = _STRENGTHS[word]
            elif word in _WORDS:
                factor, semitones, freedom = _WORDS[word]
                rate *= factor**strength
                pitch += semitones * strength
                temperature = max(temperature, min(1.0, freedom * strength))
                strength = 1.0
            elif word not in _FILLERS:
                unknown = True
        if unknown:
            ignored.append(clause.strip())
    return Manner(min(max(rate, 0.5), 2.0), min(max(pitch, -6.0), 6.0), temperature, tuple(ignored))
