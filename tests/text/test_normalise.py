"""Each kind of thing that is not a word, as it is said, and the bytes of the input that each word came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text import analyse
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.utterance import Word

KINDS = [
    ("It is -10 °C.", "It is minus ten degrees Celsius"),
    ("9:30-10:45 a.m.", "nine thirty to ten forty-five A.M."),
    ("About 3.2e-5.", "About three point two times ten to the power of minus five"),
    ("12 000 people", "twelve thousand people"),
    ("5 sq. m, 3 cu ft", "five square meters three cubic feet"),
    ("He is 5'10 now", "He is five foot ten now"),
    ("100k users, 10k run", "one hundred thousand users ten k run"),
    ("Call 911, Porsche 911", "Call nine one one Porsche nine hundred eleven"),
    ("1080p or 50p", "ten eighty p or fifty pence"),
    ("2024/12/25", "December twenty-fifth twenty twenty four"),
    ("12-25-2024", "December twenty-fifth twenty twenty four"),
    ("At 20:30h we", "At twenty thirty we"),
    ("Rs. 500", "five hundred rupees"),
    ("₹1,00,000", "one hundred thousand rupees"),
    ("Tel. 555-1234", "Telephone five five five one two three four"),
    ("Open Mon-Fri", "Open Monday to Friday"),
    ("1,5 and 3,4,5", "one five and three four five"),
    ("1,234 people", "one thousand two hundred thirty four people"),
    ("In 1984", "In nineteen eighty four"),
    ("the 1990s", "the nineteen nineties"),
    ("-5 degrees", "minus five degrees"),
    ("1st 2nd 3rd", "first second third"),
    ("3/4 of it", "three quarters of it"),
    ("1 3/4 cups", "one and three quarters cups"),
    ("½ cup", "one half cup"),
    ("Version 1.2.3", "Version one point two point three"),
    ("12:1 odds", "twelve to one odds"),
    ("Henry VIII", "Henry the eighth"),
    ("Chapter IV", "Chapter four"),
    ("Call 555-123-4567", "Call five five five one two three four five six seven"),
    ("$5.99", "five dollars and ninety nine cents"),
    ("$3.5 million", "three point five million dollars"),
    ("a $5 bill", "a five dollar bill"),
    ("£20", "twenty pounds"),
    ("€1.50", "one euro and fifty cents"),
    ("1¢", "one cent"),
    ("12/25/2020", "December twenty-fifth twenty twenty"),
    ("25.12.2020", "December twenty-fifth twenty twenty"),
    ("at 9am-5pm", "at nine A.M. to five P.M."),
    ("10:05", "ten oh five"),
    ("3.5 kg", "three point five kilograms"),
    ("5 km/h", "five kilometers per hour"),
    ("20-25 °C", "twenty to twenty five degrees Celsius"),
    ("6 ft 2 in", "six feet two inches"),
    ("50% off", "fifty percent off"),
    ("Dr. Smith, Elm St.", "Dr Smith Elm Street"),
    ("e.g. this", "for example this"),
    ("No. 5", "Number five"),
    ("#1 fan", "number one fan"),
    ("AT&T and R&D", "AT & T and R & D"),
    ("C# is 3 > 2", "C sharp is three greater than two"),
    ("jane_doe@example.org", "jane underscore doe at example dot org"),
    ("https://www.example.com/a", "W W W dot example dot com slash a"),
    ("café naïve π", "café naïve pi"),
]


def spoken(text: str) -> tuple[Word, ...]:
    (sentence,) = analyse(text).sentences
    return sentence.words


@pytest.mark.parametrize(("text", "words"), KINDS)
def test_what_is_no_word_is_read_as_words(text: str, words: str) -> None:
    assert " ".join(word.text for word in spoken(text)) == words


def test_the_day_stands_first_in_britain() -> None:
    (sentence,) = analyse("On 3/4/2020.", language="en-GB").sentences
    assert sentence.text == "On April third, twenty twenty."


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("It costs $5.99 now", ["It", "costs", *["$5.99"] * 6, "now"]),
        ("π is 3 km long", ["π", "is", "3", "km", "long"]),
        ("Henry VIII wrote", ["Henry", "VIII", "VIII", "wrote"]),
        ("On Elm St. today", ["On", "Elm", "St.", "today"]),
        ("Hi 😀 there", ["Hi", "there"]),
        ("See a@b.org, please", ["See", *["a@b.org"] * 5, "please"]),
    ],
)
def test_every_word_knows_the_bytes_that_it_came_from(text: str, places: list[str]) -> None:
    data = text.encode()
    assert [data[slice(*word.span)].decode() for word in spoken(text)] == places


@given(st.text(max_size=60))
def test_an_edited_text_keeps_its_places(text: str) -> None:
    aligned = SourceMappedText.of(text)
    assert aligned.ends[-1:].tolist() == ([len(text.encode("utf-8", "surrogatepass"))] if text else [])
    assert aligned.rewritten(text) is aligned
    if text:
        edited = aligned.edit([(0, 1, "one two")])
        assert edited.text == f"one two{text[1:]}"
        assert edited.span(0, 7) == aligned.span(0, 1)
        assert edited.span(7, len(edited.text)) == aligned.span(1, len(text))
