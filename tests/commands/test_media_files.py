"""Which files of a folder are taken, and by which shard."""

from __future__ import annotations

from pathlib import Path

import pytest

from vivavoce.commands.media_files import count_others, inspected_files
from vivavoce.errors import InputError
from vivavoce.shard import Shard


def test_shards_take_every_file_once_and_others_are_counted(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.wav", "c.srt", "d.mkv", "notes.txt", "e.GIF"):
        (tmp_path / name).touch()
    files = inspected_files([tmp_path])
    shards = [Shard.parse(f"{number}/3").take(files) for number in (1, 2, 3)]
    assert sorted(path for shard in shards for path in shard) == files
    assert count_others([tmp_path]) == 1
    assert count_others([tmp_path / "notes.txt"]) == 0


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/", "-1/2"])
def test_a_shard_that_is_none_is_refused(shard: str) -> None:
    with pytest.raises(InputError, match="give i/n"):
        Shard.parse(shard)
