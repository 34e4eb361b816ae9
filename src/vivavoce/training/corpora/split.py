"""The one definition of the development split: the part of the `train` data that is kept from training, to choose by.

Items that must not be parted share a key: the text of a sentence that several speakers say, the speaker where a corpus
has many, the document of a tree, the source of a clip. `test` data is neither trained on nor chosen by.
"""

from __future__ import annotations

from typing import Literal
from zlib import crc32

Split = Literal["train", "development", "test"]

ONE_IN = 20


def split_of(key: str, is_test: bool = False, one_in: int = ONE_IN) -> Split:
    """The split of an item, by the key that it shares with those it must stay with.

    One key in `one_in` is for development; fewer where items are few.
    """
    if is_test:
        return "test"
    return "development" if crc32(key.encode()) % one_in == 0 else "train"
