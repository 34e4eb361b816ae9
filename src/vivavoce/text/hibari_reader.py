"""hibari's reader of English (G2P), without what makes a single sentence wait for it.

`import hibari` runs hibari's own voice, which imports scipy, and its reader parses ten megabytes of JSON. Both take
longer than it takes to speak a sentence. Here only the reader is imported, and the large tables are searched as they
are until so much was asked of them that parsing pays.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

if not TYPE_CHECKING and "hibari" not in sys.modules:
    # The package is there, not run, while its reader is imported; whoever imports hibari later gets it whole.
    sys.modules["hibari"] = module_from_spec(find_spec("hibari"))
    try:
        import_module("hibari.g2p")
        import_module("hibari.g2p.normalize")
    finally:
        del sys.modules["hibari"]

from hibari.g2p import ASSETS, G2P, Lexicon, Tagger, Tokenizer

LOOKUPS_BEFORE_PARSING = 48
"""A search costs about a millisecond, parsing a table about a hundred."""


class JsonTable:
    """A JSON object of strings and of flat objects: fetched by `read` when first asked, searched word by word, and
    parsed only when much used.

    The text holds no spaces between its parts, as hibari's, and no braces inside the flat objects.
    It answers as the parsed dictionary does: `get` and `in`.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._table: bytes | dict[str, Any] | None = None
        self._lookups = 0

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        table = self._fetch()  # once: another thread may parse it meanwhile
        if isinstance(table, dict):
            return table.get(key, default)
        if self._lookups >= LOOKUPS_BEFORE_PARSING:
            return self.parse().get(key, default)
        self._lookups += 1
        return _found(table, key, default)

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def parse(self) -> dict[str, Any]:
        """All of it, read whole now if it was not yet."""
        table = self._fetch()
        if isinstance(table, bytes):
            table = self._table = loads(table)
        return table

    def _fetch(self) -> bytes | dict[str, Any]:
        table = self._table
        if table is None:
            table = self._table = self._read()
        return table


def _found(text: bytes, key: str, default: Any) -> Any:
    quoted = dumps(key, ensure_ascii=False).encode("utf-8", "surrogatepass") + b":"
    at = text.find(quoted)
    while at >= 0:
        if _is_outer_key(text, at):
            begin = at + len(quoted)
            end = text.index(b"}" if text[begin] == ord("{") else b'"', begin + 1) + 1
            return loads(text[begin:end])
        at = text.find(quoted, at + 1)
    return default


def _is_outer_key(text: bytes, at: int) -> bool:
    """Whether a key found at `at` belongs to the table itself, not to one of its values or the end of another key."""
    if text[at - 1 : at] not in (b"{", b","):
        return False
    opened = text.rfind(b'":{', 0, at)
    return opened < 0 or text.find(b"}", opened, at) >= 0


class EnglishReader(G2P):
    """hibari's reader, American or British, ready in a tenth of the time."""

    def __init__(self, british: bool = False) -> None:
        accent = "gb" if british else "us"
        gold, silver = (JsonTable(partial(_asset, f"lexicon_{accent}_{kind}.json.gz")) for kind in ("gold", "silver"))
        self.lexicon = Lexicon(gold, silver, british)
        self.tokenizer = Tokenizer(loads(_asset("tokenizer_exceptions.json")))
        # The weights come last and are nine tenths of the tagger.
        small, _, weights = _asset("tagger.json.gz").partition(b',"weights":')
        scores = JsonTable(lambda: weights[:-1])
        self.tagger = Tagger(loads(small + b"}") | {"weights": scores})
        self._tables = (gold, silver, scores)
        self._oov = None
        self.unk = ""
        self.british = british

    def parse_tables(self) -> None:
        """Read the tables whole, as a server does before its first request."""
        for table in self._tables:
            table.parse()


def _asset(name: str) -> bytes:
    data = (Path(ASSETS) / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data.strip()
