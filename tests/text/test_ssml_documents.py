"""Documents of the kinds that Polly, Azure, Google and the W3C show: each does what its author meant, or is refused."""

import re
from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.text import analyse, iter_sentences
from vivavoce.text.voice_request import VoiceRequest, choose_speaker

LINES = (Path(__file__).parent / "ssml_documents.tsv").read_text(encoding="utf-8").splitlines()[1:]
REFUSED = "refused: "


def said(document: str) -> str:
    return " | ".join(sentence.text for sentence in analyse(document).sentences)


def bare(text: str) -> list[str]:
    return re.sub(r"[^\w|&'-]+", " ", text).split()


@pytest.mark.parametrize("line", LINES)
def test_it_is_said_or_refused(line: str) -> None:
    _, document, right = line.split("\t")
    document = document if document.startswith("<SPEAK") else f"<speak>{document}</speak>"
    if right.startswith(REFUSED):
        with pytest.raises(InputError) as caught:
            analyse(document)
        assert right.removeprefix(REFUSED) in str(caught.value)
        assert re.match(r"line \d+, column \d+: ", str(caught.value))
        return
    assert bare(said(document)) == bare(right)


def test_lenient_drops_the_tags_of_vendors_with_one_notice_a_kind() -> None:
    document = '<speak>A <amazon:effect name="whispered">b</amazon:effect> <amazon:breath/> c</speak>'
    utterance = analyse(document, lenient=True)
    assert [sentence.text for sentence in utterance.sentences] == ["A b c"]
    assert [line.partition(" (")[0] for line in utterance.notices] == [
        "line 1, column 10: <amazon:effect> dropped", "line 1, column 60: <amazon:breath> dropped",
    ]  # fmt: skip


def test_a_variety_of_english_is_read_as_its_nearest_with_a_notice() -> None:
    utterance = analyse('<speak xml:lang="en-AU">tomato</speak>')
    assert utterance.sentences[0].language == "en-GB"
    assert utterance.notices == ("line 1, column 1: read as en-GB: en-AU",)


def test_each_part_of_a_dialogue_asks_for_its_voice() -> None:
    document = '<speak>One <voice name="a">two, <emphasis>three</emphasis></voice> four</speak>'
    found = analyse(document).sentences
    assert [(s.text, s.voice.names if s.voice else ()) for s in found] == [
        ("One", ()), ("two, three", ("a",)), ("four", ()),
    ]  # fmt: skip


def test_the_other_sense_of_a_word() -> None:
    plain = analyse("<speak>a bass swims</speak>").sentences[0].words[1].phonemes
    other = analyse('<speak>a <w role="amazon:SENSE_1">bass</w> swims</speak>').sentences[0].words[1].phonemes
    assert {plain, other} == {"bˈAs", "bˈæs"}


class Somebody:
    def __init__(self, name: str, language: str, gender: str) -> None:
        self.name, self.language, self.gender = name, language, gender


PEOPLE = [Somebody("ann", "en-US", "female"), Somebody("bob", "en-GB", "male"), Somebody("cy", "en-US", "male")]


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (VoiceRequest(names=("Bob",)), "bob"),
        (VoiceRequest(names=("nobody", "cy")), "cy"),
        (VoiceRequest(gender="male"), "bob"),
        (VoiceRequest(languages=("en-US",), gender="male"), "cy"),
        (VoiceRequest(languages=("en-AU",)), "ann"),
        (VoiceRequest(names=("zoe",), gender="male", required=("gender",)), "bob"),
        (VoiceRequest(languages=("en-US",), gender="male", required=(), ordering=("gender", "languages")), "cy"),
        (VoiceRequest(languages=("en-GB",), gender="female", required=()), "bob"),
        (VoiceRequest(languages=("en-GB",), gender="female", required=(), ordering=("gender",)), "ann"),
    ],
)
def test_the_nearest_speaker_is_chosen(request_: VoiceRequest, name: str) -> None:
    assert choose_speaker(request_, PEOPLE).name == name


def test_nobody_of_a_required_name_is_one_line() -> None:
    with pytest.raises(InputError, match="line 2, column 3: no speaker is zoe, this voice has ann, bob, cy"):
        choose_speaker(VoiceRequest(names=("zoe",), place="line 2, column 3"), PEOPLE)


def test_a_voice_that_nobody_has_is_told_before_anything_is_said() -> None:
    document = '<speak>One two three.\n<voice name="zoe">Four.</voice></speak>'
    with pytest.raises(InputError, match="line 2, column 1: no speaker is zoe, this voice has ann, bob, cy"):
        iter_sentences(document, speakers=PEOPLE)


@pytest.mark.parametrize("kind", ["speak", "speak [<!ENTITY x 'y'>]", "note SYSTEM 'note.dtd'"])
def test_a_doctype_is_refused_and_not_read_aloud(kind: str) -> None:
    with pytest.raises(InputError, match="line 1, column 1: a DOCTYPE is not allowed"):
        analyse(f"<!DOCTYPE {kind}><speak>Hello</speak>")


def test_the_doctype_of_a_web_page_is_passed_over() -> None:
    assert said("<!DOCTYPE html><html><body><p>Hello</p></body></html>") == "Hello"
