from __future__ import annotations

import os
from pathlib import Path

import pytest

from vivavoce.blocks import addons, find_addon, lookup
from vivavoce.errors import InputError


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("shipped/one", "shipped/two", "user/two", "user/empty", "package/five"):
        (tmp_path / name).mkdir(parents=True)
        if not name.endswith("empty"):
            (tmp_path / name / "addon.json").write_text("{}")
    (tmp_path / "user" / "three.zip").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(lookup, "_package_folders", lambda: (tmp_path / "package",))
    monkeypatch.setattr(lookup, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("VIVAVOCE_ADDONS", os.pathsep.join([str(tmp_path / "absent"), "", str(tmp_path / "user")]))
    return tmp_path


def test_folders_of_the_user_come_before_those_shipped(shelves: Path) -> None:
    assert addons() == {
        "five": shelves / "package" / "five",
        "one": shelves / "shipped" / "one",
        "three": shelves / "user" / "three.zip",
        "two": shelves / "user" / "two",
    }


def test_an_addon_is_found_by_name_or_path(shelves: Path) -> None:
    assert find_addon("one") == shelves / "shipped" / "one"
    assert find_addon(str(shelves / "user" / "empty")) == shelves / "user" / "empty"
    assert find_addon(shelves / "user" / "three.zip") == shelves / "user" / "three.zip"


def test_a_folder_here_needs_no_dot_unless_an_addon_has_its_name(
    shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shelves / "user")
    (shelves / "user" / "one").mkdir()
    (shelves / "user" / "one" / "addon.json").write_text("{}")
    monkeypatch.setenv("VIVAVOCE_ADDONS", "")
    assert find_addon("two") == shelves / "shipped" / "two"
    monkeypatch.setattr(lookup, "SHIPPED", shelves / "nothing")
    assert find_addon("one") == Path("one")


def test_what_is_not_there_is_said_with_what_is(shelves: Path) -> None:
    with pytest.raises(InputError, match='no addon "four", there are five, one, three, two; give a name or a path'):
        find_addon("four")
    with pytest.raises(InputError, match="four: no addon there"):
        find_addon("./four")


def test_who_wants_a_kind_is_told_of_that_kind_alone() -> None:
    with pytest.raises(InputError, match='no voice "four", there are [^;]*chorus[^;]*; give') as told:
        find_addon("four", "voice")
    assert "aligner" not in str(told.value)


def test_users_own_addons_lie_with_their_data(shelves: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lookup.user_folder() == shelves / "absent"
    monkeypatch.delenv("VIVAVOCE_ADDONS")
    own = shelves / "data" / "vivavoce" / "addons"
    assert lookup.user_folder() == own
    (own / "four").mkdir(parents=True)
    (own / "four" / "addon.json").touch()
    assert find_addon("four") == own / "four"
