"""How readable the source is, in figures: `python -m bench.house.readability [--list NAME]`.

Counts functions that are named by a participle alone (`made`, `heard`): a function should be a verb, a value a noun;
and public docstrings that give a unit or a shape, among those whose signature handles numbers or arrays.
`--list participles` or `--list docstrings` names the offenders.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.shared.results import ROOT, Table, write_result

SOURCE = ROOT / "src" / "vivavoce"
IRREGULAR = frozenset(
    re.findall(
        r"\w+",
        """asked begun bent bought broken brought built caught chosen done drawn driven fed found given gone grown heard
        held hidden kept known laid led left lent lost made meant met paid said seen sent shown sung spent spoken stood
        taken taught thought thrown told torn understood won written""",
    )
)
NOUNS = frozenset(["need", "speed", "feed", "seed", "embed", "bed", "red", "shed"])
UNITS = re.compile(
    r"\b(m?s|ms|seconds?|minutes?|hours?|samples?|frames?|packets?|bytes?|bits?|pixels?|pictures?|k?Hz|hertz|dB"
    r"|decibels?|LUFS|dBTP|semitones?|nepers?|octaves?|percent|shares?|factor|ratio|kb/s|unit interval|0 to 1"
    r"|tokens?|offsets?|index|indices|counts?|number of|units?|degrees|points|logits?|nats)\b"
    r"|\([a-z_]+,[^)]*\)|\(\d|%|\[0, 1\]"
)
NUMERIC = re.compile(r"\b(int|float|Array|Samples|ndarray|NDArray|Tensor|Tensors|Plane|Frames|complex)\b")


@dataclass
class Findings:
    """What was found in one tree of sources."""

    lines: int = 0
    functions: int = 0
    participles: list[str] = field(default_factory=list)
    numeric: int = 0
    without_units: list[str] = field(default_factory=list)


def is_participle(name: str) -> bool:
    """Whether a function's name is one participle and nothing else."""
    word = name.strip("_")
    if "_" in word or not word:
        return False
    return word in IRREGULAR or (word.endswith("ed") and word not in NOUNS)


def read_tree(folder: Path) -> Findings:
    """Everything under `folder`, Python files only."""
    found = Findings()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.lines += text.count("\n")
        name = path.relative_to(SOURCE.parent).as_posix()
        for function, owner in _functions(ast.parse(text)):
            found.functions += 1
            place = f"{name}:{function.lineno} {owner}{function.name}"
            is_property = any(_name(d) in ("property", "cached_property") for d in function.decorator_list)
            if is_participle(function.name) and not is_property:
                found.participles.append(place)
            docstring = ast.get_docstring(function)
            if docstring and not function.name.startswith("_") and "_" not in owner[:1] and _handles_numbers(function):
                found.numeric += 1
                names = " ".join(argument.arg for argument in function.args.args + function.args.kwonlyargs)
                text_of = docstring[0].lower() + docstring[1:]  # "Samples by which …" names a unit too
                if not UNITS.search(text_of) and not re.search(r"_(s|ms|hz|db|bytes|bps|percent|semitones)\b", names):
                    found.without_units.append(place)
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, ""
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield inner, f"{node.name}."


def _handles_numbers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    hints = [a.annotation for a in function.args.args + function.args.kwonlyargs] + [function.returns]
    return any(hint is not None and NUMERIC.search(ast.unparse(hint)) for hint in hints)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", choices=("participles", "docstrings"), help="name the offenders")
    parser.add_argument("--room", default="", help="of one room only, such as voice")
    parser.add_argument("--write", action="store_true", help="write bench/results/house-readability.json")
    arguments = parser.parse_args()
    found = read_tree(SOURCE / arguments.room)
    if arguments.list:
        print("\n".join(found.participles if arguments.list == "participles" else found.without_units))
        return
    training = read_tree(SOURCE / "training").lines
    with_units = 1 - len(found.without_units) / max(1, found.numeric)
    rows = [
        ("functions named by a participle alone", f"{len(found.participles)} of {found.functions}"),
        ("public docstrings with units or shapes where there are numbers", f"{with_units:.0%} of {found.numeric}"),
        ("lines of src without training; of training", f"{found.lines - training:,}; {training:,}"),
    ]
    table = Table(("what", "now"), rows)
    print(table.markdown())
    rooms = Counter(place.split("/")[1] for place in found.participles)
    print("participles by room:", dict(rooms.most_common()))
    rooms = Counter(place.split("/")[1] for place in found.without_units)
    print("without units by room:", dict(rooms.most_common()))
    if arguments.write:
        write_result("house-readability", {"main": table}, ["bench/house/readability.py"])


if __name__ == "__main__":
    main()
