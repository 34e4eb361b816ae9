"""Sounds of languages other than English, by an `espeak-ng` program on the PATH, which runs as a process of its own.

A language whose BCP 47 tag ends in `-x-espeak`, such as `de-x-espeak`, is read by that program's voice `de`, in its own
IPA, as the makers of many voices did.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, groupby
from unicodedata import category, normalize

from vivavoce.errors import InputError
from vivavoce.text.document import Pronunciation
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.utterance import Word

PROGRAM = "espeak-ng"
SUFFIX = "-x-espeak"
LONGEST_WAIT_S = 30.0

_VOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,39}")
_OPENING, _CLOSING = "\"'“„«‹‘([{¿¡*_", "\"'”“»›’)]}*_,;:!?…—–"
_WIDE = str.maketrans("。，、！？；：–", ".,,!?;:—")
_WRITTEN = re.compile(r"[^\s。，、！？；：]+[。，、！？；：]*")
_CLAUSE_ENDS = frozenset(",;:.!?…—")
_SWITCH = re.compile(r"\([a-z-]+\)")
"""Where espeak-ng writes that it reads a word as of another language."""


def espeak_language(voice: str) -> str:
    """The language that `voice` of espeak-ng reads, as a tag. Raises `InputError` for what is no name of one."""
    if not _VOICE.fullmatch(voice):
        raise InputError(f"{voice!r} is no name of a voice of {PROGRAM}")
    return f"{voice}{SUFFIX}"


def is_espeak_language(language: str) -> bool:
    """Whether a language is read by espeak-ng."""
    return language.endswith(SUFFIX)


def language_in_markup(tag: str, language: str) -> str:
    """What `xml:lang` asks for in a text of `language`: that one for any variety of it, another by its name."""
    wanted = tag.strip().replace("_", "-").lower()
    same = wanted.partition("-")[0] == language.partition("-")[0].lower()
    return language if same else espeak_language(wanted)


def read_words(
    text: SourceMappedText, language: str, pronunciations: Mapping[int, tuple[Pronunciation, ...]]
) -> list[Word]:
    """Words of a sentence with espeak-ng's sounds. Words whose sounds the markup gives keep those.

    Raises `InputError` where the program is missing, or knows no such language.
    """
    voice = language.removesuffix(SUFFIX)
    read: list[Word] = []
    for clause in _clauses(list(_written_words(text, pronunciations))):
        unread = [word.text for word in clause if not word.phonemes]
        sounds = iter(_readings(unread, voice))
        for word in clause:
            spoken = replace(word, phonemes=word.phonemes or next(sounds))
            if spoken.phonemes:
                read.append(spoken)
            elif read:
                read[-1] = _add_punctuation(read[-1], spoken.trailing_punctuation)
    return read


def _written_words(text: SourceMappedText, pronunciations: Mapping[int, tuple[Pronunciation, ...]]) -> Iterator[Word]:
    """Words without sounds yet, the punctuation around them apart."""
    held: Word | None = None
    matches = list(_WRITTEN.finditer(text.text))
    for match in matches:
        bare = match[0].translate(_WIDE)
        closing = _CLOSING + "." if match is matches[-1] or match[0].endswith("。") else _CLOSING
        bare = bare.lstrip(_OPENING)
        opening = match[0][: len(match[0]) - len(bare)]
        body = bare.rstrip(closing)
        start = match.start() + len(opening)
        span = text.span(start, start + len(body))
        glued = match.start() > 0 and not text.text[match.start() - 1].isspace()
        if PLACEHOLDER in body:
            new = [Word(p.text, span, normalize("NFD", p.phonemes)) for p in pronunciations[span[0]]]
            new[0] = replace(new[0], leading_punctuation=opening)
        elif any(category(character)[0] in "LNS" or character == "%" for character in body):
            new = [Word(body, span, "", leading_punctuation=opening, no_space_before=glued)]
        else:
            held = held and _add_punctuation(held, f" {match[0].translate(_WIDE)}")
            continue
        if held:
            yield held
        yield from new[:-1]
        held = _add_punctuation(new[-1], bare[len(body) :])
    if held:
        yield held


def _add_punctuation(word: Word, punctuation: str) -> Word:
    return replace(word, trailing_punctuation=f"{word.trailing_punctuation}{punctuation}")


def _clauses(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words up to each punctuation that is heard, which is as far as a word's sounds depend on its neighbours."""
    ends = [bool(_CLAUSE_ENDS & set(word.trailing_punctuation)) for word in words]
    numbers = accumulate(ends, initial=0)
    for _, group in groupby(zip(numbers, words, strict=False), key=lambda pair: pair[0]):
        yield [word for _, word in group]


def _readings(words: Sequence[str], voice: str) -> list[str]:
    """Sounds of each word of a clause, read together; apart where it cannot be told whose sounds are whose."""
    if not words:
        return []
    together = _run([" ".join(words)], voice)[0].split()
    if len(together) == len(words):
        return together
    apart = _run(words, voice)
    ends = list(accumulate(len(reading.split()) for reading in apart))
    if ends[-1] != len(together):
        return apart
    return [" ".join(together[end - len(r.split()) : end]) for r, end in zip(apart, ends, strict=True)]


def _run(texts: Sequence[str], voice: str) -> list[str]:
    """IPA of each text, which is one line to the program; one at a time where it makes several lines of one."""
    lines = [" ".join(_clean(text).split()) or "." for text in texts]
    command = [PROGRAM, "-q", "--ipa", "-b", "1", "-v", voice]
    written = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    try:
        done = subprocess.run(command, input=written, capture_output=True, timeout=LONGEST_WAIT_S, check=False)
    except FileNotFoundError:
        raise InputError(
            f'reading the language "{voice}" needs the program {PROGRAM} on the PATH, '
            f"such as by: apt-get install {PROGRAM}"
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f'{PROGRAM} could not read the language "{voice}": {type(error).__name__}') from None
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
        raise InputError(f'{PROGRAM} could not read the language "{voice}": {said or "no reason given"}')
    read = _SWITCH.sub("", normalize("NFD", done.stdout.decode("utf-8", "replace"))).splitlines()
    if len(read) == len(lines):
        return [" ".join(line.split()) for line in read]
    if len(lines) == 1:
        return [" ".join(" ".join(read).split())]
    return [_run([line], voice)[0] for line in lines]


def _clean(text: str) -> str:
    """Without control characters, and without the brackets that espeak-ng takes for phonemes."""
    return "".join(c for c in text if category(c)[0] != "C" or c.isspace()).replace("[[", " ").replace("]]", " ")
