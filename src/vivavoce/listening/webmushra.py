"""webMUSHRA's configurations, read and written. Nothing of webMUSHRA itself is in here: its licence is its own.

Format: doc/experimenter.md of webMUSHRA. Paths in a configuration are relative to where webMUSHRA is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object
from vivavoce.listening.definition import (
    REFERENCE,
    Choice,
    Finish,
    Group,
    Kind,
    Listening,
    ListeningTest,
    Message,
    Options,
    Page,
    Question,
    Stimulus,
    Switching,
    Trial,
    Volume,
)
from vivavoce.listening.page_text import plain_text
from vivavoce.listening.yaml_file import read_yaml

PLAYBACK = {"ended": Listening.WHOLE, "processUpdate": Listening.START}
ANCHOR_KEYS = {"createAnchor35": "anchor35", "createAnchor70": "anchor70"}
RESULTS = {Kind.MUSHRA: "mushra", Kind.BS1116: "bs1116", Kind.ABX: "paired_comparison"}
MOST_PAGES = 2000


def is_webmushra(value: dict[str, Any]) -> bool:
    """Whether a YAML mapping is a configuration of webMUSHRA's."""
    return "pages" in value


def read_webmushra(path: Path, root: Path | None = None) -> tuple[ListeningTest, list[str]]:
    """The test of a configuration, its files under `root` (where webMUSHRA is installed), and what was left out.

    Raises `InputError` naming the page that is wrong.
    """
    value = read_yaml(path)
    notices: list[str] = []
    reader = _Reader(str(path), root or path.parent, notices)
    pages = reader.group(value.get("pages"), "pages")
    return ListeningTest(str(value.get("testId") or path.stem), str(value.get("testname") or path.stem), pages), notices


