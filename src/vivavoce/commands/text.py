"""`vivavoce text "…"`: what the front end makes of a text, for people and for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text
from rich.tree import Tree as Drawing

from vivavoce.blocks import addons
from vivavoce.commands.console import wide_console
from vivavoce.commands.standard_streams import read_text
from vivavoce.errors import InputError
from vivavoce.prosody.rises import rising_words
from vivavoce.text import analyse
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.normalise import Trace
from vivavoce.text.parse import parse_all
from vivavoce.text.phonemes import LANGUAGES
from vivavoce.text.syntax import word_distances, write_tree
from vivavoce.text.utterance import Control, Sentence, Tree, Utterance, Word
from vivavoce.text.word_features import COMPOUND_PLACES, PUNCTUATION, WORD_CLASSES, word_features

MAX_TEXT_BYTES = 64 << 10
"""Some thirty pages: an analysis is there to be looked at, and `speak` takes longer texts."""
NO_PARSER = "no parser addon here: trees and syntactic distances are left out, tags are the first guess"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", help="what to analyse, plain or SSML; - reads standard input")
    parser.add_argument("--file", type=Path, help="read the text from a file instead")
    parser.add_argument("--ssml", action="store_true", help="the text is SSML, even if it does not begin with <speak")
    parser.add_argument("--lexicon", type=Path, help="a file of lines: word, tab, phonemes, perhaps tab and Penn tag")
    parser.add_argument("--language", default=LANGUAGES[0], help=f"{' or '.join(LANGUAGES)}")
    parser.add_argument(
        "--lenient", action="store_true", help="drop vendors' SSML that has no meaning here, with a notice"
    )
    parser.add_argument(
        "--explain", action="store_true", help="what will be said, and which rule decided each word of it"
    )
    parser.add_argument("--json", action="store_true", help="for programs; docs/text.md has the schema")


def run(arguments: argparse.Namespace) -> int:
    """Print what the front end reads. Raises `InputError` for text or a lexicon that cannot be read."""
    if arguments.explain and arguments.json:
        raise InputError("--explain is for people and --json for programs, give one of them")
    source = read_text(arguments.text, arguments.file)
    if (size := len(source.encode("utf-8", "surrogatepass"))) > MAX_TEXT_BYTES:
        raise InputError(f"{size} bytes of text, {MAX_TEXT_BYTES} at most are analysed at a time: give a part")
    lexicon = Lexicon.read(arguments.lexicon, arguments.language) if arguments.lexicon else None
    trace = Trace()
    utterance = analyse(
        source,
        markup=arguments.ssml or None,
        language=arguments.language,
        lexicon=lexicon,
        lenient=arguments.lenient,
        trace=trace,
    )
    if arguments.explain:
        explain(utterance, trace)
        return 0
    utterance = parse_all(utterance) if "parser" in addons() else _note_missing_parser(utterance)
    for notice in utterance.notices:
        print(f"vivavoce: {notice}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(describe_utterance(utterance), ensure_ascii=False, indent=2))
        return 0
    console = wide_console(soft_wrap=True)
    for number, sentence in enumerate(utterance.sentences):
        if number:
            console.print()
        _show(sentence, console)
    return 0


def explain(utterance: Utterance, trace: Trace) -> None:
    """Print each sentence as it is said and, under it, what was read otherwise than written and by which rule."""
    for notice in utterance.notices:
        print(f"vivavoce: {notice}", file=sys.stderr)
    source = utterance.source.encode("utf-8", "surrogatepass")
    for sentence in utterance.sentences:
        print(f"{sentence.text}  [{sentence.kind}, {sentence.boundary}]")
        print(f"  melody: {_melody(sentence)}")
        start, end = sentence.span
        for decision in trace.decisions:
            if start <= decision.span[0] < end and decision.rule:
                written = source[slice(*decision.span)].decode("utf-8", "replace")
                said = " ".join(decision.after.split()) or "nothing"
                print(
                    f"  {decision.span[0]}-{decision.span[1]}  {' '.join(written.split())} -> {said}  ({decision.rule})"
                )


def _melody(sentence: Sentence) -> str:
    """Where `auto` lets the pitch rise, and why."""
    rising = [f'"{sentence.words[number].text}"' for number in rising_words(sentence)]
    match sentence.kind:
        case "yes_no":
            return "rises at the end: it asks for yes or no"
        case "tag":
            return "rises at the end: it asks for assent"
        case "or" if rising:
            return f"rises on {' and '.join(rising)}, falls at the end: it offers a choice"
        case "list" if rising:
            return f"rises on {' and '.join(rising)}, falls at the end: it is a list"
        case "wh":
            return "falls at the end: it begins with a question word"
        case _:
            return "falls at the end"


def _note_missing_parser(utterance: Utterance) -> Utterance:
    return replace(utterance, notices=(*utterance.notices, NO_PARSER))


@dataclass(frozen=True, slots=True)
class WordRow:
    """What is told of a word, beside itself; `distance` is None without a tree."""

    word: Word
    word_class: str
    compound: str
    punctuation_before: str
    punctuation_after: str
    distance: int | None


def rows(sentence: Sentence) -> Iterator[WordRow]:
    """One row a word."""
    features = word_features(sentence)
    distances = word_distances(sentence.tree) if sentence.tree else [None] * len(sentence.words)
    for number, (word, distance) in enumerate(zip(sentence.words, distances, strict=True)):
        yield WordRow(
            word,
            WORD_CLASSES[int(features.word_class[number])],
            COMPOUND_PLACES[int(features.compound[number])],
            PUNCTUATION[int(features.punctuation_before[number])],
            PUNCTUATION[int(features.punctuation_after[number])],
            distance,
        )


def describe_utterance(utterance: Utterance) -> dict[str, Any]:
    """The analysis as JSON values; `docs/text.md` documents the keys."""
    return {"notices": list(utterance.notices), "sentences": [_describe_sentence(one) for one in utterance.sentences]}


def _describe_sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "span": list(sentence.span),
        "language": sentence.language,
        "tree": write_tree(sentence.tree) if sentence.tree else None,
        "kind": sentence.kind,
        "boundary": sentence.boundary,
        "voice": asdict(sentence.voice) if sentence.voice else None,
        "lead_s": sentence.lead_s,
        "marks": [asdict(mark) for mark in sentence.marks],
        "words": [
            {
                "text": row.word.text,
                "span": list(row.word.span),
                "phonemes": row.word.phonemes,
                "tag": row.word.tag,
                "class": row.word_class,
                "compound": row.compound,
                "punctuation_before": row.punctuation_before,
                "punctuation_after": row.punctuation_after,
                "distance": row.distance,
                "break_s": row.word.break_s,
                "control": asdict(row.word.control),
            }
            for row in rows(sentence)
        ],
    }


def _show(sentence: Sentence, console: Console) -> None:
    start, end = sentence.span
    console.print(Text.assemble((sentence.text, "bold"), (f"  {sentence.language}, bytes {start} to {end}", "dim")))
    if sentence.tree:
        console.print(_drawing(sentence.tree))
    _print_table(sentence, console)
    if sentence.lead_s:
        console.print(Text(f"{sentence.lead_s:g} s of silence before the first word", "dim"))
    for mark in sentence.marks:
        following = sentence.words[mark.word : mark.word + 1]
        place = f'before "{following[0].text}"' if following else "at the end"
        console.print(Text(f'mark "{mark.name}" {place}', "dim"))


def _print_table(sentence: Sentence, console: Console) -> None:
    """Plain columns: a sentence may have thousands of words, and a line that is too wide is the terminal's to wrap."""
    asked = [_describe_markup(word) for word in sentence.words]
    heads = ["word", "bytes", "phonemes", "tag", "class", "compound", "before", "after", "distance", "markup"]
    lines = [heads]
    for row, markup in zip(rows(sentence), asked, strict=True):
        names = (row.compound, row.punctuation_before, row.punctuation_after)
        cells = [row.word.text, "{}-{}".format(*row.word.span), row.word.phonemes, row.word.tag, row.word_class]
        cells += ["·" if name == "none" else name for name in names]
        lines.append([*cells, "·" if row.distance is None else str(row.distance), markup])
    if not any(asked):
        lines = [line[:-1] for line in lines]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    head, *body = ("  ".join(map(set_cell_size, line, widths)).rstrip() for line in lines)
    console.out(head, style="dim", highlight=False)
    console.out("\n".join(body), highlight=False)


def _describe_markup(word: Word) -> str:
    """What markup asks of a word, in a few characters."""
    plain, control = asdict(Control()), asdict(word.control)
    wishes = [f"{name} {value}" for name, value in control.items() if value != plain[name]]
    return ", ".join(wishes + ([] if word.break_s is None else [f"break_s {word.break_s:g}"]))


def _drawing(tree: Tree, parent: Drawing | None = None) -> Drawing:
    """A constituent over single words takes one line, any other a branch for each child."""
    branch = parent.add if parent else Drawing
    children = [child for child in tree.children if isinstance(child, Tree)]
    if not children:
        return branch(Text.assemble((tree.label, "dim"), " ", *map(str, tree.children)))
    words = [f"{child.children[0]}/{child.label}" for child in children if isinstance(child.children[0], str)]
    if len(words) == len(children):
        return branch(Text.assemble((tree.label, "bold"), " ", "  ".join(words)))
    drawing = branch(Text(tree.label, "bold"))
    for child in children:
        _drawing(child, drawing)
    return drawing
