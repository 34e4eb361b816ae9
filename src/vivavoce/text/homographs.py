"""Words of one spelling and two readings, where hibari's tagger takes the wrong one.

hibari reads by part of speech and is right nearly always; each rule here mends a case that it was
seen to miss. A rule gives the tag, which chooses the reading, or a word that sounds like it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vivavoce.text.homograph_rules import RULES, Rule
from vivavoce.text.letter_names import is_letter_a
from vivavoce.text.pronounce import Token

WINDOW = 4
"""Words on either side that a rule looks at."""

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD", "VB"})
_NOUN_OR_VERB = frozenset(
    [
        *(
            "abuse",
            "advocate",
            "attribute",
            "conduct",
            "conflict",
            "contest",
            "contract",
            "contrast",
            "convert",
            "decrease",
        ),
        *("desert", "discount", "document", "escort", "estimate", "excuse", "export", "graduate", "house", "import"),
        *("increase", "insult", "object", "permit", "present", "produce", "progress", "project", "protest", "rebel"),
        *("record", "refuse", "reject", "separate", "subject", "survey", "suspect", "torment", "transfer", "transport"),
        *("use", "close", "live", "lead", "tear", "wind", "bow"),
    ]
)


_TOWNS = {"Nice": "nˈis", "Reading": "ɹˈɛdɪŋ", "Lima": "lˈimə"}
_TOWARDS = frozenset(["in", "to", "from", "near", "of", "through", "via", "at", "visited", "left"])


def resolve(tokens: Sequence[Token], language: str) -> None:
    """Set tag and reading of the homographs of a tagged sentence, in place."""
    words = [token.text.lower() for token in tokens]
    finite = [number for number, token in enumerate(tokens) if token.tag in _FINITE]
    for number, token in enumerate(tokens):
        if words[number] in _NOUN_OR_VERB and token.tag in ("NN", "JJ") and _is_the_verb(number, tokens, finite):
            token.tag = "VBP"
        if words[number] == "a" and token.phonemes is None and is_letter_a([t.text for t in tokens], number):
            token.tag, token.phonemes = "NN", "ˈA"
        if words[number].endswith("in'") and token.phonemes is None and not token.sounds_like:
            token.sounds_like = f"{words[number][:-1]}g"
        if words[number] == "read" and number and tokens[number - 1].tag == "NNP" and token.phonemes is None:
            token.tag = "VBD"
        if token.text in _TOWNS and number and token.phonemes is None and words[number - 1] in _TOWARDS:
            token.tag, token.phonemes = "NNP", _TOWNS[token.text]
        rules = RULES.get(words[number])
        if rules and token.phonemes is None:
            left = "".join(f"{word} " for word in words[max(number - WINDOW, 0) : number])
            right = "".join(f"{word} " for word in words[number + 1 : number + 1 + WINDOW])
            tag_after = tokens[number + 1].tag if number + 1 < len(tokens) else ""
            rule = next((rule for rule in rules if rule.fits(left, right, tag_after)), None)
            if rule:
                _apply(rule, token, language)


def _apply(rule: Rule, token: Token, language: str) -> None:
    token.tag = rule.tag or token.tag
    if rule.phonemes:
        token.phonemes = rule.phonemes[language == "en-GB"]
    elif rule.sounds_like:
        token.sounds_like = rule.sounds_like


def _is_the_verb(number: int, tokens: Sequence[Token], finite: Sequence[int]) -> bool:
    """A noun right after "I" or "they", or after a plural noun in a sentence that has no other verb, is the verb."""
    if number == 0:
        return False
    before = tokens[number - 1]
    if before.text.lower() in ("i", "they", "we"):
        return True
    plural = before.tag == "NNS" or (number == 1 and before.tag == "NNP" and before.text.endswith("s"))
    return plural and not finite and number + 1 < len(tokens) and tokens[number + 1].tag in ("IN", "TO", "DT")
