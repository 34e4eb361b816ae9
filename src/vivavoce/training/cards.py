"""`python -m vivavoce.training cards`: the model card of each shipped addon, out of what its `addon.json` says.

Figures that a bench measured are read from `figures.json` beside it, so that no figure is typed twice:
`{"measured": "2026-11-21, AMD EPYC, 2 cores", "rows": [["DistillMOS, 37 test sentences", "3.9 (teacher 4.36)"]]}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vivavoce.blocks import load_addon
from vivavoce.blocks.json_values import parse_json, read_dataclass
from vivavoce.blocks.manifest import AddonManifest
from vivavoce.files import write_text

CARD, FIGURES = "CARD.md", "figures.json"
CORPORA = {
    "kathleen": "a real person reading prompts, US English, CC0 1.0 (dataset-voice-kathleen)",
    "ensemble": "six synthetic voices spoken by Kokoro-82M (Apache-2.0); text LibriTTS (CC BY 4.0), LJ Speech (public "
    "domain), templates (CC0)",
    "intonation": "the same six voices, their pitch rewritten by rule so that questions rise; templates (CC0)",
    "speechocean": "speechocean762, 128 adults with English as a second language, free for any use",
    "kerstin": "a real person, German, CC0 1.0 (dataset-voice-kerstin)",
    "nathalie": "a real person, Dutch, CC0 1.0 (dataset-voice-nathalie)",
    "gum": "constituency trees of GUM, 76 documents; they come from a neural parser, corrected in part: annotations "
    "CC BY 4.0, texts CC BY and CC BY-SA",
}
LOSSES = {
    "mel": "mel, mean distance, nepers",
    "coarse": "mel before the postnet, nepers",
    "duration": "durations, log frames",
    "pitch": "pitch, nepers (0.058 is a semitone)",
    "energy": "energy of a token, nepers",
    "voiced": "voicing, nats a frame",
    "guide": "attention: tokens astray, and nats",
    "stop": "stop, weighted nats",
    "labelled_f1": "labelled F1, evalb's conventions, 438 sentences of 12 documents",
    "labelled_precision": "labelled precision",
    "labelled_recall": "labelled recall",
    "exact_trees": "share of trees that are right as a whole",
    "tag_accuracy": "share of Penn tags that are right",
    "lost_features": "features of lost frames: errors of cepstrum, bands, pitch and periodicity, summed",
    **{f"latent_bits_level_{n}": f"bits of a latent at level {n}, estimated" for n in (0, 5, 10, 15)},
    **{f"distortion_level_{n}": f"error of a frame at level {n}, as in training" for n in (0, 5, 10, 15)},
    "spectral_ensemble_dev": "spectral distance, copy synthesis, six unheard voices",
    "spectral_prompts": "spectral distance, copy synthesis, an unheard speaker on the telephone",
}
LIMITS = {
    "vivavoce": (
        "English of the US and of Britain only; the six ensemble voices are synthetic and no recordings of people.",
        "The melody is learned from the text alone until a prosody model supplies embeddings.",
        "Kathleen's voice is hers: say that it is synthetic wherever it is heard.",
    ),
    "vocoder": (
        "One speaker at a time: pulses have one pitch. Creak and breath are noise filtered by frames of 10 ms.",
        "It needs pitch and voicing beside mel.",
    ),
    "redundancy": (
        "Speech of one person at a time: music and crowds come back as what 18 bands and one pitch say of them.",
        "Trained on clean and on steadily noisy speech; not on babble, echo or telephone codecs.",
        "Payloads can be read with this revision of the codebook alone.",
    ),
    "legacy-heart": (
        "It finds its way through the text while it speaks, so it may drop words, mumble or stop late.",
        "Times of words are not known in advance, so only sentences are marked; `<break>` is refused.",
        "One synthetic voice, no recording of a person.",
    ),
    "kathaka": (
        "One embedding a sentence: it cannot say which word is meant.",
        "Learned from read sentences and templates; long sentences are seldom among them.",
    ),
    "camp": (
        "It speaks the likeliest prosody; it has no variety.",
        "Contours of questions were made by rule, so they are one way to ask, not every way.",
    ),
    "selection": ("It is as good as its nearest training sentence, and says which that was.",),
    "copycat": (
        "English alone, a sentence or a few at a time, up to 60 s.",
        "Pauses and phrases last as long as the source's; noise that hides the pitch hides it here too.",
    ),
    "aligner": ("Taught by seven voices: it may be a frame or two off with others, more under noise.",),
    "parser": (
        "Written, edited English: chat and transcripts without punctuation parse worse.",
        "Attachment of prepositions and the reach of a coordination are what it gets wrong most.",
        "Time grows with the square of a sentence's words; beyond 120 a flat tree is given instead.",
    ),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of a bench: when and where, and rows of what and how much."""

    measured: str
    rows: tuple[tuple[str, ...], ...]


def write_cards(addons: Path) -> None:
    """The card of every addon in a folder."""
    for description in sorted(addons.glob("*/addon.json")):
        write_card(description.parent)


def write_card(folder: Path) -> None:
    """`CARD.md` of one addon."""
    description = load_addon(folder).manifest
    beside = folder / FIGURES
    measured = None
    if beside.exists():
        measured = read_dataclass(Measured, parse_json(beside.read_bytes(), str(beside)), str(beside))
    write_text(folder / CARD, "\n".join(_lines(description, measured)) + "\n")


def _lines(description: AddonManifest, measured: Measured | None) -> Iterator[str]:
    made = description.provenance
    yield from (f"# {description.name}", "", f"{description.summary}.", "")
    yield f"- Weights: {description.licence}, {description.total_bytes / 1e6:.1f} MB. {description.attribution}."
    if description.speakers:
        yield f"- Speakers: {', '.join(description.speaker_names)}."
    yield from ("", "## Training", "", "| recipe | steps | minutes |", "|---|---|---|")
    for run in description.details.get("runs", ()):
        yield f"| `{run['recipe']}` | {run['steps']} | {run['minutes']} |"
    yield from ("", f"Hardware: {made.hardware}. Data, `train` splits only:", "")
    yield from (f"- `{name}`: {CORPORA.get(name, 'see its own licence')}" for name in made.data)
    held_out = {name.removeprefix("held_out_"): value for name, value in made.figures.items()}
    if held_out:
        yield from ("", "## On held-out data", "", "| | |", "|---|---|")
        yield from (f"| {LOSSES.get(name, name)} | {value:.3f} |" for name, value in held_out.items())
    if measured:
        yield from ("", "## Measured", "", f"{measured.measured}.", "", "| | |", "|---|---|")
        yield from (f"| {' | '.join(row)} |" for row in measured.rows)
    limits = LIMITS.get(description.name, ())
    if limits:
        yield from ("", "## Limits", "", *(f"- {limit}" for limit in limits))


def shipped() -> Path:
    """The folder of the addons that come with the package."""
    return Path(str(files("vivavoce.addons")))
