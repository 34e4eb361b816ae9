"""Languages other than English, through a program that stands in for espeak-ng."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.text.fake_espeak import fake_espeak
from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.espeak import espeak_language
from vivavoce.text.utterance import Word

GERMAN = "de-x-espeak"


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_espeak(tmp_path, monkeypatch)


def words(text: str) -> tuple[Word, ...]:
    return analyse(text, language=GERMAN).sentences[0].words


def test_words_keep_their_places_and_punctuation() -> None:
    text = "«Grüße», sagte er – am 3. Mai."
    read = words(text)
    assert [word.text for word in read] == ["Grüße", "sagte", "er", "am", "3.", "Mai"]
    assert [text.encode()[slice(*word.span)].decode() for word in read] == [word.text for word in read]
    assert [word.trailing_punctuation for word in read] == ["»,", "", " —", "", "", "."]
    assert analyse(text, language=GERMAN).sentences[0].phonemes.endswith("sagte er — am 3. mai.")


def test_a_number_has_the_sounds_of_its_words_and_the_rest_of_the_clause_its_own() -> None:
    assert [word.phonemes for word in words("Im Jahr 2026 war es.")] == ["im", "jahr", "zwei tausend", "war", "es"]


def test_words_that_the_program_joins_are_read_apart() -> None:
    assert [word.phonemes for word in words("Er ging in das Haus.")] == ["er", "ging", "in", "das", "haus"]


def test_where_the_program_changes_its_language_is_left_out() -> None:
    assert words("Im Office.")[1].phonemes == "office"


def test_sentences_in_wide_punctuation() -> None:
    read = words("ab，cd。ef！")
    assert [(word.text, word.trailing_punctuation) for word in read] == [("ab", ","), ("cd", "."), ("ef", "!")]
    assert read[1].no_space_before


def test_markup() -> None:
    read = analyse(
        "<speak xml:lang='de-AT'>Ein <break time='200ms'/> <sub alias='Doktor'>Dr.</sub> "
        "<phoneme alphabet='ipa' ph='ʒɑ'>Jean</phoneme> da.</speak>",
        language=GERMAN,
    ).sentences[0]
    assert [word.phonemes for word in read.words] == ["ein", "doktor", "ʒɑ", "da"]
    assert read.words[0].break_s == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("text", "language", "complaint"),
    [
        ("Hallo.", "xx-x-espeak", 'could not read the language "xx": Error: The specified'),
        ("<speak><say-as interpret-as='date'>1.1.2026</say-as></speak>", GERMAN, "<say-as> is read in English alone"),
        ("<speak><phoneme alphabet='x-sampa' ph='a'>a</phoneme></speak>", GERMAN, "is of English alone; use ipa"),
        ("!!!", GERMAN, "nothing to say"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(text: str, language: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        analyse(text, language=language)
    assert "\n" not in str(caught.value)


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="needs the program espeak-ng on the PATH"):
        analyse("Hallo.", language=GERMAN)


@pytest.mark.parametrize("name", ["", "--stdout", "de/../x", "a" * 50])
def test_names_that_are_no_language(name: str) -> None:
    with pytest.raises(InputError, match="is no name of a voice"):
        espeak_language(name)
