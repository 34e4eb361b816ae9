"""`vivavoce speak`, every option, with the shipped voice; and everything that people give it that is no speech."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vivavoce.audio import read_audio
from vivavoce.blocks import Addon
from vivavoce.cli import main
from vivavoce.commands import speak, speech_output
from vivavoce.voice import load_voice

TEXT = "Hello there. It costs $5, no more."
Error = pytest.CaptureFixture[str]
once = cache(load_voice)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and a voice that is loaded once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(speak, "load_voice", once)
    return tmp_path


def given(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put bytes on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def run(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    # tests that a shell runs in the background ignore SIGINT, and so would the process
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heed}; from vivavoce.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "speak", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]


def test_a_text_becomes_a_file(here: Path, capsys: Error) -> None:
    assert main(["speak", TEXT]) == 0
    assert [path.name for path in here.iterdir()] == ["speech.wav"]
    assert 1.5 < read_audio("speech.wav").duration_s < 8.0
    assert "speech.wav: " in capsys.readouterr().err


def test_everybody_who_spoke_is_named(capsys: Error) -> None:
    two = '<speak>One.<voice name="bm_george">Two.</voice><voice name="kathleen">Three.</voice></speak>'
    assert main(["speak", two, "--speaker", "af_bella"]) == 0
    assert "s by af_bella, bm_george and kathleen\n" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "kind"), [("wav", "WAV"), ("flac", "FLAC"), ("opus", "OGG"), ("mp3", "MP3")])
def test_formats(name: str, kind: str) -> None:
    assert main(["speak", "Hello.", "--format", name]) == 0
    assert soundfile.info(f"speech.{name}").format == kind
    assert main(["speak", "Hello.", "-o", f"by-suffix.{name}"]) == 0
    assert soundfile.info(f"by-suffix.{name}").format == kind
    assert read_audio(f"by-suffix.{name}", 24_000).duration_s == pytest.approx(
        read_audio(f"speech.{name}", 24_000).duration_s
    )


def test_text_comes_from_standard_input_a_file_or_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    main(["speak", "Hello.", "-o", "a.wav"])
    given(b"Hello.", monkeypatch)
    main(["speak", "-", "-o", "b.wav"])
    Path("hello.txt").write_text("Hello.")
    main(["speak", "--file", "hello.txt", "-o", "c.wav"])
    sounds = [read_audio(f"{name}.wav").samples for name in "abc"]
    np.testing.assert_array_equal(sounds[0], sounds[1])
    np.testing.assert_array_equal(sounds[0], sounds[2])
    assert main(["speak", "--ssml", "<!-- x --><speak>Hello.<break time='500ms'/> Hello.</speak>", "-o", "d.wav"]) == 0
    assert main(["speak", "Hello. Hello.", "-o", "e.wav"]) == 0
    assert read_audio("d.wav").duration_s > read_audio("e.wav").duration_s


def test_speaker_rate_and_pitch_change_the_sound() -> None:
    variants = {"plain": [], "bella": ["--speaker", "af_bella"], "fast": ["--rate", "2"], "low": ["--pitch", "-5"]}
    for name, options in variants.items():
        assert main(["speak", "Hello, my friends.", "-o", f"{name}.wav", *options]) == 0
    sound = {name: read_audio(f"{name}.wav") for name in variants}
    assert sound["fast"].duration_s < 0.7 * sound["plain"].duration_s
    assert sound["low"].duration_s == sound["plain"].duration_s
    assert np.abs(sound["low"].samples - sound["plain"].samples).max() > 0.01
    assert len(sound["bella"].samples) != len(sound["plain"].samples)


def test_marks_are_pollys(capsys: Error) -> None:
    text = "“Hello”, she said. It’s $5 — no more."
    assert main(["speak", text, "--marks", "marks.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("marks.jsonl").read_text("utf-8").splitlines()]
    assert all(list(row) == ["time", "type", "start", "end", "value"] for row in rows)
    assert all(isinstance(row["time"], int) for row in rows)
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert [row["value"] for row in rows if row["type"] == "word"] == [
        "Hello",
        "she",
        "said",
        "It’s",
        "$5",
        "no",
        "more",
    ]
    sentences = [row for row in rows if row["type"] == "sentence"]
    assert [row["value"] for row in sentences] == ["“Hello”, she said.", "It’s $5 — no more."]
    for row in rows:
        assert text.encode()[row["start"] : row["end"]].decode() == row["value"]


def test_marks_of_markup_keep_its_names_and_text() -> None:
    text = '<speak>One <mark name="here"/>two.</speak>'
    assert main(["speak", text, "--marks", "marks.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("marks.jsonl").read_text("utf-8").splitlines()]
    two = next(row for row in rows if row["value"] == "two")
    assert (next(row for row in rows if row["type"] == "ssml"))["time"] == two["time"]
    assert next(row for row in rows if row["type"] == "sentence")["value"] == 'One <mark name="here"/>two.'


def test_a_stream_is_the_file(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["speak", TEXT, "--stream"]) == 0
    streamed = np.frombuffer(capsysbinary.readouterr().out, "<i2")
    assert main(["speak", TEXT, "-o", "-"]) == 0
    assert len(np.frombuffer(capsysbinary.readouterr().out, "<i2")) == len(streamed)
    assert list(Path().iterdir()) == []
    assert main(["speak", TEXT, "--stream", "-o", "x.wav"]) == 0
    written, _ = soundfile.read("x.wav", dtype="int16")
    assert np.abs(written.astype(int) - streamed).max() <= 1


def test_the_first_sound_is_out_before_the_last_is_made(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    Path("long.txt").write_text("This sentence is said again and again. " * 20_000)
    process = run("--file", "long.txt", "--stream")
    assert process.stdout
    assert len(process.stdout.read(24_000)) == 24_000
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.decode().splitlines()[-1] == "vivavoce: interrupted"


def test_a_lexicon_says_how_a_word_is_said(here: Path, capsys: Error) -> None:
    (here / "words.tsv").write_text("tomato\tnˈO\n", encoding="utf-8")
    lengths = []
    for options in ([], ["--lexicon", "words.tsv"]):
        assert main(["speak", "tomato", "-o", "said.wav", *options]) == 0
        lengths.append(len(read_audio(Path("said.wav")).samples))
    assert lengths[1] < 0.9 * lengths[0]
    assert main(["speak", "tomato", "-o", "said.wav", "--lexicon", "absent.tsv"]) == 2
    assert "absent.tsv" in capsys.readouterr().err


def test_an_interrupted_reading_goes_on_and_is_the_same(monkeypatch: pytest.MonkeyPatch, capsys: Error) -> None:
    text = "One thing. Another thing. A third thing."
    assert main(["speak", text, "-o", "whole.wav", "--marks", "whole.jsonl"]) == 0
    voice, said = once("chorus"), []
    say = type(voice).synthesize_sentence

    def interrupted(self, sentence, *rest, **named):
        said.append(sentence)
        for number, chunk in enumerate(say(self, sentence, *rest, **named)):
            if len(said) == 2 and number == 1:
                raise KeyboardInterrupt
            yield chunk

    monkeypatch.setattr(type(voice), "synthesize_sentence", interrupted)
    command = ["speak", text, "-o", "part.wav", "--marks", "part.jsonl", "--resume"]
    assert main(command) == 130
    assert not Path("part.wav").exists()
    assert main(command) == 0
    assert [sentence.text for sentence in said] == ["One thing.", "Another thing.", "Another thing.", "A third thing."]
    assert "going on after 1 sentences" in capsys.readouterr().err
    assert not Path("part.wav.part").exists()
    np.testing.assert_array_equal(read_audio("part.wav").samples, read_audio("whole.wav").samples)
    assert Path("part.jsonl").read_text() == Path("whole.jsonl").read_text()


def test_a_reading_of_something_else_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch, capsys: Error) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(speak, "write_blocks", interrupted)
        assert main(["speak", "One. Two.", "-o", "a.wav", "--resume"]) == 130
    assert main(["speak", "One. Two.", "-o", "a.wav", "--resume", "--rate", "2"]) == 0
    assert "going on" not in capsys.readouterr().err


BAD = {
    "empty": ([""], "the text is empty"),
    "whitespace": ([" \n\t "], "the text is empty"),
    "punctuation": (["?! ... —"], "only punctuation"),
    "emoji": (["😀🎉"], "only emoji"),
    "Arabic": (["مرحبا بالعالم"], "nothing to say"),
    "Chinese": (["你好世界"], "nothing to say"),
    "control characters": (["\x01\x02\x07"], "nothing to say"),
    "NUL": (["\x00"], "nothing to say"),
    "broken markup": (["<speak>Hello <break></speak>"], "line 1, column"),
    "unclosed markup": (["<speak>Hello"], "line 1, column"),
    "unknown element": (
        ["<speak><voice name='x'>Hi</voice></speak>"],
        "line 1, column 8: no speaker is x, this voice has",
    ),
    "not markup": (["--ssml", "Hello"], "line 1, column 1"),
    "entity bomb": (
        ["--ssml", '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'],
        "line 1, column",
    ),
    "external entity": (
        ["--ssml", '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><speak>&a;</speak>'],
        "line 1, column",
    ),
    "deep markup": (["<speak>" + "<emphasis>" * 10_000 + "Hi"], "nest more than"),
    "no voice": (["Hi", "--voice", "nobody"], 'no voice "nobody", there are chorus'),
    "voice is no voice": (["Hi", "--voice", "parser"], "names no speakers"),
    "voice is a parser of prosody": (["Hi", "--voice", "camp"], "has no language"),
    "no speaker": (["Hi", "--speaker", "nobody"], "unknown speaker 'nobody', this voice has af_heart, kathleen"),
    "rate": (["Hi", "--rate", "9"], "rate is 9, use 0.25 to 4"),
    "rate not a number": (["Hi", "--rate", "nan"], "rate is nan"),
    "pitch": (["Hi", "--pitch", "99"], "pitch is 99 semitones"),
    "suffix": (["Hi", "-o", "x.doc"], "unknown audio suffix"),
    "no folder": (["Hi", "-o", "none/x.wav"], "the folder none does not exist"),
    "no folder for marks": (["Hi", "--marks", "none/x.jsonl"], "the folder none does not exist"),
    "folder": (["Hi", "-o", "."], "unknown audio suffix"),
    "no text": ([], "give a text"),
    "two texts": (["Hi", "--file", "x.txt"], "give a text"),
    "no file": (["--file", "none.txt"], "none.txt: No such file"),
    "format of a stream": (["Hi", "-o", "-", "--format", "mp3"], "raw PCM alone"),
    "resumed stream": (["Hi", "--stream", "--resume"], "--resume needs -o"),
}


@pytest.mark.parametrize(("arguments", "complaint"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_clear_line(arguments: list[str], complaint: str, here: Path, capsys: Error) -> None:
    assert main(["speak", *arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
    assert error.startswith("vivavoce: ")
    assert list(here.iterdir()) == []


def test_text_that_is_not_utf8(monkeypatch: pytest.MonkeyPatch, capsys: Error) -> None:
    given(b"caf\xe9", monkeypatch)
    assert main(["speak", "-"]) == 2
    assert capsys.readouterr().err == "vivavoce: standard input: not UTF-8 text (byte 3); save it as UTF-8\n"


def test_too_much_text(monkeypatch: pytest.MonkeyPatch, capsys: Error) -> None:
    given(b"word " * (1 << 20), monkeypatch)
    assert main(["speak", "-"]) == 2
    assert "over 4 MiB" in capsys.readouterr().err


def test_a_file_that_nobody_named_overwrites_none(here: Path) -> None:
    for _ in range(3):
        assert main(["speak", "Hi."]) == 0
    assert sorted(path.name for path in here.iterdir()) == ["speech-2.wav", "speech-3.wav", "speech.wav"]


def test_a_place_that_takes_no_file_is_named_itself(capsys: Error) -> None:
    assert main(["speak", "Hi.", "-o", "/proc/x.wav"]) == 2
    assert capsys.readouterr().err.startswith("vivavoce: /proc/x.wav: cannot be written")


def test_an_unquoted_text_gets_a_hint(capsys: Error) -> None:
    assert main(["speak", "Hello", "there"]) == 2
    assert capsys.readouterr().err == 'vivavoce: put the text in quotes: vivavoce speak "Hello there"\n'


def test_speakers_are_listed_with_language_and_a_way_to_hear_them(capsys: Error) -> None:
    assert main(["speak", "--speakers"]) == 0
    shown = capsys.readouterr().out
    rows = shown.split("\n\n")[0].splitlines()
    assert len(rows) == len(once().speakers)
    assert all(any(language in row for language in ("en-US", "en-GB")) for row in rows)
    assert "To hear one: vivavoce speak --speaker" in shown


def test_a_resumed_reading_is_of_the_same_prosody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The addons of prosody and parser decide how it sounds as the voice does."""
    arguments = Namespace(voice="chorus", prosody="camp", temperature=0.0, seed=0, ssml=False)
    style = once().style()
    before = speech_output.resume_key("Hi.", None, arguments, style)
    load = speech_output.load_addon

    def changed(path: Path) -> Addon:
        addon = load(path)
        files = {} if addon.manifest.name in ("parser", "camp") else addon.manifest.files
        return replace(addon, manifest=replace(addon.manifest, files=files, networks={}))

    monkeypatch.setattr(speech_output, "load_addon", changed)
    assert speech_output.resume_key("Hi.", None, arguments, style) != before
    arguments.prosody = "none"
    unparsed = speech_output.resume_key("Hi.", None, arguments, style)
    monkeypatch.undo()
    assert speech_output.resume_key("Hi.", None, arguments, style) == unparsed


