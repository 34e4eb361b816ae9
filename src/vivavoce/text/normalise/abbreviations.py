"""Abbreviations by their surroundings, and words that hibari would take for one ("He said no.")."""

from __future__ import annotations

import re

from vivavoce.text.normalise.calendar import DAY_NAMES
from vivavoce.text.normalise.identifiers import DIRECTIONS, STATES, in_pairs
from vivavoce.text.normalise.roman import SHIELD
from vivavoce.text.normalise.rules import Rule, RuleGroup, any_of
from vivavoce.text.patterns import Pattern
from vivavoce.text.split import STARTERS
from vivavoce.text.word_sets import words

_PLACES = "In|At|To|From|Near|On|Of|Visit|By|Around|Outside|Saint|Mount|Fort"
_NO_STREET = "|".join(sorted(STARTERS)) + f"|{_PLACES}"

_ANYWHERE = {
    "Blvd": "Boulevard", "Cres": "Crescent", "Apt": "Apartment", "apt": "apartment", "Op": "opus", "op": "opus",
    "dept": "department", "Dept": "Department", "depts": "departments", "Pkwy": "Parkway", "Expy": "Expressway",
    "Fwy": "Freeway", "Tpke": "Turnpike", "Hts": "Heights", "Bldg": "Building", "bldg": "building", "Rte": "Route",
    "Hwy": "Highway", "hwy": "highway", "Mtn": "Mountain", "Mtns": "Mountains", "Jct": "Junction", "Ctr": "Center",
    "govt": "government", "Govt": "Government", "gov't": "government", "Gov't": "Government", "int'l": "international",
    "Int'l": "International", "nat'l": "national", "Nat'l": "National", "cont'd": "continued", "Cont'd": "Continued",
    "contd": "continued", "assoc": "associate", "Assoc": "Associate", "asst": "assistant", "Asst": "Assistant",
    "mgr": "manager", "Mgr": "Manager", "approx": "approximately", "Approx": "Approximately", "misc": "miscellaneous",
    "Misc": "Miscellaneous", "incl": "including", "Incl": "Including", "excl": "excluding", "esp": "especially",
    "Esp": "Especially", "temp": "temperature", "avg": "average", "Avg": "Average", "max": "maximum", "Max": "Max",
    "pkg": "package", "pkgs": "packages", "doz": "dozen", "Pvt": "Private", "Det": "Detective", "Insp": "Inspector",
    "Amb": "Ambassador", "Mme": "Madame", "Mlle": "Mademoiselle", "Messrs": "Messieurs", "Esq": "Esquire",
    "attn": "attention", "Attn": "Attention", "abbr": "abbreviation", "adj": "adjective", "adv": "adverb",
    "anon": "anonymous", "Anon": "Anonymous", "bros": "brothers", "cond": "conditions", "ex": "example", "Ex": "Example",
    "elev": "elevation", "equiv": "equivalent", "hosp": "hospital", "Inst": "Institute", "Soc": "Society",
    "lang": "language", "lit": "literally", "mfg": "manufacturing", "neg": "negative", "obs": "obsolete",
    "orig": "originally", "Orig": "Originally", "pl": "plural", "poss": "possible", "pop": "population",
    "Pop": "population", "prob": "probably", "pub": "published", "qty": "quantity", "Qty": "Quantity", "recd": "received",
    "ref": "reference", "Ref": "Reference", "resp": "respectively", "Sgt": "Sergeant", "tbsp": "tablespoons",
    "Tbsp": "tablespoons", "tsp": "teaspoons", "trans": "translated", "usu": "usually", "Vol": "Volume",
    "Univ": "University", "univ": "university", "Encl": "Enclosure", "encl": "enclosure", "Cdr": "Commander",
    "Brig": "Brigadier", "Hon": "Honorable", "Treas": "Treasurer", "Secy": "Secretary", "Corp": "Corporation",
    "mtg": "meeting", "Mtg": "Meeting", "mtgs": "meetings", "sched": "schedule", "dist": "district", "Dist": "District",
    "acct": "account", "Acct": "Account", "accts": "accounts", "amt": "amount", "Amt": "Amount", "bal": "balance",
    "wt": "weight", "Wt": "Weight", "ht": "height", "mgmt": "management", "intl": "international", "natl": "national",
    "Intl": "International", "Natl": "National", "twp": "township", "Twp": "Township", "std": "standard",
    "Std": "Standard", "exec": "executive", "Exec": "Executive", "supt": "superintendent", "Supt": "Superintendent",
    "reg": "regular", "req": "required", "Req": "Required", "rec": "recommended", "ret": "retired", "Ret": "Retired",
    "vocab": "vocabulary", "tech": "technology", "Tech": "Technology", "freq": "frequency", "diam": "diameter",
    "fwd": "forward", "comm": "committee", "Comm": "Committee", "commr": "commissioner", "Comdr": "Commander",
    "Fed": "Federal", "fed": "federal", "Prov": "Province", "prov": "province", "illus": "illustrated",
    "Terr": "Terrace", "Sgts": "Sergeants", "Profs": "Professors", "Drs": "Doctors", "Mts": "Mountains", "Ald": "Alderman",
    "Atty": "Attorney", "Attys": "Attorneys", "atty": "attorney", "Ofc": "Officer", "Cmdr": "Commander", "Pfc": "Private first class",
    "Lieut": "Lieutenant", "Bp": "Bishop", "Abp": "Archbishop", "Bart": "Baronet", "appt": "appointment", "avail": "available",
    "bldgs": "buildings", "Bldgs": "Buildings", "bet": "between", "Mfr": "Manufacturer", "mfr": "manufacturer", "whse": "warehouse",
    "ca": "circa", "env": "environment", "fac": "faculty", "Fac": "Faculty", "hdqrs": "headquarters", "hrly": "hourly",
    "perf": "performance", "pref": "preferred", "Ser": "Series", "ser": "series", "supp": "supplement", "Supp": "Supplement",
    "Mfg": "Manufacturing", "Acad": "Academy", "Ques": "Question", "Sup": "Superior", "Cath": "Catholic",
}  # fmt: skip
"""Read so wherever a full stop follows."""
_ANYWHERE.update(
    {
        short.capitalize(): long.capitalize()
        for short, long in _ANYWHERE.items()
        if len(short) > 3 and short.islower() and short.capitalize() not in _ANYWHERE
    }
)
_WITHOUT_STOP = {
    "Blvd": "Boulevard", "Pkwy": "Parkway", "Hwy": "Highway", "dept": "department", "Dept": "Department",
    "govt": "government", "approx": "approximately", "tbsp": "tablespoons", "tsp": "teaspoons", "Tbsp": "tablespoons",
    "gov't": "government", "Gov't": "Government", "int'l": "international", "Int'l": "International",
    "nat'l": "national", "Nat'l": "National", "cont'd": "continued", "w/": "with", "w/o": "without", "b/c": "because",
    "c/o": "care of", "mgmt": "management", "Mgmt": "Management", "Bldg": "Building", "Ave": "Avenue", "appt": "appointment",
    "appts": "appointments", "asap": "A S A P", "ASAP": "A S A P", "Rd": "Road", "Cres": "Crescent", "Cpt": "Captain",
    "pls": "please", "thx": "thanks", "ppl": "people", "wk": "week", "wks": "weeks", "yr": "year", "yrs": "years",
    "FYI": "F Y I", "vs": "versus", "tho": "though", "thru": "through", "w/c": "week commencing", "mtg": "meeting", "y/o": "year old", "f/u": "follow up", "b/w": "between", "n/a": "N A", "h/o": "history of", "w/w": "week over week",
    "Mtg": "Meeting", "mtgs": "meetings", "Pls": "Please", "Thx": "Thanks", "req'd": "required", "Req'd": "Required",
    "rec'd": "received",
    "YoY": "year over year", "QoQ": "quarter over quarter", "yoy": "year over year", "qoq": "quarter over quarter",
}  # fmt: skip
_BIBLE = {
    "Gen": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Num": "Numbers", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Judg": "Judges", "Sam": "Samuel", "Kgs": "Kings", "Chr": "Chronicles", "Chron": "Chronicles",
    "Neh": "Nehemiah", "Ps": "Psalm", "Prov": "Proverbs", "Eccl": "Ecclesiastes", "Isa": "Isaiah", "Jer": "Jeremiah",
    "Lam": "Lamentations", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea", "Mic": "Micah", "Hab": "Habakkuk",
    "Zech": "Zechariah", "Mal": "Malachi", "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John",
    "Rom": "Romans", "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians",
    "Col": "Colossians", "Thess": "Thessalonians", "Tim": "Timothy", "Tit": "Titus", "Heb": "Hebrews", "Jas": "James",
    "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
_BOOKS_OF_SEVERAL = "Samuel|Kings|Chronicles|Corinthians|Thessalonians|Timothy|Peter|John|Maccabees|Esdras"
_PLACE_IN_ORDER = {"1": "First", "2": "Second", "3": "Third", "I": "First", "II": "Second", "III": "Third"}
_BEFORE_NUMBER = {
    "ext": "extension", "Ext": "Extension", "Apt": "Apartment", "apt": "apartment", "Ste": "Suite", "ste": "suite",
    "Rm": "Room", "rm": "room", "Op": "opus", "op": "opus", "Fig": "Figure", "fig": "figure", "Figs": "Figures",
    "figs": "figures", "Eq": "Equation", "eq": "equation", "Eqs": "Equations", "Ch": "Chapter", "ch": "chapter",
    "Sec": "Section", "sec": "section", "Sect": "Section", "Vol": "Volume", "vol": "volume", "Vols": "Volumes",
    "vols": "volumes", "pp": "pages", "pg": "page", "Pg": "Page", "para": "paragraph", "Para": "Paragraph",
    "Art": "Article", "art": "article", "Hwy": "Highway", "Rte": "Route", "No": "Number", "no": "number",
    "Nos": "Numbers", "nos": "numbers", "Ex": "Exercise", "ex": "example", "Tab": "Table", "App": "Appendix",
    "Fl": "Floor", "fl": "floor", "Lot": "Lot", "Unit": "Unit", "Cat": "Catalog", "Pt": "Part", "pt": "part",
    "Bk": "Book", "bk": "book", "ll": "lines", "chap": "chapter", "Chap": "Chapter", "chaps": "chapters", "lvl": "level", "Lvl": "Level",
    "sc": "scene", "Sc": "Scene", "ep": "episode", "Ep": "Episode", "eps": "episodes", "Eps": "Episodes", "ver": "version", "Ver": "Version",
    "exh": "exhibit", "Exh": "Exhibit", "Sch": "Schedule", "sch": "schedule", "Cl": "Clause", "nn": "notes", "n": "note", "lat": "latitude",
    "Lat": "Latitude", "long": "longitude", "Long": "Longitude", "Arts": "Articles", "arts": "articles", "Paras": "Paragraphs",
    "paras": "paragraphs", "Chs": "Chapters", "chs": "chapters", "Exs": "Examples", "ser": "series", "Lect": "Lecture", "s": "section", "ss": "sections", "reg": "regulation", "Reg": "Regulation", "regs": "regulations", "Refs": "References", "Nr": "Number", "cl": "clause", "Ref": "Reference", "ref": "reference", "Sched": "Schedule", "Tel": "Telephone",
}  # fmt: skip
_AFTER_NUMBER = {
    "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"), "Tbsp": ("tablespoon", "tablespoons"),
    "TBSP": ("tablespoon", "tablespoons"), "Tsp": ("teaspoon", "teaspoons"), "oz": ("ounce", "ounces"),
    "fl oz": ("fluid ounce", "fluid ounces"), "fl. oz": ("fluid ounce", "fluid ounces"), "pt": ("pint", "pints"),
    "qt": ("quart", "quarts"), "qts": ("quart", "quarts"), "T": ("tablespoon", "tablespoons"), "t": ("teaspoon", "teaspoons"), "gal": ("gallon", "gallons"), "gals": ("gallon", "gallons"),
    "doz": ("dozen", "dozen"), "pkg": ("package", "packages"), "yr": ("year", "years"), "yrs": ("year", "years"),
    "wk": ("week", "weeks"), "wks": ("week", "weeks"), "mo": ("month", "months"), "mos": ("month", "months"),
    "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "min": ("minute", "minutes"), "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"), "secs": ("second", "seconds"), "in": ("inch", "inches"), "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"), "ft": ("foot", "feet"), "yd": ("yard", "yards"), "yds": ("yard", "yards"),
    "pcs": ("piece", "pieces"), "pct": ("percent", "percent"), "deg": ("degree", "degrees"), "vols": ("volume", "volumes"),
    "pts": ("point", "points"), "bbl": ("barrel", "barrels"), "pp": ("page", "pages"), "kn": ("knot", "knots"), "kt": ("knot", "knots"), "c": ("cup", "cups"),
}  # fmt: skip
_STOP_NEEDED = words("in c mo mos vols pp deg kn pt T t")
_WORDS_WITHOUT_STOP = words(
    "s ss reg regs no art arts cat tab app lot unit ch pt fl ex n sc sch cl exh long lat ser nn"
)
"""Before a number they are abbreviations only with a full stop."""
STREETS = {
    "St": "Street", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Dr": "Drive", "Ct": "Court",
    "Pl": "Place", "Sq": "Square", "Ter": "Terrace", "Cres": "Crescent", "Pk": "Park", "Cir": "Circle", "Pkwy": "Parkway",
    "Hwy": "Highway", "Gdns": "Gardens", "Hts": "Heights", "Is": "Island", "Mt": "Mountain", "Riv": "River", "Co": "County",
}  # fmt: skip
_OLD_STATES = {
    "Ala": "Alabama", "Ariz": "Arizona", "Ark": "Arkansas", "Calif": "California", "Cal": "California",
    "Colo": "Colorado", "Conn": "Connecticut", "Del": "Delaware", "Fla": "Florida", "Ga": "Georgia", "Ill": "Illinois",
    "Ind": "Indiana", "Kan": "Kansas", "Kans": "Kansas", "Ky": "Kentucky", "La": "Louisiana", "Me": "Maine", "Mass": "Massachusetts",
    "Md": "Maryland", "Mich": "Michigan", "Minn": "Minnesota", "Miss": "Mississippi", "Mo": "Missouri", "Mont": "Montana",
    "Neb": "Nebraska", "Nebr": "Nebraska", "Nev": "Nevada", "Okla": "Oklahoma", "Ore": "Oregon", "Penn": "Pennsylvania",
    "Pa": "Pennsylvania", "Tenn": "Tennessee", "Tex": "Texas", "Va": "Virginia", "Vt": "Vermont", "Wash": "Washington",
    "Wis": "Wisconsin", "Wyo": "Wyoming", "Ont": "Ontario", "Que": "Quebec",
}  # fmt: skip
_COMPASS_PLACES = (
    "Korea|Africa|America|Carolina|Dakota|Ireland|Virginia|Yorkshire|Wales|Sudan|Vietnam|Germany|Europe|Asia|Coast|Bank"
    "|Sea|Pole|Midlands|Sussex|Indies|London|Timor|Pacific|Atlantic|Rhodesia|Pakistan|Berlin|Oregon|Texas|Florida"
)
_BEFORE_LETTER = {
    "Ex": "Exhibit", "Exh": "Exhibit", "App": "Appendix", "Sched": "Schedule", "Bldg": "Building", "bldg": "building",
    "Rev": "Revision", "rev": "revision", "Fig": "Figure", "fig": "figure", "Vol": "Volume", "vol": "volume",
}  # fmt: skip
_SIZES = {
    "oz": "ounce", "lb": "pound", "g": "gram", "kg": "kilogram", "ml": "milliliter", "mL": "milliliter",
    "fl oz": "fluid ounce", "ounce": "ounce", "gram": "gram",
}  # fmt: skip
_COUNTED = {
    "reb": "rebounds",
    "ast": "assists",
    "stl": "steals",
    "ct": "count",
    "lg": "large",
    "med": "medium",
    "sm": "small",
}
_SPANS = {"q": "quarter", "y": "year", "m": "month"}
_STREET_NAME = rf"(?!(?:{_NO_STREET})\b)(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th)|(?:[NSEW]\.?\s)?[A-Z][a-z]+)"


