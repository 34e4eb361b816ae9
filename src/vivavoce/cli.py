"""The command line: `vivavoce VERB …`."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from importlib.metadata import version

from vivavoce.errors import InputError

VERBS = {
    "speak": "text or SSML becomes speech",
    "prosody": "one sentence by every prosody system, on one page",
    "transfer": "the prosody of a recording, said by another speaker",
    "text": "what the front end makes of a text: words, sounds, trees",
    "protect": "speech becomes an Opus file that carries its own past",
    "recover": "play such a file through a loss, with a report",
    "send": "speech as protected packets over UDP",
    "receive": "play packets that come over UDP, refilling what is lost",
    "channel": "a bad network between two UDP ports",
    "demo": "three sentences with a page to look at",
    "inspect": "look and listen for eighteen kinds of defects",
    "defect": "put a defect into a clean clip",
    "label": "teach the detectors what they are least sure of",
    "addons": "list, check or show addons: the models that vivavoce runs",
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb. Bad input is one line on standard error and exit code 2; Ctrl-C is 130."""
    arguments = argv if argv is not None else sys.argv[1:]
    try:
        parsed = _parser(arguments).parse_args(arguments)
        return parsed.run(parsed) or 0
    except InputError as error:
        print(f"vivavoce: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"vivavoce: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("vivavoce: interrupted", file=sys.stderr)
        return 130


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Every verb by name; the one that is asked for, with its options. Others are not imported."""
    parser = argparse.ArgumentParser(prog="vivavoce", description="Machine speech, with the living voice.")
    parser.add_argument("--version", action="version", version=version("vivavoce"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary)
        if name in arguments[:1]:
            module = import_module(f"vivavoce.commands.{name}")
            module.add_arguments(verb)
            verb.set_defaults(run=module.run)
    return parser
