"""The one family of errors that a person causes and can mend."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input. The message is one line that names the place and what to do about it."""
