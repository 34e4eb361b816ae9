"""Words of one spelling and two readings, where hibari's tagger takes the wrong one.

hibari reads by part of speech and is right nearly always; each rule here mends a case that it was
seen to miss. A rule gives the tag, which chooses the reading, or a word that sounds like it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Rule:
    """`before` and `after` are matched against the lower-case words at the left and the right, one space after each."""

    before: str = ""
    after: str = ""
    tag: str = ""
    sounds_like: str = ""
    phonemes: tuple[str, str] | None = None
    """The reading in en-US and en-GB."""

    def fits(self, left: str, right: str) -> bool:
        return bool(re.search(rf"(?:^|\s)(?:{self.before})$", left)) and bool(re.match(self.after, right))


_METAL_NOUN = (
    "(?:poisoning|pipes?|paint|pencils?|acid|acetate|ore|mines?|shot|balloons?|weights?|bullets?|roof|crystal|glass|oxide"
    r"|exposure|contamination|levels in|solder|shielding|- ?(?:free|acid|lined)) "
)
_METAL_BEFORE = (
    "(?:made|out|tons?|pounds?|ounces?|amounts?|traces|levels|full|sheet|lump|block) of "
    "|(?:covered|lined|filled|weighted) (?:with|in) |(?:heavier|softer|denser) than |molten |melted "
    "|(?:copper|zinc|tin|silver) and |contains? "
)
_METAL_WITH = "(?:copper|zinc|tin|iron|steel|gold|silver|cadmium|mercury|arsenic) "
_METAL_QUALITY = "(?:soft|heavy|toxic|poisonous|harmful|dense|molten|melted|magnetic|radioactive) "
_METAL_PLACE = "(?:pipes?|paint|water|soil|gasoline|petrol|fuel|bullets?|pencils?|blood|glaze|solder|batter(?:y|ies)) "
_TITLE = "(?:the |a |an |his |her |my |your |our |their |any |no )"
_OBJECT = "(?:the (?!size|kind|sort)|them |him |her |us |me |these |those |every |all |your |my |our |their )"
_DEER_DO = "(?:ran|run|are|were|grazed?|grazing|fed|stood|fled|have|had|with|in|on|by|at|near|from) "
_BLESSED = ("blˈɛsɪd", "blˈɛsɪd")
_AGED = ("ˈAʤɪd", "ˈAʤɪd")
_END = r"(?:$|[.,;:!?…—)\"”] )"

RULES: dict[str, tuple[Rule, ...]] = {
    "read": (
        Rule(r"(?:have|has|had|having|'ve) (?!to )(?:[\w']+ )?(?!to )(?:[\w']+ )?", tag="VBN"),
        Rule("'d ", tag="VBN"),
        Rule(r"(?:to|will|would|can|could|should|must|may|might|did|do|does|let|'ll) (?:[\w']+ )?", tag="VB"),
        Rule("", r".*\b(?:yesterday|ago|last (?:night|week|month|year)) ", tag="VBD"),
        Rule("(?:usually|often|always|sometimes|rarely|regularly) ", tag="VB"),
        Rule("(?:they|we|i|you) ", r"(?:\w+ ){0,2}(?:every|daily|each (?:day|week|night|morning)|a lot) ", tag="VB"),
        Rule("(?:who|that) ", r"(?:\w+ )?(?:do|are|have|will|can|know|learn|become|get|tend) ", tag="VB"),
    ),
    "lead": (
        Rule("", _METAL_NOUN, sounds_like="led"),
        Rule(_METAL_BEFORE, _END, sounds_like="led"),
        Rule("^", "(?:is|was|has (?:a|been|no)|can|does|did|may|might|melts|poisons) ", sounds_like="led"),
        Rule("", rf"(?:, |and ){_METAL_WITH}", sounds_like="led"),
        Rule("", rf"(?:is|was) (?:so |too |very |still )?{_METAL_QUALITY}", sounds_like="led"),
        Rule("^is ", f"(?:a |{_METAL_QUALITY})", sounds_like="led"),
        Rule("(?:the |any |all )", rf"in (?:[\w']+ )?{_METAL_PLACE}", sounds_like="led"),
        Rule(r"(?:symbol|density|mass|price|toxicity|isotopes|atoms?|dangers|effects) (?:of|for) ", sounds_like="led"),
    ),
    "house": (Rule("^", rf"(?:{_OBJECT})", tag="VB"),),
    "does": (
        Rule("the ", "(?!and don)", sounds_like="doze", tag="NNS"),
        Rule("(?:several|many|some|wild|young) ", f"(?:{_DEER_DO}|{_END})", sounds_like="doze", tag="NNS"),
        Rule("(?:(?<!of )(?:these|those)|two|three|four|five|six|ten) ", _DEER_DO, sounds_like="doze", tag="NNS"),
        Rule("(?:bucks|stags|fawns|herds?|groups?|pairs?|dozens) (?:and|or|of) ", sounds_like="doze", tag="NNS"),
        Rule("", "and (?:a |the |their )?(?:bucks?|stags?|fawns?) ", sounds_like="doze", tag="NNS"),
    ),
    "winds": (Rule(r"(?:road|path|river|trail|street|stream|lane|staircase|track|it) ", tag="VBZ"),),
    "tear": (
        Rule("wear and ", tag="VB"),
        Rule("(?:a|the|any|no|small|big|large) ", "in (?:my|your|his|her|the|their|our|its|a) (?!eyes? )", tag="VB"),
        Rule("(?:muscle|ligament|cartilage|meniscus|tendon|acl|cuff) ", tag="VB"),
    ),
    "bow": (
        Rule("(?:take|takes|took|taking|with) a (?:\\w+ )?", "(?!and|tie)" + _END, tag="VB"),
        Rule("(?:deep|low|slight|polite|final|little|formal|stiff) ", "(?!and|tie)", tag="VB"),
        Rule("", "(?:of (?:the|a|his|her|our|their) (?:ship|boat|vessel|canoe|ferry)|to stern|and stern) ", tag="VB"),
        Rule("(?:ship|boat|vessel)(?: ?'s) ", tag="VB"),
        Rule("(?:^|and |please )", "(?:to|before|down|your) ", tag="VB"),
    ),
    "close": (
        Rule("(?:to|at) (?:a|the|its|their) ", f"(?:of |{_END})", tag="NN"),
        Rule("(?:the|a) ", "of (?:the |a )?(?:day|year|business|trading|play|century|war|week|season) ", tag="NN"),
    ),
    "content": (
        Rule(
            "(?:am|is|are|was|were|be|been|being|seem|seems|seemed|feel|felt|quite|very|perfectly|not|'m|'re|'s) ",
            f"(?:with |to |{_END})",
            tag="JJ",
        ),
    ),
    "minute": (
        Rule(
            "",
            r"(?:amounts?|quantit\w+|details?|particles?|traces?|differences?|fractions?|crystals?|organisms?|changes|holes?"
            r"|variations?|examination|droplets?) ",
            tag="JJ",
        ),
        Rule("(?:so|very|too|extremely|almost|most|quite) ", _END, tag="JJ"),
    ),
    "bass": (
        Rule("(?:sea|striped|largemouth|smallmouth|black|caught a|catch a|caught|fresh|grilled) ", tag="NN"),
        Rule("", r"(?:\w+ )*(?:fishing|lake|river|pond|fillets?|boat) ", tag="NN"),
        Rule("", sounds_like="base"),
    ),
    "polish": (
        Rule(
            "(?:^|and |to |please |you |they |we |i |will |must |can )",
            f"(?:the |your |it |up |his |her |my |our |their |{_END})",
            sounds_like="polish",
        ),
        Rule("(?:nail|shoe|floor|furniture|french|car|metal|some|more) ", sounds_like="polish"),
    ),
    "resume": (
        Rule(
            "(?:my|your|his|her|a|their|our|this|good|new|strong|one's) (?:(?:current|latest|updated|old) )?",
            phonemes=("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA"),
            tag="NN",
        ),
    ),
    "learned": (
        Rule(
            "(?:a|the|most|very|so|his|her|my|your|and|of) ",
            r"(?:wom[ae]n|m[ae]n|friends?|colleagues?|societ\w+|judges?|scholars?|journals?|counsel|professor|doctor) ",
            tag="JJ",
        ),
    ),
    "blessed": (
        Rule("", "(?:are|be|saints?|virgin|mother|sacrament|lord|day|relief|thing|is) ", phonemes=_BLESSED, tag="JJ"),
        Rule("(?:the|every|this) ", r"\w", phonemes=_BLESSED, tag="JJ"),
    ),
    "aged": (
        Rule("", "(?:wom[ae]n|m[ae]n|parents?|father|mother|people|relatives?|uncle|aunt) ", phonemes=_AGED, tag="JJ"),
        Rule("the ", f"(?:and |{_END})", phonemes=_AGED, tag="JJ"),
    ),
    "moped": (Rule(f"(?:{_TITLE}|electric |on |by |old |new )", tag="NN"),),
}  # fmt: skip


def resolve(tokens: Sequence[Token], language: str) -> None:
    """Set tag and reading of the homographs of a tagged sentence, in place."""
    words = [token.text.lower() for token in tokens]
    finite = [number for number, token in enumerate(tokens) if token.tag in _FINITE]
    for number, token in enumerate(tokens):
        if words[number] in _NOUN_OR_VERB and token.tag in ("NN", "JJ") and _is_the_verb(number, tokens, finite):
            token.tag = "VBP"
        rules = RULES.get(words[number])
        if rules and token.phonemes is None:
            left = "".join(f"{word} " for word in words[max(number - WINDOW, 0) : number])
            right = "".join(f"{word} " for word in words[number + 1 : number + 1 + WINDOW])
            rule = next((rule for rule in rules if rule.fits(left, right)), None)
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
