from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.lexicon import Lexicon


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
        ("# fine\nnew york\tnˈu", r"words.tsv:2: 'new york' is more than one word"),
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
