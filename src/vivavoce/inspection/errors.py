"""What can be wrong with a file, or with a detector."""

from __future__ import annotations

from vivavoce.errors import InputError


class MediaError(InputError):
    """A media file that cannot be inspected; the message names it and says why."""


class UnavailableError(InputError):
    """A detector cannot run here: its addon, its package or its settings are wrong. The others go on."""
