"""The range coder of Opus (RFC 6716, section 4.1), without raw bits, and the Laplace code of DRED upon it.

A DRED payload has no length of its own symbols: past its last byte the decoder reads zeros.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

CODE_BITS = 32
_TOP = 1 << 31
_BOTTOM = 1 << 23
_MASK = _TOP - 1
_LAPLACE_STEPS = 7
"""A magnitude goes in steps of so many, the last of which says that more follow."""


class RangeEncoder:
    """Symbols to bytes."""

    def __init__(self) -> None:
        self._output = bytearray()
        self._low, self._range = 0, _TOP
        self._held, self._carried = -1, 0
        self._bits = CODE_BITS + 1

    def copy(self) -> RangeEncoder:
        """Another one that goes on from here."""
        twin = RangeEncoder()
        twin._output = self._output[:]
        twin._low, twin._range, twin._held = self._low, self._range, self._held
        twin._carried, twin._bits = self._carried, self._bits
        return twin

    @property
    def bits(self) -> int:
        """Bits spent, rounded up."""
        return self._bits - self._range.bit_length()

    def encode(self, start: int, stop: int, total: int) -> None:
        """Encode a symbol that has the counts `start` to `stop` of `total`."""
        unit = self._range // total
        if start:
            self._low += self._range - unit * (total - start)
            self._range = unit * (stop - start)
        else:
            self._range -= unit * (total - stop)
        self._normalise()

    def encode_uniform(self, value: int, total: int) -> None:
        """Encode one of a number of `total` equally likely values, at most 256."""
        self.encode(value, value + 1, total)

    def encode_laplace(self, value: int, zero: int, decay: int) -> None:
        """Encode a whole number; `zero` is the probability of 0 and `decay` that of going on, in units of 1/256."""
        self.encode_tails(laplace_symbols(value, zero, decay))

    def encode_tails(self, symbols: Iterable[tuple[int, int]]) -> None:
        """Encode symbols, each as the counts of 2 ** 15 above the one before it, 0 for the first, and above itself.

        A payload has hundreds in every packet, so all of them go through this one loop.
        """
        low, span = self._low, self._range
        for before, above in symbols:
            unit = span >> 15
            if before:
                low += span - unit * before
                span = unit * (before - above)
            else:
                span -= unit * above
            while span <= _BOTTOM:
                self._put(low >> 23)
                low = (low << 8) & _MASK
                span <<= 8
                self._bits += 8
        self._low, self._range = low, span

    def to_bytes(self) -> bytes:
        """The shortest message that decodes to these symbols."""
        size = (self.bits + 7) // 8
        left = CODE_BITS - self._range.bit_length()
        mask = _MASK >> left
        end = (self._low + mask) & ~mask
        if (end | mask) >= self._low + self._range:
            left += 1
            mask >>= 1
            end = (self._low + mask) & ~mask
        while left > 0:
            self._put(end >> 23)
            end = (end << 8) & _MASK
            left -= 8
        if self._held >= 0 or self._carried:
            self._put(0)
        return bytes(self._output[:size]).ljust(size, b"\0")

    def _normalise(self) -> None:
        while self._range <= _BOTTOM:
            self._put(self._low >> 23)
            self._low = (self._low << 8) & _MASK
            self._range <<= 8
            self._bits += 8

    def _put(self, value: int) -> None:
        """A byte and its carry; bytes of 255 wait until it is known whether one arrives."""
        if value == 0xFF:
            self._carried += 1
            return
        carry = value >> 8
        if self._held >= 0:
            self._output.append((self._held + carry) & 0xFF)
        if self._carried:
            self._output += bytes([(0xFF + carry) & 0xFF]) * self._carried
            self._carried = 0
        self._held = value & 0xFF


class RangeDecoder:
    """Bytes to symbols. Any bytes decode to something."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0
        self._bits = 9
        self._range = 128
        self._last = self._next_byte()
        self._value = self._range - 1 - (self._last >> 1)
        self._unit = 1
        self._normalise()

    @property
    def bits_left(self) -> int:
        """Bits of the message that no symbol has needed yet."""
        return 8 * len(self._data) - (self._bits - self._range.bit_length())

    def frequency(self, total: int) -> int:
        """Where in `total`, as a count, the next symbol lies; `accept` has to follow."""
        self._unit = self._range // total
        return total - min(self._value // self._unit + 1, total)

    def accept(self, start: int, stop: int, total: int) -> None:
        """Go on after the symbol of the counts `start` to `stop` of `total`."""
        above = self._unit * (total - stop)
        self._value -= above
        self._range = self._unit * (stop - start) if start else self._range - above
        self._normalise()

    def decode_uniform(self, total: int) -> int:
        """Decode one of a number of `total` equally likely values."""
        value = self.frequency(total)
        self.accept(value, value + 1, total)
        return value

    def decode_laplace(self, zero: int, decay: int) -> int:
        """Decode a whole number as `RangeEncoder.encode_laplace` wrote it; probabilities in units of 1/256."""
        signs, steps = laplace_tables(zero, decay)
        sign = self._decode_tail(signs)
        if not sign:
            return 0
        value, step = 1, _LAPLACE_STEPS
        while step == _LAPLACE_STEPS:
            step = self._decode_tail(steps)
            value += step
        return value if sign == 1 else -value

    def _decode_tail(self, tails: tuple[int, ...]) -> int:
        unit, value, below = self._range >> 15, self._value, self._range
        for symbol, tail in enumerate(tails):
            above = unit * tail
            if value >= above:
                self._value = value - above
                self._range = below - above
                if self._range <= _BOTTOM:
                    self._normalise()
                return symbol
            below = above
        raise AssertionError("tables end in 0")

    def _normalise(self) -> None:
        while self._range <= _BOTTOM:
            self._bits += 8
            self._range <<= 8
            following = self._next_byte()
            byte = (self._last << 8 | following) >> 1
            self._last = following
            self._value = ((self._value << 8) + (0xFF & ~byte)) & _MASK

    def _next_byte(self) -> int:
        self._place += 1
        return self._data[self._place - 1] if self._place <= len(self._data) else 0


@cache
def laplace_symbols(value: int, zero: int, decay: int) -> tuple[tuple[int, int], ...]:
    """A whole number as symbols for `RangeEncoder.encode_tails`: its sign, then steps of its magnitude."""
    signs, steps = laplace_tables(zero, decay)
    symbols = [_tail(0 if value == 0 else 1 if value > 0 else 2, signs)]
    for left in range(abs(value) - 1, -1, -_LAPLACE_STEPS):
        symbols.append(_tail(min(left, _LAPLACE_STEPS), steps))
    return tuple(symbols)


def _tail(symbol: int, tails: tuple[int, ...]) -> tuple[int, int]:
    return tails[symbol - 1] if symbol else 0, tails[symbol]


@cache
def laplace_tables(zero: int, decay: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What lies above each sign, and above each step of a magnitude, in units of 2 ** -15."""
    some = 32768 - (zero << 7)
    tails = [max(_LAPLACE_STEPS, decay << 7)]
    for step in range(1, _LAPLACE_STEPS):
        tails.append(max(_LAPLACE_STEPS - step, tails[-1] * (decay << 7) >> 15))
    return (some, some // 2, 0), (*tails, 0)
