"""Damage that was seen twice is one event."""

from __future__ import annotations

from vivavoce.inspection.defects.block_corruption.joined_events import JoinedEvents
from vivavoce.inspection.event import Event


def _event(start_s: float, end_s: float, score: float = 0.7) -> Event:
    return Event("block_corruption", start_s, end_s, score)


def _joined(*events: Event) -> list[Event]:
    joined = JoinedEvents()
    return [one for event in events for one in joined.add(event)] + list(joined.finish())


def test_events_that_touch_or_hold_each_other_are_one_with_the_higher_score() -> None:
    assert _joined(_event(1.0, 2.0), _event(2.5, 3.0, 0.9)) == [_event(1.0, 3.0, 0.9)]
    assert _joined(_event(1.0, 4.0, 0.9), _event(2.0, 2.5)) == [_event(1.0, 4.0, 0.9)]
    assert _joined(_event(3.0, 4.0), _event(1.0, 2.5)) == [_event(1.0, 4.0)]


def test_events_that_are_apart_stay_apart_and_come_in_their_order() -> None:
    assert _joined(_event(1.0, 2.0), _event(4.0, 5.0)) == [_event(1.0, 2.0), _event(4.0, 5.0)]


def test_an_event_is_given_once_none_can_join_it() -> None:
    joined = JoinedEvents()
    assert list(joined.add(_event(1.0, 2.0))) == []
    assert list(joined.release(3.0)) == []
    assert list(joined.release(3.3)) == [_event(1.0, 2.0)]
    assert list(joined.finish()) == []
