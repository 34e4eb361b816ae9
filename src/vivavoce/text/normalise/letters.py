"""Capitals and letters: emphasis that is no abbreviation, abbreviations that are no words, contractions, letter names."""

from __future__ import annotations

import re
from functools import cache

from hibari.g2p import G2P

from vivavoce.text.normalise.rules import Rule, RuleGroup, letters
from vivavoce.text.patterns import Pattern
from vivavoce.text.word_sets import words

_CAPITALS = Pattern(r"\b(?<![&.@/#$-])[A-ZÀ-Þ]{2,}(?:['’][A-Z]{1,2})?\b(?![&@]|\.[A-Z])")
_SPELLED = frozenset(["PSI", "LAX", "COB", "ERA", "COPD", "GERD", "AFAIK", "ALS", "PIP", "ATP"])
"""Abbreviations that hibari takes for words."""
_WORDS_IN_CAPITALS = words(
    "NASA NATO UNESCO UNICEF OPEC AIDS COVID FIFA NAFTA JPEG RADAR LASER SCUBA SWAT PIN SIM RAM ROM GIF TED",
    "IKEA",
)
_EMPHASISED = words(
    "THE AND BUT NOT YOU ALL CAN CAN'T WON'T DON'T DO DID IS ARE WAS WERE WILL MUST NEVER EVER ONLY NO YES NOW",
    "THIS THAT FOR WITH HAVE HAS HAD MY YOUR HIS HER OUR THEIR THEY SHE WHAT WHY WHEN WHERE HOW VERY SO TOO",
    "ANY EVERY BOTH IF NONE MORE LESS ALWAYS STOP GO HERE THERE BE BEEN AT TO OF ON UP OUT OFF OVER SEE LET",
    "GET GOT ACT PART BOOK SALE FREE OPEN STAY WAIT HELP LOOK LOVE LIFE TIME BACK DOWN GOOD BEST NEXT LAST SAVE FIRE NOTE",
    "NEW OLD BIG TOP END ONE TWO SIX TEN RED BUY KEEP READ MORE LESS EACH SOME MANY MUCH MUST DONE GONE HOME WORK TAKE",
    "MAKE GIVE COME WENT SAID TELL KNOW WANT NEED LIKE JUST EVEN ALSO BEEN THEM THEN THAN INTO FROM LONG HIGH LOW FULL",
    "EASY HARD FAST SLOW REAL TRUE WRONG RIGHT LEFT WE HE ME ITS IT'S I'M",
)
_VERBS = "be|have|like|never|better|been|rather|go|say|come|do|make|take|help|work|mean|seem|look|not"
_CONTRACTIONS: list[Rule] = [
    (Pattern(r"\b([Ww]hat|[Ww]here|[Ww]ho|[Hh]ow|[Ww]hen|[Ww]hy|[Tt]here|[Tt]hese|[Tt]hose|[Ww]hich|[Tt]hat)['’]re\b"),
     lambda m: f"{m[1]} are"),
    (Pattern(rf"\b(?!(?:He|She|We|They|You|It|Who|How|Why|What|Where|When)\b)([A-Z][a-z]+|that|there|this)['’]d(?= (?:{_VERBS})\b)"),
     lambda m: f"{m[1]} would"),
    (Pattern(r"\b([Tt]hat|[Tt]here|[Tt]hese|[Ww]hat|[Ww]ho|[Ww]here|kids|people)['’]ve\b"), lambda m: f"{m[1]} have"),
    (Pattern(r"(?<=[a-z]n['’]t)['’]ve\b|(?<=['’]d)['’]ve\b"), lambda m: " have"),
    (Pattern(r"\b([Dd])['’](?=(?:you|ya|ye)\b)"), lambda m: f"{m[1]}o "),
    (Pattern(r"(?<=\w )['’‘]n['’‘]?(?= \w)"), lambda m: "and"),
    (Pattern(r"(?<=\w)['’‘]n['’‘](?=\w)"), lambda m: " and "),
]  # fmt: skip


