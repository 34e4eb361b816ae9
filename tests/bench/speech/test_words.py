import pytest
from bench.speech.words import Slips, slips

MEANT = "the cat sat down"


def heard(text: str) -> Slips:
    return slips(MEANT.split(), text.split())


def test_what_is_said_as_meant_has_no_slips() -> None:
    assert heard(MEANT) == Slips(4, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("the sat down", {"dropped": 1}),
        ("the cat cat sat down", {"repeated": 1}),
        ("the cat the cat sat down", {"repeated": 2}),
        ("the cat sat all down", {"added": 1}),
        ("the hat sat down", {"changed": 1}),
        ("", {"dropped": 4}),
    ],
)
def test_slips_are_told_apart(text: str, slip: dict[str, int]) -> None:
    assert heard(text) == Slips(4, **{"dropped": 0, "repeated": 0, "added": 0, "changed": 0, **slip})
