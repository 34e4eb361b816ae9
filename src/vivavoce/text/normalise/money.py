"""Sums of money: "$5.99", "US$2bn", "5 €", "CHF 20", "$5-10 million"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vivavoce.text.normalise.rules import DIGITS, NUMBER, Rule, RuleGroup, attributive, cardinal, quantity
from vivavoce.text.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Currency:
    """What one and many are called, of the unit and of its hundredth; nothing for a currency without one."""

    one: str
    many: str
    minor_one: str = ""
    minor_many: str = ""


def _dollar(country: str = "") -> Currency:
    return Currency(f"{country}dollar", f"{country}dollars", "cent", "cents")


_CURRENCIES = {
    "$": _dollar(), "US$": _dollar("US "), "C$": _dollar("Canadian "), "CA$": _dollar("Canadian "),
    "A$": _dollar("Australian "), "AU$": _dollar("Australian "), "NZ$": _dollar("New Zealand "),
    "HK$": _dollar("Hong Kong "), "S$": _dollar("Singapore "), "USD": _dollar("US "), "CAD": _dollar("Canadian "),
    "AUD": _dollar("Australian "), "NZD": _dollar("New Zealand "),
    "£": Currency("pound", "pounds", "penny", "pence"), "GBP": Currency("pound", "pounds", "penny", "pence"),
    "€": Currency("euro", "euros", "cent", "cents"), "EUR": Currency("euro", "euros", "cent", "cents"),
    "¥": Currency("yen", "yen"), "JPY": Currency("yen", "yen"), "CNY": Currency("yuan", "yuan"),
    "₹": Currency("rupee", "rupees"), "INR": Currency("rupee", "rupees"), "Rs": Currency("rupee", "rupees"),
    "Rs.": Currency("rupee", "rupees"), "₩": Currency("won", "won"),
    "KRW": Currency("won", "won"), "CHF": Currency("Swiss franc", "Swiss francs"),
    "SEK": Currency("Swedish krona", "Swedish kronor"), "NOK": Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": Currency("Danish krone", "Danish kroner"), "PLN": Currency("zloty", "zlotys"),
    "RUB": Currency("rouble", "roubles"), "ILS": Currency("shekel", "shekels"), "TRY": Currency("lira", "lira"),
    "UAH": Currency("hryvnia", "hryvnias"), "NGN": Currency("naira", "naira"), "VND": Currency("dong", "dong"),
    "PHP": Currency("Philippine peso", "Philippine pesos"), "MXN": Currency("Mexican peso", "Mexican pesos"),
    "BRL": Currency("real", "reais"), "ZAR": Currency("rand", "rand"), "THB": Currency("baht", "baht"),
    "BTC": Currency("bitcoin", "bitcoin"),
}  # fmt: skip
_SCALES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "mm": "million",
    "b": "billion",
    "bn": "billion",
    "tn": "trillion",
}

_SYMBOL = "|".join(re.escape(c) for c in sorted(_CURRENCIES, key=len, reverse=True) if not c.isalpha())
_CODE = "|".join(c for c in _CURRENCIES if c.isalpha())
_SCALE = r"(?:\s?(hundred|thousand|million|billion|trillion|bn|mn|tn|mm|MM|[kKmMbB])(?![\w]))?"
_BEFORE = Pattern(rf"(?<![\w.])([-−])?((?:{_SYMBOL})|(?:{_CODE})(?![A-Z]))\s?({NUMBER})(?!\d)(?! point\b){_SCALE}")
_AFTER = Pattern(rf"(?<![\w.,])([-−])?({NUMBER}){_SCALE}\s?((?:[$€£¥])(?!\d)|(?:{_CODE})\b)")
_WORDS = {"dollars": "$", "euros": "€", "pounds": "£"}
_IN_WORDS = Pattern(r"(?i)(?<![\w.,])(\d{1,3}(?:,\d{3})+\.\d\d|\d+\.\d\d) (dollars|euros)\b")
_PENCE = Pattern(rf"(?<![\w.])(?!(?:144|240|360|480|576|720|1080|1440|2160|4320)p)({NUMBER})p\b(?!\.\w)")
_CENTS = Pattern(rf"(?<![\w.])({NUMBER})\s?¢")
_RANGE = Pattern(rf"({_SYMBOL})({NUMBER})\s?[-–]\s?(?:\1)?({NUMBER})(?![\d-])")
_SCALED_RANGE = Pattern(
    rf"({_SYMBOL})({NUMBER})(k|K|m|M|b|B|bn|tn|mn) ?[-–] ?(?:\1)?(?={NUMBER} ?(k|K|m|M|b|B|bn|tn|mn)\b)"
)


def amount(number: str, scale: str | None, code: str, *, singular: bool = False) -> str:
    """An amount of money in words: "5 dollars and 99 cents" for "5.99" and "$"; `singular` for use before a noun."""
    currency = _CURRENCIES[code]
    if scale:
        return f"{quantity(number)} {_SCALES.get(scale.lower(), scale)} {currency.one if singular else currency.many}"
    whole, _, decimals = number.partition(".")
    if len(decimals) != 2 or not currency.minor_one or singular:
        return f"{quantity(number)} {currency.one if singular or number == '1' else currency.many}"
    major = f"{cardinal(whole)} {currency.one if whole == '1' else currency.many}"
    minor = f"{int(decimals)} {currency.minor_one if int(decimals) == 1 else currency.minor_many}"
    if int(decimals) == 0:
        return major
    if currency.minor_many == "pence" and int(whole.replace(",", "")):
        return f"{major} {int(decimals)}" if int(decimals) > 9 else f"{major} and {minor}"
    return minor if int(whole.replace(",", "")) == 0 else f"{major} and {minor}"


def _before(match: re.Match[str]) -> str:
    sign, code, number, scale = match.groups()
    return ("minus " if sign else "") + amount(number, scale, code, singular=attributive(match))


def _after(match: re.Match[str]) -> str:
    sign, number, scale, code = match.groups()
    return ("minus " if sign else "") + amount(number, scale, code, singular=attributive(match))


def _scaled_range(match: re.Match[str]) -> str:
    """ "$50K–$75K" names its money once, "$500K–$1M" twice."""
    code, number, scale, other = match.groups()
    if scale.lower() == other.lower():
        return f"{quantity(number)} {_SCALES[scale.lower()]} to {code}"
    return f"{amount(number, scale, code)} to {code}"


RULES: list[Rule] = [
    (Pattern(r"(?<![\w.])\$\.(\d\d)(?!\d)"), lambda m: f"{int(m[1])} {'cent' if m[1] == '01' else 'cents'}"),
    (
        Pattern(r"(?<![\w.$£€])(\d{1,2})c(?=[\s,.;!?)]|$)(?=[^.]*(?:cent|\$|¢)|[\s,])(?<!\d\dth)"),
        lambda m: f"{m[1]} {'cent' if m[1] == '1' else 'cents'}" if re.search(r"\$|cents?\b|¢", m.string) else m[0],
    ),
    (
        Pattern(r"(?<!\w)¢\s?(\d{1,2})(?![\d.,]\d|\d)"),
        lambda m: f"{m[1]} {'cent' if m[1] == '1' or attributive(m) else 'cents'}",
    ),
    (_CENTS, lambda m: f"{m[1]} {'cent' if m[1] == '1' else 'cents'}"),
    (Pattern(r"\b(USD|CAD|AUD|NZD|EUR|GBP)\s?(?=[$£€]\d)"), lambda m: f"{' '.join(m[1])} "),
    (_SCALED_RANGE, lambda m: _scaled_range(m)),
    (_RANGE, lambda m: f"{quantity(m[2])} to {m[1]}{m[3]}"),
    (_BEFORE, _before),
    (_AFTER, _after),
    (_IN_WORDS, lambda m: amount(m[1], None, _WORDS[m[2].lower()])),
    (_PENCE, lambda m: f"{m[1]} {'penny' if m[1] == '1' else 'pence'}"),
]
WHOLE = (_BEFORE, _AFTER)
"""Patterns that a sum of money matches from end to end."""
GROUP = RuleGroup("money", RULES, DIGITS)
