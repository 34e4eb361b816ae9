"""webMUSHRA's configurations: every kind of page is read, and what we built is written so that it is read again."""

from pathlib import Path
from typing import Any

import pytest

from tests.listening.conftest import built
from vivavoce.errors import InputError
from vivavoce.listening.codec import from_json, to_json
from vivavoce.listening.definition import (
    Finish,
    Group,
    Kind,
    Listening,
    ListeningTest,
    Message,
    Switching,
    Volume,
    flatten,
)
from vivavoce.listening.recipe import recipe_of
from vivavoce.listening.webmushra import is_webmushra, read_webmushra
from vivavoce.listening.webmushra_export import to_webmushra
from vivavoce.listening.yaml_file import dump_yaml, read_yaml

HEAD = """testname: Prüfung of sounds
testId: example
bufferSize: 2048
stopOnErrors: true
showButtonPreviousPage: true
remoteService: service/write.php
pages:
"""
STIMULI = "      stimuli:\n        C1: sounds/c1.wav\n        C2: sounds/c2.wav\n"
MUSHRA = """    - type: mushra
      id: trial
      name: MUSHRA
      content: Rate them. Mind: one is the reference.<br/><ul><li>first</li><li>second</li></ul><script>alert(1)</script>
      reference: sounds/ref.wav
"""
LIKERT = """      response:
        - value: no
          label: Not at all
          img: star.png
        - value: yes
          label: Much
"""
PAGES = {
    "mushra": MUSHRA + "      createAnchor35: true\n      createAnchor70: true\n" + STIMULI,
    "mushra without waveform and loop": MUSHRA + "      showWaveform: false\n      enableLooping: false\n" + STIMULI,
    "mushra in order with names": MUSHRA + "      randomize: false\n      showConditionNames: true\n" + STIMULI,
    "mushra from the beginning": MUSHRA + "      switchBack: true\n      strict: false\n" + STIMULI,
    "bs1116": MUSHRA.replace("type: mushra", "type: bs1116") + STIMULI,
    "AB": MUSHRA.replace("type: mushra", "type: paired_comparison") + "      unforced:\n" + STIMULI,
    "ABN": MUSHRA.replace("type: mushra", "type: paired_comparison") + "      unforced: I don't know\n" + STIMULI,
    "likert_single_stimulus": "    - type: likert_single_stimulus\n      id: lss\n      mustRate: true\n"
    "      mustPlayback: ended\n      maxStimuli: 1\n" + STIMULI + LIKERT,
    "likert_multi_stimulus": "    - type: likert_multi_stimulus\n      id: lms\n      mustRate: false\n" + STIMULI + LIKERT,
    "several scales": "    - type: likert_single_stimulus\n      id: lss\n" + STIMULI +
    "      response:\n        -\n          - value: a\n        -\n          - value: b\n",
    "pages to read and hear": "    - type: generic\n      id: a\n      content: Hello\n    - type: consent\n      id: b\n"
    "    - type: volume\n      id: c\n      stimulus: sounds/c1.wav\n" + MUSHRA + STIMULI,
    "in random order": "    -\n      - random\n" + "".join(
        ("  " + MUSHRA.replace("\n", "\n  ") + STIMULI.replace("\n", "\n  ")).rstrip(" ") for _ in range(2)),
    "spatial": "    - type: spatial\n      id: s\n" + MUSHRA + STIMULI,
    "finish with questions": MUSHRA + STIMULI + "    - type: finish\n      name: Thanks\n      questionnaire:\n"
    "        - type: text\n          label: eMail\n          name: email\n        - type: number\n          name: age\n"
    "          min: 0\n          max: 100\n        - type: likert\n          name: device\n          response:\n"
    "            - value: a\n              label: A\n",
}  # fmt: skip


def _read(tmp_path: Path, pages: str) -> tuple[ListeningTest, list[str]]:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + pages, encoding="utf-8")
    return read_webmushra(path)


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_is_read_and_kept(tmp_path: Path, name: str) -> None:
    test, notices = _read(tmp_path, PAGES[name])
    assert (test.id, test.name) == ("example", "Prüfung of sounds")
    assert from_json(ListeningTest, to_json(test), "test") == test
    assert bool(notices) == (name == "spatial")
    assert list(test.trials())