def _stop(match: re.Match[str], said: str) -> str:
    """The words, and the full stop again where it also ended the sentence."""
    at_end = not match.string[match.end() :].strip("\"'”’) ")
    return said + ("." if match[0].endswith(".") and at_end else "")


def _after_number(match: re.Match[str]) -> str:
    one = match[1] in ("1", "½", "¼", "¾") or bool(re.fullmatch(r"[1-9]/\d{1,2}", match[1]))
    one = one or "-" in match[0][len(match[1]) : len(match[1]) + 1]  # "a 10-yr. bond"
    words = _AFTER_NUMBER[match[2]]
    return _stop(match, f"{match[1]} {words[0] if one else words[1]}")


_AMOUNT = r"(?<![\w.,/])((?:\d+[ -])?\d{1,2}/\d{1,2}|\d(?:[\d,]*\d)?(?:\.\d+)?(?: ?[½¼¾⅓⅔⅛])?|[½¼¾⅓⅔⅛])"
_LONG_UNITS = {unit: words for unit, words in _AFTER_NUMBER.items() if unit not in _STOP_NEEDED}
_RULES: list[Rule] = [
    (Pattern(r"\b(MR|MRS|MS|DR|PROF|REV|GEN|CAPT|SGT|LT|COL)\.? (?=[A-Z]{2})"), lambda m: f"{m[1].capitalize()}. "),
    (Pattern(rf"\b([123]|I{{1,3}}) ((?:{any_of(_BIBLE)})\.(?= \d)|(?:(?:{any_of(_BIBLE)})|{_BOOKS_OF_SEVERAL})(?= \d+:\d)) "),
     lambda m: f"{_PLACE_IN_ORDER[m[1]]} {_BIBLE.get(m[2].rstrip('.'), m[2])} "),
    (Pattern(rf"\b({any_of(_BIBLE)})\.? (?=\d+:\d)"), lambda m: f"{_BIBLE[m[1]]} "),
    (Pattern(r"\b(Ps|Prov|Isa|Deut|Ezek|Eccl)\.? (?=\d)"), lambda m: f"{_BIBLE[m[1]]} "),
    (Pattern(rf"\b({'|'.join(sorted({*_BIBLE.values(), 'Acts', 'Ruth', 'Esther', 'Job', 'Joel', 'Amos', 'Jude'}))}) (\d{{1,3}}:\d{{1,3}})\s?[-–]\s?(?=\d{{1,3}}\b)"),
     lambda m: f"{m[1]} {m[2]} to "),
    (Pattern(r"(?i)\b(tel(?:ephone)?|phone|fax|ref|order|account|acct|serial|part|model|invoice|id|policy|case|lot|flight|room|reg|item|mobile|cell|ticket|tracking|passport|licen[cs]e|page|bus|catalog(?:ue)?)\.? no\.(?=\s[a-z]|:|\s*$)"),
     lambda m: f"{ {'tel': 'telephone', 'Tel': 'Telephone', 'ref': 'reference', 'Ref': 'Reference', 'acct': 'account', 'Acct': 'Account', 'reg': 'registration', 'Reg': 'Registration'}.get(m[1], m[1]) } number"),
    (Pattern(r"\b(?:Sec|Secy)\. (?=[A-Z][a-z]+)(?![IVX]+\b)"), lambda m: "Secretary "),
    (Pattern(r"\b(Eqs?|Figs?|Secs?|Refs?|Tabs?|Nos?)\.? (?=\(\d)"), lambda m: f"{_BEFORE_NUMBER.get(m[1], m[1])} "),
    (Pattern(r"\bFl\.? (?=\d{1,2}\b)"), lambda m: "Floor "),
    (Pattern(r"\b(Qty|Amt|Dept|Appt|Acct|Mgr|Asst|Attn|Temp|Max|Min|Avg|Approx)(?=:)"), lambda m: {"Max": "Maximum", "Min": "Minimum"}.get(m[1]) or _ANYWHERE[m[1]]),
    (Pattern(r"\b(dollars?|cents?|pounds?|pence|euros?|\d) ea\.?(?=[\s,;)]|$)"), lambda m: _stop(m, f"{m[1]} each")),
    (Pattern(r"(?<![\w.])[eE]\.\s?g\.?(?:,|(?=\s|:|$))"), lambda m: "for example" + ("," if m[0].endswith(",") else "")),
    (Pattern(r"(?<![\w.])[iI]\.\s?e\.?(?:,|(?=\s|:|$))"), lambda m: "that is" + ("," if m[0].endswith(",") else "")),
    (Pattern(r"(?<![\w.])a\.k\.a\.?(?=\s|$)"), lambda m: "also known as"),
    (Pattern(r"(?<![\w.])viz\.(?=\s)"), lambda m: "namely"),
    (Pattern(r"(?<![\w.])op\. ?cit\."), lambda m: "op cit"),
    (Pattern(r"(?<![\w.])(?:&c|etc)\.?(?=[\s,;)]|$)"), lambda m: _stop(m, "et cetera") if m[0].startswith("&") else m[0]),
    (Pattern(r"(?<![\w.])(?:ca?\.\s?)(?=\d{3,4})"), lambda m: "circa "),
    (Pattern(r"(?<=\()(?:b\. ?)(?=\d{4}|[A-Z])|(?<=[,;] )b\. ?(?=\d{4})"), lambda m: "born "),
    (Pattern(r"(?:(?<=\d )|(?<=mi\. )|(?<=km )|(?<=miles ))([NSEW]|NE|NW|SE|SW)\. ?(?=of\b)"), lambda m: f"{DIRECTIONS[m[1]].lower()} "),
    (Pattern(r"\b(Mon|Tues?|Wed|Thu(?:rs)?|Fri)(?=, (?:[A-Z]|and|or|\d)|,$|: ?\w)"), lambda m: DAY_NAMES[m[1]]),
    (Pattern(r"^(Sat|Sun)(?=: ?\w)"), lambda m: DAY_NAMES[m[1]]),
    (Pattern(r"(?<=[a-z] )(Wed|Fri|Thurs?|Tues?)\.(?=\s*$)"), lambda m: f"{DAY_NAMES[m[1]]}."),
    (Pattern(r"\b[Ee]st\. (?=(?:1[5-9]|20)\d\d\b)"), lambda m: "Established " if m[0][0] == "E" else "established "),
    (Pattern(r"\bInc\. (?=(?:1[5-9]|20)\d\d\b)"), lambda m: "Incorporated "),
    (Pattern(r"(?<![\w.,])(\d{1,3})(?: |-)in\.?(?:(?= [a-z]{4})(?<=-in\.)|(?<=-in)(?= [a-z]{4}))"), lambda m: f"{m[1]} inch"),
    (Pattern(r"(?<== )(\d+(?:\.\d+)?) in(?=[.,;)]|\s*$)"), lambda m: f"{m[1]} {'inch' if m[1] == '1' else 'inches'}"),
    (Pattern(r"(?<=[(,;]) ?(?:d\. )(?=\d{4})"), lambda m: " died "),
    (Pattern(r"(?:(?<=\()|^|(?<=[,;] ))(?:r\. ?)(?=\d{3,4})"), lambda m: "reigned "),
    (Pattern(r"^b\. ?(?=\d{4})"), lambda m: "born "),
    (Pattern(r"(?<![\w.])fl\. (?=(?:ca?\. ?)?\d{3,4}\b(?!-))"), lambda m: "flourished "),
    (Pattern(r"(?<=[a-z] )v\.? (?=[A-Z][a-z])"), lambda m: "versus "),
    (Pattern(r"(?<![\w.])([Tt])el\.?:?\s?(?=[\d+(])"), lambda m: f"{m[1]}elephone "),
    (Pattern(r"(?<![\w.])pp?\.\s?(?=\d+\s?[-–])"), lambda m: "pages "),
    (Pattern(r"(?<![\w.])p\.\s?(?=\d|[ivxl]+\b)"), lambda m: "page "),
    (Pattern(r"\b[Pp]\.? ?[Oo]\.? [Bb]ox\b"), lambda m: "P O Box"),
    (Pattern(r"\b(P\.?P?\.S)\.(?=\s)"), lambda m: " ".join(m[1].replace(".", "")) + ","),
    (Pattern(r"\b(St|Ft|Mt)\.? (?=[A-Z][a-z'’]+)(?<![a-z] St\. )(?<![a-z] St )"), lambda m: {"St": "Saint", "Ft": "Fort", "Mt": "Mount"}[m[1]] + " "),
    (Pattern(r"\bSec\.?[ -]Gen\.?(?=[\s,;:)]|$)"), lambda m: _stop(m, "Secretary General")),
    (Pattern(r"\bAtty\.? Gen\.?(?=[\s,;:)]|$)"), lambda m: _stop(m, "Attorney General")),
    (Pattern(r"\bPt\. (?=[A-Z][a-z]+)"), lambda m: "Point "),
    (Pattern(r"\bSq\.? (?=[a-z])"), lambda m: "Square "),
    (Pattern(r"\bSte\.? (?=[A-Z][a-z]{3})"), lambda m: "Saint "),
    (Pattern(r"(?<![\w.])([Ee])xtn?\.? ?(\d{3,4})\b"), lambda m: f"{m[1]}xtension {in_pairs(m[2])}"),
    (Pattern(rf"(?<![\w.])({any_of(_BEFORE_NUMBER)})(?:\.\s?|\s|: )#?(?=\d|[IVXL]+\b|(?:zero|one|two|three|four|five|six|seven|eight|nine) )"),
     lambda m: m[0] if m[0][-1:].isspace() and "." not in m[0] and m[1].lower() in _WORDS_WITHOUT_STOP else f"{_BEFORE_NUMBER[m[1]]} "),
    (Pattern(r"(?<![\w.])(Ex|Exh|App|Sched|Bldg|bldg|Rev|rev|Fig|fig|Vol|vol)\. (?=[A-Z]\b(?![.'’]))"), lambda m: f"{_BEFORE_LETTER[m[1]]} "),
    (Pattern(r"\bMk\.? (?=[IVX\d]+\b)"), lambda m: "Mark "),
    (Pattern(r"(?<=\d) est\.(?=[,;)]|\s*$)"), lambda m: _stop(m, " estimated")),
    (Pattern(rf"\b([DRI])-({any_of(_OLD_STATES)})\.(?=[\s,;)])"), lambda m: f"{m[1]}, {_OLD_STATES[m[2]]}"),
    (Pattern(rf"\(([DRI])-({any_of(STATES)})\)"), lambda m: f"({m[1]}, {STATES[m[2]]})"),
    (Pattern(r"\((\d+(?:\.\d+)?)[ -]?(oz|lb|g|kg|ml|mL|fl\.? oz|ounce|gram)\.?\) (?=(?:cans?|jars?|pack\w*|pkgs?|box\w*|bags?|tins?|bottles?|tubs?|blocks?|sticks?|cartons?|containers?|bars?|steaks?|fillets?|pouch\w*|envelopes?)\b)"),
     lambda m: f"({m[1]} {_SIZES[m[2].replace('.', '')]}) "),
    (Pattern(r"(?<![\w.])(\d+)-pt\.? (?=[a-z])"), lambda m: f"{m[1]} point "),
    (Pattern(rf"{_AMOUNT} (reb|ast|stl|ct|lg|med|sm)\.?(?=[\s,;:)]|$)(?! of\b)"), lambda m: _stop(m, f"{m[1]} {_COUNTED[m[2]]}")),
    (Pattern(r"\bmed\.?[ -](?=(?:high|low|heat|hot)\b)"), lambda m: "medium "),
    (Pattern(r"\b(AL|NL) (?=(?:East|West|Central|Cy Young|MVP|pennant|Championship|Wild)\b)"), lambda m: f"{m[1][0]} {m[1][1]} "),
    (Pattern(r"\bqty (?=\d)|\bQty\.? (?=\d)"), lambda m: "quantity " if m[0][0] == "q" else "Quantity "),
    (Pattern(r"¶¶ ?(?=\d)"), lambda m: "paragraphs "),
    (Pattern(r"\b([Aa])tty(?=['’]s\b)"), lambda m: f"{m[1]}ttorney"),
    (Pattern(r"(?<=[lL])/min/(?=\d)"), lambda m: " per minute per "),
    (Pattern(r"\bW\. Va\.(?=[\s,;:)]|$)"), lambda m: _stop(m, "West Virginia")),
    (Pattern(rf"\b([NSEW])\. (?=(?:{_COMPASS_PLACES})\b)"), lambda m: f"{DIRECTIONS[m[1]]} "),
    (Pattern(r"(?<![\w.])(Apt|Ste|Rm|Unit|Flat)\.? #?(?=[A-Z]\b)"), lambda m: f"{_BEFORE_NUMBER.get(m[1], m[1])} "),
    (Pattern(r"\b(\d+(?:st|nd|rd|th)|[Ff]irst|[Ss]econd|[Tt]hird|[Gg]round|[Tt]op) [Ff]l\.?(?=[\s,;]|$)"), lambda m: _stop(m, f"{m[1]} floor")),
    (Pattern(rf"{_AMOUNT}[\s-]?({any_of(_LONG_UNITS)})(?:\.(?!\w)|(?![\w'’/°²³-]))"), _after_number),
    (Pattern(rf"{_AMOUNT}\s?({'|'.join(sorted(_STOP_NEEDED - {'T', 't'}, key=len, reverse=True))})\.(?!\w)"), _after_number),
    (Pattern(rf"{_AMOUNT} ([Tt])\.?(?= [a-z]{{3}}|\))"), _after_number),
    (Pattern(rf"{_AMOUNT} (in)(?= (?:long|wide|high|deep|tall|thick|across|x|by|of (?:rain|snow|water))\b)"), _after_number),
    (Pattern(r"\b(\d+\s)([NSEW]{1,2})\.? (?=(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th))\b)"), lambda m: f"{m[1]}{DIRECTIONS.get(m[2], m[2])} "),
    (Pattern(rf"\b([NSEW])\. (?={_STREET_NAME} (?:{any_of(STREETS)}|Street|Avenue|Road|Drive)\b)"), lambda m: f"{DIRECTIONS[m[1]]} "),
    (Pattern(rf"\b({_STREET_NAME}) ({any_of(STREETS)})\.(?=[\s,;:)]|$)(?! (?:[A-Z][a-z]+ ){{0,1}}(?:Smith|Jones)\b)"),
     lambda m: _street(m)),
    (Pattern(rf"\b(\d+ {_STREET_NAME}(?: [A-Z][a-z]+)?) ({any_of(STREETS)})(?=[\s,;:)]|$)"), lambda m: f"{m[1]} {STREETS[m[2]]}"),
    (Pattern(rf"\b([A-Z][a-z]+, )({any_of(_OLD_STATES)})\.(?=[\s,;)]|$)"), lambda m: _old_state(m)),
    (Pattern(r"(?<![\w./])([qym])/\1(?!\w)"), lambda m: f"{_SPANS[m[1]]} over {_SPANS[m[1]]}"),
    (Pattern(rf"(?<![\w.@/-])({any_of(_WITHOUT_STOP)})(?![\w.@'’-])"), lambda m: _WITHOUT_STOP[m[1]] + (" " if m[1] == "w/" and m.string[m.end() : m.end() + 1].isalnum() else "")),
    (Pattern(r"(?<![\w.@/-])w/(?=\w)(?!o\b)"), lambda m: "with "),
    (Pattern(rf"(?<![\w.@-])(?<!, )({any_of(_OLD_STATES)})\.(?=(?:[,;]? (?!I\b)[a-z\d(])|\s*$)"), lambda m: _lone_state(m)),
    (Pattern(r"(?<=[\d\w])\sp\.a\.(?=[\s,;)]|$)"), lambda m: _stop(m, " per annum")),
    (Pattern(r"(?<!\d )(?<!\d)\b([Mm])(in|ax)\.(?= ?[$£€¥\d]| [a-z]{3})"), lambda m: f"{m[1]}{m[2]}imum"),
    (Pattern(r"\b((?:[Tt]he|[Aa]|[Tt]his|[Tt]hat|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Mm]y|parent|insurance|oil|gas|same) )co\.(?=[\s,;:)]|$)"), lambda m: _stop(m, f"{m[1]}company")),
    (Pattern(rf"(?<![\w.@-])({any_of(_ANYWHERE)})\.(?=[\s,;:)\"”]|$)"), lambda m: _anywhere(m)),
]  # fmt: skip
_PLAIN_WORDS = words(
    "rec std reg tech exec bet env ser dist fed comm Comm Tech Fed Reg Bart perf pref bal ca ret ht max temp ex lit pub pop adj adv pl op ref art trans prob bros poss Max Det Inst Sup Pop cond neg anon",
)


