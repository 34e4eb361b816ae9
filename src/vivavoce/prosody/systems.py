"""The prosody systems by name, and how one of them speaks through a voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.blocks.tensors import Tensors
from vivavoce.errors import InputError
from vivavoce.prosody.camp import Camp
from vivavoce.prosody.embedding import ProsodyModel
from vivavoce.prosody.kathaka import Kathaka
from vivavoce.prosody.linguistics import Linguistics, describe
from vivavoce.prosody.selection import Centroid, Selection
from vivavoce.text.utterance import Sentence
from vivavoce.voice.tokens import Tokens

SYSTEMS = ("kathaka", "camp", "selection", "centroid", "none")


@dataclass(frozen=True)
class Speaking:
    """A prosody model as a voice asks it: `voice.stream(text, prosody=speaking("camp"))`."""

    name: str
    """What tells this way of speaking from others, with all that it depends on."""
    model: ProsodyModel = field(repr=False)
    explain: Callable[[str], None] | None = field(default=None, repr=False)
    """Hears which sentences a selection chose, a line at a time."""

    def __call__(self, sentence: Sentence, tokens: Tokens, speaker: str) -> Tensors:
        text = describe(sentence)
        if self.explain:
            for line in explanation(self.model, sentence, text):
                self.explain(line)
        return self.model.embed(text, speaker).tensors(tokens)


def load_system(name: str, variety: float = 0.0, seed: int = 0) -> ProsodyModel | None:
    """A system of `SYSTEMS` with its shipped addon; None for `none`.

    Raises `InputError` for an unknown name, an addon that is missing or damaged, or a variety outside 0 to 1.
    """
    if name not in SYSTEMS:
        raise InputError(f'no prosody "{name}", there are {", ".join(SYSTEMS)}')
    if variety and name != "kathaka":
        raise InputError(f'"{name}" has no variety, only kathaka has')
    if name == "none":
        return None
    addon = load_addon(find_addon("selection" if name == "centroid" else name))
    match name:
        case "kathaka":
            return Kathaka(addon, variety, seed)
        case "camp":
            return Camp(addon)
        case "selection":
            return Selection(addon)
        case _:
            return Centroid(addon)


def speaking(
    name: str, variety: float = 0.0, seed: int = 0, explain: Callable[[str], None] | None = None
) -> Speaking | None:
    """A system of `SYSTEMS` for a voice; None for `none`, which leaves the voice to itself. Raises as `load_system`."""
    model = load_system(name, variety, seed)
    return Speaking(f"{name} {variety:g} {seed}", model, explain) if model else None


def explanation(model: ProsodyModel, sentence: Sentence, text: Linguistics) -> list[str]:
    """Which training sentences were nearest and how near, one line each; nothing for models that do not choose."""
    if not isinstance(model, Selection):
        return []
    lines = [f"{sentence.text}"]
    for choice in model.nearest(text):
        likeness = f"syntax {choice.syntax:.3f}  meaning {choice.bert:.3f}  share {choice.share:.3f}"
        lines.append(f"  {likeness}  {choice.id}: {choice.text}")
    return lines
