"""Where listeners come and go: who is at which page, what is kept, what each gets next. Knows nothing of HTTP."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.listening.answers import check_answer
from vivavoce.listening.codec import TEST_FILE, read_test
from vivavoce.listening.definition import Finish, Message, Trial, Volume
from vivavoce.listening.session import LETTERS, Step, steps_of
from vivavoce.listening.store import ANSWERS, TOKEN, Record, read_records, session_name
from vivavoce.listening.webmushra_results import HEADS, csv_files, header, rows_of, to_csv

INVITATIONS = "invitations.txt"
SECRET = "secret"
RESULTS = "results"
MOST_LISTENERS = 2000


class RefusalError(InputError):
    """A request that cannot be granted now, with its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Hall:
    """A listening test while people take it. Methods may be called from several threads."""

    def __init__(self, folder: Path, most_listeners: int = MOST_LISTENERS, code: str | None = None) -> None:
        """Read what was answered before. Raises `InputError` for a folder that is no test, or answers to another."""
        self.folder, self.test, self._most, self._code = folder, read_test(folder), most_listeners, code
        self.digest = hashlib.sha256((folder / TEST_FILE).read_bytes()).hexdigest()[:16]
        self._steps = lru_cache(maxsize=256)(partial(steps_of, self.test))
        (folder / ANSWERS).mkdir(exist_ok=True)
        self._records = {record.session: record for record in read_records(folder, repair=True)}
        for record in self._records.values():
            if record.lines[0].get("test") != self.digest:
                raise InputError(f"{record.path}: answers to another test than {TEST_FILE}, move {ANSWERS} away")
        (folder / RESULTS).mkdir(exist_ok=True)
        for name, text in csv_files(self.test, [one for one in self.records if self._is_done(one)]).items():
            write_text(folder / RESULTS / name, text)  # whole again, whatever a kill left of them
        self._invited = _invitations(folder)
        self._secret = _secret(folder)
        self._leases: dict[str, str] = {}
        self._lock = Lock()
        self._locks: dict[str, Lock] = {}

    @property
    def records(self) -> list[Record]:
        """Everybody who came."""
        return list(self._records.values())

    def enter(self, token: str | None, simulated: bool = False) -> dict[str, Any]:
        """Begin, or go on in this tab; the tab before is let go. Raises `RefusalError`."""
        token = secrets.token_urlsafe(16) if token is None else token
        if not isinstance(token, str) or not TOKEN.fullmatch(token):  # pyright: ignore[reportUnnecessaryIsInstance] - it comes from anybody
            raise RefusalError(400, "this address is incomplete: ask for a new one")
        if self._invited is not None and token not in self._invited:
            raise RefusalError(403, "this test is for invited listeners: use the address that you were sent")
        record = self._record(token, simulated)
        lease = secrets.token_urlsafe(12)
        self._leases[record.session] = lease
        return {"token": token, "lease": lease, "name": self.test.name, **self._state(record)}

    def answer(self, token: Any, lease: Any, page: Any, answer: Any) -> dict[str, Any]:
        """Keep an answer to the page at hand and give the next. The same answer sent again is answered again.

        Raises `RefusalError` for a listener or page that is not at hand, `InputError` for an answer that was not
        asked for.
        """
        record = self._find_record(token)
        with self._locks[record.session]:
            # After a restart nobody's lease is known: whoever goes on first keeps it.
            if not isinstance(lease, str) or self._leases.setdefault(record.session, lease) != lease:
                raise RefusalError(409, "this test goes on in another tab: close this one, or reload it to go on here")
            steps = self._steps(record.number)
            done = len(record.answers)
            if not isinstance(page, int) or isinstance(page, bool) or not 0 <= page < len(steps):
                raise RefusalError(409, "there is no such page: reload to go on")
            kept = check_answer(steps[page], answer)
            if page == done - 1 and _same(record.answers[-1], kept):
                return self._state(record)
            if page != done:
                raise RefusalError(409, "this page was answered before, or is not due yet: reload to go on")
            record.append({"type": "answer", **kept})
            if done + 1 == len(steps):
                self._write_csv(record)
            return self._state(record)

    def _write_csv(self, record: Record) -> None:
        """Add a listener who has finished to webMUSHRA's files."""
        with self._lock:
            for name in HEADS:
                rows = list(rows_of(self.test, record, name))
                if rows:
                    path = self.folder / RESULTS / f"{name}.csv"
                    with open(path, "a", encoding="utf-8", newline="") as file:
                        file.write(to_csv(rows if file.tell() else [header(self.test, name), *rows]))

    def sound(self, token: Any, page: int, slot: str) -> Path:
        """The file behind a letter of the page at hand, or of the next. Raises `RefusalError`."""
        record = self._find_record(token)
        steps = self._steps(record.number)
        done = len(record.answers)
        if not 0 <= page < len(steps) or page not in (done, done + 1):
            raise RefusalError(404, "no such sound")
        file = _file(steps[page], slot)
        if file is None:
            raise RefusalError(404, "no such sound")
        return self.folder / file

    def _record(self, token: str, simulated: bool) -> Record:
        session = session_name(token)
        with self._lock:
            if session in self._records:
                return self._records[session]
            if len(self._records) >= self._most:
                raise RefusalError(503, "enough people have taken part: thank you for coming")
            number = 1 + max((record.number for record in self._records.values()), default=-1)
            record = Record(self.folder / ANSWERS / f"{session}.jsonl", number, simulated)
            start: dict[str, Any] = {"type": "start", "number": number, "test": self.digest}
            record.append({**start, "simulated": True} if simulated else start)
            self._locks[session] = Lock()
            self._records[session] = record
            return record

    def _is_done(self, record: Record) -> bool:
        return len(record.answers) >= len(self._steps(record.number))

    def _find_record(self, token: Any) -> Record:
        record = self._records.get(session_name(token)) if isinstance(token, str) else None
        if record is None:
            raise RefusalError(404, "nobody is known by this address: reload to begin")
        self._locks.setdefault(record.session, Lock())
        return record

    def _state(self, record: Record) -> dict[str, Any]:
        steps, done = self._steps(record.number), len(record.answers)
        if done >= len(steps):
            finish = next((step.page for step in steps if isinstance(step.page, Finish)), Finish())
            return {"done": True, "of": len(steps), "text": finish.text, "code": self.code(record)}
        return {"done": False, "number": done, "of": len(steps), "page": describe(steps[done])}

    def code(self, record: Record) -> str:
        """What shows a panel that this listener finished."""
        if self._code:
            return self._code
        return hmac.new(self._secret, record.session.encode(), hashlib.sha256).hexdigest()[:10].upper()


