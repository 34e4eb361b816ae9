"""Roman numerals: "Henry VIII", "Part II", "page xii", "the XIX century", "MMXXIV"; and what only looks like one."""

from __future__ import annotations

import re

from hibari.g2p import numbers as hibari_numbers
from hibari.g2p.normalize import ROMAN_CARDINAL, ROMAN_ORDINAL

from vivavoce.text.normalise.rules import Rule, RuleGroup
from vivavoce.text.patterns import Pattern

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
SHIELD = "\u2060"
"""Put before a character, it keeps hibari's normaliser from seeing an abbreviation or a numeral there."""

_ANY = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_SMALL = r"(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})"
_NUMERAL = rf"(?:(?=[IVXLCDM]{{2}}){_ANY}|[IVX])"
_LOWER = r"(?=[ivxl]+\b)(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_TENTH = "Frederik|Christian|Charles|Leo|Pius|Louis|Gregory|Clement|Innocent|Alfonso|Karl|Carl|Constantine"
_LOWER_ROW = rf"{_LOWER}\b(?:(?:, and |, or |, | and | or | to |–){_LOWER}\b)+"
_MONARCHS = (
    "Frederik|Pope|King|Queen|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Shah|Prince|Princess|Duke|Count|Pharaoh|Henry|Louis"
    "|Edward|George|William|Charles|James|Richard|Elizabeth|Napoleon|Pius|Benedict|Leo|Paul|John|Ramses|Ramesses"
    "|Frederick|Friedrich|Philip|Philippe|Alexander|Nicholas|Peter|Catherine|Ivan|Gustav|Gustavus|Christian|Ferdinand"
    "|Gregory|Innocent|Clement|Urban|Boniface|Ptolemy|Francis|Joseph|Leopold|Otto|Robert|Mehmed|Murad|Haakon|Harald"
    "|Olaf|Oscar|Carl|Karl|Wilhelm|Franz|Rudolf|Albert|Baldwin|Malcolm|David|Mary|Margaret|Margrethe|Isabella|Juan"
    "|Carlos|Alfonso|Felipe|Umberto|Emmanuel|Henri|Amenhotep|Thutmose|Antiochus|Seleucus|Constantine|Theodosius"
    "|Justinian|Celestine|Sixtus|Julius|Adrian|Eugene|Martin|Stephen|Casimir|Sigismund|Conrad|Ludwig|Maximilian|Selim"
    "|Mustafa|Suleiman|Ahmed|Darius|Xerxes|Cyrus|Artaxerxes|Mithridates|Rama|Pedro|Manuel|Afonso|Victor|Vittorio"
    "|Alexios|Basil|Michael|Boris|Donald|Kenneth|Duncan|Edmund|Eric|Erik|Canute|Cnut|Valdemar|Matthias|Andrew|Bela"
    "|Tutankhamun|Nebuchadnezzar|Sargon|Tiglath|Anne|Jane|Matilda|Beatrix|Wilhelmina|Juliana|Abdullah|Hussein|Faisal"
    "|Cleopatra|Berenice|Arsinoe|Seti|Amenemhat|Senusret|Mentuhotep|Psamtik|Necho|Pepi|Shalmaneser|Ashurnasirpal|Shapur"
    "|Khosrow|Yazdegerd|Tigranes|Attalus|Eumenes|Demetrius|Antigonus|Herod|Bayezid|Mahmud|Osman|Abdulhamid|Kamehameha"
    "|Menelik|Tewodros|Yohannes|Moshoeshoe|Sobhuza|Norodom|Gaius|Tiberius|Heraclius|Valentinian|Honorius|Romanos|Isaac"
    "|Bohemond|Tancred|Amadeus|Amadeo|Lothair|Childeric|Clovis|Dagobert|Pepin|Theodoric|Alaric|Boleslaw|Bolesław"
    "|Władysław|Vladislaus|Wenceslaus|Ladislaus|Stanislaus|Zygmunt|Sancho|Ramiro|Fernando|Umberto|Humbert|Fuad|Farouk"
    "|Zog|Simeon|Callixtus|Calixtus|Paschal|Gelasius|Hadrian|Marcellus|Honorius|Nicephorus|Anastasius|Sergius|Idris"
    "|Hassan|Jigme|Tupou|Magnus|Sverre|Sweyn|Harold|Christina|Sophia|Joanna|Eleanor|Eugenius|Lucius|Hussain"
)
_REGNAL_TITLES = "Pope|King|Queen|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Shah|Pharaoh"
_FIRST_NAMES = (
    "Thomas|Walter|Howard|Arthur|Samuel|Benjamin|Daniel|Harry|Frank|Fred|Jack|Theodore|Hunter|Cornelius|Harold|Ralph|Ray"
    "|Raymond|Roger|Roy|Russell|Sam|Steven|Ted|Tim|Timothy|Tom|Vincent|Warren|Wayne|Bill|Bob|Jim|Joe|Ken|Larry|Lawrence"
    "|Lewis|Luther|Mark|Matthew|Nathan|Norman|Oliver|Patrick|Earl|Edwin|Ernest|Franklin|Gerald|Gordon|Hugh|Jacob|Calvin"
    "|Clarence|Adam|Alan|Albert|Alfred|Anthony|Bernard|Brian|Bruce|Douglas|Dwight|Marcus|Trey|Ken|Davis|Loudon|Sammy"
)
_THINGS = (
    "Chapter|Part|Act|Scene|Section|Volume|Vol\\.|Book|Phase|Article|World War|Mark|Type|Level|Stage|Class|Grade"
    "|Super Bowl|Apollo|Gemini|Final Fantasy|Episode|Round|Rocky|Star Wars|Schedule|Appendix|Annex|Table|Figure|Plate"
    "|Title|Amendment|Canto|Verse|Lesson|Unit|Factor|Group|Tier|Category|Region|Zone|District|Day|Week|Year|Session"
    "|Division|Olympiad|Vatican|Corps|Mk|Page|Letter|Psalm|Sonnet|Symphony No\\.|Godfather|Terminator|Rambo"
    "|Windows|OS|iPhone|Basel|Bullet|Photosystem|Photosystems|Path|Model(?! X)|Layer|Form|Formula|Case|Question|Note|Step"
    "|Calculus|Physics|Algebra|Chemistry|Biology|Statistics|Spanish|French|German|Economics|Latin"
    "|Paragraph|Item|Clause|Rule|Law|Theorem|Book of Kings|Kings|Samuel|Chronicles|Corinthians|Timothy|Thessalonians"
)
_THING_WORDS = (
    rf"(?:{_THINGS}|CHAPTER|PART|ACT|SCENE|SECTION|VOLUME|BOOK|ARTICLE|APPENDIX|CANTO|WORLD WAR|PHASE|TITLE)(?:s|es)?"
)
_VERBS = (
    "am|have|think|guess|know|mean|suppose|believe|said|say"
    "|saw|see|met|went|go|like|liked|love|loved|want|wanted|need|needed|read|took|got|found|thought|knew|never|always"
    "|really|just|also|only|once|first|ever|ordered|bought|told|asked|gave|made|wrote|keep|kept|left|hate|prefer|used"
    "|remember|heard|felt|feel|came|come|lost|put|sent|finished|started|lent|borrowed|mentioned|promised|chose"
)
_AUXILIARIES = "had|will|would|can|could|should|must|may|might|do|did|was"
_PRONOUN = rf"(?:I (?:{_VERBS}|{_AUXILIARIES})\b|I['’](?:m|ve|d|ll)\b)"
_SURELY_PRONOUN = rf"(?:I (?:{_VERBS})\b|I['’](?:m|ve|d|ll)\b)"
_FOLLOWING = r"(?=['’]s\b|(?![\w’'-]))"
_CHAIN = rf"((?:,? (?:and|or|to|through|&) |, |\s?[–-]\s?)){_NUMERAL}"


