"""Who is let in, how much a client may send, and what becomes of one that is slow or gone."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from tests.serve.running import Running
from vivavoce.errors import InputError
from vivavoce.serve.service import Service
from vivavoce.serve.settings import Settings, read_settings

TOKEN = "a-long-secret"
LONG = "A sentence that takes a while. " * 60


@pytest.fixture(scope="module")
def locked(service: Service):
    with Running(service, tokens=(TOKEN, "another-secret")) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": "bearer another-secret"},
        {"Authorization": f"Token {TOKEN}"},
        {"xi-api-key": TOKEN},
        {"X-API-Key": TOKEN},
    ],
)
def test_a_token_in_any_header_lets_in(locked: Running, headers: dict[str, str]) -> None:
    assert locked.request("GET", "/v1/models", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"X-API-Key": TOKEN + " x"}]
)
def test_no_token_no_entry(locked: Running, headers: dict[str, str]) -> None:
    answer = locked.request("POST", "/v1/audio/speech", {"model": "x"}, headers)
    assert answer.status == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert locked.request("GET", "/metrics", headers=headers).status == 401


def test_what_needs_no_token(locked: Running) -> None:
    for path in ("/health", "/ready", "/v1/audio/models", "/v1/audio/voices"):
        assert locked.request("GET", path).status == 200


def test_a_foreign_host_is_refused_where_there_is_no_token(server: Running) -> None:
    assert server.request("GET", "/v1/models", headers={"Host": "evil.example"}).status == 403
    for host in ("localhost", "127.0.0.1:1", "[::1]:8880"):
        assert server.request("GET", "/v1/models", headers={"Host": host}).status == 200


def test_origins(server: Running, service: Service) -> None:
    assert server.request("GET", "/v1/models", headers={"Origin": "https://evil.example"}).status == 403
    for origin in ("null", "http://[", "http://[::1", "//", ""):
        assert server.request("GET", "/v1/models", headers={"Origin": origin}).status == 403
    local = server.request("GET", "/v1/models", headers={"Origin": "http://localhost:3000"})
    assert (local.status, local.headers["access-control-allow-origin"]) == (200, "http://localhost:3000")
    with Running(service, allowed_origins=("https://app.example",), allowed_hosts=("tts.example",)) as running:
        headers = {"Host": "tts.example", "Origin": "https://app.example"}
        assert running.request("GET", "/v1/models", headers=headers).status == 200
        asked = {**headers, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
        answer = running.request("OPTIONS", "/v1/audio/speech", headers=asked)
        assert (answer.status, answer.headers["access-control-allow-headers"]) == (204, "x-api-key")


def test_large_bodies(server: Running) -> None:
    answer = server.request("POST", "/v1/audio/speech", b"x" * ((1 << 20) + 1))
    assert (answer.status, answer.json()["error"]["code"]) == (413, "body_too_large")
    answer = server.request("POST", "/v1/audio/speech", headers={"Content-Length": "99999999999"})
    assert answer.status == 413


def test_more_texts_than_there_is_room_for(service: Service) -> None:
    with Running(service, max_streams=1, max_queue=0) as running:
        busy = running.connection()
        body = f'{{"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "{LONG}"}}'
        busy.request("POST", "/v1/audio/speech", body)
        busy.getresponse().read(100)
        answer = running.speak()
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        assert answer.json()["error"]["type"] == "rate_limit_error"
        busy.close()
        wait_until(lambda: running.service.admission.speaking == 0)
        assert running.speak().status == 200


def test_connections_without_a_request_make_room(service: Service) -> None:
    with Running(service, max_connections=40) as running, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", running.port))) for _ in range(200)]
        assert running.speak().status == 200
        silent[0].settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert silent[0].recv(1) == b""
        silent[-1].sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert silent[-1].recv(15) == b"HTTP/1.1 200 OK"


def test_a_request_that_nobody_has_read_yet_makes_no_room(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst is accepted before anything of it is read: the first of it has asked, the others are silent."""
    monkeypatch.setattr(service.metrics, "exposition", lambda: time.sleep(0.5) or "")
    with Running(service, max_connections=40) as running, contextlib.ExitStack() as stack:
        standing_still = stack.enter_context(contextlib.closing(running.connection()))
        standing_still.request("GET", "/metrics")
        time.sleep(0.1)
        asking = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=10))
        asking.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
        assert asking.recv(15) == b"HTTP/1.1 200 OK"


def test_a_hang_up_stops_the_work(server: Running) -> None:
    before = made(server)
    for _ in range(5):
        connection = server.connection()
        connection.request("POST", "/v1/audio/speech", f'{{"model": "tts-1", "voice": "alloy", "input": "{LONG}"}}')
        connection.getresponse().read(10)
        connection.close()
    wait_until(lambda: server.service.admission.speaking == 0)
    assert made(server) - before < 5 * 60


def test_a_hang_up_before_the_first_sound_gives_the_place_back(service: Service) -> None:
    body = f'{{"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "{LONG}"}}'
    with Running(service, max_streams=1, max_queue=3, max_wait_s=60) as running:
        busy = running.connection()
        busy.request("POST", "/v1/audio/speech", body)
        busy.getresponse().read(100)
        waiting = [running.connection() for _ in range(3)]
        for connection in waiting:
            connection.request("POST", "/v1/audio/speech", body)
        wait_until(lambda: running.service.admission.waiting == 3)
        for connection in waiting:
            connection.close()
        wait_until(lambda: running.service.admission.waiting == 0)
        assert running.service.admission.speaking == 1
        busy.close()


