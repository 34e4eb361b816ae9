"""Orders that are balanced over listeners: every stimulus in every place, after every other as often.

Source: E. J. Williams, "Experimental designs balanced for the estimation of residual effects of treatments" (1949).
"""

from __future__ import annotations


def williams_row(count: int, row: int) -> list[int]:
    """The order of `count` things for the listener of number `row`.

    Over as many listeners as things (twice as many where these are odd) each thing stands in each place equally often,
    and follows each other thing equally often.
    """
    first = [0, *(number for pair in zip(range(1, count), range(count - 1, 0, -1), strict=True) for number in pair)]
    start = list(dict.fromkeys(first))[:count]
    cycle = 2 * count if count % 2 else count
    row %= max(1, cycle)
    order = [(one + row) % count for one in start] if count else []
    return order[::-1] if row >= count else order
