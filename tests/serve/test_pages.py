"""The page's files and the endpoints behind it; how it looks and whether axe is content, in the nightly run."""

from __future__ import annotations

import base64
import gzip
import io
from pathlib import Path

import numpy as np
import soundfile

from tests.serve.running import Running
from vivavoce.serve.service import Service

SPEECH = Path(__file__).parents[1] / "data" / "kathleen.opus"


def test_the_page_needs_nothing_from_elsewhere(server: Running) -> None:
    page = server.request("GET", "/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    sizes = [len(page.body)]
    for name in ("page.css", "app.js", "api.js", "player.js", "worklet.js", "results.js", "code.js", "icon.svg"):
        answer = server.request("GET", f"/page/{name}")
        assert answer.status == 200
        text = answer.body.decode().replace("http://www.w3.org/2000/svg", "").replace("http://vivavoce", "")
        assert "http://" not in text
        assert "https://" not in text
        sizes.append(len(gzip.compress(answer.body)))
    assert sum(sizes) < 30_000
    again = server.request("GET", "/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_nothing_else_is_served(server: Running) -> None:
    for path in ("/page/../pages.py", "/page/..%2fpages.py", "/page/%2e%2e/settings.py", "/page/x", "/page/"):
        assert server.request("GET", path).status == 404


def test_pitch(server: Running) -> None:
    answer = server.request("POST", "/v1/pitch", {"input": "Is it?", "voice": "af_heart", "prosody": "none"}).json()
    samples, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(answer["audio"])))
    assert 80 < answer["median_hz"] < 400
    assert len(answer["pitch"]) * 0.01 == np.float64(len(samples) / rate_hz).round(1) or len(answer["pitch"]) > 20
    assert [word["text"] for word in answer["words"]] == ["Is", "it"]


def test_loss(server: Running) -> None:
    text = "Hello there, this is a sentence that goes through a bad network."
    answer = server.request("POST", "/v1/loss", {"input": text, "voice": "af_heart", "loss": 0.3}).json()
    assert 0 < answer["lost"] < answer["packets"]
    plain, protected = (
        soundfile.read(io.BytesIO(base64.b64decode(answer[name])))[0] for name in ("plain", "protected")
    )
    assert len(plain) == len(protected)
    assert np.abs(plain - protected).max() > 0.01


def test_a_file_is_inspected(server: Running, service: Service) -> None:
    answer = server.request("POST", "/v1/inspect?name=kathleen.opus", SPEECH.read_bytes())
    assert answer.status == 200
    assert isinstance(answer.json()["events"], list)
    wrong = server.request("POST", "/v1/inspect?name=../../x.wav", b"not a sound")
    assert wrong.status == 400
    assert "/tmp" not in wrong.json()["error"]["message"]
    with Running(service, max_upload_bytes=10) as running:
        assert running.request("POST", "/v1/inspect?name=a.wav", b"x" * 100).status == 413
