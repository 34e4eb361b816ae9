"""Readings right on sentences that were written, with their readings, before any was run.

    python -m bench.text.held_out NAME bench/text/readings/first.tsv bench/text/readings/first_sounds.tsv

Lines are kind, input, right reading, and further readings that are right too. Words are compared as they sound: "PDF"
said letter by letter is "p d f", the letter A is "ay". A stroke in a reading stands where a sentence must end. Files
whose name ends with `_sounds` give word=sounds instead, compared without stress. Writes `text-held-out-NAME`.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.shared.results import Table, write_result
from vivavoce.text import analyse
from vivavoce.text.number_words import without_stress
from vivavoce.text.utterance import Utterance, Word

_ONE_SOUND = str.maketrans("ɐəɪᵻTʊᵊiɜ", "ʌʌʌʌtuʌʌʌ")
_WEAK = re.compile(r"(?<=[bpvf])ʌ(?=ɹʌ)")
_ASIDE = re.compile(r"[^\w'|]+|_|(?<!\w)'|(?<=n)'(?!\w)")
_IN_FULL = {
    "dr": "doctor",
    "mr": "mister",
    "mrs": "missus",
    "miz": "ms",
    "etc": "et cetera",
    "an'": "an",
    "ok": "o k",
    "okay": "o k",
}
"""One spelling of words that are written in two ways and said in one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of the set, in the name of the result")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--before", action="store_true", help="a record of the code as it was: no change ages it")
    parser.add_argument("--dry", action="store_true", help="show what is wrong; write nothing")
    options = parser.parse_args()
    total, good = Counter[str](), Counter[str]()
    paths: list[Path] = options.files
    for path in paths:
        check = wrong_sounds if path.stem.endswith("_sounds") else wrong_words
        for kind, written, *right in lines(path):
            wrong = check(written, right)
            total[kind] += 1
            good[kind] += not wrong
            if wrong:
                print(f"{kind}: {written!r}\n  right {right[0]}\n  said  {wrong}")
    rows = [(kind, str(good[kind]), str(total[kind])) for kind in total]
    rows.append(("all", str(good.total()), str(total.total())))
    table = Table(("kind", "right", "of"), rows)
    print(table.markdown())
    if not options.dry:
        sources = tuple(map(str, paths))
        write_result(
            f"text-held-out-{options.name}",
            {"main": table},
            sources=sources if options.before else (*sources, "bench/text/held_out.py", "src/vivavoce/text"),
            figures={"right": round(good.total() / total.total(), 4)},
        )


def lines(path: Path) -> list[list[str]]:
    """The lines of a file of readings: kind, input and right readings, `\\n` as the line break that it stands for."""
    found = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return [[kind, written.replace("\\n", "\n"), *right] for kind, written, *right in found]


def wrong_words(written: str, right: Sequence[str]) -> str:
    """What is said instead of one of the right readings, or nothing."""
    said = _words_of(" | ".join(_heard(analyse(written))))
    wanted = [_words_of(reading) for reading in right]
    if any(reading == (said if "|" in reading else [word for word in said if word != "|"]) for reading in wanted):
        return ""
    return " ".join(said)


def _words_of(text: str) -> list[str]:
    words = _ASIDE.sub(" ", text.lower().replace("’", "'").replace("&", " and ")).split()
    return " ".join(_IN_FULL.get(word, word) for word in words).split()


def _heard(utterance: Utterance) -> list[str]:
    return [" ".join(heard_as(word, utterance) for word in sentence.words) for sentence in utterance.sentences]


def heard_as(word: Word, utterance: Utterance) -> str:
    """A word as one would write down what is heard: letters apart where they are said one by one."""
    text = re.sub(r"\.(?=\w|$)", "", word.text)
    sounds = without_stress(word.phonemes)
    if text.lower() == "a":
        return "ay" if "A" in sounds else "a"
    if len(text) > 1 and text.isalpha() and _one(_letters(text)) == _one(sounds):
        return " ".join("ay" if letter in "aA" else letter for letter in text)
    if text.startswith("A-") and sounds.startswith("A"):
        return f"ay {text[2:]}"
    if re.fullmatch(r"(?!Ms)[A-Z]+'?s", text) and _one(_letters(text.rstrip("s").rstrip("'"))) == _one(sounds)[:-1]:
        return " ".join("ay" if letter == "A" else letter for letter in text.rstrip("s").rstrip("'")) + "'s"
    return text


_NAMES: dict[str, str] = {}


def _letters(text: str) -> str:
    for letter in text.upper():
        if letter not in _NAMES:
            words = analyse(f"the letter {letter}").sentences[0].words
            _NAMES[letter] = without_stress(words[-1].phonemes)
    return "".join(_NAMES[letter] for letter in text.upper())


def wrong_sounds(written: str, right: Sequence[str]) -> str:
    """The words whose sounds are wrong, with their sounds, or nothing."""
    said = [word for sentence in analyse(written).sentences for word in sentence.words]
    wrong: list[str] = []
    following = iter(said)
    for pair in right[0].split():
        name, sounds = pair.split("=")
        word = next((word for word in following if word.text.lower() == name), None)
        if word is None or _one(without_stress(word.phonemes)) != _one(without_stress(sounds)):
            wrong.append(f"{name}={word.phonemes if word else ''}")
    return " ".join(wrong)


def _one(sounds: str) -> str:
    """Sounds that differ by a shade, made one; "sep(a)rate" has a weak vowel or none."""
    return _WEAK.sub("", sounds.translate(_ONE_SOUND))


if __name__ == "__main__":
    main()