def ordinal_of(number: int) -> str:
    """The word for a place in order: "third"."""
    return hibari_numbers.ordinal(number)


def roman(numeral: str) -> int:
    """The value of a Roman numeral, which is taken to be well formed."""
    values = [_VALUES[c] for c in numeral.upper()]
    return sum(-v if any(v < w for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


def _year(match: re.Match[str]) -> str:
    value = roman(match[0])
    return str(value) if 1000 < value < 2100 else match[0]


def _chain(match: re.Match[str]) -> str:
    """ "Parts I, II and IV": every numeral of a row after a noun."""
    row = re.sub(rf"\b{_NUMERAL}\b", lambda numeral: str(roman(numeral[0])), match[2])
    return match[1] + re.sub(r"(?<=\d)\s?[–-]\s?(?=\d)", " to ", row)


def _ordinal(match: re.Match[str]) -> str:
    return f"{match[1]} the {ordinal_of(roman(match[2]))}"


_SURNAMED = r"[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+"
_PERSONAL = (
    "was born|was named|was elected|was appointed|was arrested|fell|won|died|married|became|said|says|wrote|played|signed|sat|ran|told|asked"
    "|grew|joined|served|founded|scored|thought|laughed|smiled|inherited|attended|studied|worked|lived|moved|took|gave|who|has|had"
)
"""What people do, and films and wars do not."""
_ORDINAL_NOUNS = "century|centuries|Century|Olympi\\w+|Congress|Corps|Legion|legion|[Dd]ynasty|Army|Amendment|Brigade"
_RULES: list[Rule] = [
    (Pattern(rf"\b({_MONARCHS}) ({_SMALL}|[IVX])-(?=(?:style|era|type|period|like|inspired|century)\b)"), lambda m: f"{_ordinal(m)} "),
    (Pattern(rf"\b((?:{_THINGS}) )({_SMALL}|[IVX])-(?=(?:style|era|type|level|style|related)\b)"), lambda m: f"{m[1]}{roman(m[2])} "),
    (Pattern(rf"\b((?:[Ss]tage|[Tt]ype|[Pp]hase|[Cc]lass|[Gg]roup|[Cc]ategory|[Pp]art|[Dd]ivision|[Tt]able|[Ff]igure) )({_SMALL}|[IV])([A-D])\b"), lambda m: f"{m[1]}{roman(m[2])} {m[3]}"),
    (Pattern(r"^((?:XL|L)(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})|(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3}))\.?$"), lambda m: f"{roman(m[1])}."),
    (Pattern(r"\b([A-Z][a-z]+), (II|III|IV)(?=[,;.)]|\s|$),?"), lambda m: f"{m[1]} the {ordinal_of(roman(m[2]))}{',' if m[0].endswith(',') else ''}"),
    (Pattern(rf"^({_LOWER})(?=[.)]\s)"), lambda m: str(roman(m[1])) if m[1] else m[0]),
    (Pattern(rf"^(?=[IVXL]{{2}})({_SMALL})(?=[.)]\s+[A-Z])"), lambda m: str(roman(m[1]))),
    (Pattern(r"^([IVX])(?=\.\s+[A-Z][A-Za-z]+(?: [\w’']+){0,7}$)"), lambda m: str(roman(m[1]))),
    (Pattern(rf"\b([Ff]igure|[Tt]able|[Pp]late|[Ee]xhibit|[Cc]hart|[Pp]art|[Ss]ection) ({_NUMERAL})[-–.](\d{{1,2}})\b"), lambda m: f"{m[1]} {roman(m[2])} {m[3]}"),
    (Pattern(r"\b(?!The|He|She|It|We|They|You|And|But|When|If|As|Vitamin|Type|Class|Grade|Malcolm|Team|Group|Plan|Option|Section|Point)([A-Z][a-z]{3,}) ([VX])(?= (?:was|became|ruled|died|reigned|said|had|followed|succeeded|abdicated|married|refused|granted|built|ordered|conquered|inherited|wrote|of [A-Z])\b)"), _ordinal),
    (Pattern(rf"\b((?:{_REGNAL_TITLES}) (?:[A-Z][a-z]+ )?[A-Z][a-z]+) ({_SMALL}|[IVX]){_FOLLOWING}"), _ordinal),
    (Pattern(rf"\b((?:{_THINGS.lower()}) )(?={_PRONOUN})"), lambda m: m[1] + SHIELD),
    (Pattern(rf"\b((?:{_THINGS}) )(?={_SURELY_PRONOUN})"), lambda m: m[1] + SHIELD),
    (Pattern(rf"\b((?:{_MONARCHS}) )(?={_PRONOUN})"), lambda m: m[1] + SHIELD),
    (
        Pattern(rf"\b({_THING_WORDS} )({_NUMERAL}\b(?:{_CHAIN}\b){{0,8}}){_FOLLOWING}"),
        _chain,
    ),
    (
        Pattern(
            r"(?i)\b((?:chapter|part|section|volume|book|page|pages|pp?\.|item|note|figure|act|scene|step|verse|article"
            rf"|preface|introduction|type|stage|phase|level)\s)({_LOWER})(?![\w’'.-]\w|\w)"
        ),
        lambda m: f"{m[1]}{roman(m[2])}" if m[2] not in ("", "I") else m[0],
    ),
    (
        Pattern(rf"\b([Pp]hotos|[Ff]igures|[Ii]mages|[Pp]anels|[Pp]lates|[Pp]arts|[Pp]oints|[Nn]otes|[Ii]tems|[Cc]lauses) ({_LOWER_ROW})"),
        lambda m: f"{m[1]} " + re.sub(r"[ivxl]+\b(?<!and)", lambda numeral: str(roman(numeral[0])), m[2]),
    ),
    (Pattern(rf"\b({_TENTH}) X{_FOLLOWING}(?= (?:in|of|on|and|was|is|handed|crowned|took|gave)\b|[,;])"), lambda m: f"{m[1]} the tenth"),
    (Pattern(rf"(?<!\w)\(({_LOWER})\)"), lambda m: f"({roman(m[1])})" if m[1] else m[0]),
    (Pattern(rf"\b({_NUMERAL})(?:th|st|nd|rd)?(?= (?:{_ORDINAL_NOUNS})\b)(?<!\bI)"), lambda m: ordinal_of(roman(m[1]))),
    (Pattern(r"\bM(?=[MDCLXVI]{3})M{0,2}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"), _year),
    (Pattern(rf"\b({_MONARCHS}) (?!X\b)({_SMALL}|[IVX]){_FOLLOWING}(?! ?[A-Z]\.)"), _ordinal),
    (Pattern(rf"\b((?:{_FIRST_NAMES}|[A-Z]\.)(?: [A-Z]\.)? [A-Z][a-z]+) ({_SMALL}){_FOLLOWING}"), _ordinal),
    (Pattern(rf"\b((?:{_MONARCHS})(?: [A-Z]\.)? [A-Z][a-z]+) ({_SMALL}){_FOLLOWING}"), _ordinal),
    (Pattern(r"\b(Model|Factor|Planet|Brand|Generation|Gen|Mister|Team|Comet) X\b(?! ?[A-Z]\.)"), lambda m: f"{m[1]} {SHIELD}X"),
    (Pattern(rf"\b((?!The|World|Super|Star|Final|Grand|Rocky|King){_SURNAMED}) (II|III|IV){_FOLLOWING}(?=,? (?:{_PERSONAL})\b)"), _ordinal),
    (
        Pattern(rf"\b([A-Z][a-z]+) ({_SMALL})(?=['’]s\b|\b)(?![.'’-]?[A-Za-z]{{2}})"),
        lambda m: f"{m[1]} {roman(m[2])}",
    ),
]  # fmt: skip
_HIBARI_WORDS = "|".join(re.escape(word) for word in sorted([*ROMAN_CARDINAL, *ROMAN_ORDINAL], key=len, reverse=True))

GROUP = RuleGroup("Roman numeral", _RULES, Pattern(r"(?i)\b[ivxlcdm]+(?:th|st|nd|rd)?\b"))
HIBARI_SHIELD = RuleGroup(
    "", [(Pattern(rf"\b({_HIBARI_WORDS}) (?=[IVXLCDM])"), lambda m: f"{m[1]} {SHIELD}")], "IVXLCDM"
)
"""What hibari would still take for a numeral: the C of "King Charles", the first letter of "Queen Isabel"."""
