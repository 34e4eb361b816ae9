"""What a person should hear of: what was read otherwise than it was written, and where a fault is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vivavoce.errors import InputError
from vivavoce.text.utterance import ByteSpan


@dataclass(slots=True)
class Notices:
    """Counts notices by kind, so that a million emoji make one line: the first place, and how many there were."""

    source: str
    _seen: dict[str, tuple[ByteSpan, str, int]] = field(default_factory=dict[str, tuple[ByteSpan, str, int]])

    def add(self, what: str, span: ByteSpan, example: str) -> None:
        """Note `what` (a clause such as "emoji left out") at `span`, shown by `example`."""
        first_span, first_example, count = self._seen.get(what, (span, example, 0))
        self._seen[what] = (first_span, first_example, count + 1)

    @property
    def kinds(self) -> list[str]:
        return list(self._seen)

    def lines(self) -> tuple[str, ...]:
        """One line for each kind, in the order in which they were first met."""
        return tuple(
            f"{place(self.source, span[0])}: {what}: {_shorten(example)}"
            + (f" and {count - 1} more" if count > 1 else "")
            for what, (span, example, count) in self._seen.items()
        )


def place(source: str | bytes, byte: int) -> str:
    """ "line 3, column 7" of a byte offset into the UTF-8 of `source`, both from 1, columns in characters."""
    head = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    before = head[:byte]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    line = before.count(b"\n") + 1
    return f"line {line}, column {column}"


@contextmanager
def prefix_place(where: Callable[[], str]) -> Generator[None, None, None]:
    """Put the place, worked out only then, before the message of an `InputError`."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where()}: {error}") from error.__cause__


def _shorten(example: str) -> str:
    shown = example if len(example) <= 24 else f"{example[:24]}…"
    return shown if shown.isprintable() else ascii(shown)
