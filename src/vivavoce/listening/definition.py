"""What a listening test consists of: pages, trials and their stimuli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

REFERENCE = "reference"
ANCHORS_HZ = {"anchor35": 3500, "anchor70": 7000}
"""Roles that a stimulus has instead of a system's name, named as webMUSHRA does; cut-off frequencies of anchors."""


class Kind(StrEnum):
    """How stimuli are judged."""

    MUSHRA = "mushra"
    """ITU-R BS.1534-3, or without reference (BS.2132): several stimuli, 0 to 100 each."""
    BS1116 = "bs1116"
    """Triple stimulus, hidden reference: which of two is degraded, and how much, 5.0 to 1.0."""
    ABX = "abx"
    """Whether X is A or B."""
    AB = "ab"
    """Which of two is preferred."""
    CCR = "ccr"
    """How the second compares with the first, -3 to +3 (ITU-T P.800 annex E, P.808)."""
    MOS = "mos"
    """Absolute category rating of one stimulus, 1 to 5 (ITU-T P.808)."""
    TRANSCRIPTION = "transcription"
    """What was said: intelligibility. A listener hears an item by one system only."""
    IDENTITY = "identity"
    """Which of two sounds more like the speaker of the reference."""
    LIKERT = "likert"
    """One or several stimuli on labelled scales, as webMUSHRA has them."""


class Switching(StrEnum):
    """Where another stimulus goes on from when it is switched to."""

    CONTINUE = "continue"
    """At the same moment: for stimuli that run in step, as codecs and networks give."""
    RESTART = "restart"
    """At the beginning: for readings whose words fall at different times."""


class Listening(StrEnum):
    """What has to be heard before an answer is taken."""

    NOTHING = "nothing"
    START = "start"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A sound under test; `file` lies in the test's folder, or, before that is built, anywhere."""

    system: str
    file: str
    expected: float | None = None
    """The score that a trap or a gold clip must get."""
    check: str | None = None
    """`trap` (the score is said in it) or `gold` (the score is plain to hear)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A point of a labelled scale, or an answer of a questionnaire."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Options:
    """How a trial is presented."""

    loop: bool = True
    waveform: bool = True
    switching: Switching = Switching.CONTINUE
    listening: Listening = Listening.WHOLE
    shuffle: bool = True
    show_names: bool = False
    unforced: str | None = None
    """Label of the answer "neither", where there is one."""
    comment: bool = False
    scales: tuple[tuple[Choice, ...], ...] = ()
    must_rate: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """Stimuli of one item, judged together."""

    id: str
    kind: Kind
    item: str
    stimuli: tuple[Stimulus, ...]
    title: str = ""
    question: str = ""
    reference: str | None = None
    """File of the reference that is named on the page: the original, the speaker to be, or the source of a copy."""
    text: str | None = None
    """What is said, for transcriptions."""
    options: Options = field(default_factory=Options)
    training: bool = False
    """Whether its answers are practice."""


@dataclass(frozen=True, slots=True)
class Message:
    """A page to read; with `consent`, the listener must agree to go on."""

    id: str
    title: str
    text: str
    consent: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """A page on which the volume is set, once."""

    id: str
    title: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Question:
    """A field of the questionnaire."""

    name: str
    label: str
    type: str = "text"
    """`text`, `number` or `choice`."""
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The last page: questions about the listener, and thanks."""

    title: str = "Thank you"
    text: str = ""
    questions: tuple[Question, ...] = ()


Page = Trial | Message | Volume | Finish


@dataclass(frozen=True, slots=True)
class Group:
    """Pages in a row, or in an order of each listener's own."""

    pages: tuple[Page | Group, ...]
    shuffle: bool = False


@dataclass(frozen=True, slots=True)
class ListeningTest:
    """A whole test."""

    id: str
    name: str
    pages: Group
    baseline: str | None = None
    """The system that the others are compared with; without one all pairs are compared."""
    loudness_lufs: float | None = None
    notes: tuple[str, ...] = ()
    """What was done to the sounds, and by what."""

    def trials(self) -> Iterator[Trial]:
        """Every trial, as written."""
        return (page for page in flatten(self.pages) if isinstance(page, Trial))


def flatten(group: Group) -> Iterator[Page]:
    """Pages of a group and of the groups in it, as written."""
    for page in group.pages:
        if isinstance(page, Group):
            yield from flatten(page)
        else:
            yield page
