"""One spelling, two readings: the sound follows the part of speech."""

import pytest

from vivavoce.text import analyse

READINGS = [
    ("I *read* it yesterday.", "ɹˈɛd"),
    ("I have *read* it.", "ɹˈɛd"),
    ("I will *read* it.", "ɹˈid"),
    ("They *record* music.", "ɹəkˈɔɹd"),
    ("It broke the *record*.", "ɹˈɛkəɹd"),
    ("We *live* here.", "lˈɪv"),
    ("I like *live* music.", "lˈIv"),
    ("*Lead* pipes are old.", "lˈɛd"),
    ("They *lead* the way.", "lˈid"),
    ("The *wind* is cold.", "wˈɪnd"),
    ("She will *wind* the clock.", "wˈInd"),
    ("There is a *tear* in my eye.", "tˈɪɹ"),
    ("Do not *tear* it up.", "tˈɛɹ"),
    ("He plays *bass* guitar.", "bˈAs"),
    ("He caught a *bass*.", "bˈæs"),
    ("Please *close* the door.", "klˈOz"),
    ("They are *close*.", "klˈOs"),
    ("He takes a *bow*.", "bˈW"),
    ("a *bow* and arrow", "bˈO"),
    ("*Bow* to the king.", "bˈW"),
    ("the *minute* details", "mInˈut"),
    ("a *minute* ago", "mˈɪnət"),
    ("The *desert* is dry.", "dˈɛzəɹt"),
    ("the *Polish* man", "pˈOlɪʃ"),
    ("*Polish* the table.", "pˈɑlɪʃ"),
    ("*House* the homeless.", "hˈWz"),
    ("*House* them well.", "hˈWz"),
    ("*House* prices fell.", "hˈWs"),
    ("*House* the size of a palace for sale.", "hˈWs"),
    ("*Lead* is a metal.", "lˈɛd"),
    ("Is *lead* toxic?", "lˈɛd"),
    ("*Lead*, copper and zinc are metals.", "lˈɛd"),
    ("The *lead* in the pipes was found.", "lˈɛd"),
    ("The symbol of *lead* is Pb.", "lˈɛd"),
    ("Her *lead* was two points.", "lˈid"),
    ("*Lead* us home.", "lˈid"),
    ("*Lead* has changed hands.", "lˈid"),
    ("The *does* ran.", "dˈOz"),
    ("Bucks and *does* fed in the field.", "dˈOz"),
    ("Two *does* ran away.", "dˈOz"),
    ("I saw some *does*.", "dˈOz"),
    ("The fox *does* run.", "dˈʌz"),
    ("One of these *does* work.", "dˈʌz"),
    ("Part two *does* it better.", "dˈʌz"),
]


@pytest.mark.parametrize(("text", "sounds"), READINGS)
def test_the_reading_fits_the_surroundings(text: str, sounds: str) -> None:
    marked = text.split("*")[1]
    words = [word for sentence in analyse(text.replace("*", "")).sentences for word in sentence.words]
    assert [word.phonemes for word in words if word.text == marked] == [sounds]
