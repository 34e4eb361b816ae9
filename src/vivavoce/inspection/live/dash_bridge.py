"""DASH shown to the decoder as HLS: FFmpeg in PyAV's wheels reads the one and not the other.

A small server on this machine answers with playlists that are made of the manifest as it is at that moment; the
segments themselves go straight from their server to the decoder.
"""

from __future__ import annotations

import secrets
import time
import urllib.error
import urllib.request
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self
from urllib.parse import urlsplit

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.live.dash import Manifest, Track, read_manifest

MAX_BYTES, TIMEOUT_S, FRESH_S = 8 << 20, 10.0, 1.0
LOCAL = "127.0.0.1"


def is_dash(url: str) -> bool:
    """Whether an address is that of a DASH manifest, by the end of its path."""
    return url.startswith(("http://", "https://")) and urlsplit(url).path.lower().endswith(".mpd")


class DashBridge:
    """Serves the HLS playlists of one DASH manifest; `url` is the first. A context manager."""

    def __init__(self, manifest_url: str) -> None:
        """Raises `MediaError` where there is no manifest that can be read."""
        self._manifest_url, self._lock = manifest_url, Lock()
        self._read_s = float("-inf")
        self._manifest = self.manifest()
        self.key = secrets.token_urlsafe(16)
        self._server = ThreadingHTTPServer((LOCAL, 0), partial(_Handler, self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the playlist that names the others."""
        return f"http://{LOCAL}:{self._server.server_address[1]}/{self.key}/all.m3u8"

    def manifest(self) -> Manifest:
        """The manifest, a second old at most; a recording's is read once. Raises `MediaError`."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._read_s > FRESH_S:
                self._manifest = self._fetch()
                self._read_s = now_s if self._manifest.live else float("inf")
            return self._manifest

    def playlist(self, name: str) -> str | None:
        """The text of a playlist: `all.m3u8`, or a track's number; None for another name."""
        manifest = self.manifest()
        if name == "all.m3u8":
            return _list_tracks(manifest)
        number = name.removesuffix(".m3u8")
        if number.isdecimal() and int(number) < len(manifest.tracks):
            return _list_segments(manifest.tracks[int(number)], manifest.live)
        return None

    def _fetch(self) -> Manifest:
        url = self._manifest_url
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
                data = answer.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise MediaError(f"{url}: cannot be fetched ({reason})") from error
        if len(data) > MAX_BYTES:
            raise MediaError(f"{url}: over {MAX_BYTES >> 20} MiB, no manifest")
        return read_manifest(data.decode("utf-8", "replace"), url, time.time())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _list_tracks(manifest: Manifest) -> str:
    """A master playlist: the sounds as renditions of one group, the picture as the stream that goes with it."""
    sounds = [number for number, track in enumerate(manifest.tracks) if track.kind == "audio"]
    pictures = [number for number, track in enumerate(manifest.tracks) if track.kind == "video"]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
    if pictures:
        lines += [
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="{number}",AUTOSELECT=YES,URI="{number}.m3u8"'
            for number in sounds
        ]
    with_sound = ',AUDIO="sound"' if pictures and sounds else ""
    bandwidth_bps = sum(track.bandwidth_bps for track in manifest.tracks) or 1
    codecs = ",".join(track.codecs for track in manifest.tracks if track.codecs)
    named = f',CODECS="{codecs}"' if codecs.isprintable() and '"' not in codecs and codecs else ""
    for number in pictures or sounds:
        lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth_bps}{named}{with_sound}", f"{number}.m3u8"]
    return "\n".join((*lines, ""))


def _list_segments(track: Track, live: bool) -> str:
    longest = max(segment.seconds for segment in track.segments)
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{int(longest) + 1}",
        f"#EXT-X-MEDIA-SEQUENCE:{track.segments[0].number}",
    ]  # fmt: skip
    if track.start_url:
        lines.append(f'#EXT-X-MAP:URI="{_plain(track.start_url)}"')
    for segment in track.segments:
        lines += [f"#EXTINF:{segment.seconds:.6f},", _plain(segment.url)]
    return "\n".join((*lines, *(() if live else ("#EXT-X-ENDLIST",)), ""))


def _plain(url: str) -> str:
    """An address on one line of a playlist. Raises `MediaError` for one that is not of the web."""
    if not url.startswith(("http://", "https://")):
        raise MediaError(f"{url[:80]}: a segment that is not at an http address")
    return "".join(c if c.isprintable() and c not in '" ' else f"%{ord(c):02X}" for c in url)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, bridge: DashBridge, *arguments: object) -> None:
        self._bridge = bridge
        super().__init__(*arguments)  # pyright: ignore[reportArgumentType]

    def do_GET(self) -> None:
        key, _, name = self.path.lstrip("/").partition("/")
        try:
            text = self._bridge.playlist(name) if secrets.compare_digest(key, self._bridge.key) else None
        except MediaError:
            text = None
        body = (text or "").encode("utf-8", "replace")
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", "application/vnd.apple.mpegurl")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the decoder says what went wrong."""
