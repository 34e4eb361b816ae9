"""What holds for every verb: one line on standard error, whatever goes wrong around it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vivavoce.cli import main

COMMAND = [sys.executable, "-m", "vivavoce"]
WITHOUT_AV = """
import sys
sys.modules["av"] = None
from vivavoce.cli import main
for line in sys.argv[1:]:
    try:
        code = main(line.split())
    except SystemExit as ended:
        code = ended.code
    print("code", code, file=sys.stderr, flush=True)
"""


def test_output_that_cannot_be_written_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "addons", "list"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"vivavoce: output: No space left on device\n")


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("arguments", [["addons", "list"], ["addons", "list", "--json"], ["--version"]])
def test_a_pipe_that_nobody_reads_ends_it_without_a_word(arguments: list[str], buffered: bool) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        command = [*COMMAND, *arguments]
        done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, env=environment, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


def test_characters_that_a_terminal_does_not_have_are_escaped() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "text", "café"], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\xe9" in done.stdout


def test_a_path_that_no_file_can_have_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speak", "Hello.", "-o", f"{'a' * 300}.wav"]) == 2
    assert capsys.readouterr().err.endswith("aaa.wav: File name too long\n")


def test_a_closed_standard_input_and_a_long_complaint_are_one_line() -> None:
    for arguments in (["speak", "-"], ["text", f"<speak><break time='{'9' * 5000}s'/></speak>"]):
        command = ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith("vivavoce: ")
        assert done.stderr.count("\n") == 1
        assert len(done.stderr) < 700


def test_what_is_ended_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [*COMMAND, "speak", "This is said a hundred times. " * 100, "-o", "a.wav"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob(".vivavoce-*/state.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (143, b"vivavoce: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_pyav_is_asked_for_only_where_something_is_decoded(tmp_path: Path) -> None:
    without = ["inspect --help", "inject --help", "label --help", "inspect --wrong", "inject rain a -o b"]
    needing = ["inspect a.mp4", "inspect --live -", "inject hum a.mp4 -o b.mp4", "label a.mp4", "speak Hi. --inspect"]
    command = [sys.executable, "-c", WITHOUT_AV, *without, *needing]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "--fail-on" in done.stdout
    assert "blockiness" in done.stdout
    assert "invalid choice: 'rain'" in done.stderr
    missing = 'vivavoce: inspection needs PyAV to decode: pip install "vivavoce[inspect]"\ncode 2\n'
    assert done.stderr.endswith(missing * len(needing))
    codes = [line for line in done.stderr.splitlines() if line.startswith("code ")]
    assert codes == ["code 0"] * 3 + ["code 2"] * 7


def test_speak_ends_at_once_and_has_written_all() -> None:
    command = [*COMMAND, "speak", "--stream"]
    done = subprocess.run([*command, "Hi."], capture_output=True, check=True)
    assert 20_000 < len(done.stdout) < 60_000
    refused = subprocess.run([*command, ""], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("vivavoce: nothing to say")
