"""Lists of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.inspection.live import Channel, find_channels


def test_a_list_has_names_remarks_and_sources_with_spaces(tmp_path: Path) -> None:
    path = tmp_path / "channels.txt"
    path.write_text("# regional\nnews udp://239.0.0.1:5000#1\n\n/run/film.ts  # a pipe\nkitchen /run/the kitchen.ts\n")
    assert find_channels([str(path), "-"]) == [
        Channel("news", "udp://239.0.0.1:5000#1"),
        Channel("/run/film.ts", "/run/film.ts"),
        Channel("kitchen", "/run/the kitchen.ts"),
        Channel("-", "-"),
    ]


@pytest.mark.parametrize(
    ("text", "said"), [("", "names no source"), ("a x.ts\na y.ts\n", "a is named twice"), ("\udcff", "is not UTF-8")]
)
def test_a_bad_list_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "channels.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=said):
        find_channels([str(path)])


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"channels\.txt: cannot be read"):
        find_channels([str(tmp_path / "channels.txt")])