def test_a_hang_up_stops_an_answer_that_is_made_as_a_whole(server: Running) -> None:
    connection = server.connection()
    asked = f'{{"model": "tts-1", "voice": "alloy", "stream_format": "json", "input": "{LONG}"}}'
    connection.request("POST", "/v1/audio/speech", asked)
    wait_until(lambda: server.service.admission.speaking == 1)
    before = made(server)
    connection.close()
    wait_until(lambda: server.service.admission.speaking == 0)
    assert made(server) - before < 30


def test_a_client_that_does_not_read_is_hung_up_on(service: Service) -> None:
    with Running(service, stall_s=0.3, max_characters=100_000) as running:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", running.port))
        body = f'{{"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "{LONG * 30}"}}'
        slow.sendall(
            f"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        wait_until(lambda: running.service.admission.speaking == 1)
        wait_until(lambda: running.service.admission.speaking == 0)
        slow.close()


def test_a_body_that_does_not_come(service: Service) -> None:
    with Running(service, stall_s=0.2) as running, socket.create_connection(("127.0.0.1", running.port)) as slow:
        slow.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_a_voice_that_fails_in_the_middle_cuts_the_stream(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    import http.client

    from vivavoce.serve.synthesis import Speech

    whole = Speech._chunks

    def broken(*arguments):
        yield next(whole(*arguments))
        raise ValueError("the network fell over")

    monkeypatch.setattr(Speech, "_chunks", broken)
    with Running(service) as running:
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            running.speak(response_format="pcm")
        *_, last = running.speak(response_format="pcm", stream_format="sse").events()
        assert (last["type"], last["error"]["type"]) == ("error", "server_error")
        assert running.speak(response_format="pcm", timestamps=True).status == 500


def test_the_end_of_a_server_lets_a_text_end(service: Service) -> None:
    running = Running(service)
    with running:
        connection = running.connection()
        body = f'{{"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "{LONG[:600]}"}}'
        connection.request("POST", "/v1/audio/speech", body)
        response = connection.getresponse()
        response.read(100)
        running.stop()
        assert len(response.read()) > 24_000
        connection.close()


def test_metrics_and_health(server: Running) -> None:
    server.speak()
    shown = server.request("GET", "/metrics").body.decode()
    for name in (
        "first_sound_seconds_count",
        "gap_seconds_sum",
        "real_time_factor_sum",
        "underruns_total",
        "streams",
        "queue",
    ):
        assert f"\nvivavoce_{name} " in shown
    assert 'vivavoce_requests_total{outcome="ok",protocol="openai"}' in shown
    assert server.request("GET", "/ready").json()["status"] == "ready"


def test_nothing_is_left_running(server: Running) -> None:
    server.speak()
    wait_until(lambda: not server.tasks())


def test_settings_from_everywhere(tmp_path) -> None:
    config = tmp_path / "serve.toml"
    config.write_text('port = 1\nthreads = 3\nlog = "json"\nnonsense = 1\n')
    environment = {"VIVAVOCE_PORT": "2", "VIVAVOCE_TOKENS": "abcdefgh, ijklmnop", "VIVAVOCE_ODD": "", "HOME": "/"}
    settings, warnings = read_settings({"threads": 4, "host": None}, environment, config)
    assert (settings.port, settings.threads, settings.log) == (2, 4, "json")
    assert settings.tokens == ("abcdefgh", "ijklmnop")
    assert warnings == [f'{config}: unknown setting "nonsense"', "unknown variable VIVAVOCE_ODD"]


@pytest.mark.parametrize(
    ("options", "environment", "complaint"),
    [
        ({"host": "0.0.0.0"}, {}, "give --token"),
        ({"port": 70_000}, {}, "port is 70000"),
        ({"tokens": ("short",)}, {}, "shorter than 8"),
        ({}, {"VIVAVOCE_PORT": "many"}, "VIVAVOCE_PORT is 'many', expected a whole number"),
        ({}, {"VIVAVOCE_ZEROCONF": "maybe"}, "expected true or false"),
        ({"max_streams": 0}, {}, "max_streams is 0"),
    ],
)
def test_settings_that_do_not_fit(options: dict, environment: dict, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_settings(options, environment)


def test_a_prosody_that_there_is_not_is_told_before_anything_is_loaded() -> None:
    from vivavoce.serve.service import build_service

    with pytest.raises(InputError, match="prosody is 'nope', there are .*none"):
        build_service(Settings(prosody="nope"))


def test_open_beyond_loopback_with_a_token() -> None:
    assert Settings(host="0.0.0.0", tokens=(TOKEN,)).host == "0.0.0.0"


def made(server: Running) -> float:
    """Seconds of sound that were made."""
    lines = server.service.metrics.exposition().decode().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("vivavoce_speech_seconds_total")))


def wait_until(condition, most_s: float = 90.0) -> None:
    begun_s = time.monotonic()
    while not condition():
        assert time.monotonic() - begun_s < most_s
        time.sleep(0.01)


def test_a_log_line_is_json_without_texts(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    import json

    from vivavoce.serve.server import JsonFormatter

    with caplog.at_level("INFO", "vivavoce.serve.access"):
        server.speak(input="A secret sentence.")
        wait_until(lambda: caplog.records)
    line = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert (line["path"], line["status"]) == ("/v1/audio/speech", 200)
    assert "secret" not in json.dumps(line)
    assert "status=200" in caplog.records[-1].getMessage()
