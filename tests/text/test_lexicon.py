from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.names import NAMES, common_names


def lexicon(folder: Path, text: str, language: str = "en-US") -> Lexicon:
    path = folder / "words.tsv"
    path.write_text(text, encoding="utf-8")
    return Lexicon.read(path, language)


def sounds(text: str, words: Lexicon, language: str = "en-US") -> list[str]:
    return [word.phonemes for word in analyse(text, lexicon=words, language=language).sentences[0].words]


def test_a_persons_own_reading_goes_first(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "\ufeff# ours\n\ntomato\ttəmˈɑtO\nXuan\tʃwˈɑn\n")
    assert sounds("Tomato or tomato?", words) == ["təmˈɑtO", "ɔɹ", "təmˈɑtO"]
    assert sounds("Xuan's book", words)[0] == "ʃwˈɑnz"


def test_a_reading_may_ask_for_a_tag(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "record\tɹˈɛk\tVB\nrecord\tɹˈɛkəɹd\n")
    assert sounds("They record it.", words)[1] == "ɹˈɛk"
    assert sounds("A record fell.", words)[1] == "ɹˈɛkəɹd"


def test_it_is_for_one_language(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "tomato\ttəmˈɑtO\n")
    assert sounds("tomato", words, "en-GB") == sounds("tomato", Lexicon("en-US", {}), "en-GB")


def test_stress_is_moved_to_its_vowel(tmp_path: Path) -> None:
    assert lexicon(tmp_path, "tomato\ttəˈmɑtO\n").find("tomato", "NN") == "təmˈɑtO"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tomato", r"words.tsv:1: expected word, tab, phonemes"),
        ("a\tb\tc\td", r"words.tsv:1: expected word, tab, phonemes"),
        ("# fine\nnew york\tnˈu\tNN", r"words.tsv:2: 'new york' is not a single word"),
        ("tomato\ttəmˈɑtO\tQQ", r"words.tsv:1: 'QQ' is no Penn tag"),
        ("tomato\t/təˈmɑt€/", r"words.tsv:1: '€'"),
        ("tomato\ttə mˈɑtO", r"words.tsv:1: 'tə mˈɑtO' has a space"),
        ("tomato\ttəm!", r"words.tsv:1: '!' \(U\+0021\) is no sound of en-US"),
        ("tomato\tˈ", r"words.tsv:1: a reading needs at least one sound"),
        ("tomato\ttəmˈɑtO\tnoun", r"words.tsv:1: 'noun' is no Penn tag"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        lexicon(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_bytes(b"tomato\xff")
    with pytest.raises(InputError, match=r"not UTF-8 text \(byte 6\)"):
        Lexicon.read(path)
    with pytest.raises(InputError, match="language 'fr' cannot be pronounced"):
        Lexicon.read(path, "fr")


def test_a_lexicon_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="may have 16 MB at most"):
        Lexicon.read("/dev/zero")


def test_several_words_and_what_is_written_with_signs(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "St. Ives\tsənt ˈIvz\nC3PO\tsˌiθɹipiˈO\nice  cream\tˈIskɹim\n")
    assert sounds("We saw St. Ives.", words)[2:] == ["sənt", "ˈIvz"]
    assert sounds("Is C3PO in?", words)[1] == "sˌiθɹipiˈO"
    assert sounds("Ice cream, please.", words)[0] == "ˈIskɹim"
    (sentence,) = analyse("We saw St. Ives.", lexicon=words).sentences
    assert [word.span for word in sentence.words] == [(0, 2), (3, 6), (7, 15), (7, 15)]


def test_ipa_stands_between_slashes_or_brackets(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "tomato\t/təˈmɑːtəʊ/  # as in Britain\ngif\t[dʒɪf]\n")
    assert words.find("tomato", "NN") == "təmˈɑtO"
    assert words.find("gif", "NN") == "ʤɪf"


def test_a_key_in_capitals_stands_for_itself_alone(tmp_path: Path) -> None:
    words = lexicon(tmp_path, "Polish\tpˈOlɪʃ\nus\tˈʌs\n")
    assert words.find("Polish", "NN") == "pˈOlɪʃ"
    assert words.find("polish", "NN") is None
    assert words.find("US", "NN") == words.find("Us", "NN") == "ˈʌs"


PLS = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>pecan</grapheme><phoneme>pɪˈkɑːn</phoneme><phoneme prefer="true">ˈpiːkæn</phoneme></lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>web consortium</alias></lexeme>
</lexicon>"""


def test_a_lexicon_of_the_w3c(tmp_path: Path) -> None:
    path = tmp_path / "words.pls"
    path.write_text(PLS, encoding="utf-8")
    words = Lexicon.read(path)
    assert sounds("A pecan from W3C.", words)[1] == "pˈikæn"
    assert len(sounds("A pecan from W3C.", words)) == 4


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("<lexicon ", "<!DOCTYPE lexicon [<!ENTITY a 'b'>]>\n<lexicon ", "words.pls:2: a DOCTYPE is not allowed"),
        ("</lexicon>", "", "words.pls:5: no element found"),
        ("alias>", "alien>", "words.pls:4: <alien> is not expected"),
        ("en-US", "fr-FR", "words.pls:2: a lexicon for fr-FR, and en-US is to be spoken"),
        ("ˈpiːkæn", "ˈp€", "words.pls:3: '€'"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "words.pls"
    path.write_text(PLS.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        Lexicon.read(path)


@pytest.mark.parametrize("language", ["en-US", "en-GB"])
def test_every_name_that_ships_can_be_read(language: str) -> None:
    names = common_names(language)
    assert len(names.entries) > 700
    assert all(entry.phonemes for entries in names.entries.values() for entry in entries)
    assert language != "en-US" or dict(names.entries) == Lexicon.read(NAMES).entries