_DRAWN_OUT = Pattern(r"\b(?=\w*?([a-z])\1\1)(?![ivxlcdm]+\b)[A-Za-z]{3,40}\b")
_RUN = re.compile(r"([a-z])\1{2,}")
_DOUBLED = words("see too bee zoo boo moo woo all off egg ill")
"""Short words that end in two letters: "tooo" is one of these, "sooo" is none."""


@cache
def _dictionary() -> G2P:
    from vivavoce.text.pronounce import grapheme_to_phoneme

    return grapheme_to_phoneme("en-US")


def is_known(word: str) -> bool:
    """Whether the dictionary has a word in lower case, or its stem."""
    lexicon = _dictionary().lexicon
    return (
        bool(lexicon.golds.get(word))
        or bool(lexicon.silvers.get(word))
        or any(bool(form(word, "NN", None, None)[0]) for form in (lexicon.stem_s, lexicon.stem_ed, lexicon.stem_ing))
    )


def _read_drawn_out(match: re.Match[str]) -> str:
    """ "so" for "sooo", "cool" for "cooool": the word of one or of two letters that the dictionary has."""
    twice, once = _RUN.sub(r"\1\1", match[0]), _RUN.sub(r"\1", match[0])
    if is_known(match[0].lower()):
        return match[0]
    if is_known(twice.lower()) and (len(twice) > 3 or twice.lower() in _DOUBLED):
        return twice
    return once if len(once) > 1 and is_known(once.lower()) else match[0]


def _is_shouted(text: str) -> bool:
    """Whether a sentence is in capitals throughout, and is not a row of abbreviations."""
    if any(c.islower() for c in text):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    return sum(len(word) > 1 and is_known(word.lower()) for word in words) >= max(2, len(words) // 2)


def _read_capitals(match: re.Match[str]) -> str:
    """A word in capitals, in a sentence of capitals or by itself."""
    word = match[0]
    if _is_shouted(match.string):
        bare = word.lower()
        if word in _SPELLED or word in _WORDS_IN_CAPITALS or not is_known(bare.replace("’", "'").split("'")[0]):
            return word
        return bare.capitalize() if match.start() == 0 else bare
    if word in _SPELLED:
        return letters(word)
    if word.replace("’", "'") in _EMPHASISED or (
        len(word) > 4 and word not in _WORDS_IN_CAPITALS and (is_known(word.lower()) or _is_sayable(word))
    ):
        return word.lower() if match.start() else word.capitalize()
    return word


_SYLLABLES = Pattern(
    r"(?:[BCDFGHJKLMNPRSTVWZ]|[BCFGPK]L|[BCDFGPTK]R|S[CHKLMNPQTW]|CH|SH|TH|PH|WH|QU)?(?:[AEIOUY]{1,2}[BCDFGHKLMNPRSTVWXZ]{0,2})+"
)


def _is_sayable(word: str) -> bool:
    """Whether an unknown word in capitals is a name that is shouted, and no row of letters: "DARCY", not "NAACP"."""
    return bool(_SYLLABLES.fullmatch(word)) and word[:2] not in ("AA", "UU", "II") and not word.startswith("US")


_RULES: list[Rule] = [
    (Pattern(r"(?<![\w-])[A-Z](?:-[A-Z])+(?![\w-])"), lambda m: letters(m[0].replace("-", ""))),
    (
        Pattern(
            r"(?<=\b[Tt]ell )US\b|(?<=\b(?:give|told|gave|show|both|help|join|lets) )US\b(?! [a-z]+s\b)|(?<=\b[Ll]et )US\b"
        ),
        lambda m: "us",
    ),
    (_CAPITALS, _read_capitals),
]
GROUPS = [
    RuleGroup("contraction", _CONTRACTIONS, "'’‘"),
    RuleGroup("drawn-out word", [(_DRAWN_OUT, _read_drawn_out)], Pattern(r"([a-z])\1\1")),
    RuleGroup("capitals", _RULES, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
]
__all__ = ["GROUPS"]
