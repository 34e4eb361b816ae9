"""The parser of the command line: every verb by name, and the options of those that are asked for."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import NoReturn

MAX_LINE = 600
VERBS = {
    "speak": "text or SSML becomes speech",
    "book": "a book by chapters, as M4B, Opus, MP3 or an EPUB that reads along",
    "prosody": "one sentence by every prosody system, on one page",
    "transfer": "the prosody of a recording, said by another speaker",
    "text": "what the front end makes of a text: words, sounds, trees",
    "protect": "speech becomes an Opus file that carries its own past",
    "simulate-loss": "play such a file through a loss, with a report",
    "send": "speech as protected packets over UDP",
    "receive": "play packets that come over UDP, refilling what is lost",
    "impair": "a bad network between two UDP ports",
    "demo": "three sentences with a page to look at",
    "inspect": "look and listen for eighteen kinds of defects",
    "inject": "put a defect into a clean clip",
    "listening-test": "build, serve and analyse tests with listeners",
    "label": "teach the detectors what they are least sure of",
    "serve": "one voice behind the protocols that programs already speak",
    "batch": "a manifest of texts becomes files of speech, in many processes or machines",
    "addons": "list, check or show addons: the models that vivavoce runs",
    "completion": "lines for bash, zsh or fish that complete all this",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other complaint is."""

    def error(self, message: str) -> NoReturn:
        print(one_line(f"vivavoce: {message}; see {self.prog} --help"), file=sys.stderr)
        raise SystemExit(2)


class _Version(argparse.Action):
    """Looks it up only when asked, which saves every other command a fortieth of a second."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(version("vivavoce"))
        parser.exit()


def make_parser(arguments: list[str]) -> Parser:
    """Every verb by name; the one that is asked for, with its options. Others are not imported."""
    asked = arguments[:1]
    parser = Parser(prog="vivavoce", description="Machine speech, with the living voice.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary)
        if name in asked:
            _fill(verb, _module(name, arguments))
    return parser


def make_full_parser() -> Parser:
    """Every verb with its options, which imports all of them."""
    parser = Parser(prog="vivavoce")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name, summary in VERBS.items():
        _fill(verbs.add_parser(name, help=summary, description=summary), name.replace("-", "_"))
    return parser


def one_line(complaint: str) -> str:
    """A complaint may quote its input: no line breaks or terminal codes of it, and not all of a long one."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in complaint)
    return shown if len(shown) <= MAX_LINE else f"{shown[: MAX_LINE // 2]} … {shown[-MAX_LINE // 2 :]}"


def _fill(verb: argparse.ArgumentParser, name: str) -> None:
    module = import_module(f"vivavoce.commands.{name}")
    module.add_arguments(verb)
    verb.set_defaults(run=module.run)


def _module(verb: str, arguments: list[str]) -> str:
    """Who runs a verb. To speak by a server loads no voice, which would take longer than to speak."""
    by_server = verb == "speak" and any(argument.startswith("--server") for argument in arguments)
    return "speak_by_server" if by_server else verb.replace("-", "_")
