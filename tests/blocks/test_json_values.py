from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blocks.toys import complaint
from vivavoce.blocks.json_values import MAX_BYTES, MAX_DEPTH, NOT_JSON, parse_json, read_dataclass
from vivavoce.errors import InputError


@dataclass(frozen=True)
class Inner:
    size: int


@dataclass(frozen=True)
class Outer:
    name: str
    rate: float = 1.0
    loud: bool = False
    inner: Inner | None = None
    each: dict[str, Inner] = field(default_factory=dict)
    sizes: tuple[int, ...] = ()
    free: Any = None
    callback: Any = field(default=None, metadata=NOT_JSON)


FULL = {
    "name": "a",
    "rate": 2,
    "loud": True,
    "inner": {"size": 3},
    "each": {"b": {"size": 4}},
    "sizes": [1, 2],
    "free": [None],
}


def test_a_full_object_is_read() -> None:
    assert read_dataclass(Outer, FULL, "x") == Outer("a", 2.0, True, Inner(3), {"b": Inner(4)}, (1, 2), [None])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nam": 1}, 'x: unknown key "nam", known are name, rate, loud, inner, each, sizes, free'),
        ({"callback": 1}, 'x: unknown key "callback"'),
        ({"name": 1}, "x.name: expected a string, got 1"),
        ({"name": None}, "x.name: expected a string, got null"),
        ({"rate": "fast"}, 'x.rate: expected a number, got "fast"'),
        ({"rate": True}, "x.rate: expected a number, got true"),
        ({"loud": 1}, "x.loud: expected true or false, got 1"),
        ({"inner": {}}, 'x.inner: key "size" is missing'),
        ({"inner": {"size": 1.5}}, "x.inner.size: expected an integer, got 1.5"),
        ({"inner": {"size": True}}, "x.inner.size: expected an integer, got true"),
        ({"each": []}, "x.each: expected an object, got a list"),
        ({"each": {"b": 1}}, "x.each.b: expected an object, got 1"),
        ({"sizes": [1, "2"]}, 'x.sizes[1]: expected an integer, got "2"'),
        ({"sizes": {"0": 1}}, "x.sizes: expected a list, got an object"),
        ({"name": {"deep": 1}}, "x.name: expected a string, got an object"),
    ],
)
def test_every_fault_names_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read_dataclass(Outer, {**FULL, **change}, "x")
    assert str(error.value).startswith(message)


def test_what_is_not_an_object_is_refused() -> None:
    with pytest.raises(InputError, match="x: expected an object, got a list"):
        read_dataclass(Outer, [], "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"a": 1, "a": 2}', 'key "a" appears twice'),
        (b'{"b": {"a": 1, "a": 2}}', 'key "a" appears twice'),
        (b"[NaN]", "NaN is not a number that JSON has"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e999]", "x[0]: a number too large"),
        (b'{"a": [' + b"9" * 5000 + b"]}", "not valid JSON"),
        (b"[" * 100_000, "nested more than 32"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested more than 32"),
        (b'["\\u001b[31m"]', "x[0]: a string holds the character U+001B"),
        (b'["\\ud800"]', "x[0]: a string holds the character U+D800"),
        (b'["\\u202e"]', "x[0]: a string holds the character U+202E"),
        (b'{"a\\n": 1}', "is too long or not text"),
        (b'{"' + b"a" * 101 + b'": 1}', "is too long or not text"),
        (b" " * (MAX_BYTES + 1), "bytes of JSON, at most"),
    ],
)
def test_hostile_json_is_one_clear_line(text: bytes, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_json(text, "x")
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


def test_depth_up_to_the_limit_is_read() -> None:
    text = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse_json(text, "x") == json.loads(text)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_an_input_error(text: bytes) -> None:
    assert "\n" not in complaint(lambda: parse_json(text, "x"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*FULL, "other"]), json_values))
def test_any_value_is_read_or_refused_at_its_place(value: dict[str, Any]) -> None:
    assert complaint(lambda: read_dataclass(Outer, value, "x"))[:1] in ("", "x")
