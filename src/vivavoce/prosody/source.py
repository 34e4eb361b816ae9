"""Prosody models as a voice asks them: `voice.stream(text, prosody=prosody_source("camp"))`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vivavoce.errors import InputError
from vivavoce.prosody.model import ProsodyModel
from vivavoce.prosody.registry import AUTO, NONE, load_prosody
from vivavoce.prosody.rises import RISE_ST, rising_words
from vivavoce.text.utterance import Sentence
from vivavoce.voice.acoustics import AcousticInputs

KINDS = {"yes_no": "yes_no", "or": "or", "wh": "wh", "list": "list", "tag": "yes_no"}
"""What a voice is told of a sentence's kind; statements and exclamations are as it would say them anyway."""


class VoiceMismatchError(InputError):
    """Raised for a prosody model whose embeddings belong to another voice."""


@dataclass(frozen=True)
class ModelProsody:
    """The prosody of a model, or of none, joined with the kind of sentence."""

    name: str
    """What tells this prosody from others, with all that it depends on."""
    model: ProsodyModel | None = field(default=None, repr=False)
    with_kinds: bool = False
    """Whether the voice is told that a sentence is a question, and of which sort."""
    explain: Callable[[str], None] | None = field(default=None, repr=False)
    """Hears why each sentence is said so, a line at a time."""

    def __call__(self, sentence: Sentence, speaker: str) -> AcousticInputs:
        kind = KINDS.get(sentence.kind, "") if self.with_kinds else ""
        rising = rising_words(sentence) if self.with_kinds else ()
        if self.model is None:
            neutral = AcousticInputs.neutral(len(sentence.words), kind)
            return replace(neutral, rising=rising, rise_st=RISE_ST)
        from vivavoce.prosody.linguistics import describe  # embeds and parses, which kinds alone do not need

        text = describe(sentence)
        if self.explain:
            self.explain(sentence.text)
            for line in self.model.explain(text):
                self.explain(f"  {line}")
        return replace(self.model.embed(text, speaker), kind=kind, rising=rising, rise_st=RISE_ST)

    def for_voice(self, voice: str) -> ModelProsody:
        """The same for the voice of that name; without its model where that was taught another voice's embeddings, if
        kinds of sentence are left. Raises `InputError` if nothing is."""
        taught = self.model.voice if self.model else ""
        if taught in ("", voice):
            return self
        if self.with_kinds:
            return replace(self, model=None)
        raise VoiceMismatchError(f'this prosody was taught the voice "{taught}", "{voice}" cannot read its embeddings')


def prosody_source(
    name: str = AUTO, temperature: float = 0.0, seed: int = 0, explain: Callable[[str], None] | None = None
) -> ModelProsody | None:
    """A system of `prosody_systems()` for a voice; None for `none`, which leaves the voice to itself.

    Raises as `load_prosody`.
    """
    model = load_prosody(name, temperature, seed)
    if name == NONE:
        return None
    return ModelProsody(f"{name} {temperature:g} {seed}", model, name == AUTO, explain)
