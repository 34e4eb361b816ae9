"""The kind of a sentence whose melody the rules know, by its words: questions, and lists of noun phrases."""

from __future__ import annotations

import re

from vivavoce.text import analyse
from vivavoce.training.corpora.intonation import chosen_words

# fmt: off
QUESTION_VERBS = frozenset((
    "am", "is", "are", "was", "were", "do", "does", "did", "have", "has", "had", "can", "could", "will", "would",
    "shall", "should", "may", "might", "must",
))
# fmt: on
QUESTION_WORDS = frozenset(("who", "whom", "whose", "what", "which", "when", "where", "why", "how"))
_NOUN_PHRASE = r"(?:(?:DT|PRP\$|CD) )?(?:(?:JJ|NN|NNP|VBG) ){0,2}(?:NNS?|NNPS?) "
_LIST = re.compile(rf"(?<!\S)(?:{_NOUN_PHRASE}, )+{_NOUN_PHRASE}(?:, )?CC {_NOUN_PHRASE}")
"""Over Penn tags and commas, each followed by a space."""


def kind_of(text: str) -> tuple[str, list[int]] | None:
    """`yes_no`, `or`, `wh` or `list` and the words that it is about, as `rewrite_pitch` asks for them; None where the
    sentence is none of them for certain."""
    words = [word.strip("\"'“”‘’,?").lower() for word in text.split()]
    if not words:
        return None
    if text.rstrip("\"'”’ ").endswith("?"):
        if words[0] in QUESTION_VERBS:
            kind = "or" if "or" in words else "yes_no"
        else:
            kind = "wh" if words[0] in QUESTION_WORDS else ""
        return (kind, chosen_words(text, kind, -1)) if kind else None
    listed = _list_ends(text) if "," in text and {"and", "or"}.intersection(words) else []
    return ("list", listed) if listed else None


def _list_ends(text: str) -> list[int]:
    """Words before the commas of the first list of three noun phrases or more."""
    words = analyse(text).sentences[0].words
    tags = "".join(f"{word.tag} {', ' if word.trailing_punctuation == ',' else ''}" for word in words)
    found = _LIST.search(tags)
    if not found or found.group().count(",") < 2 or len(words) != len(text.split()):
        return []
    before = len(tags[: found.start()].replace(", ", "").split())
    inside = found.group().split()
    commas = [place for place, tag in enumerate(inside) if tag == ","]
    return [before + place - number - 1 for number, place in enumerate(commas)]
