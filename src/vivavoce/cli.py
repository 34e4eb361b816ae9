"""The command line: `vivavoce VERB …`."""

from __future__ import annotations

import argparse
import errno
import io
import os
import select
import signal
import sys
import threading
from contextlib import suppress
from typing import NoReturn

from vivavoce.commands.parser import make_parser, one_line
from vivavoce.errors import InputError

BAD_INPUT = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Of the system's complaints those that another path would mend; others, as a full disk, end with exit code 1."""
BAD_PATHS = (errno.ENAMETOOLONG, errno.ELOOP, errno.EROFS)


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
        print(one_line(f"vivavoce: {error}"), file=sys.stderr)
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


def run() -> NoReturn:
    """The command `vivavoce`: `main`, and the end of the process.

    After `speak` it ends at once: all is written and closed by then, and Python would take a twentieth of a second to
    free, object by object, what the system frees at a stroke.
    """
    code = main()
    if sys.argv[1:2] == ["speak"]:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    try:
        return make_parser(arguments).parse_args(arguments)
    except SystemExit:
        _flush()  # help goes into pipes too
        raise


def _report_os_error(error: OSError) -> int:
    print(one_line(f"vivavoce: {error.filename or 'output'}: {error.strerror or error}"), file=sys.stderr)
    _drop_what_cannot_be_written()
    return 2 if isinstance(error, BAD_INPUT) or error.errno in BAD_PATHS else 1


def _prepare() -> None:
    """Characters that a terminal does not have are shown as escapes, and SIGTERM leaves nothing behind.

    The threads of numpy's BLAS sleep as soon as they have nothing to do: by default they spin for some 40 ms after
    numpy is imported, a tenth of the processor time of a short sentence.
    """
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
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