def describe(step: Step) -> dict[str, Any]:
    """What the page is told of a step: nothing by which systems could be told apart, unless names are shown."""
    page = step.page
    match page:
        case Message():
            return {"type": "message", "title": page.title, "text": page.text, "consent": page.consent}
        case Volume():
            return {"type": "volume", "title": page.title, "text": page.text}
        case Finish():
            questions = [
                {
                    "name": one.name, "label": one.label, "type": one.type, "optional": one.optional,
                    "choices": [[choice.value, choice.label] for choice in one.choices],
                    "low": one.low, "high": one.high,
                }
                for one in page.questions
            ]  # fmt: skip
            return {"type": "finish", "title": page.title, "questions": questions}
        case Trial():
            return _trial(step, page)


def _trial(step: Step, page: Trial) -> dict[str, Any]:
    options = page.options
    names = [stimulus.system if options.show_names else "" for stimulus in step.slots]
    return {
        "type": "trial", "kind": page.kind.value, "title": page.title, "question": page.question,
        "training": page.training, "names": names, "reference": page.reference is not None, "x": step.x is not None,
        "loop": options.loop, "waveform": options.waveform, "switching": options.switching.value,
        "listening": options.listening.value, "unforced": options.unforced, "comment": options.comment,
        "scales": [[[choice.value, choice.label] for choice in scale] for scale in options.scales],
        "must_rate": options.must_rate,
    }  # fmt: skip


def _file(step: Step, slot: str) -> str | None:
    page = step.page
    if isinstance(page, Volume):
        return page.file if slot == "A" else None
    if not isinstance(page, Trial):
        return None
    if slot == "R":
        return page.reference
    if slot == "X" and step.x is not None:
        return step.slots[step.x].file
    index = LETTERS.find(slot) if len(slot) == 1 else -1
    return step.slots[index].file if 0 <= index < len(step.slots) else None


def _same(former: dict[str, Any], answer: dict[str, Any]) -> bool:
    return all(former.get(key) == value for key, value in answer.items())


def _invitations(folder: Path) -> list[str] | None:
    path = folder / INVITATIONS
    return path.read_text(encoding="utf-8").split() if path.is_file() else None


def invite(folder: Path, count: int) -> list[str]:
    """Tokens of `count` listeners, those who are invited already first; nobody else is let in from then on.

    Raises `InputError` for a number that is none, or a folder that is no test.
    """
    if not 1 <= count <= 10_000:
        raise InputError("invite 1 to 10000 listeners")
    read_test(folder)
    tokens = _invitations(folder) or []
    tokens += [secrets.token_urlsafe(16) for _ in range(count - len(tokens))]
    write_text(folder / INVITATIONS, "\n".join(tokens) + "\n")
    return tokens


def _secret(folder: Path) -> bytes:
    path = folder / ANSWERS / SECRET
    if not path.is_file():
        path.touch(0o600)
        path.write_text(secrets.token_hex(16))
    return path.read_bytes()
