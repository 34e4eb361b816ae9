"""CEA-608: captions of line 21 inside video, as decoders give them beside a picture.

FFmpeg has a decoder of its own; the one of release 8 shows nothing of captions that roll up or are painted before the
first that pops on, so this is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vivavoce.inspection.media import Cue

TRACK = "CEA-608"
LEAST_S = 0.05
COLUMNS, BOTTOM = 32, 15
VALID_FIELD_1 = 0x04
ROWS = {1: (1, 2), 2: (3, 4), 5: (5, 6), 6: (7, 8), 7: (9, 10), 0: (11, 11), 3: (12, 13), 4: (14, 15)}
"""Rows of a preamble by the low bits of its first byte, and by the sixth bit of its second."""

OTHER_LETTERS = {0x2A: "á", 0x5C: "é", 0x5E: "í", 0x5F: "ó", 0x60: "ú", 0x7B: "ç", 0x7C: "÷", 0x7D: "Ñ", 0x7E: "ñ",
                 0x7F: "█"}  # fmt: skip
SPECIAL = "®°½¿™¢£♪à èâêîôû"
EXTENDED = {2: "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»", 3: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤|ÅåØø┌┐└┘"}
UNREADABLE = "\ufffd"


@dataclass(slots=True)
class _Screen:
    """Letters by row and column."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])

    def lines(self) -> tuple[str, ...]:
        texts = ("".join(letter for _, letter in sorted(row.items())) for _, row in sorted(self.rows.items()))
        return tuple(line for text in texts if (line := " ".join(text.split())))


class Line21Captions:
    """The first channel (CC1) of captions that pop on, roll up or are painted.

    Each time that the screen changes the caption that stood there ends; one to which only letters were added goes on.
    CEA-708 is not read; streams that have it carry the same as CEA-608.
    """

    def __init__(self) -> None:
        self._shown_screen, self._hidden_screen = _Screen(), _Screen()
        self._mode, self._roll = "", 0
        self._row, self._column = BOTTOM, 0
        self._command: tuple[int, int] | None = None
        self._ours = True
        """Whether letters are those of the first channel."""
        self._shown: Cue | None = None
        self._number = 0

    def read(self, data: bytes, time_s: float) -> Iterator[Cue]:
        """Take the pairs of letters that came with the picture at `time_s` (seconds), three bytes each; give the
        caption that is over."""
        for place in range(0, len(data) - 2, 3):
            if data[place] & 0x07 == VALID_FIELD_1:
                self._take(data[place + 1], data[place + 2])
        yield from self._show(self._shown_screen.lines(), time_s)

    def finish(self, end_s: float) -> Iterator[Cue]:
        """The caption that is still shown."""
        yield from self._show((), end_s)

    def _take(self, one: int, two: int) -> None:
        whole = one.bit_count() % 2, two.bit_count() % 2
        high, low = one & 0x7F, two & 0x7F
        if 0x10 <= high < 0x20:
            repeated, self._command = self._command == (high, low), (high, low)
            if repeated:
                self._command = None
            elif all(whole):
                self._ours = high < 0x18
                if self._ours:
                    self._obey(high & 7, low)
            return
        self._command = None
        if self._ours and self._mode:
            for code, right in ((high, whole[0]), (low, whole[1])):
                if code >= 0x20:
                    self._write(OTHER_LETTERS.get(code, chr(code)) if right else UNREADABLE)

    def _obey(self, group: int, low: int) -> None:
        if low >= 0x40:
            self._go_to(ROWS[group][low >> 5 & 1], 4 * (low >> 1 & 7) if low & 0x10 else 0)
        elif group == 1 and low >= 0x30:
            self._write(SPECIAL[low - 0x30])
        elif group == 1:
            self._write(" ")
        elif group in EXTENDED and low >= 0x20:
            self._column = max(0, self._column - 1)
            self._write(EXTENDED[group][low - 0x20])
        elif group == 7 and 0x21 <= low <= 0x23:
            self._column = min(COLUMNS - 1, self._column + low - 0x20)
        elif group in (4, 5):
            self._control(low)

    def _control(self, low: int) -> None:
        screen = self._screen()
        if low == 0x20:
            self._mode = "pop"
        elif low == 0x21:
            self._column = max(0, self._column - 1)
            screen.rows.get(self._row, {}).pop(self._column, None)
        elif low == 0x24:
            row = screen.rows.get(self._row, {})
            screen.rows[self._row] = {column: letter for column, letter in row.items() if column < self._column}
        elif 0x25 <= low <= 0x27:
            if self._mode != "roll":
                self._shown_screen, self._hidden_screen, self._row, self._column = _Screen(), _Screen(), BOTTOM, 0
            self._mode, self._roll = "roll", low - 0x23
        elif low == 0x29:
            self._mode = "paint"
        elif low in (0x2A, 0x2B):
            self._mode = ""  # text that is not a caption
        elif low == 0x2C:
            self._shown_screen = _Screen()
        elif low == 0x2D and self._mode == "roll":
            kept = {row - 1: letters for row, letters in screen.rows.items() if self._row - self._roll < row - 1}
            screen.rows, self._column = kept, 0
        elif low == 0x2E:
            self._hidden_screen = _Screen()
        elif low == 0x2F:
            self._mode = "pop"
            self._shown_screen, self._hidden_screen = self._hidden_screen, self._shown_screen

    def _go_to(self, row: int, column: int) -> None:
        if self._mode == "roll" and row != self._row:
            moved = {row - self._row + line: letters for line, letters in self._shown_screen.rows.items()}
            self._shown_screen.rows = moved
        self._row, self._column = row, column

    def _write(self, letter: str) -> None:
        self._screen().rows.setdefault(self._row, {})[self._column] = letter
        self._column = min(COLUMNS - 1, self._column + 1)

    def _screen(self) -> _Screen:
        return self._hidden_screen if self._mode == "pop" else self._shown_screen

    def _show(self, lines: tuple[str, ...], time_s: float) -> Iterator[Cue]:
        shown = self._shown
        if shown and shown.lines == lines:
            return
        if shown and "\n".join(lines).startswith("\n".join(shown.lines)):
            self._shown = Cue(shown.start_s, time_s, lines, 0, shown.position, track=TRACK)
            return
        self._shown = None
        if shown and time_s - shown.start_s >= LEAST_S:
            self._number += 1
            yield Cue(shown.start_s, time_s, shown.lines, self._number, shown.position, track=TRACK)
        if lines:
            top = min(row for row, letters in self._shown_screen.rows.items() if letters)
            self._shown = Cue(time_s, time_s, lines, 0, f"row {top}", track=TRACK)
