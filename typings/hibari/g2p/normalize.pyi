MONTH_NAMES: list[str]
UNITS: dict[str, list[str]]
ROMAN_CARDINAL: list[str]
ROMAN_ORDINAL: list[str]

def normalize(text: str) -> str: ...