def _anywhere(match: re.Match[str]) -> str:
    """An abbreviation, unless it is a word that ends its sentence ("at the pub.")."""
    rest = match.string[match.end() :].lstrip("\"'”’) ")
    if (match[1] in _PLAIN_WORDS or match[1].lower() in _PLAIN_WORDS) and (
        not rest or (rest[:1].isupper() and match[1][0].islower())
    ):
        return match[0]
    return _stop(match, _ANYWHERE[match[1]])


_ALSO_WORDS = words("Me Miss Pa Ill La Mass Wash Mo Ind Del Cal Penn Ga Va Tex Minn Conn Mich Ark Que Md")
_PLACE_BEFORE = Pattern(
    r"(?i)(?:^|\b(?:the|in|of|from|a|an|western|eastern|northern|southern|central|rural|across|near|and|or|through|outside) )$"
)


def _lone_state(match: re.Match[str]) -> str:
    """ "the Mass. plant", "in Calif.", but not "at Mass." and "with Miss. or"."""
    before, at_end = match.string[: match.start()], not match.string[match.end() :].strip()
    follows_lower = match.string[match.end() : match.end() + 2].strip()[:1].islower()
    if (
        match[1] in _ALSO_WORDS
        and not follows_lower
        and (not _PLACE_BEFORE.search(before) or (at_end and (match[1] in ("Miss", "Mass", "La", "Ill") or not before)))
    ):
        return match[0]
    return _stop(match, _OLD_STATES[match[1]])


