"""The command line: `vivavoce VERB …`."""

from __future__ import annotations

import argparse
import io
import os
import select
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module

from vivavoce.errors import InputError

MAX_LINE = 600
BAD_INPUT = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Of the system's complaints those that another path would mend; others, as a full disk, end with exit code 1."""
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
}


class Terminated(KeyboardInterrupt):
    """Another program ended this one: everything is put away as for Ctrl-C."""


def main(argv: list[str] | None = None) -> int:
    """Run one verb. Bad input is one line on standard error and exit code 2; Ctrl-C is 130, SIGTERM 143, and
    141, without a word, where nobody reads standard output any more."""
    arguments = argv if argv is not None else sys.argv[1:]
    _prepare()
    try:
        parsed = _parse_arguments(arguments)
        code = parsed.run(parsed) or 0
        _flush()
        return code
    except InputError as error:
        print(_one_line(f"vivavoce: {error}"), file=sys.stderr)
        return 2
    except BrokenPipeError as error:
        if not _nobody_reads():
            return _report_os_error(error)
        _drop_what_cannot_be_written()
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _report_os_error(error)
    except KeyboardInterrupt as stop:
        print("vivavoce: interrupted", file=sys.stderr)
        return 143 if isinstance(stop, Terminated) else 130


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    try:
        return _parser(arguments).parse_args(arguments)
    except SystemExit:
        _flush()  # help goes into pipes too
        raise


def _report_os_error(error: OSError) -> int:
    print(_one_line(f"vivavoce: {error.filename or 'output'}: {error.strerror or error}"), file=sys.stderr)
    _drop_what_cannot_be_written()
    return 2 if isinstance(error, BAD_INPUT) else 1


def _one_line(complaint: str) -> str:
    """A complaint may quote its input: no line breaks or terminal codes of it, and not all of a long one."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in complaint)
    return shown if len(shown) <= MAX_LINE else f"{shown[: MAX_LINE // 2]} … {shown[-MAX_LINE // 2 :]}"


def _prepare() -> None:
    """Characters that a terminal does not have are shown as escapes, and SIGTERM leaves nothing behind."""
    if isinstance(output := sys.stdout, io.TextIOWrapper) and output.errors == "strict":
        output.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: object) -> None:
    raise Terminated


def _flush() -> None:
    if sys.stdout:
        sys.stdout.flush()


def _nobody_reads() -> bool:
    """Whether standard output is the pipe that broke."""
    try:
        asked = select.poll()
        asked.register(sys.stdout.fileno(), 0)
        return any(told & (select.POLLERR | select.POLLHUP) for _, told in asked.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


def _drop_what_cannot_be_written() -> None:
    """Python would try again at exit, and complain."""
    try:
        _flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Version(argparse.Action):
    """Looks it up only when asked, which saves every other command a fortieth of a second."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(version("vivavoce"))
        parser.exit()


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Every verb by name; the one that is asked for, with its options. Others are not imported."""
    parser = argparse.ArgumentParser(prog="vivavoce", description="Machine speech, with the living voice.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary)
        if name in arguments[:1]:
            module = import_module(f"vivavoce.commands.{_module(name, arguments)}")
            module.add_arguments(verb)
            verb.set_defaults(run=module.run)
    return parser


def _module(verb: str, arguments: list[str]) -> str:
    """Who runs a verb. To speak by a server loads no voice, which would take longer than to speak."""
    by_server = verb == "speak" and any(argument.startswith("--server") for argument in arguments)
    return "speak_by_server" if by_server else verb.replace("-", "_")
