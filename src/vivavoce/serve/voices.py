"""Which speaker a client means: our names, and those that clients of others have built in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vivavoce.serve.errors import bad_request
from vivavoce.serve.synthesis import Speaker

OPENAI_VOICES = {
    "alloy": "af_heart", "ash": "am_michael", "ballad": "bm_george", "coral": "af_bella", "echo": "am_michael",
    "fable": "bm_george", "onyx": "am_fenrir", "nova": "kathleen", "sage": "bf_emma", "shimmer": "af_bella",
    "verse": "am_fenrir", "marin": "af_heart", "cedar": "am_fenrir",
}  # fmt: skip
"""OpenAI's names to the speaker that comes nearest in kind: women, men, the British ones."""


class VoiceCatalog:
    """Speakers by the names that clients use. Nothing else is ever looked up, so a name cannot be a path."""

    def __init__(self, speakers: Sequence[Speaker], default: str = "") -> None:
        """Raises `ServiceError` for a default that no speaker is called."""
        self.speakers = tuple(speakers)
        self._by_name = {speaker.id: speaker for speaker in speakers}
        for index, (alias, wanted) in enumerate(OPENAI_VOICES.items()):
            nearest = self._by_name.get(wanted) or self.speakers[index % len(self.speakers)]
            self._by_name.setdefault(alias, nearest)
        self.default = self.find(default) if default else self.speakers[0]

    def find(self, name: str | None, foreign: re.Pattern[str] | None = None, language: str | None = None) -> Speaker:
        """The speaker called so; for None, and for the names of another service, which `foreign` matches, the default,
        or the first who speaks `language` ("en", "en-GB").

        Raises `ServiceError` for an unknown name, and for a language that nobody speaks.
        """
        if name is not None:
            speaker = self._by_name.get(name) or self._by_name.get(name.lower())
            if speaker:
                return speaker
            if not (foreign and foreign.fullmatch(name)):
                known = ", ".join(repr(identity) for identity in self._by_name)
                shown = name if len(name) <= 60 else f"{name[:60]}…"
                raise bad_request(f"Invalid value: {shown!r}. Supported values are: {known}.", "invalid_value", "voice")
        return self._speaking(language) if language else self.default

    def _speaking(self, language: str) -> Speaker:
        wanted = language.replace("_", "-").lower()
        for spoken in (wanted, wanted.partition("-")[0]):
            for speaker in (self.default, *self.speakers):
                if f"{speaker.language.lower()}-".startswith(f"{spoken}-"):
                    return speaker
        known = ", ".join(sorted({speaker.language for speaker in self.speakers}))
        raise bad_request(f"Nobody here speaks {language[:20]!r}; there are {known}.", "invalid_value", "language")

    def aliases(self) -> Iterator[tuple[str, Speaker]]:
        """Names of other services, with who answers to them."""
        return ((name, self._by_name[name]) for name in OPENAI_VOICES)
