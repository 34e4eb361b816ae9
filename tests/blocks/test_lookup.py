from __future__ import annotations

import os
from pathlib import Path

import pytest

from vivavoce.blocks import addons, find_addon, lookup
from vivavoce.errors import InputError


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("shipped/one", "shipped/two", "user/two", "user/empty"):
        (tmp_path / name).mkdir(parents=True)
        if not name.endswith("empty"):
            (tmp_path / name / "addon.json").write_text("{}")
    (tmp_path / "user" / "three.zip").touch()
    monkeypatch.setattr(lookup, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("VIVAVOCE_ADDONS", os.pathsep.join([str(tmp_path / "absent"), "", str(tmp_path / "user")]))
    return tmp_path


def test_folders_of_the_user_come_before_those_shipped(shelves: Path) -> None:
    assert addons() == {
        "one": shelves / "shipped" / "one",
        "three": shelves / "user" / "three.zip",
        "two": shelves / "user" / "two",
    }


def test_an_addon_is_found_by_name_or_path(shelves: Path) -> None:
    assert find_addon("one") == shelves / "shipped" / "one"
    assert find_addon(str(shelves / "user" / "empty")) == shelves / "user" / "empty"
    assert find_addon(shelves / "user" / "three.zip") == shelves / "user" / "three.zip"


def test_what_is_not_there_is_said_with_what_is(shelves: Path) -> None:
    with pytest.raises(InputError, match='no addon "four", there are one, three, two; give a name or a path'):
        find_addon("four")
    with pytest.raises(InputError, match="four: no addon there"):
        find_addon("./four")
