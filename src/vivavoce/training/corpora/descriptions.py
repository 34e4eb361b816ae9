"""What the corpora are, for model cards."""

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
ATTRIBUTION = (
    "Learned from the voice of Kathleen (dataset-voice-kathleen, CC0 1.0) and from six synthetic voices spoken by "
    "Kokoro-82M (Apache-2.0) over texts of LibriTTS (CC BY 4.0), LJ Speech (public domain) and templates (CC0)"
)
"""Of what learns from kathleen, ensemble and intonation."""
