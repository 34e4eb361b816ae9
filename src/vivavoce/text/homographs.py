"""Words of one spelling and two readings, where hibari's tagger takes the wrong one.

hibari reads by part of speech and is right nearly always; each rule here mends a case that it was
seen to miss. A rule gives the tag, which chooses the reading, or a word that sounds like it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vivavoce.text.homograph_rules import RULES, Rule
from vivavoce.text.letter_names import is_letter_a
from vivavoce.text.pronounce import Token
from vivavoce.text.word_sets import words

WINDOW = 4
"""Words on either side that a rule looks at."""

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD", "VB"})
_NOUN_OR_VERB = words(
    "abuse advocate attribute conduct conflict contest contract contrast convert decrease desert discount document",
    "escort estimate excuse export graduate house import increase insult object permit present produce progress",
    "project protest rebel record refuse reject separate subject survey suspect torment transfer transport use close",
    "live lead tear wind bow insert extract compress combine console convict digest incense perfect perfume recall",
    "defect upset compound duplicate alternate moderate",
)
_AFTER_VERB = frozenset({"IN", "TO", "DT", "WRB", "RB", "PRP", "PRP$", "."})
_OBJECT = words("the a an your it this these them my his her our each every any all")
_DETERMINERS = words("the your my his our their it them this these those")
_BEFORE_VERB = words(
    "to please don't didn't doesn't will would can could should must may might let's and then or never"
)
_SUBJECTS = (["he"], ["she"], ["it"])
_TOWNS = {"Nice": "nˈis", "Reading": "ɹˈɛdɪŋ", "Lima": "lˈimə"}
_TOWARDS = words("in to from near of through via at visited left")


def resolve(tokens: Sequence[Token], language: str) -> None:
    """Set tag and reading of the homographs of a tagged sentence, in place."""
    lower = [token.text.lower() for token in tokens]
    finite = [number for number, token in enumerate(tokens) if token.tag in _FINITE]
    for number, token in enumerate(tokens):
        if lower[number] in _NOUN_OR_VERB and token.tag.startswith(("NN", "JJ", "RB")):
            token.tag = _tag_of_verb(number, tokens, finite) or token.tag
        elif token.tag == "NNS" and lower[number][:-1] in _NOUN_OR_VERB and lower[number - 1 : number] in _SUBJECTS:
            token.tag = "VBZ"
        if token.phonemes is None:
            _resolve_letter_or_name(number, tokens, lower)
        rules = RULES.get(lower[number])
        if rules and token.phonemes is None:
            left = "".join(f"{word} " for word in lower[max(number - WINDOW, 0) : number])
            right = "".join(f"{word} " for word in lower[number + 1 : number + 1 + WINDOW])
            tag_after = tokens[number + 1].tag if number + 1 < len(tokens) else ""
            rule = next((rule for rule in rules if rule.fits(left, right, tag_after)), None)
            if rule:
                _apply(rule, token, language)


def _resolve_letter_or_name(number: int, tokens: Sequence[Token], lower: Sequence[str]) -> None:
    """The letter A, "goin'", a town that is spelled as a word, "read" after a name."""
    token, before = tokens[number], lower[number - 1] if number else ""
    if lower[number] == "a" and is_letter_a([t.text for t in tokens], number):
        token.tag, token.phonemes = "NN", "ˈA"
    elif lower[number].endswith("in'") and not token.sounds_like:
        token.sounds_like = f"{lower[number][:-1]}g"
    elif lower[number] == "read" and number and tokens[number - 1].tag == "NNP":
        token.tag = "VBD"
    elif token.text in _TOWNS and before in _TOWARDS:
        token.tag, token.phonemes = "NNP", _TOWNS[token.text]
    elif token.text == "Jean" and lower[number + 1 : number + 2] == ["-"]:
        token.phonemes = "ʒˌɑn"


def _apply(rule: Rule, token: Token, language: str) -> None:
    token.tag = rule.tag or token.tag
    if rule.phonemes:
        token.phonemes = rule.phonemes[language == "en-GB"]
    elif rule.sounds_like:
        token.sounds_like = rule.sounds_like


def _tag_of_verb(number: int, tokens: Sequence[Token], finite: Sequence[int]) -> str:
    """The tag of a word that was taken for a noun and is the verb, or nothing.

    It is the verb right after "I" or "they", before an object at the beginning of a sentence ("Insert the coin."), and
    after a plural noun in a sentence that has no other verb ("Their views conflict.").
    """
    after = tokens[number + 1] if number + 1 < len(tokens) else None
    if (
        after
        and after.text.lower() in _DETERMINERS
        and (
            tokens[number].tag.startswith(("JJ", "RB")) or (number and tokens[number - 1].text.lower() in _BEFORE_VERB)
        )
    ):
        return "VB"
    if number == 0:
        noun = number + 2 < len(tokens) and tokens[number + 2].text in ("size", "kind", "sort")
        return "VB" if after and after.text in _OBJECT and not finite and not noun else ""
    before = tokens[number - 1]
    if before.text.lower() in ("i", "they", "we"):
        return "VBP"
    plural = before.tag == "NNS" or (number == 1 and before.tag == "NNP" and before.text.endswith("s"))
    return "VBP" if plural and not finite and after and after.tag in _AFTER_VERB else ""