def _old_state(match: re.Match[str]) -> str:
    """ "Boston, Mass., in", but not "Yes, Miss."."""
    if match[2] in _ALSO_WORDS and match.string[match.end() : match.end() + 1] not in (",", ")", ";"):
        return match[0]
    return _stop(match, f"{match[1]}{_OLD_STATES[match[2]]}")


def _street(match: re.Match[str]) -> str:
    """ "Elm St." and "Park Dr.", but "Mr. Co. Ltd." and "Company Co." stay."""
    name, kind = match[1], match[2]
    rest = match.string[match.end() :]
    if (
        kind in ("Dr", "St", "Is", "Mt", "Riv", "Co", "Pl", "Ct")
        and re.match(r"\s[A-Z][a-z]", rest)
        and not re.match(rf"\s(?:{'|'.join(sorted(STARTERS))})\b", rest)
    ):
        return match[0]
    if kind in ("Is", "Co", "Mt", "Riv"):
        return match[0]
    return _stop(match, f"{name} {STREETS[kind]}")


_SHIELDS: list[Rule] = [
    # Ordinary words at the end of a clause: "no.", "fig.", "sun.", "sat.", unless a number or a name follows.
    (
        Pattern(
            r"\b(no|nos|fig|ed|eds|ch|est|vol|[Ss]un|[Ss]at|[Mm]on|[Mm]ar|Wed|Gen|Col|Rep|Rev|Hon|Co)(?=\.\s*[\"”’)]*\s*$)"
        ),
        lambda m: m[1] + SHIELD,
    ),
    (Pattern(r"\b(no|nos|fig|ed|eds|ch|est|vol)(?=\.\s+(?!\d))"), lambda m: m[1] + SHIELD),
    (Pattern(r"\bGen (?=(?:X|Y|Z|Alpha)\b)"), lambda m: "Gen" + SHIELD + " "),
]

GROUP = RuleGroup("abbreviation", _RULES)
SHIELDS = RuleGroup("", _SHIELDS)
