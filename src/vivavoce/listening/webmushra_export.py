"""A built test as a configuration of webMUSHRA's."""

from __future__ import annotations

from typing import Any

from vivavoce.errors import InputError
from vivavoce.listening.definition import (
    ANCHORS_HZ,
    REFERENCE,
    Choice,
    Finish,
    Group,
    Kind,
    Listening,
    ListeningTest,
    Message,
    Page,
    Question,
    Switching,
    Trial,
    Volume,
)

ACR = tuple(
    Choice(str(score), label) for score, label in enumerate(("Bad", "Poor", "Fair", "Good", "Excellent"), start=1)
)


def to_webmushra(test: ListeningTest, sounds: str = "") -> dict[str, Any]:
    """A mapping to be written as YAML; `sounds` is the path of the test's folder as webMUSHRA sees it.

    Raises `InputError` for kinds of trials that webMUSHRA does not have.
    """
    return {
        "testname": test.name,
        "testId": test.id,
        "bufferSize": 2048,
        "stopOnErrors": True,
        "showButtonPreviousPage": False,
        "remoteService": "service/write.php",
        "pages": _group(test.pages, sounds),
    }


def _group(group: Group, sounds: str) -> list[Any]:
    pages = [_group(page, sounds) if isinstance(page, Group) else _page(page, sounds) for page in group.pages]
    return ["random", *pages] if group.shuffle else pages


def _page(page: Page, sounds: str) -> dict[str, Any]:
    match page:
        case Message():
            kind = {"type": "consent", "mustConsent": True} if page.consent else {"type": "generic"}
            return {**kind, "id": page.id, "name": page.title, "content": _html(page.text)}
        case Volume():
            content = {"type": "volume", "id": page.id, "name": page.title, "content": _html(page.text)}
            return {**content, "stimulus": sounds + page.file, "defaultVolume": 0.5}
        case Finish():
            questions = [_question(question) for question in page.questions]
            content = {"type": "finish", "name": page.title, "content": _html(page.text)}
            return {**content, "showResults": False, "writeResults": True, "questionnaire": questions}
        case Trial():
            return _trial(page, sounds)


def _trial(trial: Trial, sounds: str) -> dict[str, Any]:
    options = trial.options
    stimuli = {one.system: sounds + one.file for one in trial.stimuli if one.system not in (*ANCHORS_HZ, REFERENCE)}
    page = {"id": trial.id, "name": trial.title, "content": _html(trial.question)}
    shown = {"showWaveform": options.waveform, "enableLooping": options.loop}
    reference = {"reference": sounds + (trial.reference or "")}
    match trial.kind:
        case Kind.MUSHRA if trial.reference:
            roles = {stimulus.system for stimulus in trial.stimuli}
            made = {"createAnchor35": "anchor35" in roles, "createAnchor70": "anchor70" in roles}
            order = {"randomize": options.shuffle, "showConditionNames": options.show_names}
            back = {"switchBack": options.switching is Switching.RESTART}
            return {"type": "mushra", **page, **shown, **order, **back, **reference, **made, "stimuli": stimuli}
        case Kind.BS1116:
            return {"type": "bs1116", **page, **shown, **reference, "stimuli": stimuli}
        case Kind.ABX if trial.reference:
            unforced = {"unforced": options.unforced} if options.unforced else {}
            return {"type": "paired_comparison", **page, **unforced, **shown, **reference, "stimuli": stimuli}
        case Kind.MOS | Kind.LIKERT:
            several = len(trial.stimuli) > 1
            kind = "likert_multi_stimulus" if several else "likert_single_stimulus"
            playback = {Listening.WHOLE: "ended", Listening.START: "processUpdate"}.get(options.listening)
            must = {"mustRate": options.must_rate, **({"mustPlayback": playback} if playback else {})}
            return {"type": kind, **page, **must, "stimuli": stimuli, "response": _scales(options.scales or (ACR,))}
        case _:
            raise InputError(f"{trial.id}: webMUSHRA has no pages for {trial.kind} like this one")


def _scales(scales: tuple[tuple[Choice, ...], ...]) -> list[Any]:
    made = [[{"value": choice.value, "label": choice.label} for choice in scale] for scale in scales]
    return made[0] if len(made) == 1 else made


def _question(question: Question) -> dict[str, Any]:
    kind = "likert" if question.type == "choice" else question.type
    made: dict[str, Any] = {"type": kind, "name": question.name, "label": question.label, "optional": question.optional}
    if question.type == "choice":
        made["response"] = _scales((question.choices,))
    for key, bound in (("min", question.low), ("max", question.high)):
        if bound is not None:
            made[key] = bound
    return made


def _html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return escaped.replace("\n", "<br/>")
