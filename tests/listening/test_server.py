"""Listeners as they come: in two tabs, with foreign scores, while the server is killed; and what is kept of it."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.listening.conftest import Serving
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.listening.balance import williams_row
from vivavoce.listening.hall import Hall, RefusalError, invite
from vivavoce.listening.session import steps_of
from vivavoce.listening.store import alone, read_records


def post(url: str, path: str, body: Any, data: bytes | None = None) -> tuple[int, dict[str, Any]]:
    request = Request(url + path, json.dumps(body).encode() if data is None else data, method="POST")
    try:
        with urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def good_answer(page: dict[str, Any]) -> dict[str, Any]:
    letters = "ABCDEFGHIJKL"[: len(page.get("names", ()))]
    return {
        "consent": True, "scores": {letter: 60 + index for index, letter in enumerate(letters)},
        "plays": dict.fromkeys(letters, 1), "seconds": 3.5,
        "questionnaire": {"age": 40, "device": "headphones"},
    }  # fmt: skip


def take(hall: Hall, token: str | None = None, until: int = 99) -> dict[str, Any]:
    """One listener from wherever they are to the page `until`, or to the end."""
    state = hall.enter(token)
    token, lease = state["token"], state["lease"]
    while not state["done"] and state["number"] < until:
        answer = good_answer(state["page"])
        if state["page"]["type"] != "finish":
            answer.pop("questionnaire")
        state = {**hall.answer(token, lease, state["number"], answer), "token": token, "lease": lease}
    return state


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 11, 20])
def test_orders_are_balanced_in_place_and_in_neighbours(count: int) -> None:
    rows = [williams_row(count, row) for row in range(count * (1 + count % 2))]
    assert all(sorted(row) == list(range(count)) for row in rows)
    for place in range(count):
        assert len({[row[place] for row in rows].count(one) for one in range(count)}) == 1
    pairs = [pair for row in rows for pair in pairwise(row)]
    assert len({pairs.count((one, other)) for one in range(count) for other in range(count) if one != other}) == 1


def test_a_listener_goes_through_and_everything_is_kept(mushra: Path) -> None:
    hall = Hall(mushra)
    end = take(hall)
    assert end["done"]
    assert len(end["code"]) == 10
    record = read_records(mushra)[0]
    trials = [line for line in record.answers if "scores" in line]
    assert [line["seconds"] for line in trials] == [3.5] * 3
    assert set(trials[0]["scores"]) == {"one", "two", "reference", "anchor35", "anchor70"}
    step = next(step for step in steps_of(hall.test, 0) if step.id == trials[0]["page"])
    assert trials[0]["scores"] == {stimulus.system: 60.0 + i for i, stimulus in enumerate(step.slots)}
    assert record.answers[-1]["questionnaire"] == {"age": 40, "device": "headphones"}


def test_pages_do_not_tell_systems_apart(mushra: Path) -> None:
    state = take(Hall(mushra), until=3)
    shown = json.dumps(state["page"])
    assert state["page"]["type"] == "trial"
    assert not [name for name in ("one", "two", "anchor", "item") if name in shown]


def test_stimuli_stand_in_every_place_over_listeners(mushra: Path) -> None:
    hall = Hall(mushra)
    for name in ("item0", "item1", "item2"):
        orders = [next(step for step in steps_of(hall.test, n) if step.id == name).slots for n in range(10)]
        places = [[slots[place].system for slots in orders].count("reference") for place in range(5)]
        assert places == [2] * 5


def test_a_closed_tab_is_taken_up_again_by_whoever_has_the_token(mushra: Path) -> None:
    first = take(Hall(mushra), until=4)
    again = Hall(mushra).enter(first["token"])
    assert (again["number"], again["page"]) == (first["number"], first["page"])
    assert Hall(mushra).enter(None)["number"] == 0


def test_the_tab_before_is_let_go(mushra: Path) -> None:
    hall = Hall(mushra)
    old = take(hall, until=1)
    new = hall.enter(old["token"])
    with pytest.raises(RefusalError, match="another tab"):
        hall.answer(old["token"], old["lease"], 1, {})
    assert hall.answer(new["token"], new["lease"], 1, {})["number"] == 2


def test_a_page_goes_on_after_the_server_was_started_again(mushra: Path) -> None:
    state = take(Hall(mushra), until=3)
    again = Hall(mushra)
    assert again.answer(state["token"], state["lease"], 3, good_answer(state["page"]))["number"] == 4
    with pytest.raises(RefusalError, match="another tab"):
        again.answer(state["token"], "another-lease", 4, good_answer(state["page"]))


def test_an_answer_sent_twice_is_kept_once_and_another_is_refused(mushra: Path) -> None:
    hall = Hall(mushra)
    state = take(hall, until=3)
    answer = good_answer(state["page"])
    told = [hall.answer(state["token"], state["lease"], 3, answer) for _ in range(2)]
    assert told[0] == told[1]
    assert len(read_records(mushra)[0].answers) == 4
    with pytest.raises(RefusalError, match="answered before"):
        hall.answer(state["token"], state["lease"], 3, {**answer, "scores": dict.fromkeys("ABCDE", 0)})


@pytest.mark.parametrize("change", [
    {"scores": {"A": 300, "B": 1, "C": 1, "D": 1, "E": 1}}, {"scores": {"A": 1}}, {"scores": {}}, {"scores": None},
    {"scores": {"A": float("nan"), "B": 1, "C": 1, "D": 1, "E": 1}}, {"scores": dict.fromkeys("ABCDEF", 1)},
    {"scores": dict.fromkeys("ABCDE", "50")}, {"scores": dict.fromkeys("ABCDE", 50.5)}, {"plays": {}},
    {"scores": dict.fromkeys("ABCDE", True)},
])  # fmt: skip
def test_scores_that_were_not_asked_for_are_refused_and_nothing_is_kept(mushra: Path, change: dict[str, Any]) -> None:
    hall = Hall(mushra)
    state = take(hall, until=3)
    with pytest.raises(InputError) as refused:
        hall.answer(state["token"], state["lease"], 3, {**good_answer(state["page"]), **change})
    assert "\n" not in str(refused.value)
    assert len(read_records(mushra)[0].answers) == 3


@pytest.mark.parametrize("page", [5, -1, 10_000, "4", None, True, 2.0])
def test_a_foreign_page_is_refused(mushra: Path, page: Any) -> None:
    hall = Hall(mushra)
    state = take(hall, until=3)
    with pytest.raises(InputError):
        hall.answer(state["token"], state["lease"], page, good_answer(state["page"]))
    assert len(read_records(mushra)[0].answers) == 3


def test_consent_and_the_questions_cannot_be_passed_over(mushra: Path) -> None:
    hall = Hall(mushra)
    state = hall.enter(None)
    with pytest.raises(InputError, match="consent"):
        hall.answer(state["token"], state["lease"], 0, {})
    state = take(hall, until=6)
    for given in ({}, {"age": "old", "device": "headphones"}, {"age": 4, "device": "tin"}, {"age": 4, "name": "x"}):
        with pytest.raises(InputError):
            hall.answer(state["token"], state["lease"], 6, {"questionnaire": given})


def test_a_half_written_line_was_never_answered(mushra: Path) -> None:
    state = take(Hall(mushra), until=4)
    path = read_records(mushra)[0].path
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    hall = Hall(mushra)
    assert hall.enter(state["token"])["number"] == 3
    assert path.read_bytes() == whole[: whole.rstrip().rfind(b"\n") + 1]
    assert take(hall, state["token"])["done"]


def test_answers_to_another_version_of_the_test_are_not_mixed(mushra: Path) -> None:
    take(Hall(mushra))
    definition = mushra / "test.json"
    definition.write_text(definition.read_text().replace("natural", "pleasant"))
    with pytest.raises(InputError, match="another test"):
        Hall(mushra)


def test_only_the_invited_and_not_too_many_are_let_in(mushra: Path) -> None:
    tokens = invite(mushra, 2)
    assert invite(mushra, 2) == tokens
    hall = Hall(mushra)
    with pytest.raises(RefusalError, match="invited"):
        hall.enter(None)
    assert all(hall.enter(token)["number"] == 0 for token in tokens)
    (mushra / "invitations.txt").unlink()
    hall = Hall(mushra, most_listeners=3)
    hall.enter(None)
    with pytest.raises(RefusalError, match="enough people"):
        hall.enter(None)
    assert hall.enter(tokens[0])["number"] == 0


def test_a_folder_is_served_once(mushra: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with alone(mushra):
        for action in ("serve", "simulate"):
            assert main(["listening-test", action, str(mushra)]) == 2
            assert "served by another process" in capsys.readouterr().err


def test_requests_that_are_none(served: Serving) -> None:
    url = served.url
    assert post(url, "api/session", {"token": "../../etc/passwd"})[0] == 400
    assert post(url, "api/session", [], b"[1]")[0] == 400
    assert post(url, "api/session", [], b"\xff{")[0] == 400
    assert post(url, "api/answer", {"token": "nobody-at-all"})[0] == 404
    assert post(url, "api/answer", {}, b"[" * 60_000)[0] == 400
    status, told = post(url, "api/answer", {"x": "y" * 100_000})
    assert (status, told["error"]) == (413, "over 64 kB are no answer")
    for path in (
        "test.json",
        "answers",
        "..%2ftest.json",
        "api/sound?page=0&slot=A",
        "api/sound?page=x",
        "api/nothing",
    ):
        with pytest.raises(HTTPError) as missing:
            urlopen(url + path, timeout=10)
        missing.value.close()
        assert missing.value.code in (404, 405)


def test_a_gigabyte_is_refused_before_it_is_sent(served: Serving) -> None:
    import socket

    host, port = served.url[7:-1].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"POST /api/answer HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n{")
        assert b"413" in connection.recv(1000)


def test_sounds_are_those_of_the_page_at_hand(served: Serving) -> None:
    state = take(served.hall, until=3)
    query = f"api/sound?token={state['token']}"
    with urlopen(f"{served.url}{query}&page=3&slot=A", timeout=10) as response:
        assert response.headers["content-type"] == "audio/flac"
        assert response.read(4) == b"fLaC"
    for place in ("page=3&slot=F", "page=3&slot=X", "page=6&slot=A", "page=0&slot=A", "page=3&slot="):
        with pytest.raises(HTTPError) as missing:
            urlopen(f"{served.url}{query}&{place}", timeout=10)
        missing.value.close()


def test_the_page_comes_from_here_alone_and_weighs_little(served: Serving) -> None:
    weight = 0
    for name in ("", "app.js", "player.js", "trial.js", "scales.js", "waveform.js", "dom.js", "style.css"):
        with urlopen(served.url + name, timeout=10) as response:
            content = response.read()
            assert "default-src 'none'" in response.headers["content-security-policy"]
        weight += len(content)
        assert b"http://" not in content
        assert b"https://" not in content
    assert weight < 200_000


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(mushra: Path) -> None:
    command = [sys.executable, "-m", "vivavoce", "listening-test", "serve", str(mushra), "--port"]
    port = "0"
    acknowledged = 0
    state: dict[str, Any] = {}
    for _ in range(2):
        with subprocess.Popen([*command, port], stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            url = server.stderr.readline().split(" (")[0].split(": ")[1]
            for _ in range(100):
                try:
                    _, state = post(url, "api/session", {"token": state.get("token")})
                    break
                except OSError:
                    time.sleep(0.05)
            assert state["number"] == acknowledged
            token, lease = state["token"], state["lease"]
            for _ in range(2):
                answer = good_answer(state["page"])
                answer.pop("questionnaire")
                sent = {"token": token, "lease": lease, "page": state["number"], "answer": answer}
                status, state = post(url, "api/answer", sent)
                assert status == 200
                acknowledged += 1
            state["token"] = token
            os.kill(server.pid, signal.SIGKILL)
    assert len(read_records(mushra)[0].answers) == acknowledged == 4
