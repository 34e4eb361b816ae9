"""Manifests to files: each once, whole or not at all, whatever was there before."""

from __future__ import annotations

import functools
import json
import operator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.serve.batch import read_manifest
from vivavoce.shard import Shard

JOBS = [
    {"id": "one", "text": "Hello there."},
    {"id": "two", "text": "<speak>Yes<break time='1s'/>no.</speak>", "speaker": "af_heart", "format": "flac"},
    {"id": "three", "text": "<speak><x/></speak>"},
]


def manifest(folder: Path, jobs: list[dict[str, Any]]) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(job) + "\n" for job in jobs))
    return path


def test_files_marks_and_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = manifest(tmp_path, JOBS), tmp_path / "out"
    assert main(["batch", str(path), "-o", str(out), "--workers", "1"]) == 2
    told = capsys.readouterr().err
    assert "three: line 1, column 8: <x> is not supported" in told
    assert "2 spoken, 0 were there, 1 failed" in told
    assert sorted(file.name for file in out.iterdir()) == ["one.json", "one.wav", "two.flac", "two.json"]
    marks = json.loads((out / "one.json").read_text())
    assert [word["text"] for word in marks["words"]] == ["Hello", "there"]
    assert soundfile.info(out / "one.wav").duration == pytest.approx(marks["duration"], abs=1e-3)


def test_again_only_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    main(["batch", str(manifest(tmp_path, JOBS[:2])), "-o", str(out), "--workers", "1"])
    before = (out / "one.wav").stat().st_mtime_ns
    (out / "two.flac").unlink()
    capsys.readouterr()
    assert main(["batch", str(manifest(tmp_path, JOBS[:2])), "-o", str(out), "--workers", "1"]) == 0
    assert "1 spoken, 1 were there" in capsys.readouterr().err
    assert (out / "one.wav").stat().st_mtime_ns == before
    main(["batch", str(manifest(tmp_path, [{"id": "one", "text": "Other."}])), "-o", str(out)])
    assert "1 spoken" in capsys.readouterr().err


def test_a_manifest_without_texts_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = manifest(tmp_path, [])
    assert main(["batch", str(path), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == f"{path}: no texts in it\n"
    path.write_text('{"id": "one", "text": "Hi."}\n')
    assert main(["batch", str(path), "-o", str(tmp_path / "out"), "--shard", "2/2"]) == 0
    assert capsys.readouterr().err == f"{path}: no texts for shard 2/2\n"


def test_shards_are_all_and_none_twice(tmp_path: Path) -> None:
    path = manifest(tmp_path, [{"id": str(number), "text": "a"} for number in range(10)])
    ids = [[job.id for job in read_manifest(path, Shard.parse(f"{index}/3"))] for index in (1, 2, 3)]
    assert sorted(functools.reduce(operator.iadd, ids, [])) == sorted(str(number) for number in range(10))


def test_two_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", str(manifest(tmp_path, JOBS[:2])), "-o", str(tmp_path / "out"), "--workers", "2"]) == 0
    assert "2 spoken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"id": "../x", "text": "a"}', "cannot be the name of a file"),
        ('{"id": "", "text": "a"}', "cannot be the name"),
        ('{"id": ".x", "text": "a"}', "cannot be the name"),
        (f'{{"id": "{"é" * 150}", "text": "a"}}', "cannot be the name"),
        ('{"id": "a\\nb", "text": "a"}', "cannot be the name"),
        ('{"id": "a"}', 'key "text" is missing'),
        ('{"id": "a", "text": 5}', "text"),
        ('{"id": "a", "text": "b", "size": 1}', 'unknown key "size"'),
        ('{"id": "a", "text": "b", "format": "exe"}', "none of wav"),
        ('{"id": "a", "text": "b"}\n{"id": "a", "text": "b"}', "line 2: id 'a' is that of line 1"),
        ("{", "not valid JSON"),
    ],
)
def test_lines_that_are_wrong(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(InputError, match=complaint):
        read_manifest(path, Shard())


@pytest.mark.parametrize("text", ["1", "0/3", "4/3", "a/b", "-1/2", "1/0"])
def test_shards_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="give i/n"):
        Shard.parse(text)


def test_a_batch_says_before_it_begins_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = manifest(tmp_path, JOBS[:1])
    assert main(["batch", str(path), "-o", str(tmp_path / "out"), "--workers", "0"]) == 2
    assert "--workers 0: give 1 or more" in capsys.readouterr().err
    assert main(["batch", str(path), "-o", str(path)]) == 2
    assert "is no folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
