"""From text to an `Utterance`."""

from __future__ import annotations

from collections.abc import Iterator

from vivavoce.errors import InputError
from vivavoce.text.aligned import AlignedText
from vivavoce.text.homographs import resolve
from vivavoce.text.normalise import normalise
from vivavoce.text.notices import Notices
from vivavoce.text.pronounce import pronounce, tag, tokens_of
from vivavoce.text.split import paragraphs, sentences, short_enough
from vivavoce.text.utterance import Sentence, Utterance


def analyse(source: str, *, language: str = "en-US") -> Utterance:
    return Utterance(source, tuple(iter_sentences(source, language=language)))


def iter_sentences(source: str, *, language: str = "en-US") -> Iterator[Sentence]:
    notices = Notices(source)
    whole = AlignedText.of(source)
    any_words = False
    for block in paragraphs(source):
        for start, end in sentences(source, *block):
            text = whole.slice(start, end)
            tokens = tokens_of(normalise(text, language, notices), language)
            tag(tokens, language)
            resolve(tokens, language)
            for words in short_enough(pronounce(tokens, language)):
                any_words = True
                yield Sentence(tuple(words), text.span(0, len(text.text)), language=language)
    if not any_words:
        raise InputError("nothing to say: the text is empty")
