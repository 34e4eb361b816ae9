"""SSML: every element does what it says, everything else is refused with its place."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.ssml import MAX_DEPTH
from vivavoce.text.utterance import Control, Mark, Sentence, Word


def sentences(markup: str) -> tuple[Sentence, ...]:
    return analyse(f"<speak>{markup}</speak>").sentences


def words(markup: str) -> dict[str, Word]:
    return {word.text: word for sentence in sentences(markup) for word in sentence.words}


def test_paragraphs_and_sentences_are_cut_where_they_say() -> None:
    found = sentences("<p>One. Two</p><p><s>Three. Still three</s><s>Four</s></p>")
    assert [sentence.text for sentence in found] == ["One.", "Two", "Three. Still three", "Four"]


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [("", 0.4), ('time="250ms"', 0.25), ('time="1.5s"', 1.5), ('strength="x-strong"', 1.2), ('strength="none"', 0.0)],
)
def test_breaks_are_put_on_the_word_before(attributes: str, seconds: float) -> None:
    found = words(f"one <break {attributes}/> two")
    assert found["one"].break_s == seconds
    assert found["two"].break_s is None


def test_breaks_add_up_and_the_first_is_a_lead() -> None:
    (sentence,) = sentences('<break time="1s"/>one<break time="1s"/><break time="2s"/>')
    assert (sentence.lead_s, sentence.words[0].break_s) == (1.0, 3.0)


def test_prosody_multiplies_rates_and_adds_the_rest() -> None:
    found = words(
        'a <prosody rate="80%" pitch="+2st" volume="+6dB" range="+50%">one '
        '<prosody rate="slow" pitch="low" volume="soft">two</prosody></prosody> three'
    )
    assert found["one"].control == Control(0.8, 2.0, 1.5, 6.0)
    assert found["two"].control == Control(0.8 * 0.75, -1.0, 1.5, 0.0)
    assert found["three"].control == found["a"].control == Control()


@pytest.mark.parametrize("level", ["strong", "moderate", "reduced", "none"])
def test_emphasis(level: str) -> None:
    assert words(f'so <emphasis level="{level}">big</emphasis>')["big"].control.emphasis == level
    assert words("so <emphasis>big</emphasis>")["big"].control.emphasis == "moderate"


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ('"cardinal"', "-12,345", "minus twelve thousand three hundred forty five"),
        ('"ordinal"', "3", "third"),
        ('"digits"', "1984", "one nine eight four"),
        ('"characters"', "ab1@", "A B one at"),
        ('"spell-out"', "cd", "C D"),
        ('"date"', "2020-12-25", "December twenty-fifth twenty twenty"),
        ('"date" format="dmy"', "3/4/2020", "April third twenty twenty"),
        ('"date" format="my"', "4/2020", "April twenty twenty"),
        ('"time"', "2'30''", "two minutes thirty seconds"),
        ('"telephone"', "+1 555 1234 x8", "plus one five five five one two three four extension eight"),
        ('"currency"', "$5.99", "five dollars and ninety nine cents"),
        ('"fraction"', "3/4", "three quarters"),
        ('"unit"', "5 kg", "five kilograms"),
    ],
)
def test_say_as(kind: str, text: str, said: str) -> None:
    (sentence,) = sentences(f"<say-as interpret-as={kind}>{text}</say-as>")
    assert " ".join(word.text for word in sentence.words) == said


def test_sub_phoneme_word_and_language() -> None:
    markup = (
        '<sub alias="World Wide Web">WWW</sub> <phoneme ph="təˈmɑːtəʊ">tomato</phoneme> '
        '<w role="amazon:VBD">read</w> <lang xml:lang="en-GB">schedule</lang> now'
    )
    (sentence,) = sentences(markup)
    assert [word.text for word in sentence.words] == ["World", "Wide", "Web", "tomato", "read", "schedule", "now"]
    found = words(markup)
    assert found["tomato"].phonemes == "təmˈɑtO"
    assert found["read"].phonemes == "ɹˈɛd"
    assert found["schedule"].phonemes == "ʃˈɛdjuːl"
    source = f"<speak>{markup}</speak>".encode()
    assert source[slice(*found["Web"].span)] == b"WWW"
    assert source[slice(*found["schedule"].span)] == b"schedule"


def test_marks_stand_before_words() -> None:
    (sentence,) = sentences('<mark name="a"/>one <mark name="b"/>two<mark name="c"/>')
    assert sentence.marks == (Mark("a", 0), Mark("b", 1), Mark("c", 2))


def test_references_and_character_data_keep_their_places() -> None:
    source = "<speak>A &amp; B <![CDATA[C]]> &#233;t&#xe9;</speak>"
    (sentence,) = analyse(source).sentences
    assert [source.encode()[slice(*word.span)].decode() for word in sentence.words] == [
        "A", "&amp;", "B", "C", "&#233;t&#xe9;",
    ]  # fmt: skip


BOMB = "".join("<!ENTITY e" + str(i) + ' "' + f"&e{i - 1};" * 10 + '">' for i in range(1, 12))
REFUSED = [
    ("<speak>\n <voice>Hi</voice></speak>", "line 2, column 2: <voice> needs a name, a language or a gender"),
    ("<speak><audio src='x'/></speak>", "line 1, column 8: <audio> is not supported"),
    ("<speak>Hi", "line 1, column 10: the SSML ends before </speak>"),
    ("<speak><p>Hi</s></speak>", "line 1, column 15: mismatched tag"),
    ("<speak><prosody rate=80%>x</prosody></speak>", "line 1, column 22: not well-formed"),
    (
        '<speak>\n<prosody pitch="+9st" rate="fastish">x</prosody></speak>',
        "line 2, column 23: rate 'fastish' is neither",
    ),
    ('<speak><prosody pitch="200Hz">x</prosody></speak>', "line 1, column 17: pitch '200Hz': what a Hz means"),
    ('<speak><prosody pitch="+99st">x</prosody></speak>', "line 1, column 17: pitch '+99st' is more than two octaves"),
    ('<speak><prosody volume="+99dB">x</prosody></speak>', "line 1, column 17: volume '+99dB' must lie from"),
    ('<speak><prosody contour="(0%,+1st)">x</prosody></speak>', "line 1, column 17: 'contour' of <prosody> is not"),
    ('<speak><break time="1 h"/></speak>', "line 1, column 8: break time '1 h' is not a time"),
    ('<speak><break time="90s"/></speak>', "line 1, column 8: break time '90s' is more than 30s"),
    (
        "<speak>a<break time='20s'/>!<break time='20s'/> b</speak>",
        "column 29: breaks at one place come to more than 30s",
    ),
    (
        "<speak>" + "<prosody rate='50%'>" * 3 + "x</prosody></prosody></prosody></speak>",
        "column 57: with the elements around",
    ),
    ("<speak><prosody pitch='+20st'><prosody pitch='+5st'>x</prosody></prosody></speak>", "the pitch is +25st"),
    ("<speak><prosody volume='+20dB'><prosody volume='loud'>x</prosody></prosody></speak>", "the volume is +24dB"),
    ("<speak><prosody range='+200%'><prosody range='+50%'>x</prosody></prosody></speak>", "the range is 4.5"),
    ("<speak><break>x</break></speak>", "line 1, column 15: <break> must be empty"),
    ("<speak><mark/>x</speak>", 'line 1, column 8: <mark> needs name="…"'),
    ('<speak><emphasis level="huge">x</emphasis></speak>', "line 1, column 18: emphasis level 'huge' is none of"),
    ("<speak><say-as interpret-as='mood'>x</say-as></speak>", "line 1, column 8: say-as 'mood' is not supported"),
    ("<speak><say-as interpret-as='date'>soon</say-as></speak>", "line 1, column 8: 'soon' cannot be read as date"),
    ("<speak><phoneme ph='ʘ'>x</phoneme></speak>", "line 1, column 8: 'ʘ' (U+0298) is no sound of en-US"),
    (f"<speak><phoneme ph='{'hɛ' * 200}'>x</phoneme></speak>", "line 1, column 8: a word of more than 200 sounds"),
    (f"<speak><phoneme ph='{'hɛ ' * 200}'>x</phoneme></speak>", "line 1, column 8: the reading has 400 symbols"),
    ("<speak><phoneme alphabet='sapi' ph='a'>x</phoneme></speak>", "alphabet 'sapi' is none of ipa, x-sampa"),
    ("<speak><w role='verb'>x</w></speak>", "line 1, column 11: role 'verb' is not as amazon:VB"),
    ("<speak><lang xml:lang='fr-FR'>oui</lang></speak>", "line 1, column 14: language 'fr-FR' cannot be pronounced"),
    ("<speak><voice name='a' ordering='foo bar'>x</voice></speak>", "column 8: ordering='foo' is none of name, langu"),
    ("<speak><voice name='a' required='mood'>x</voice></speak>", "column 8: required='mood' is none of name, languag"),
    ("<speak><voice name='a' age='old'>x</voice></speak>", "line 1, column 24: age 'old' is no whole number"),
    ("<speak><voice name='a' variant='-1'>x</voice></speak>", "line 1, column 24: variant '-1' is no whole number"),
    ("<speak><voice name='a' onvoicefailure='cry'>x</voice></speak>", "column 24: onvoicefailure 'cry' is none of"),
    ("<speak><voice language='en_GB'>x</voice></speak>", "line 1, column 8: language 'en_GB' is no tag such as en-GB"),
    ("<speak><lang xml:lang='en-US' onlangfailure='x'>x</lang></speak>", "column 31: onlangfailure 'x' is none of"),
    ("<speak><say-as interpret-as='date' language='fr'>1.2.03</say-as></speak>", "column 36: language 'fr': say-as"),
    ("<speak><say-as interpret-as='digits' google:style='x'>1</say-as></speak>", "column 38: google:style 'x' is none"),
    ("<speak version='2.0'>x</speak>", "line 1, column 8: SSML version '2.0'"),
    ("<speak xmlns='http://a.b'>x</speak>", "'http://a.b' is not the namespace of SSML"),
    ("<speak><speak>x</speak></speak>", "line 1, column 8: the outermost element must be <speak>"),
    ("<speak><s><s>x</s></s></speak>", "line 1, column 11: <s> may not stand inside"),
    ("<speak><sub alias='a'><p>x</p></sub></speak>", "line 1, column 23: <sub> may not hold <p>"),
    ("<speak>&nothing;</speak>", "line 1, column 8: undefined entity"),
    ("<speak><?run me?>x</speak>", "line 1, column 8: processing instructions are not allowed"),
    ("<speak>a\0b</speak>", "line 1, column 9: not well-formed"),
    (f"<!DOCTYPE s [{BOMB}]><speak>&e11;</speak>", "line 1, column 1: a DOCTYPE is not allowed"),
    ("<?xml version='1.0'?>\n<!DOCTYPE s SYSTEM 'http://a.b/c'><speak>x</speak>", "line 2, column 1: a DOCTYPE"),
    ("<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><speak>&x;</speak>", "line 1, column 1: a DOCTYPE"),
    ("<speak></speak>", "nothing to say: the text is empty"),
    ("<speak>\ud800</speak>", "character 8 of the SSML is half of a surrogate pair"),
]


@pytest.mark.parametrize(("source", "complaint"), REFUSED)
def test_what_cannot_be_done_is_refused_with_its_place(source: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        analyse(source, markup=True)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_depth_is_bounded_and_ten_thousand_levels_are_refused_at_once() -> None:
    def nested(levels: int) -> str:
        return "<speak>" + "<w role='amazon:NN'>" * levels + "x" + "</w>" * levels + "</speak>"

    assert analyse(nested(MAX_DEPTH - 1)).sentences
    began = time.process_time()
    with pytest.raises(InputError, match=f"elements nest more than {MAX_DEPTH} deep"):
        analyse(nested(10_000))
    assert time.process_time() - began < 1.0


pieces = st.sampled_from(
    ["<speak>", "</speak>", "<p>", "</p>", "<break/>", "&lt;", "one ", "<s>", "</s>", ". ", "<", "é"]
)


@given(st.lists(pieces, max_size=12))
def test_any_markup_is_read_or_refused_in_one_line(parts: list[str]) -> None:
    source = f"<speak>{''.join(parts)}</speak>"
    try:
        analyse(source, markup=True)
    except InputError as error:
        assert "\n" not in str(error)