def test_what_cannot_be_read_is_left_out_with_a_notice(capsys: Error) -> None:
    assert main(["speak", "Hello 😀 \x00 world 你好."]) == 0
    error = capsys.readouterr().err
    assert "emoji and symbols left out" in error
    assert read_audio("speech.wav").duration_s > 0.5


def test_a_word_of_five_thousand_letters_begins_at_once() -> None:
    voice = once("chorus")
    begin = time.process_time()
    assert len(next(iter(voice.stream("a" * 5000))).samples) > 0
    assert time.process_time() - begin < 10.0


def test_memory_does_not_grow_with_the_text(here: Path) -> None:
    """A megabyte begins to sound at once, in the memory that a sentence takes."""
    peak = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
    program = f"""
import itertools, resource, vivavoce
for _ in vivavoce.speak("Hello there, how are you?"): pass
before = {peak}
for _ in itertools.islice(vivavoce.speak("Hello there, how are you? " * 40_000), 12): pass
print({peak} - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 120_000


def test_a_full_disk_is_one_clear_line(here: Path) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))  # noqa: E731
    process = run(TEXT, cwd=here, preexec_fn=limit, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    _, error = process.communicate(timeout=120)
    assert process.returncode == 1
    assert error.decode().count("\n") == 1
    assert "File too large" in error.decode()
    assert list(here.iterdir()) == []


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "vivavoce", "speak", "Hello.", "--stream"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr.decode().splitlines()[0] == "vivavoce: output: No space left on device"


def test_no_file_takes_the_place_of_another_or_of_a_device(here: Path, capsys: Error) -> None:
    os.mkfifo("pipe.wav")
    Path("text.txt").write_text("Hello.")
    refused = [
        (["Hi", "-o", "pipe.wav"], "pipe.wav: is a device or a pipe, name a plain file"),
        (["Hi", "-o", "a.wav", "--marks", "a.wav"], "a.wav: is named twice"),
        (["--file", "text.txt", "-o", "text.txt", "--format", "wav"], "text.txt: is named twice"),
        (["Hi", "--marks", "-"], "--marks and --html need the name of a file"),
        (["Hi", "-o", ""], "-o is empty, name a file"),
    ]
    for arguments, complaint in refused:
        assert main(["speak", *arguments]) == 2
        assert complaint in capsys.readouterr().err
    assert sorted(path.name for path in here.iterdir()) == ["pipe.wav", "text.txt"]
    assert Path("text.txt").read_text() == "Hello."


def test_a_file_name_need_not_be_utf8(here: Path) -> None:
    assert main(["speak", "Hi", "-o", "\udce9.wav", "--marks", "\udce9.jsonl"]) == 0
    assert sorted(os.listdir(os.fsencode(here))) == [b"\xe9.jsonl", b"\xe9.wav"]


def test_speaking_imports_only_what_speaks() -> None:
    code = """
import sys
from vivavoce.cli import main
main(["speak", "Hi."])
print(*(name for name in sys.modules if name.startswith(("vivavoce.prosody.models", "vivavoce.prosody.linguistics", "vivavoce.transport", "rich"))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