def test_what_a_page_says_is_taken_over(tmp_path: Path) -> None:
    trial = next(_read(tmp_path, PAGES["mushra"])[0].trials())
    assert [one.system for one in trial.stimuli] == ["C1", "C2", "reference", "anchor35", "anchor70"]
    assert trial.reference == str(tmp_path / "sounds/ref.wav")
    assert trial.question == "Rate them. Mind: one is the reference.\n\n- first\n- second"
    plain = next(_read(tmp_path, PAGES["mushra without waveform and loop"])[0].trials()).options
    assert (plain.waveform, plain.loop) == (False, False)
    named = next(_read(tmp_path, PAGES["mushra in order with names"])[0].trials()).options
    assert (named.shuffle, named.show_names) == (False, True)
    assert next(_read(tmp_path, PAGES["mushra from the beginning"])[0].trials()).options.switching is Switching.RESTART
    pairs = list(_read(tmp_path, PAGES["ABN"])[0].trials())
    assert [(one.kind, one.id, one.options.unforced) for one in pairs] == [
        (Kind.ABX, "trial/C1", "I don't know"), (Kind.ABX, "trial/C2", "I don't know")
    ]  # fmt: skip
    [single] = _read(tmp_path, PAGES["likert_single_stimulus"])[0].trials()
    assert single.options.listening is Listening.WHOLE
    assert [choice.label for choice in single.options.scales[0]] == ["Not at all", "Much"]
    assert len(next(_read(tmp_path, PAGES["several scales"])[0].trials()).options.scales) == 2
    pages = list(flatten(_read(tmp_path, PAGES["pages to read and hear"])[0].pages))
    assert [type(page) for page in pages[:3]] == [Message, Message, Volume]
    group = _read(tmp_path, PAGES["in random order"])[0].pages.pages[0]
    assert isinstance(group, Group)
    assert group.shuffle
    assert [trial.id for trial in _read(tmp_path, PAGES["in random order"])[0].trials()] == ["trial", "trial (2)"]
    finish = list(flatten(_read(tmp_path, PAGES["finish with questions"])[0].pages))[-1]
    assert isinstance(finish, Finish)
    assert [(one.name, one.type, one.high) for one in finish.questions] == [
        ("email", "text", None), ("age", "number", 100.0), ("device", "choice", None)
    ]  # fmt: skip


@pytest.mark.parametrize("options", [
    {"kind": "mushra", "reference": "reference", "anchors": True, "training": 1}, {"kind": "mos"},
    {"kind": "bs1116", "reference": "reference"}, {"kind": "abx", "reference": "reference", "unforced": "neither"},
])  # fmt: skip
def test_what_we_built_is_written_and_read_again(tmp_path: Path, sounds: Path, options: dict[str, Any]) -> None:
    test = built(tmp_path / "test", sounds, **options)
    path = tmp_path / "out.yaml"
    path.write_text(dump_yaml(to_webmushra(test, f"{tmp_path}/test/")), encoding="utf-8")
    again, notices = read_webmushra(path)
    assert not notices
    ours, theirs = list(test.trials()), list(again.trials())
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert {stimulus.system for stimulus in one.stimuli} == {stimulus.system for stimulus in other.stimuli}
        assert one.options.unforced == other.options.unforced


def test_kinds_that_webmushra_has_not_are_refused(tmp_path: Path, sounds: Path) -> None:
    test = built(tmp_path / "test", sounds, kind="ccr")
    with pytest.raises(InputError, match="no pages for ccr"):
        to_webmushra(test)


@pytest.mark.parametrize(("text", "complaint"), [
    ("pages: 5", "expected a list of pages"), ("pages: [{type: dance}]", "no page of type 'dance'"),
    ("pages: [{type: mushra}]", "path of a sound"), ("pages: [5]", "expected a page"),
    ("pages: [{type: mushra, reference: r, stimuli: [a]}]", "names and files"), ("- a\n- b", "`name: value` lines"),
    ("a: &x [1]\nb: *x", "aliases"), ("a: " + "[" * 60 + "]" * 60, "nested more than"), ("a: [1", "line "),
    ("a: !!python/object:os.system {}", "line 1"), ("", "`name: value` lines"), ("x: 1", "unknown x"),
    ("pages: [{type: likert_multi_stimulus, stimuli: {a: b}, response: 4}]", "response"),
])  # fmt: skip
def test_files_that_are_no_configuration_are_refused_in_a_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)

    def read() -> object:
        value = read_yaml(path)
        return read_webmushra(path) if is_webmushra(value) else recipe_of(value, str(path), tmp_path)

    with pytest.raises(InputError, match=complaint) as refused:
        read()
    assert "\n" not in str(refused.value)


def test_a_large_or_foreign_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("a: " + "x" * (2 << 20))
    with pytest.raises(InputError, match="over 1 MiB"):
        read_yaml(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_yaml(path)
    with pytest.raises(InputError, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
