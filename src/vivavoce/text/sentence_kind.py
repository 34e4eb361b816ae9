"""What kind of sentence a row of words is, for its melody: a question that rises, one that falls, a list.

The punctuation tells a question from a statement; the words and Penn tags of the clause that asks tell which question.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from vivavoce.text.utterance import SentenceKind, Word
from vivavoce.text.word_sets import words

AUXILIARIES = words(
    "am is are was were do does did have has had will would shall should can could may might must ought dare",
    "need ain't isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't won't wouldn't shan't",
    "shouldn't can't couldn't mightn't mustn't needn't cannot",
)
WH_WORDS = words(
    "who whom whose what which when where why how who's what's where's when's how's why's who'd what'd who'll",
    "what'll who've what're where're who're how're how'd where'd why'd whoever whatever wherever",
)
_PRONOUNS = words("i you he she it we they there one this that these those")
_OPENERS = words(
    "and but so then well oh ah now yet or also still anyway okay ok yes no please hey say look listen tell me",
    "sorry hello hi dear my goodness god actually honestly frankly seriously anyhow therefore however",
    "meanwhile perhaps just only nor uh um er hmm",
)
_TAG_WORDS = words("right okay ok eh huh yeah yes no correct innit see remember hm hmm")
_SUBORDINATES = words("when where while whenever wherever if since because although though as after before")
_PREPOSITIONS = words("of to for from with in on at by about under into through against since until")
_WH_FOLLOWERS = words("about not come many much far long old often soon else on the")
_UNCOUNTED = frozenset(["any", "anything", "anyone", "anybody", "anywhere", "ever"])
_NO_ALTERNATIVE = words("so not something anything somebody someone whatever what more less two else")
_MAX_ITEM_WORDS = 5
_CLAUSE_MARKS = frozenset(",;:—…")


def sentence_kind(words: Sequence[Word]) -> SentenceKind:
    """The kind of one sentence by its last mark, the words of its main clause and their Penn tags.

    `or` is a question between alternatives; `tag` ends in "isn't it?" or "right?"; `list` is a statement that
    names three things or more. A question in the order of a statement ("You came alone?") is `yes_no`.
    """
    if not words:
        return "statement"
    if "?" not in words[-1].trailing_punctuation:
        if "!" in words[-1].trailing_punctuation:
            return "exclamation"
        return "list" if _is_list(words) else "statement"
    clauses = _clauses(words)
    if _is_tag(clauses):
        return "tag"
    kind, place = _find_question(clauses)
    if kind == "wh":
        after = [word.text.lower() for clause in clauses[place + 1 :] for word in clause]
        return "or" if "or" in after and len(after) <= 2 * _MAX_ITEM_WORDS and _chooses(after) else "wh"
    return "or" if _chooses([word.text.lower() for clause in clauses[place:] for word in clause]) else "yes_no"


def _clauses(words: Sequence[Word]) -> list[list[Word]]:
    """Words between commas, dashes and the like."""
    clauses: list[list[Word]] = [[]]
    for word in words:
        if clauses[-1] and (
            (word.leading_punctuation.strip() and '"' in word.leading_punctuation) or "“" in word.leading_punctuation
        ):
            clauses.append([])
        clauses[-1].append(word)
        if set(word.trailing_punctuation) & _CLAUSE_MARKS:
            clauses.append([])
    return [clause for clause in clauses if clause]


def _is_tag(clauses: list[list[Word]]) -> bool:
    """Whether the last clause but for a name called ("do you, Mr Forbes?") only asks for assent."""
    for clause in clauses[1:][-2:]:
        texts = [word.text.lower() for word in clause]
        if texts[0] in AUXILIARIES and len(texts) in (2, 3) and texts[1] in _PRONOUNS and texts[2:] in ([], ["not"]):
            return True
    last = [word.text.lower() for word in clauses[-1]]
    return len(clauses) > 1 and len(last) == 1 and last[0] in _TAG_WORDS


def _find_question(clauses: list[list[Word]]) -> tuple[SentenceKind, int]:
    """Whether the main clause asks `wh` or `yes_no`, and which clause that is."""
    for place, clause in enumerate(clauses):
        texts = [word.text.lower() for word in clause]
        opening = sum(1 for _ in takewhile(lambda text: text in _OPENERS and text not in WH_WORDS, texts))
        rest = texts[opening:]
        if not rest:
            continue
        if rest[0] in AUXILIARIES:
            return "yes_no", place
        asks = rest[1:] if rest[0] in _PREPOSITIONS and rest[1:2] and rest[1] in WH_WORDS else rest
        if asks[0] in WH_WORDS and _asks(asks, clause[-len(asks) :], is_last=place == len(clauses) - 1):
            return "wh", place
        inner = [n for n, word in enumerate(clause) if n and word.text[:1].isupper() and word.text.lower() in WH_WORDS]
        if inner:
            return "wh", place
        inverted = _inverted_wh(texts)
        if inverted:
            return "wh", place
    return "yes_no", 0


def _asks(texts: list[str], words: Sequence[Word], *, is_last: bool) -> bool:
    """Whether a clause that begins with a question word asks, and does not only tell when or where."""
    if texts[0] in _SUBORDINATES and not is_last:
        return len(texts) > 1 and (texts[1] in AUXILIARIES or texts[1] in _WH_FOLLOWERS)
    return is_last or len(texts) > 1 or words[0].text.lower() not in ("what", "why", "how")


def _inverted_wh(texts: list[str]) -> bool:
    """ "And the boy who did it, where is he": a question word with a verb turned round, inside a clause."""
    return any(
        first in ("what", "why", "where", "how") and second in AUXILIARIES and third in _PRONOUNS
        for first, second, third in zip(texts[1:], texts[2:], texts[3:], strict=False)
    ) and not any(text in AUXILIARIES for text in texts[:1])


def _chooses(texts: list[str]) -> bool:
    """Whether "or" stands between alternatives: not in "or so", and not after "any" and "ever"."""
    places = [n for n, text in enumerate(texts) if text == "or" and 0 < n < len(texts) - 1]
    if not places or _UNCOUNTED.intersection(texts[: places[-1]]):
        return False
    rest = texts[places[-1] + 1 :]
    return not (len(rest) == 1 and rest[0] in _NO_ALTERNATIVE) and rest[:2] not in (["so"], ["two"])


def _is_list(words: Sequence[Word]) -> bool:
    """Three things or more of one class between commas, the last after "and" or "or"."""
    for place, word in enumerate(words):
        if word.text.lower() not in ("and", "or") or not 0 < place < len(words) - 1:
            continue
        heads = [words[place - 1]]
        start = place - 1
        while start > 0 and place - start <= _MAX_ITEM_WORDS * (len(heads) + 1):
            start -= 1
            if "," in words[start].trailing_punctuation:
                heads.append(words[start])
        if len(heads) >= 2 and len(_classes(heads)) == 1 and _evenly(words, heads, place):
            return True
    return False


def _evenly(words: Sequence[Word], heads: Sequence[Word], conjunction: int) -> bool:
    """Whether the thing after the conjunction is short, or of the class of the others: no new clause."""
    following = words[conjunction + 1 :]
    (own,) = _classes(heads)
    if own == "V":
        before = [words[number + 1] for number in range(conjunction - 1) if words[number] in heads[1:]]
        return all(_class(word) == "V" for word in [*before, following[0]])
    after = list(takewhile(lambda word: word.tag not in ("PRP", "MD", "VBD", "VBZ", "VBP"), following))
    return any(_class(word) == own for word in after[:_MAX_ITEM_WORDS])


def _classes(heads: Sequence[Word]) -> set[str]:
    """The classes of words; "drawing" is a noun among nouns and a verb among verbs."""
    return {_class(head) for head in heads if head.tag != "VBG"} or {"V"}


def _class(word: Word) -> str:
    """The part of speech without its form: any noun, any verb."""
    return word.tag[:1] if word.tag[:1] in "NVJR" else word.tag
