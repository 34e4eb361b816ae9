"""Rules for words of one spelling and two readings: what stands around each reading."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`before` and `after` are matched against the lower-case words at the left and the right, one space after each."""

    before: str = ""
    after: str = ""
    tag: str = ""
    sounds_like: str = ""
    phonemes: tuple[str, str] | None = None
    """The reading in en-US and en-GB."""
    tag_after: str = ""
    """What the Penn tag of the next word must match."""

    def fits(self, left: str, right: str, tag_after: str) -> bool:
        return (
            bool(re.match(self.tag_after, tag_after))
            and bool(re.search(rf"(?:^|\s)(?:{self.before})$", left))
            and bool(re.match(self.after, right))
        )


_METAL_NOUN = (
    "(?:poisoning|pipes?|paint|pencils?|acid|acetate|ore|mines?|shot|balloons?|weights?|bullets?|roof|crystal|glass|oxide"
    r"|exposure|contamination|levels in|solder|shielding|- ?(?:free|acid|lined)) "
)
_METAL_BEFORE = (
    "(?:made|out|pipes?|sheets?|bars?|coffins?|roofs?|layers?|box(?:es)?|strips?|coats?|pieces?|bits?|tons?|pounds?|ounces?|amounts?|traces|levels|full|sheet|lump|block) of "
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
_DOWN = (
    "(?:into|in|for|off|under|through|from|to|down|deep|head|headfirst|over|overboard|across|beneath|below|underwater|at"
    "|behind|after|straight|right|and|again) "
)
_SICK = "(?:an|the|poor|old|chronic|aged|elderly|bedridden|confirmed|helpless|lifelong|his|her|their) "
_DOVE = ("dˈOv", "dˈQv")
_END = r"(?:$|[.,;:!?…—)\"”] )"

RULES: dict[str, tuple[Rule, ...]] = {
    "read": (
        Rule("(?:was|were|been|being|is|are|get|got|gets) (?:not |then |often |also |widely )?", tag="VBN"),
        Rule("(?:(?<!did )(?<!does )(?<!will )(?<!would )(?<!can )(?<!let )(?<!could )(?<!should )(?<!must )(?<!may ))(?:he|she|it) (?:also |then |just |once |first |only |never |even )?", tag="VBD"),
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
        Rule(_METAL_BEFORE, f"(?:lead |{_END})", sounds_like="led"),
        Rule("^", "(?:is|was|has (?:a|been|no)|can|does|did|may|might|melts|poisons) ", sounds_like="led"),
        Rule("", rf"(?:, |and ){_METAL_WITH}", sounds_like="led"),
        Rule("", rf"(?:is|was) (?:so |too |very |still )?{_METAL_QUALITY}", sounds_like="led"),
        Rule("^is ", f"(?:a |{_METAL_QUALITY})", sounds_like="led"),
        Rule("(?:the |any |all )", rf"in (?:[\w']+ )?{_METAL_PLACE}", sounds_like="led"),
        Rule(r"(?:symbol|density|mass|price|toxicity|isotopes|atoms?|dangers|effects) (?:of|for) ", sounds_like="led"),
    ),
    "number": (
        Rule("", "than ", phonemes=("nˈʌməɹ", "nˈʌmə")),
        Rule("(?:got|gets?|getting|grew|grow|growing|felt|feels?|went|became|become) ", r"(?:as|and|by|with|while|until|[.,;!?]) ", phonemes=("nˈʌməɹ", "nˈʌmə")),
    ),
    "dove": (
        Rule("(?:he|she|it|they|we|i|you|who|dove) ", phonemes=_DOVE),
        Rule("(?:and|then|[a-z]+ly) ", _DOWN, phonemes=_DOVE),
    ),
    "bowed": (
        Rule("", "(?:legs?|strings?|instruments?|psaltery|shel(?:f|ves)|walls?) ", phonemes=("bˈOd", "bˈQd")),
        Rule(phonemes=("bˈWd", "bˈWd")),
    ),
    "bowing": (Rule("violin |of ", phonemes=("bˈOɪŋ", "bˈQɪŋ")), Rule(phonemes=("bˈWɪŋ", "bˈWɪŋ"))),
    "invalid": (
        Rule("(?:old|poor|chronic|aged|elderly|bedridden|helpless|lifelong) ", phonemes=("ˈɪnvələd", "ˈɪnvəlɪd")),
        Rule(_SICK, tag_after="(?!NN|JJ|CD|VBG)", phonemes=("ˈɪnvələd", "ˈɪnvəlɪd")),
    ),
    "wound": (
        Rule("(?:was|were|been|being|is|are) (?:tightly |slowly |carefully |then |still )?", "(?!up the|a )", phonemes=("wˈWnd", "wˈWnd")),
        Rule("", "(?:round|around|up|tight|tightly|down|through|back|along|past|its way|their way|her way|his way|into) ", phonemes=("wˈWnd", "wˈWnd")),
        Rule("(?:road|path|river|trail|stream|lane|he|she|it|they) ", "(?!him|her |them)", phonemes=("wˈWnd", "wˈWnd")),
    ),
    "invalids": (Rule(phonemes=("ˈɪnvələdz", "ˈɪnvəlɪdz")),),
    "reread": (
        Rule(r"(?:to|will|would|can|could|should|must|may|might|did|do|does|let|'ll|please|and|always|often) ", phonemes=("ɹiɹˈid", "ɹiɹˈid")),
        Rule("^", phonemes=("ɹiɹˈid", "ɹiɹˈid")),
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
    "live": (
        Rule("^", "(?:and (?:learn|let)|and work|your|well|long|in|for|each|every|free|simply|like) ", tag="VB"),
        Rule(r"(?:watch\w*|saw|see|seen|heard|hear|broadcast|shown|perform\w*|play\w*|stream\w*|aired?|report\w*) (?:\w+ ){0,2}", rf"(?:on|from|at|in|from|by|tonight|{_END})", tag="JJ"),
    ),
    "row": (
        Rule("(?:terrible|huge|blazing|heated|bitter|almighty|massive|furious|family|public|diplomatic|political|angry|fierce|flaming|had a|having a|big) ", "(?!of |seat)", phonemes=("ɹˈW", "ɹˈW")),
        Rule("(?:a|the|this|that|another) ", "(?:about|over|between|broke|erupted|with) ", phonemes=("ɹˈW", "ɹˈW")),
    ),
    "tears": (
        Rule("(?!.*(?:into|of|in|burst|her|his|my|and|with|the|no) $)", "(?:easily|apart|up|off|out|open|through|away) ", tag="VBZ"),
        Rule("", r"(?:in|on) (?:the|his|her|my|your|its|a|an|their) (?:old )?(?:sheets?|paper|fabric|cloth|jacket|curtains?|coat|shirt|dress|sails?|tent|bag|page|seat|muscle|ligament|cartilage|retina|wallpaper|carpet|jeans|net) ", tag="VBZ"),
    ),
    "entrance": (Rule("(?:will|would|to|can|could|might|and) ", "(?:him|her|them|us|you|me|the|his|any|every|an?) ", phonemes=("ɪntɹˈæns", "ɪntɹˈɑns")),),
    "intimate": (Rule("(?:to|will|would|did|not|they|i|we) ", "(?:that|a|his|her|the|to|as) ", phonemes=("ˈɪntəmˌAt", "ˈɪntɪmˌAt"), tag="VB"),),
    "appropriate": (Rule("(?:they|we|will|would|must|could|may|might) ", phonemes=("əpɹˈOpɹiˌAt", "əpɹˈQpɹiˌAt"), tag="VB"),),
    "bases": (
        Rule("", "(?:of|for|on) (?:the|this|our|their|all|its|that|knowledge|which) ", phonemes=("bˈAsiz", "bˈAsiz")),
        Rule(phonemes=("bˈAsᵻz", "bˈAsɪz")),
    ),
    "axes": (
        Rule("(?:battle|stone|bronze|sharp|their|hand|flint|iron|steel|with|and|throwing|ice|fire|his|heavy|of) ", "(?!of )", phonemes=("ˈæksᵻz", "ˈæksɪz")),
        Rule("", "(?:and (?:saws|swords|hammers|spears|knives|picks|shovels|hatchets)|to chop|are sharp|were sharp|fell) ", phonemes=("ˈæksᵻz", "ˈæksɪz")),
    ),
    "diffuse": (Rule("(?:a|the|more|very|is|too|some|rather|are|so|was) ", phonemes=("dəfjˈus", "dɪfjˈus"), tag="JJ"),),
    "job": (Rule("(?:book|patience|trials|sufferings|story) of ", phonemes=("ʤˈOb", "ʤˈQb")),),
    "lima": (Rule("", "beans? ", phonemes=("lˈImə", "lˈImə")),),
    "beloved": (Rule("(?:my|our|his|her|their|your|the|a|dearly|most|its) ", "(?!by |and )", phonemes=("bəlˈʌvɪd", "bɪlˈʌvɪd")),),
    "houses": (Rule("(?:it|which|that|he|she|now|building|museum) ", "(?:the|a|an|some|over|more|his|her|its|about) ", tag="VBZ"), Rule(phonemes=("hˈWzᵻz", "hˈWzɪz"))),
    "mouths": (Rule(phonemes=("mˈWðz", "mˈWðz")),),
    "tear": (
        Rule("wear and ", tag="VB"),
        Rule("(?:a|the|any|no|small|big|large) ", "in (?:my|your|his|her|the|their|our|its|a) (?!eyes? )", tag="VB"),
        Rule("(?:muscle|ligament|cartilage|meniscus|tendon|acl|cuff) ", tag="VB"),
    ),
    "bow": (
        Rule("(?:take|takes|took|taking|with|make|made|makes|gave|give|gives) a (?:\\w+ )?", "(?!and|tie)" + _END, tag="VB"),
        Rule("(?:deep|low|slight|polite|final|little|formal|stiff) ", "(?!and|tie)", tag="VB"),
        Rule("", "(?:of (?:the|a|his|her|our|their) (?:ship|boat|vessel|canoe|ferry)|to stern|and stern) ", tag="VB"),
        Rule("(?:ship|boat|vessel)(?: ?'s) ", tag="VB"),
        Rule("(?:^|and |please )", "(?:to|before|down|your) ", tag="VB"),
    ),
    "close": (
        Rule("(?:we|they|you|i|shops|stores|banks|offices|markets) (?:usually |always |all )?", "(?:early|late|at|on|for|down|up|our|your|their|every|in|around|after|before) ", tag="VB"),
        Rule("(?!.*(?:very|too|as|stay|come|came|be|is|was|are|were) $)", "(?:it|them|your|my|his) ", tag="VB"),
        Rule("(?:to|at) (?:a|the|its|their) ", f"(?:of |{_END})", tag="NN"),
        Rule("(?:the|a) ", "of (?:the |a )?(?:day|year|business|trading|play|century|war|week|season) ", tag="NN"),
    ),
    "content": (
        Rule(r"(?:make|makes|made|making|keep|keeps|kept|left) (?:\w+ ){1,2}", rf"(?:with |to |enough |{_END})", tag="JJ"),
        Rule("(?:am|is|are|was|were) (?:i|you|he|she|it|we|they|everyone) ", f"(?:with |to |{_END})", tag="JJ"),
        Rule(
            "(?:am|is|are|was|were|be|been|being|seem|seems|seemed|feel|felt|quite|very|perfectly|not|'m|'re|'s) ",
            f"(?:with |to |{_END})",
            tag="JJ",
        ),
    ),
    "minute": (
        Rule("(?:is|was|are|were|seem|seemed|relatively|comparatively) ", rf"(?:in |compared |by |and |but |{_END})", tag="JJ"),
        Rule(
            "",
            r"(?:insects?|specks?|grains?|creatures?|drops?|pieces?|portions?|cracks?|scale|inspection|description|attention"
            r"|amounts?|quantit\w+|details?|particles?|traces?|differences?|fractions?|crystals?|organisms?|changes|holes?"
            r"|variations?|examination|droplets?) ",
            tag="JJ",
        ),
        Rule("(?:so|very|too|extremely|almost|most|quite) ", _END, tag="JJ"),
    ),
    "bass": (
        Rule("(?:eats?|ate|eating|fried|cook(?:s|ed)?|catch(?:es)?|caught|fish(?:ed|ing)? for|hooked) (?:a |the |some |two )?", tag="NN"),
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
            r"(?:wom[ae]n|m[ae]n|people|friends?|colleagues?|societ\w+|judges?|scholars?|journals?|counsel|professor|doctor) ",
            tag="JJ",
        ),
    ),
    "project": (Rule("(?:will|would|can|could|should|must|may|might|to|they|we|analysts|experts|models) ", tag="VB"),),
    "crooked": (Rule("(?:^|finger |back |neck |he |she )", "(?:his |her |a finger|an? arm|one |the )", phonemes=("kɹˈʊkt", "kɹˈʊkt")), Rule(phonemes=("kɹˈʊkɪd", "kɹˈʊkɪd"))),
    "ragged": (Rule(phonemes=("ɹˈæɡɪd", "ɹˈæɡɪd")),),
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
