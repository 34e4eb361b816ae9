"""Sentences: where one ends in running text, and how one too long is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vivavoce.text.patterns import Pattern
from vivavoce.text.utterance import Word
from vivavoce.text.word_sets import words

MAX_WORDS = 60
MAX_PHONEMES = 400
MAX_CHARACTERS = 1500
"""Longer stretches without a sentence end are cut before they are read, so that reading stays linear in time."""

Range = tuple[int, int]


TITLES = words(
    "Mr Mrs Ms Dr Prof St Mt Ft Gen Gov Sen Rep Capt Lt Col Sgt Cmdr Rev Hon Pres Supt Cpl Maj Adm Fr Msgr Mme",
    "Mlle Messrs Sra Sr Drs MR MRS MS DR PROF REV GEN CAPT SGT LT COL Sec Amb Insp Det Ofc",
)
NEVER_LAST = words(
    "e.g i.e eg ie vs v cf viz approx ca c fig figs Fig Figs eq Eq pp p vol Vol vols ch Ch ed eds al Tel tel Rs",
    "P.O op.cit Messrs",
)
BEFORE_NUMBER = words(
    "b d Apt apt ext Ext Op op Ste ste Rm rm Hwy hwy Rte Ch ch Sec sec Vol vol Bldg bldg Art art Ex ex para Para Pt",
    "pt Bk bk Ref ref Sect Unit Lot Fl fl approx Approx max Max min Min avg Avg no No ca est Rs Jan Feb Mar Apr",
    "Jun Jul Aug Sep Sept Oct Nov Dec Tab App Eq Cat Nos nos Lev Deut Josh Judg Kgs Chron Neh Ps Prov Eccl Isa Jer Lam",
    "Ezek Dan Hos Mic Hab Zech Mal Matt Mk Lk Jn Rom Cor Gal Eph Phil Thess Tim Tit Heb Jas Pet Exod min MIN Nr",
    "chap Chap chaps Chaps chs Chs lvl Lvl sc Sc ep Ep eps Eps ver Ver exh Exh Sch sch Cl cl nn n ll lat Lat long",
    "Long r fl exp Exp",
    "ht wt ibid Ibid s ss reg Reg regs Evid Civ Crim Proc Est Exs",
    "Lect Conf conf Lv lv rev Rev Bks Arts arts paras Paras Qty qty",
    "Ser ser",
)
"""Abbreviations that a number belongs to."""
MAYBE_LAST = words(
    "etc Inc Ltd Corp Co Bros Jr Sr Ave Blvd Rd Ln Hwy Dept Univ est a.m p.m A.M P.M U.S U.K E.U U.N U.S.A D.C",
    "B.C A.D Ph.D M.D B.A M.A Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Sat",
    "Sun mi ft in lb oz hr min dept depts govt Govt Cres Apt apt Sq Ct Pl Pkwy Bldg bldg Hts Ter assoc Assoc asst",
    "Asst approx Approx misc incl excl esp avg max temp tsp tbsp Tbsp yr yrs mo mos wk wks hrs mins secs pt qt",
    "gal doz pkg Esq Mfg Univ Op op Calif Fla Mass Conn Ariz Colo Okla Ore Penn Tenn Tex Wash Wis Minn Mich Ill",
    "Ind Kan Neb Nev Va Vt Ga Ky La Md Mo Pa Insp Det Pvt Amb Atty Secy Treas Brig Cdr Okt Dez Hwy Rte ext sq cu",
    "Mtn Jct Accts accts Acct acct Amt amt Attn attn Bldgs bldgs Ctr Depts Encl equiv Esp Excl Expy freq Fwy Hosp",
    "Incl Intl",
    "intl lang Mfr mfr Mgmt mgmt Mgr mgr Misc Mtg mtg Mtns Mts Natl natl Orig orig pkgs Qty qty req resp Sched",
    "sched std Std",
    "supp Supp Terr Tpke Twp twp univ usu wt Revd Conf Lvl Va a.k.a Fed Cal Del Ala Kans Nebr Ont Que choc lg ct",
    "reb ast",
)
_MONTHS = Pattern(
    r"(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz]|janv|févr|avril|juin|juil|août|enero|abril|agosto)"
)
_LOWER_BEFORE = Pattern(r"(?:^|\s)(?:[a-z]+|[\d.]*\d|Plan|Option|Vitamin|Group|Type|Class|Team|Grade|Part|Hepatitis) $")
STARTERS = words(
    "A After All Also Although An And Another As At Because Before Both But By Did Do Does Each Even Every For",
    "From He Her Here His How However I If In Is It Its Just Later Many Maybe Meanwhile Most My Nevertheless Next",
    "No Nobody Not Now On Once One Only Or Other Our Perhaps She Since So Some Soon Still Such That The Their",
    "Then There These They This Those Though Thus To Today Tomorrow Two Under Until We Well Were What When Where",
    "Whether Which While Who Why With Yes Yesterday Yet You Your",
)

_NOTE = r"(?:\[[^\[\]\s]{1,8}\]|[\u00b9\u00b2\u00b3\u2070-\u2079*†‡])"
_END = Pattern(rf"(?<![.!?…])[.!?…]++(?:[\"'”’)\]»*_]|{_NOTE})*+\s++(?=\S)")
_CLAUSE = Pattern(r"[,;:—–)]\s+")
_WORD_BEFORE = Pattern(r"[^\s(\[\"“”'‘—–-]*$")
_NAME_BEFORE = Pattern(r"(?:^|\s)(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th))\s$")
_INITIALS = Pattern(r"(?:[A-Z]\.)+[A-Z]")
_INITIAL = Pattern(r"[A-Z]\.")
_ITEM_NUMERAL = Pattern(r"(?:x?(?:ix|iv|v?i{0,3})|[XLV]?(?:I[XV]|V?I{0,3})|[a-h])(?<=\w)")
_BEFORE_LETTER = words("Ex Exh App Sched Apt Ste Rm Bldg bldg Rev rev Fig fig Vol vol Sec Art")
_LETTER_ALONE = Pattern(r"[A-Z](?:[.,;:)]|$|\s+(?:and|or|to|of|is|was|shows)\b)")
_NUMBER_STARTS = frozenset("0123456789#")
_NUMERAL_STARTS = Pattern(r"(?:[IVXL]{2,}|[VX])\b")
_FIRST_WORD = Pattern(r"[^\W\d_]+(?:'\w+)?")


def sentences(text: str, start: int, end: int) -> Iterator[Range]:
    """Character ranges of the sentences of `text[start:end]`, white space at the edges left out."""
    cut = start
    for match in _END.finditer(text, start, end):
        if ends_sentence(text, match.start(), match.end(), cut):
            yield from split_range(text, cut, match.end())
            cut = match.end()
    yield from split_range(text, cut, end)


def ends_sentence(text: str, mark: int, following: int, start: int) -> bool:
    """Whether the punctuation at `mark` ends a sentence that began at `start`; the next one begins at `following`."""
    rest = text[following : following + 40].lstrip("\"'“‘([«")
    if rest[:1].islower():
        return False
    if text[mark] == "!" and rest[:1] in "=<>+/≤≥≠×*":
        return False
    if text[mark] != "." or text[mark : mark + 2] == "..":
        return True
    before = _WORD_BEFORE.search(text, max(start, mark - 20), mark)
    word = before.group() if before else ""
    first = _FIRST_WORD.match(rest)
    starts = first is not None and first.group() in STARTERS
    if (word in ("Sec", "Dir", "Maj", "Brig", "Lt", "Atty", "Asst", "Surg", "Insp") and rest.startswith("Gen")) or (
        word in ("Pt", "Pto", "Cape", "Pk", "Ste") and first and not starts
    ):
        return False
    if word in ("St", "Dr") and starts and _NAME_BEFORE.search(text, max(start, mark - 30), mark - 2):
        return True
    if (
        word in TITLES
        or word in NEVER_LAST
        or (word in BEFORE_NUMBER and (rest[:1] in _NUMBER_STARTS or _NUMERAL_STARTS.match(rest)))
    ):
        return False
    if word in _BEFORE_LETTER and _LETTER_ALONE.match(rest):
        return False
    if word == "P" and text[max(start, mark - 5) : mark - 1] == "Civ. " and rest[:1].isdigit():
        return False
    if _INITIALS.fullmatch(word) and word not in MAYBE_LAST:
        return starts
    if word == "I" and _INITIAL.match(rest):
        return False
    if not text[start : mark - len(word)].strip() and _ITEM_NUMERAL.fullmatch(word):
        return False
    if len(word) == 1 and word.isupper() and word != "I":
        return starts and bool(_LOWER_BEFORE.search(text, max(start, mark - 30), mark - 1))
    if word.isdigit() and (not text[start : mark - len(word)].strip() or (len(word) < 3 and _MONTHS.match(rest))):
        return False
    return starts if word in MAYBE_LAST else True


def split_range(text: str, start: int, end: int) -> Iterator[Range]:
    """`text[start:end]` trimmed, as character offsets of ranges up to `MAX_CHARACTERS`, cut at a clause or a space if
    there is one."""
    start, end = _trim(text, start, end)
    while end - start > MAX_CHARACTERS:
        limit = start + MAX_CHARACTERS
        cut = max((m.end() for m in _CLAUSE.finditer(text, start + MAX_CHARACTERS // 2, limit)), default=0)
        cut = cut or text.rfind(" ", start + 1, limit) + 1 or limit
        yield _trim(text, start, cut)
        start, end = _trim(text, cut, end)
    if start < end:
        yield start, end


def short_enough(words: list[Word]) -> Iterator[list[Word]]:
    """Runs of at most `MAX_WORDS` words and `MAX_PHONEMES` symbols, cut at the last clause that fits, or at a word."""
    while words:
        fits = _count_that_fits(words)
        if fits < len(words):
            fits = _last_clause(words, fits)
        yield [replace(words[0], no_space_before=False), *words[1:fits]]
        words = words[fits:]


def _count_that_fits(words: list[Word]) -> int:
    symbols = 0
    for count, word in enumerate(words[:MAX_WORDS]):
        symbols += len(word.leading_punctuation) + len(word.phonemes) + len(word.trailing_punctuation) + 1
        if symbols > MAX_PHONEMES and count:
            return count
    return min(len(words), MAX_WORDS)


def _last_clause(words: list[Word], fits: int) -> int:
    for marks in (";:—.!?", ","):
        for count in range(fits, fits // 3, -1):
            if words[count - 1].trailing_punctuation and set(words[count - 1].trailing_punctuation) & set(marks):
                return count
    return fits


def _trim(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
