"""Names of months, of days and of the decades of a century."""

from __future__ import annotations

from hibari.g2p.normalize import MONTH_NAMES

DAY_NAMES = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "may": "May", "jun": "June", "jul": "July",
    "aug": "August", "sep": "September", "sept": "September", "oct": "October", "nov": "November", "dec": "December",
    **{name.lower(): name for name in MONTH_NAMES},
    "januar": "January", "februar": "February", "märz": "March", "mär": "March", "mai": "May", "juni": "June",
    "juli": "July", "okt": "October", "oktober": "October", "dez": "December", "dezember": "December",
    "janvier": "January", "février": "February", "févr": "February", "mars": "March", "avril": "April",
    "juin": "June", "juillet": "July", "août": "August", "septembre": "September", "octobre": "October",
    "novembre": "November", "décembre": "December", "déc": "December", "enero": "January", "ene": "January",
    "febrero": "February", "marzo": "March", "abril": "April", "mayo": "May", "junio": "June", "julio": "July",
    "agosto": "August", "septiembre": "September", "octubre": "October", "noviembre": "November", "diciembre": "December",
    "dic": "December", "gennaio": "January", "febbraio": "February", "aprile": "April", "maggio": "May",
    "giugno": "June", "luglio": "July", "settembre": "September", "ottobre": "October", "dicembre": "December",
    "januari": "January", "februari": "February", "maart": "March", "mrt": "March", "mei": "May", "augustus": "August",
}  # fmt: skip
TENS = {"1": "tens", "2": "twenties", "3": "thirties", "4": "forties", "5": "fifties", "6": "sixties", "7": "seventies", "8": "eighties", "9": "nineties"}  # fmt: skip
