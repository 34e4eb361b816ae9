"""What is written is there whole or not at all, and replaces nothing but a plain file."""

import os
from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.files import check_output, check_outputs, whole_file, write_text


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    assert (path.read_text(), os.listdir(tmp_path)) == ("one", ["a.txt"])


def test_what_is_broken_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    half_way = whole_file(path)
    half_way.__enter__().write_text("half")
    assert not half_way.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert (path.read_text(), os.listdir(tmp_path)) == ("before", ["a.txt"])


def test_a_full_disk_names_the_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match=r"a\.txt"),
        whole_file(tmp_path / "a.txt"),
        open("/dev/full", "w", encoding="ascii") as full,
    ):
        full.write("one")
    assert os.listdir(tmp_path) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    with whole_file(tmp_path / "link") as temporary:
        temporary.write_text("one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "one"


def test_a_pipe_or_a_folder_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: is a device or a pipe"), whole_file(tmp_path / "pipe"):
        pass
    with pytest.raises(InputError, match="is a folder, name a file in it"), whole_file(tmp_path):
        pass
    with pytest.raises(InputError, match="the folder .*none does not exist"), whole_file(tmp_path / "none" / "a"):
        pass
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_long_name_fits(tmp_path: Path) -> None:
    with whole_file(tmp_path / ("a" * 255)) as temporary:
        temporary.write_text("one")
    assert (tmp_path / ("a" * 255)).read_text() == "one"


def test_every_file_has_a_place_of_its_own(tmp_path: Path) -> None:
    one, two, link = tmp_path / "one", tmp_path / "two", tmp_path / "link"
    link.symlink_to("one")
    check_outputs([one, None], two, None)
    with pytest.raises(InputError, match="link: is named twice"):
        check_outputs([one], two, link)
    with pytest.raises(InputError, match="two: is named twice"):
        check_outputs([], two, two)


def test_text_is_utf_8(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "naïve\n")
    assert (tmp_path / "a.txt").read_bytes() == "naïve\n".encode()


def test_what_is_no_utf8_is_written_as_escapes(tmp_path: Path) -> None:
    write_text(tmp_path / "page.html", "a \udcff b")
    assert (tmp_path / "page.html").read_text() == "a \\udcff b"


def test_what_writes_a_file_has_no_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="give its name"):
        check_output(Path("-"))
