"""HLS and DASH by playlist, over a network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import av
import pytest

from tests.inspection.material import moving, written
from vivavoce.inspection import MediaError
from vivavoce.inspection.live import Channel, LiveJob, LiveStream
from vivavoce.inspection.simulation import simulate

JOB = LiveJob(("black",), idle_s=10.0, allow_url=True)


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    damaged, _ = simulate("black", moving(3.0), 0.8, 0.4, 1.0)
    clip = written(folder / "clip.mp4", damaged)
    for name, muxer in (("news.m3u8", "hls"), ("news.mpd", "dash")):
        with av.open(str(clip)) as source, av.open(str(folder / name), "w", format=muxer) as target:
            streams = {
                s.index: target.add_stream_from_template(s) for s in (*source.streams.video, *source.streams.audio)
            }
            for packet in source.demux(*source.streams.video, *source.streams.audio):
                if packet.dts is not None:
                    packet.stream = streams[packet.stream_index]
                    target.mux(packet)
    secret = folder / "secret.ts"
    (folder / "thief.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://{written(secret, damaged)}\n#EXT-X-ENDLIST\n"
    )
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["news.m3u8", "news.mpd"])
def test_a_playlist_is_followed_to_its_end(name: str, site: str) -> None:
    stream = LiveStream(Channel("news", f"{site}/{name}"), JOB)
    (event,) = stream.events()
    assert event.start_s == pytest.approx(0.8, abs=0.05)
    assert stream.result().error is None


def test_a_playlist_from_a_network_opens_no_file_of_this_machine(site: str) -> None:
    with pytest.raises(MediaError):
        list(LiveStream(Channel("thief", f"{site}/thief.m3u8"), JOB).events())
