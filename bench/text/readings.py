"""Readings right: what is said of a written text, beside what a good reader says.

    python -m bench.text.readings DATA/text/readings.tsv tests/text/readings/own.tsv

Each file has lines of kind, input, right. A reading is right when its words, or its sounds without stress, are those of
the right one; remarks in brackets are not read. Words respelled for the ear ("SEER-sha") are compared by their sounds.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from bench.shared.results import Table, write_result
from vivavoce.text import analyse
from vivavoce.text.normalise import normalise
from vivavoce.text.notices import Notices
from vivavoce.text.number_words import without_stress
from vivavoce.text.source_map import SourceMappedText

_REMARK = re.compile(r"\((?!s\))[^()]*\)")
_RESPELLED = {
    "re-red": "ɹiɹˈɛd", "dohv": "dˈOv", "bowed": "bˈWd", "in-VAL-id": "ɪnvˈælɪd", "IN-va-lid": "ˈɪnvələd",
    "led": "lˈɛd", "leed": "lˈid", "a-RITH-me-tic": "əɹˈɪθmətˌɪk", "a-rith-MET-ic": "ˌɛɹɪθmˈɛTɪk", "nwin": "nwˈɪn",
    "win": "wˈɪn", "shuh-VAWN": "ʃɪvˈɔn", "wah-KEEN": "wɑkˈin", "SEER-sha": "sˈɪɹʃə", "SUR-sha": "sˈɜɹʃə",
    "her-MY-oh-nee": "həɹmˈIəni", "ing": "ˈɪŋ", "ay": "ˈA", "zee": "zˈi",
}  # fmt: skip
"""Respellings of the handed file in our sounds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    files: list[Path] = parser.parse_args().files
    rows: list[tuple[str, str, str, str]] = []
    texts: list[str] = []
    right: dict[str, float] = {}
    for path in files:
        total, good = Counter[str](), Counter[str]()
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            kind, written, wanted = line.split("\t")
            texts.append(written.replace("\\n", "\n"))
            total[kind] += 1
            good[kind] += is_right(texts[-1], wanted)
            if not is_right(texts[-1], wanted):
                print(f"{kind}: {written}\n  right {wanted}\n  said  {said(texts[-1])}")
        rows += [(path.name, kind, f"{good[kind]}", f"{total[kind]}") for kind in total]
        rows.append((path.name, "all", f"{good.total()}", f"{total.total()}"))
        right[path.stem] = good.total() / total.total()
    table = Table(("file", "kind", "right", "of"), rows)
    print(table.markdown())
    figures = {f"right_{name}": round(share, 4) for name, share in right.items()}
    figures |= {"normalise_ms": round(_milliseconds(texts), 3), "megabyte_of_signs_s": round(_signs_s(), 2)}
    print(figures)
    write_result(
        "text-readings", {"main": table}, sources=("bench/text/readings.py", "src/vivavoce/text"), figures=figures
    )


def said(written: str) -> str:
    return " | ".join(sentence.text for sentence in analyse(written).sentences)


def is_right(written: str, wanted: str) -> bool:
    """Whether the words or the sounds of `written` are those of `wanted`."""
    wanted = _REMARK.sub(" ", wanted)
    if _words(said(written)) == _words(wanted.replace("|", " ")):
        return _without_respelling(wanted) or _sounds(written) in _readings(wanted)
    left_out = {"an"} - set(_words(wanted)) if not _without_respelling(wanted) else set[str]()
    return _sounds(written, left_out) in _readings(wanted)


def _without_respelling(wanted: str) -> bool:
    return not any(word.strip(",;.") in _RESPELLED for word in wanted.split())


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9']+", " ", text.lower().replace("&", " and ")).split()


def _sounds(text: str, left_out: Collection[str] = ()) -> str:
    """The sounds of a text; articles that a respelled line leaves out are left out too."""
    words = (word for sentence in analyse(text).sentences for word in sentence.words)
    sounds = (word.phonemes for word in words if word.text.lower() not in left_out)
    return without_stress("".join(sounds)).translate(str.maketrans("ɐəɪᵻTʊ", "ʌʌiitu"))


def _readings(wanted: str) -> list[str]:
    """The sounds of a right reading, of each of two where it says "or" between respelled words."""
    choices = [wanted]
    for first, second in re.findall(r"(\S+) or (\S+?)(?=[,;]|$)", wanted):
        if first in _RESPELLED and second in _RESPELLED:
            choices = [text.replace(f"{first} or {second}", word) for text in choices for word in (first, second)]
    return [_sounds_of_right(choice) for choice in choices]


def _sounds_of_right(text: str) -> str:
    spoken: list[str] = []
    for piece in re.findall(r"[^\s,;.|]+", text):
        spoken.append(without_stress(_RESPELLED[piece]) if piece in _RESPELLED else _in_place(text, piece))
    return "".join(spoken).translate(str.maketrans("ɐəɪᵻTʊ", "ʌʌiitu"))


def _in_place(text: str, piece: str) -> str:
    """The sounds of a plain word as it is said in its sentence."""
    for sentence in analyse(text).sentences:
        for word in sentence.words:
            if word.text.strip(".").lower() == piece.strip(".").lower():
                return without_stress(word.phonemes)
    return "".join(without_stress(word.phonemes) for s in analyse(piece).sentences for word in s.words)


def _milliseconds(texts: list[str]) -> float:
    """Processor time that a text takes to be normalised, in milliseconds."""
    begin = time.process_time()
    for text in texts:
        normalise(SourceMappedText.of(text.replace("\n", " ")), "en-US", Notices(text))
    return 1000 * (time.process_time() - begin) / len(texts)


def _signs_s() -> float:
    begin = time.process_time()
    analyse("!?" * 500_000 + " a")
    return time.process_time() - begin


if __name__ == "__main__":
    main()
