"""Formulas of mathematics and chemistry: "a^2 + b^2 = c^2", "x != y", "H2SO4", "f(x)"."""

from __future__ import annotations

import re

from vivavoce.text.normalise.rules import Rule, RuleGroup, cardinal
from vivavoce.text.patterns import Pattern
from vivavoce.text.word_sets import words

_ELEMENTS = [
    "H",
    "He",
    "Li",
    "Be",
    "B",
    "C",
    "N",
    "O",
    "F",
    "Ne",
    "Na",
    "Mg",
    "Al",
    "Si",
    "P",
    "S",
    "Cl",
    "Ar",
    "K",
    "Ca",
    "Sc",
    "Ti",
    "V",
    "Cr",
    "Mn",
    "Fe",
    "Co",
    "Ni",
    "Cu",
    "Zn",
    "Ga",
    "Ge",
    "As",
    "Se",
    "Br",
    "Kr",
    "Rb",
    "Sr",
    "Y",
    "Zr",
    "Nb",
    "Mo",
    "Tc",
    "Ru",
    "Rh",
    "Pd",
    "Ag",
    "Cd",
    "In",
    "Sn",
    "Sb",
    "Te",
    "I",
    "Xe",
    "Cs",
    "Ba",
    "La",
    "Ce",
    "Nd",
    "W",
    "Re",
    "Os",
    "Ir",
    "Pt",
    "Au",
    "Hg",
    "Tl",
    "Pb",
    "Bi",
    "Po",
    "Rn",
    "Ra",
    "Th",
    "U",
    "Pu",
]
_ELEMENT = "(?:" + "|".join(sorted(_ELEMENTS, key=len, reverse=True)) + ")"
_FORMULA = Pattern(
    rf"(?<![\w.-])(\d{{0,2}})((?:\(?{_ELEMENT}\d{{0,2}}\)?\d{{0,2}}){{1,9}})((?:\s?\d)?[+-](?=[\s.,;:)]|$)|[²³⁴]?[⁺⁻](?![\w⁺⁻]))?(?![\w-])"
)
_PLAIN_FORMULAS = words(
    "NaCl HCl KCl NaOH KOH HBr MgO CaO CuO ZnO FeO AgCl NaF KBr NaBr LiCl HCN KCN SiC GaAs TiN FeS CuS LiOH KI",
    "NaI NaCN CsCl PbS HgO NaH LiH",
)
_TERM = r"(?:[a-zA-Z]|\d+(?:\.\d+)?[a-z]?|\)|π|θ|squared|cubed)"
_NEXT = r"(?:[-−]?\s?\(?\s?(?:[a-zA-Z]\b|\d|√|π))"
_POWERS = {"2": "squared", "3": "cubed"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_GREATER = "is greater than or equal to"
_LESS = "is less than or equal to"
_FUNCTIONS = {"sin": "sine", "cos": "cosine", "tan": "tangent", "log": "log", "ln": "natural log", "exp": "exp"}


def _power(match: re.Match[str]) -> str:
    exponent = match[1].translate(_SUPERSCRIPTS).strip("{}()")
    if exponent in _POWERS:
        return f" {_POWERS[exponent]}"
    sign = "minus " if exponent.startswith(("-", "−")) else ""
    return f" to the power of {sign}{exponent.lstrip('-−+')}"


def _formula(match: re.Match[str]) -> str:
    count, body, charge = match.groups()
    charge = charge.strip().translate(_SUPERSCRIPTS) if charge else None
    atoms = re.findall(r"[A-Z][a-z]?", body)
    digits = any(c.isdigit() for c in body)
    if not (
        (digits and len(atoms) + len(re.findall(r"\d", body)) >= 2)
        or body in _PLAIN_FORMULAS
        or (charge and len(atoms) < 3 and body not in "AIVBCDFKNOPSUWY")
    ):
        return match[0]
    if len(atoms) == 1 and not charge and body not in _MOLECULES:
        return match[0]
    said = " ".join(piece.upper() if piece.isalpha() else piece for piece in re.findall(r"[A-Za-z]|\d+", body))
    sign = (
        "" if not charge else f" {charge[0]} " * charge[0].isdigit() + (" plus" if charge.endswith("+") else " minus")
    )
    return f"{count + ' ' if count else ''}{said}{sign}"


_MOLECULES = words("H2 O2 N2 O3 F2 Cl2 Br2 I2 S8 P4 C60 H3")
_CHEMISTRY: list[Rule] = [
    (
        Pattern(r"\b([A-Z][A-Za-z]{0,5}\d?)\^\{?(\d)([+-])\}?(?![\w])"),
        lambda m: f"{m[1]} {m[2]} {'plus' if m[3] == '+' else 'minus'}",
    ),
    (Pattern(r"\bpK([ab])\b"), lambda m: f"P K {m[1].upper()}"),
    (Pattern(r"\bIg([AEGMD])\b"), lambda m: f"I G {m[1]}"),
    (Pattern(r"\bSpO2\b"), lambda m: "S P O two"),
    (_FORMULA, _formula),
    (Pattern(r"(?<!, )(?<![A-Z] )\bCO\b(?! [A-Z]{2}|[.,]? \d{5}|-[A-Z])"), lambda m: "C O"),
    (Pattern(r"\bpH\b"), lambda m: "P H"),
]
_MATHS: list[Rule] = [
    (Pattern(r"(?<![\d.])(?<!\d )µ(?![a-zA-Z])"), lambda m: " mu "),
    (Pattern(r"\bP\(([A-Z]\w?) ?\| ?([A-Z]\w?)\)"), lambda m: f"P of {m[1]} given {m[2]}"),
    (Pattern(r"(?<=\([a-z])\s?[-−–]\s?(?=\d\))"), lambda m: " minus "),
    (Pattern(r"\((\w(?:\s?[-+*/−]\s?| minus )\w+)\)!(?=\s*(?:$|[-+*/=)]))"), lambda m: f"({m[1]}) factorial"),
    (Pattern(r"\blog_?(\d{1,2}) ?(?=[\w(])"), lambda m: f"log base {m[1]} of "),
    (Pattern(r"\bO\((?=[1nNmkVEl(])"), lambda m: "O of ("),
    (Pattern(r"\b([nmkNVE]) log(?= [nmkNVE]\b)"), lambda m: f"{m[1]} log"),
    (Pattern(r"(?<![\w/.])(\d)/(?=[xyzn](?![\w/]))"), lambda m: f"{m[1]} over "),
    (Pattern(r"(?<=[a-z]{2})\s>\s(?=[A-Z][a-z])"), lambda m: ", "),
    (Pattern(r"(?<![\w.])(\d{1,2}) ?× ?(?=\d{1,2} [a-z]{3,})(?![^.;]*=)"), lambda m: f"{m[1]} by "),
    (Pattern(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d{1,3})(?!\w|\.\d)"),
     lambda m: f"{m[1]} times 10 to the power of " + m[2].lstrip("+").replace("-", "minus ")),
    (Pattern(r"(?:(?<=\d)|(?<=\))|(?<=\b[a-z]))\s?\*\*\s?(-?\d{1,4}|[a-z])\b"), _power),
    (Pattern(r"(?<=[\w)])\s?\^\s?(\{[^{}\n]{1,12}\}|\([^()\n]{1,12}\)|[-−+]?\w{1,6})"), _power),
    (Pattern(r"(?<=[\w)])([²³][⁰¹²³⁴-⁹]{1,3})"), _power),
    (Pattern(r"(?<=[\w)])([⁰¹⁴-⁹⁺⁻ⁿ][⁰¹²³⁴-⁹]{0,3})"), _power),
    (Pattern(r"(?<![\w])(?!(?:cm|km|mm|dm|ft|in|mi|yd|nm|ha)[²³])([a-zA-Z])([a-zA-Z])(?=[²³])"), lambda m: f"{m[1]} {m[2]}"),
    (Pattern(r"(?<=(?<![A-Za-z])[a-zA-Z])([²³])|(?<=\))([²³])"), lambda m: " squared" if "²" in m[0] else " cubed"),
    (Pattern(r"(?<=\w)\[(\w{1,3})\](?=\s?(?:[-+*/]?=|\.|\[|$))"), lambda m: f" {m[1]}"),
    (Pattern(r"\s?(?:!=|=/=|<>|/=|≠)\s?"), lambda m: " is not equal to "),
    (Pattern(r"\s?(?:>=|=>(?=\s?\d)|≥)\s?"), lambda m: f" {_GREATER} "),
    (Pattern(r"\s?(?:<=|≤)\s?"), lambda m: f" {_LESS} "),
    (Pattern(r"\s(?:<?[-=]+>|→|⇒)\s"), lambda m: " to "),
    (Pattern(r"(?<=\w)\s?={2,3}\s?(?=\w)"), lambda m: " equals "),
    (Pattern(r"(?<=[\w)])\s?>\s?(?=[\w(])(?![a-z]{2})"), lambda m: " is greater than " if "is " not in m.string[max(m.start() - 4, 0) : m.start()] + " " else " greater than "),
    (Pattern(r"(?<=[\w)])\s?<\s?(?=[\w(])(?![a-z]{2})"), lambda m: " is less than "),
    (Pattern(r"(?<!(?<!\w)[nmkNVE] )\b(sin|cos|tan|log|ln|exp)(?=\s?\(|\s[a-zθ]\b)"), lambda m: _FUNCTIONS[m[1]] + " of "),
    (Pattern(r"(?<![\w])([fghFGHPT])\(([a-z]|\d+)\)"), lambda m: f"{m[1]} of {m[2]}"),
    (Pattern(r"(?<![\w])([a-z])_\{?(\w{1,2})\}?(?!\w)"), lambda m: f"{m[1]} sub {m[2]}"),
    (Pattern(r"(?<![\w'’])([nkmrpx]|\d+)!(?=\s?[=/)+*<>×-]|\s(?:is|grows|equals|plus|minus|times|over|and|for)\b)"), lambda m: f"{m[1]} factorial"),
    (Pattern(r"(?<=[\w)])\s?≈\s?"), lambda m: " is approximately equal to "),
    (Pattern(r"≈\s?"), lambda m: "approximately "),
    (Pattern(rf"(?<=[\w)%])\s?\+\s?(?={_NEXT})"), lambda m: " plus "),
    (Pattern(rf"(?<![\w-])({_TERM})\s[-−–]\s(?={_NEXT})(?!\w*[-/])(?!I\b)(?!a \w)"), lambda m: f"{m[1]} minus "),
    (Pattern(r"(?<![\w.-])(\d+(?:\.\d+)?)\s?[-−–]\s?(?=\d+(?:\.\d+)?\s?=)"), lambda m: f"{m[1]} minus "),
    (Pattern(r"(?<![\w-])([xyzabnm])-(?=\d\b)(?=\d+\s?[=<>+])"), lambda m: f"{m[1]} minus "),
    (Pattern(rf"(?<=[\w)])\s?[*×·∙]\s?(?={_NEXT})"), lambda m: " times "),
    (Pattern(r"(?<![\w])([a-zA-Z]|\d+)\s?÷\s?"), lambda m: f"{m[1]} divided by "),
    (Pattern(r"(?<![\w/])(\d+) / (?=\d)"), lambda m: f"{m[1]} divided by "),
    (Pattern(r"(?<![\w/])([xyzabcn])/(?=[xyzabcn\d](?!\w|/))"), lambda m: f"{m[1]} over "),
    (Pattern(r"(?<![\w.,$£€-])(\d+)([xyznπ])(?=\s*(?:$|[-+*/=<>).,]|\s(?:plus|minus|times|equals|squared|cubed|is)\b))"), lambda m: f"{m[1]} {m[2]}"),
    (Pattern(r"(?<=[\w)])\s?=\s?(?=[-−\w(√])"), lambda m: " equals "),
    (Pattern(r"(?<=equals )([1-9]\d{3})(?![\w.,])|(?<=\d equals )([1-9]\d{3})(?![\w.,])"), lambda m: cardinal(m[0])),
    (Pattern(r"\b((?:to the power of \w+|squared|cubed|(?:times|plus|minus) [\d.,]+) is )([1-9]\d{3})(?![\w.,]\d)"), lambda m: m[1] + cardinal(m[2])),
    (Pattern(r"(?<=equals )[-−](?=\s?[\w(])|(?<=equal to )[-−](?=\s?\w)|(?<=than )[-−](?=\s?\w)"), lambda m: "minus "),
]  # fmt: skip
CHEMISTRY = RuleGroup("chemistry", _CHEMISTRY, "HCNOFPSKIBVWUALMZX")
GROUP = RuleGroup("mathematics", _MATHS, "^=<>≠≤≥≈!+-−–*×÷·_/!⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ(→⇒eEµ")
