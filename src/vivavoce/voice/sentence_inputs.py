"""What a voice's networks read of a sentence: tokens, markup, prosody and speaker, as tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vivavoce.blocks.manifest import Speaker
from vivavoce.blocks.tensors import Tensors
from vivavoce.errors import InputError
from vivavoce.text.utterance import Sentence
from vivavoce.voice.acoustics import AcousticInputs, AcousticOverrides
from vivavoce.voice.blends import blend_shares
from vivavoce.voice.clock import Clock
from vivavoce.voice.context import sentence_context
from vivavoce.voice.controls import TokenControls, is_silent
from vivavoce.voice.details import VoiceDetails
from vivavoce.voice.overrides import input_tensors, override_tensors
from vivavoce.voice.style import SpeakingStyle
from vivavoce.voice.tokens import Tokens, tokenise


@dataclass(frozen=True)
class SentenceInputs:
    """Makes them for one voice."""

    voice: str
    speakers: tuple[Speaker, ...]
    details: VoiceDetails
    clock: Clock
    given: frozenset[str]
    """Inputs of the whole stack, by name."""
    overridable: frozenset[str]
    """The same, and those of its frames that encoders make otherwise."""
    has_word_timings: bool

    def tokens(self, sentence: Sentence) -> Tokens:
        """The sounds of a sentence in the voice's own alphabet, if it has one."""
        return self.details.alphabet.tokenise(sentence) if self.details.alphabet else tokenise(sentence)

    def prosody(self, sentence: Sentence, tokens: Tokens, style: SpeakingStyle) -> Tensors:
        """Prosody as tensors, from its source or neutral."""
        found = style.prosody(sentence, style.speaker.name) if style.prosody else None
        if isinstance(found, AcousticOverrides):
            return override_tensors(found, tokens, self.clock, self.details, self.overridable, self.voice)
        return input_tensors(found or AcousticInputs.neutral(len(sentence.words)), tokens, self.details.kinds)

    def context(self, tokens: Tokens, controls: TokenControls, speaker: Speaker) -> dict[str, np.ndarray]:
        """Tokens (1, tokens), controls of tokens (1, tokens), the speaker's share in a `blend` (1, speakers), and a
        linear `level` (1,)."""
        names = [other.name for other in self.speakers]
        blended = speaker.name not in names
        shares = blend_shares(speaker.name, self.speakers) if blended else {speaker.name: 1.0}
        blend = np.array([[shares.get(name, 0.0) for name in names]], np.float32)
        hertz = self.details.median_f0_hz
        centre_hz = sum(share * hertz.get(name, 0.0) for name, share in shares.items())
        level = np.array([10.0 ** (speaker.gain_db / 20.0)], np.float32)
        context = sentence_context(tokens, controls, int(blend[0].argmax()), centre_hz)
        return {**context, "blend": blend, "level": level}

    def check_markup(self, sentence: Sentence, controls: TokenControls) -> None:
        """Raise `InputError` for markup that the voice cannot follow."""
        reads = {*self.given, *(("silence",) if self.has_word_timings else ())}
        refused = [what for name, what in controls.non_default().items() if name not in reads]
        if not self.has_word_timings and any(is_silent(word) for word in sentence.words):
            refused.append("silent words")
        for what in refused:
            raise InputError(f'voice "{self.voice}" cannot follow {what}; leave it out, or use another voice')