class _Reader:
    """Pages of one configuration."""

    def __init__(self, place: str, root: Path, notices: list[str]) -> None:
        self._place, self._root, self._notices = place, root, notices
        self._ids: set[str] = set()
        self._pages = 0

    def group(self, value: Any, place: str) -> Group:
        if not is_list(value) or not value:
            raise self._error(place, "expected a list of pages")
        shuffle: bool = value[0] == "random"
        made: list[Page | Group] = []
        for number, one in enumerate(value[shuffle:]):
            where = f"{place}[{number}]"
            if isinstance(one, list):
                made.append(self.group(one, where))
            elif is_object(one):
                made.extend(self._page(one, where))
            else:
                raise self._error(where, "expected a page")
        return Group(tuple(made), shuffle)

    def _page(self, page: dict[str, Any], place: str) -> Iterator[Page]:
        kind, title, text = page.get("type"), str(page.get("name") or ""), plain_text(str(page.get("content") or ""))
        self._pages += 1
        if self._pages > MOST_PAGES:
            raise self._error(place, f"over {MOST_PAGES} pages")
        match kind:
            case "generic" | "consent":
                yield Message(self._id(page, place), title, text, consent=kind == "consent")
            case "volume":
                yield Volume(self._id(page, place), title, text, self._file(page.get("stimulus"), place))
            case "mushra":
                yield self._mushra(page, self._id(page, place), title, text, place)
            case "bs1116" | "paired_comparison":
                yield from self._pairs(page, self._id(page, place), title, text, place)
            case "likert_single_stimulus" | "likert_multi_stimulus":
                yield from self._likert(page, self._id(page, place), title, text, place)
            case "finish":
                yield Finish(title or "Thank you", text, tuple(self._questions(page, place)))
            case "spatial":
                self._notices.append(f"{title or place}: left out, spatial attributes are not asked for here")
            case _:
                raise self._error(place, f"no page of type {kind!r} is known")

    def _mushra(self, page: dict[str, Any], name: str, title: str, text: str, place: str) -> Trial:
        reference = self._file(page.get("reference"), place)
        stimuli = [*self._stimuli(page, place), Stimulus(REFERENCE, reference)]
        stimuli += [Stimulus(role, "") for key, role in ANCHOR_KEYS.items() if page.get(key)]
        return Trial(name, Kind.MUSHRA, name, tuple(stimuli), title, text, reference, options=self._options(page))

    def _pairs(self, page: dict[str, Any], name: str, title: str, text: str, place: str) -> Iterator[Trial]:
        """A trial for each stimulus: beside the hidden reference, with the reference named."""
        reference = self._file(page.get("reference"), place)
        kind = Kind.BS1116 if page["type"] == "bs1116" else Kind.ABX
        stimuli = list(self._stimuli(page, place))
        for stimulus in stimuli:
            pair = (Stimulus(REFERENCE, reference), stimulus)
            own = name if len(stimuli) == 1 else f"{name}/{stimulus.system}"
            yield Trial(own, kind, name, pair, title, text, reference, options=self._options(page))

    def _likert(self, page: dict[str, Any], name: str, title: str, text: str, place: str) -> Iterator[Trial]:
        scales = tuple(self._scales(page.get("response"), place))
        options = self._options(page, scales)
        stimuli = tuple(self._stimuli(page, place))
        if page["type"] == "likert_multi_stimulus":
            yield Trial(name, Kind.LIKERT, name, stimuli, title, text, options=options)
            return
        most = page.get("maxStimuli")
        for stimulus in stimuli[: most if isinstance(most, int) and most > 0 else None]:
            yield Trial(f"{name}/{stimulus.system}", Kind.LIKERT, name, (stimulus,), title, text, options=options)

    def _scales(self, value: Any, place: str) -> Iterator[tuple[Choice, ...]]:
        if not is_list(value) or not value:
            raise self._error(place, "response: expected a list")
        scales: list[Any] = value if is_list(value[0]) else [value]
        for scale in scales:
            if not is_list(scale) or not all(is_object(one) and "value" in one for one in scale):
                raise self._error(place, "response: expected a list of value and label")
            yield tuple(Choice(str(one["value"]), str(one.get("label", one["value"]))) for one in scale)

    def _questions(self, page: dict[str, Any], place: str) -> Iterator[Question]:
        fields: list[Any] = page.get("questionnaire") or []
        for one in fields:
            if not is_object(one) or not one.get("name"):
                raise self._error(place, "questionnaire: expected fields with a name")
            kind = {"text": "text", "long_text": "text", "number": "number"}.get(str(one.get("type")), "choice")
            choices = next(self._scales(one.get("response"), place)) if kind == "choice" else ()
            bounds = tuple(float(one[key]) if isinstance(one.get(key), int | float) else None for key in ("min", "max"))
            label = str(one.get("label") or one["name"])
            yield Question(str(one["name"]), label, kind, choices, one.get("optional") is True, *bounds)

    def _stimuli(self, page: dict[str, Any], place: str) -> Iterator[Stimulus]:
        stimuli = page.get("stimuli")
        if not is_object(stimuli) or not stimuli:
            raise self._error(place, "stimuli: expected names and files")
        for system, file in stimuli.items():
            yield Stimulus(str(system), self._file(file, place))

    def _options(self, page: dict[str, Any], scales: tuple[tuple[Choice, ...], ...] = ()) -> Options:
        return Options(
            loop=page.get("enableLooping") is not False,
            waveform=page.get("showWaveform") is not False,
            switching=Switching.RESTART if page.get("switchBack") is True or scales else Switching.CONTINUE,
            listening=PLAYBACK.get(str(page.get("mustPlayback")), Listening.NOTHING),
            shuffle=page.get("randomize") is not False,
            show_names=page.get("showConditionNames") is True,
            unforced=str(page["unforced"]) if page.get("unforced") else None,
            scales=scales,
            must_rate=page.get("mustRate") is not False,
        )

    def _file(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or not value:
            raise self._error(place, "expected the path of a sound")
        return str(self._root / value)

    def _id(self, page: dict[str, Any], place: str) -> str:
        wanted = name = str(page.get("id") or place)
        number = 2
        while name in self._ids:
            name, number = f"{wanted} ({number})", number + 1
        self._ids.add(name)
        return name

    def _error(self, place: str, complaint: str) -> InputError:
        return InputError(f"{self._place}: {place}: {complaint}")
