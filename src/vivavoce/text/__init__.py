"""The front end: text, SSML and books become an `Utterance`, sentences of words with sounds, tags and byte spans."""

import vivavoce.text.hibari_reader  # first: it loads hibari's reader without hibari's voice  # noqa: F401  # pyright: ignore[reportUnusedImport]
from vivavoce.text.analysis import analyse, iter_sentences

__all__ = ["analyse", "iter_sentences"]
