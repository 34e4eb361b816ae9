"""What abbreviations stand for, by where they are read so."""

from __future__ import annotations

ANYWHERE = {
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
ANYWHERE.update(
    {
        short.capitalize(): long.capitalize()
        for short, long in ANYWHERE.items()
        if len(short) > 3 and short.islower() and short.capitalize() not in ANYWHERE
    }
)
WITHOUT_STOP = {
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
BIBLE = {
    "Gen": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Num": "Numbers", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Judg": "Judges", "Sam": "Samuel", "Kgs": "Kings", "Chr": "Chronicles", "Chron": "Chronicles",
    "Neh": "Nehemiah", "Ps": "Psalm", "Prov": "Proverbs", "Eccl": "Ecclesiastes", "Isa": "Isaiah", "Jer": "Jeremiah",
    "Lam": "Lamentations", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea", "Mic": "Micah", "Hab": "Habakkuk",
    "Zech": "Zechariah", "Mal": "Malachi", "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John",
    "Rom": "Romans", "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians",
    "Col": "Colossians", "Thess": "Thessalonians", "Tim": "Timothy", "Tit": "Titus", "Heb": "Hebrews", "Jas": "James",
    "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
BOOKS_OF_SEVERAL = "Samuel|Kings|Chronicles|Corinthians|Thessalonians|Timothy|Peter|John|Maccabees|Esdras"
PLACE_IN_ORDER = {"1": "First", "2": "Second", "3": "Third", "I": "First", "II": "Second", "III": "Third"}
BEFORE_NUMBER = {
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
AFTER_NUMBER = {
    "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"), "Tbsp": ("tablespoon", "tablespoons"),
    "TBSP": ("tablespoon", "tablespoons"), "tsps": ("teaspoon", "teaspoons"), "tbsps": ("tablespoon", "tablespoons"), "Tsp": ("teaspoon", "teaspoons"), "oz": ("ounce", "ounces"),
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
STREETS = {
    "St": "Street", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Ln": "Lane", "Dr": "Drive", "Ct": "Court",
    "Pl": "Place", "Sq": "Square", "Ter": "Terrace", "Cres": "Crescent", "Pk": "Park", "Cir": "Circle", "Pkwy": "Parkway",
    "Hwy": "Highway", "Gdns": "Gardens", "Hts": "Heights", "Is": "Island", "Mt": "Mountain", "Riv": "River", "Co": "County",
}  # fmt: skip
OLD_STATES = {
    "Ala": "Alabama", "Ariz": "Arizona", "Ark": "Arkansas", "Calif": "California", "Cal": "California",
    "Colo": "Colorado", "Conn": "Connecticut", "Del": "Delaware", "Fla": "Florida", "Ga": "Georgia", "Ill": "Illinois",
    "Ind": "Indiana", "Kan": "Kansas", "Kans": "Kansas", "Ky": "Kentucky", "La": "Louisiana", "Me": "Maine", "Mass": "Massachusetts",
    "Md": "Maryland", "Mich": "Michigan", "Minn": "Minnesota", "Miss": "Mississippi", "Mo": "Missouri", "Mont": "Montana",
    "Neb": "Nebraska", "Nebr": "Nebraska", "Nev": "Nevada", "Okla": "Oklahoma", "Ore": "Oregon", "Penn": "Pennsylvania",
    "Pa": "Pennsylvania", "Tenn": "Tennessee", "Tex": "Texas", "Va": "Virginia", "Vt": "Vermont", "Wash": "Washington",
    "Wis": "Wisconsin", "Wyo": "Wyoming", "Ont": "Ontario", "Que": "Quebec",
}  # fmt: skip
COMPASS_PLACES = (
    "Korea|Africa|America|Carolina|Dakota|Ireland|Virginia|Yorkshire|Wales|Sudan|Vietnam|Germany|Europe|Asia|Coast|Bank"
    "|Sea|Pole|Midlands|Sussex|Indies|London|Timor|Pacific|Atlantic|Rhodesia|Pakistan|Berlin|Oregon|Texas|Florida"
)
BEFORE_LETTER = {
    "Ex": "Exhibit", "Exh": "Exhibit", "App": "Appendix", "Sched": "Schedule", "Bldg": "Building", "bldg": "building",
    "Rev": "Revision", "rev": "revision", "Fig": "Figure", "fig": "figure", "Vol": "Volume", "vol": "volume",
}  # fmt: skip
SIZES = {
    "oz": "ounce", "lb": "pound", "g": "gram", "kg": "kilogram", "ml": "milliliter", "mL": "milliliter",
    "fl oz": "fluid ounce", "ounce": "ounce", "gram": "gram",
}  # fmt: skip
COUNTED = {
    "reb": "rebounds",
    "ast": "assists",
    "stl": "steals",
    "ct": "count",
    "lg": "large",
    "med": "medium",
    "sm": "small",
}
SPANS = {"q": "quarter", "y": "year", "m": "month"}
