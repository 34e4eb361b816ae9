from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from vivavoce.blocks.files import MAX_ARCHIVE_ENTRIES, FolderFiles, MemoryFiles, ZipFiles
from vivavoce.errors import InputError

LIMIT = 1000


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def test_folders_zips_and_memory_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.bin").write_bytes(b"abc")
    archive = zipped(tmp_path / "a.zip", ("sub/", b""), ("sub/a.bin", b"abc"))
    for files in (FolderFiles(tmp_path), ZipFiles(archive), MemoryFiles({"sub/a.bin": b"abc"})):
        assert files.read("sub/a.bin", 3) == b"abc"
        with pytest.raises(InputError, match="3 bytes, expected at most 2"):
            files.read("sub/a.bin", 2)
        with pytest.raises(InputError, match=r"missing\.bin"):
            files.read("missing.bin", LIMIT)


@pytest.mark.parametrize(
    "name", ["../a", "/etc/passwd", "a/../b", "a\\b", "", ".", "a//b", "-rf", "a\n", "é", "a" * 300]
)
def test_only_plain_relative_names_are_opened(tmp_path: Path, name: str) -> None:
    for files in (FolderFiles(tmp_path), ZipFiles(zipped(tmp_path / "a.zip", ("a", b"")))):
        with pytest.raises(InputError, match="not a plain relative file name") as error:
            files.read(name, LIMIT)
        assert "\n" not in str(error.value)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "file").symlink_to(outside / "secret")
    (inside / "folder").symlink_to(outside)
    with pytest.raises(InputError, match="is a link"):
        FolderFiles(inside).read("file", LIMIT)
    with pytest.raises(InputError, match="reached through a link"):
        FolderFiles(inside).read("folder/secret", LIMIT)


def test_a_pipe_or_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(InputError, match="not a plain file"):
            FolderFiles(tmp_path).read(name, LIMIT)


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../evil", "..\\evil"])
def test_a_zip_that_would_climb_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not a plain relative file name"):
        ZipFiles(zipped(tmp_path / "a.zip", (name, b"")))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(InputError, match="is a link or a device"):
        ZipFiles(zipped(tmp_path / "a.zip", (link, b"/etc/passwd")))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unpacks to more than 200 times"):
        ZipFiles(zipped(tmp_path / "a.zip", ("bomb", bytes(50_000_000))))


def test_a_bomb_that_lies_of_its_size_is_not_unpacked_beyond_it(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("bomb", bytes(10_000_000)))
    data = bytearray(archive.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 100)
    archive.write_bytes(data)
    with pytest.raises(InputError, match="cannot be unpacked"):
        ZipFiles(archive).read("bomb", LIMIT)


def test_too_many_entries_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    many = [(f"f{number}", b"") for number in range(MAX_ARCHIVE_ENTRIES + 1)]
    with pytest.raises(InputError, match="1001 entries, at most 1000"):
        ZipFiles(zipped(tmp_path / "a.zip", *many))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_appears_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="appears twice"):
        ZipFiles(zipped(tmp_path / "a.zip", ("a", b"1"), ("a", b"2")))


def test_packings_other_than_deflate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other than deflate"):
        ZipFiles(zipped(tmp_path / "a.zip", ("a", b"1" * 100), packing=zipfile.ZIP_LZMA))


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("a", b"0123456789"), packing=zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"0123456789", b"0123456780"))
    with pytest.raises(InputError, match="a: cannot be unpacked, Bad CRC-32"):
        ZipFiles(archive).read("a", LIMIT)


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(3)])
def test_what_is_not_a_zip_or_empty_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.zip"):
        ZipFiles(path).read("addon.json", LIMIT)
