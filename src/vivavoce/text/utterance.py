"""What the front end knows of a text: the one value that the voice, the prosody models and the marks share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from vivavoce.text.voice_request import VoiceRequest

ByteSpan = tuple[int, int]

SentenceKind = Literal["statement", "exclamation", "list", "yes_no", "or", "wh", "tag"]
"""`vivavoce.text.sentence_kind` tells them apart."""
Boundary = Literal["part", "sentence", "paragraph", "heading", "scene"]
"""What ends where a sentence ends: a part of one too long to be spoken at once, a sentence, a paragraph, a heading (the
sentence is one), a scene (dots or a rule follow)."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A constituent: a Penn label over children, or a part-of-speech label over one word."""

    label: str
    children: tuple[Tree | str, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """What markup asks of one word. Factors multiply, semitones and decibels add to what the model chose."""

    rate: float = 1.0
    pitch_semitones: float = 0.0
    range_factor: float = 1.0
    volume_db: float = 0.0
    emphasis: str = "none"
    """`none`, `reduced`, `moderate` or `strong`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word.

    `phonemes` is a string over the inventory of `vivavoce.text.phonemes`, stress marks before vowels.
    `span` is the place in the input, as UTF-8 byte offsets, of the token that the word came from:
    words read out of one number share its span.
    """

    text: str
    span: ByteSpan
    phonemes: str
    tag: str = "NN"
    leading_punctuation: str = ""
    """Opening punctuation."""
    trailing_punctuation: str = ""
    """Closing punctuation, as spoken: any of `,` `.` `?` `!` `;` `:` `—` `…` and quotes; " —" where a space was."""
    no_space_before: bool = False
    """No space between this word and what stands before it, as after the dash of "father—that is"."""
    break_s: float | None = None
    """Silence after the word that markup asked for; None leaves it to the model."""
    control: Control = Control()


@dataclass(frozen=True, slots=True)
class Mark:
    """An SSML `<mark name="…"/>`, before word number `word` of its sentence (equal to the count: at the end)."""

    name: str
    word: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words in order, and what belongs to all of them."""

    words: tuple[Word, ...]
    span: ByteSpan
    marks: tuple[Mark, ...] = ()
    language: str = "en-US"
    tree: Tree | None = None
    """Filled by `vivavoce.text.parse`; None until somebody asks for it."""
    lead_s: float = 0.0
    """Silence before the first word that markup asked for."""
    kind: SentenceKind = "statement"
    boundary: Boundary = "sentence"
    voice: VoiceRequest | None = None
    """Who is to speak it, where the markup asks for somebody."""

    @property
    def text(self) -> str:
        """The sentence as spoken, for models that read plain text."""
        texts = [
            word.text[:-1] if f"{word.text[-1:]}{word.trailing_punctuation[:1]}" == ".." else word.text
            for word in self.words
        ]
        return _join_words(self.words, texts)

    @property
    def phonemes(self) -> str:
        """What the acoustic models read: sounds and punctuation, with a space between words."""
        return _join_words(self.words, [word.phonemes for word in self.words])


@dataclass(frozen=True, slots=True)
class Utterance:
    """A whole input: its sentences in order, and what was noticed on the way."""

    source: str
    sentences: tuple[Sentence, ...]
    notices: tuple[str, ...] = field(default=())
    """One line each: an emoji dropped, a word spelled out."""


def _join_words(words: tuple[Word, ...], texts: list[str]) -> str:
    parts: list[str] = []
    for word, text in zip(words, texts, strict=True):
        space = "" if word.no_space_before or not parts else " "
        parts.append(f"{space}{word.leading_punctuation}{text}{word.trailing_punctuation}")
    return "".join(parts)
