"""The jitter buffer: when to play what. Pure: a state and the time go in, a new state and one decision come out.

Packets have numbers in units of 20 ms of the sender's clock. The transit of a packet is its arrival less its number in
seconds; the least transit of late is the sender's clock as seen from here, and how far the others exceed it is the
jitter that the playout delay has to cover. A clock that drifts shifts all transits, and the delay follows.

Where a gap reaches as far as anything that came, the next packet will bring what is missing, so playing waits for
it, up to a limit, and catches up later by playing a little faster.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from vivavoce.errors import InputError
from vivavoce.transport.opus_codec import FRAME_S

_REMEMBERED = 500
_JITTER_SHARE = 0.97
_ACCELERATE_S, _EXPAND_S = 0.04, 0.02
RESTART = 500
"""Packets; a number that leaps further begins a new stream."""
_LATE_PACKETS = 5
"""So many late packets in a row, with none in time, and playing waits for them again."""


class Move(StrEnum):
    """What to do with the next stretch of playing time."""

    BUFFERING = "buffering"
    """Nothing has begun: silence."""
    PLAY = "play"
    """Play packet `number`, or what stands for it, and go on."""
    EXPAND = "expand"
    """Stay where we are: what is missing is under way."""


class TimeScale(StrEnum):
    """How long to take over a packet."""

    NORMAL = "normal"
    ACCELERATE = "accelerate"
    PREEMPTIVE_EXPAND = "pre-emptive expand"


@dataclass(frozen=True, slots=True)
class Decision:
    """One move."""

    move: Move
    number: int = -1
    time_scale: TimeScale = TimeScale.NORMAL


@dataclass(frozen=True, slots=True)
class JitterSettings:
    """Bounds of the delay between the sender's clock and ours."""

    min_delay_s: float = 0.04
    max_delay_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_delay_s <= self.max_delay_s <= 10.0:
            raise InputError(f"delays of {self.min_delay_s:g} to {self.max_delay_s:g} s: give 0 to 10, least first")


@dataclass(frozen=True, slots=True)
class JitterState:
    """All that the buffer knows."""

    next_number: int | None = None
    """The packet to play next; None before the first came."""
    waiting: frozenset[int] = frozenset()
    """Packets that came and are not played yet."""
    transits_s: tuple[float, ...] = ()
    started: bool = False
    late_packets: int = 0
    """In a row, too late to be played, with none in time between."""


def arrive(state: JitterState, number: int, at_s: float) -> JitterState:
    """Take in a packet's arrival; one that is late or came before changes only what is known of the network."""
    following = state.next_number
    if following is None or abs(number - following) > RESTART:
        return JitterState(number, frozenset({number}), (at_s - number * FRAME_S,))
    transits_s = (*state.transits_s, at_s - number * FRAME_S)[-_REMEMBERED:]
    state = replace(state, transits_s=transits_s)
    if number >= following:
        return replace(state, waiting=state.waiting | {number}, late_packets=0)
    if not state.started:
        return replace(state, waiting=state.waiting | {number}, next_number=number)
    if state.late_packets + 1 >= _LATE_PACKETS and not state.waiting:
        # The sender stood still and its clock with it: what comes now is not late but the speech that goes on.
        return JitterState(number, frozenset({number}), (at_s - number * FRAME_S,))
    return replace(state, late_packets=state.late_packets + 1)


def add(state: JitterState, number: int) -> JitterState:
    """Take in a copy of an earlier packet, which says nothing of how long packets are under way."""
    if state.next_number is None or (number < state.next_number and state.started):
        return state
    return replace(state, waiting=state.waiting | {number}, next_number=min(number, state.next_number))


def decide(
    state: JitterState, now_s: float, settings: JitterSettings, *, in_dtx: bool = False
) -> tuple[JitterState, Decision]:
    """The next move at time `now_s`; `in_dtx` says that the sender had announced a pause."""
    number = state.next_number
    if number is None:
        return state, Decision(Move.BUFFERING)
    lag_s, target_s = lag(state, now_s), target(state, settings)
    if not state.started and lag_s < target_s:
        return state, Decision(Move.BUFFERING)
    state = replace(state, started=True)
    if not state.waiting and not in_dtx and lag_s < settings.max_delay_s:
        return state, Decision(Move.EXPAND, number)
    time_scale = _time_scale(lag_s - target_s) if number in state.waiting else TimeScale.NORMAL
    return state, Decision(Move.PLAY, number, time_scale)


def advance(state: JitterState, number: int) -> JitterState:
    """The state once every packet before `number` is played."""
    waiting = frozenset(there for there in state.waiting if there >= number)
    return replace(state, next_number=number, waiting=waiting)


def lag(state: JitterState, now_s: float) -> float:
    """How long ago the sender sent the next packet, in seconds, were the network always as quick as at its quickest."""
    return now_s - min(state.transits_s) - (state.next_number or 0) * FRAME_S


def target(state: JitterState, settings: JitterSettings) -> float:
    """The delay in seconds that covers nearly all jitter, within the settings' bounds."""
    ordered = sorted(state.transits_s)
    spread_s = ordered[int(_JITTER_SHARE * (len(ordered) - 1))] - ordered[0]
    return min(max(spread_s + FRAME_S, settings.min_delay_s), settings.max_delay_s)


def _time_scale(late_s: float) -> TimeScale:
    if late_s > _ACCELERATE_S:
        return TimeScale.ACCELERATE
    return TimeScale.PREEMPTIVE_EXPAND if late_s < -_EXPAND_S else TimeScale.NORMAL
