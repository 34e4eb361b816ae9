"""With other programs: session descriptions, opus_demo's files, ffmpeg and GStreamer over loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.payload_codec import default_codecs, load_codec
from vivavoce.transport.loss_simulation import simulate_loss
from vivavoce.transport.opus_codec import OpusDecoder
from vivavoce.transport.opus_demo import read_bitstream, write_bitstream
from vivavoce.transport.opus_extension import ExtensionId, extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.packet_stream import PacketStream
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp_sender import PacketSender
from vivavoce.transport.sdp import SessionDescription, read_sdp, write_sdp
from vivavoce.transport.sender import ProtectionSettings, Protector, protect
from vivavoce.transport.udp import LiveSender, Timeouts, open_socket, receive

from .fakes import FakeConcealer

SPEECH = Path(__file__).parents[1] / "data" / "kathleen.opus"
OPUS_DEMO = os.environ.get("VIVAVOCE_OPUS_DEMO", "")
"""The program of a libopus with DRED, for the tests with the peer."""


@pytest.mark.parametrize(
    "session",
    [
        SessionDescription("127.0.0.1", 5004),
        SessionDescription("::1", 6000, 96, 63, lbrr=True, dtx=True, dred_extension=126, dred_s=1.0),
    ],
)
def test_a_description_comes_back(session: SessionDescription) -> None:
    assert read_sdp(write_sdp(session), "a.sdp") == session


def test_a_description_of_ffmpeg_is_read() -> None:
    text = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=No Name\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5010 RTP/AVP 97\nb=AS:96\n"
    session = read_sdp(text + "a=rtpmap:97 opus/48000/2\na=fmtp:97 sprop-stereo=1\n", "a.sdp")
    assert (session.host, session.port, session.payload_type, session.red_payload_type) == ("127.0.0.1", 5010, 97, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a session description"),
        ("v=0\nm=video 5000 RTP/AVP 96\na=rtpmap:96 VP8/90000\n", "describes no Opus stream"),
        ("v=0\nm=audio 99999999 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n", "describes no Opus stream"),
        ("v=0\nm=audio 0 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n", r"a\.sdp: port 0"),
        ("v=0\nm=audio 9 UDP/TLS/RTP/SAVPF 111\na=rtpmap:111 opus/48000/2\n", "UDP/TLS/RTP/SAVPF is encrypted"),
        ("v=0\nm=audio 5000 RTP/AVP 999\na=rtpmap:999 opus/48000/2\n", "payload type 999"),
    ],
)
def test_what_describes_no_stream_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_sdp(text, "a.sdp")


@pytest.mark.parametrize("parameter", [f"ext{'9' * 5000}-dred-duration=1040", f"ext32-dred-duration={'9' * 5000}"])
def test_numbers_that_no_stream_has_are_left_out(parameter: str) -> None:
    text = f"v=0\nm=audio 5000 RTP/AVP 96\na=rtpmap:96 opus/48000/2\na=fmtp:96 {parameter}\n"
    assert read_sdp(text, "a.sdp").dred_s == 0


def test_bitstreams_come_back(tmp_path: Path, carrying: list[bytes]) -> None:
    path = tmp_path / "a.bit"
    write_bitstream(path, carrying)
    assert read_bitstream(path) == carrying
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="cut short"):
        read_bitstream(path)


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_a_stream_in_pieces_is_the_stream_at_once(rate_hz: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.05, rate_hz // 2).astype(np.float32)
    whole, pieces = PacketStream(rate_hz, codec=None), PacketStream(rate_hz, codec=None)
    at_once = [*whole.push(samples), *whole.flush()]
    cut = [packet for piece in np.array_split(samples, 7) for packet in pieces.push(piece)] + pieces.flush()
    assert [packet.data for packet in at_once] == [packet.data for packet in cut]
    assert len(at_once) == 26


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_address_of_a_group_is_joined() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            listening = open_socket(("239.255.77.7", 0))
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            out.sendto(b"to all", listening.getsockname())
        except (InputError, OSError) as error:
            pytest.skip(f"no multicast here: {error}")
        with listening:
            listening.settimeout(2.0)
            assert listening.recv(100) == b"to all"


@pytest.mark.nightly
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg")
def test_ffmpeg_plays_what_we_send(tmp_path: Path, speech: Audio) -> None:
    port, heard = free_port(), tmp_path / "heard.wav"
    (tmp_path / "a.sdp").write_text(write_sdp(SessionDescription("127.0.0.1", port)))
    command = ["ffmpeg", "-loglevel", "error", "-protocol_whitelist", "file,udp,rtp", "-i", str(tmp_path / "a.sdp")]
    player = subprocess.Popen([*command, "-t", "2.5", "-ar", "16000", "-ac", "1", str(heard)])
    time.sleep(1.5)
    with LiveSender(PacketSender(Protector(load_codec()), 5), ("127.0.0.1", port), 16_000) as out:
        for _ in range(3):
            out.push(speech.samples)
    assert player.wait(20) == 0
    assert heard.stat().st_size > 60_000


@pytest.mark.nightly
@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="no GStreamer")
def test_gstreamer_plays_what_we_send(tmp_path: Path, speech: Audio) -> None:
    port, heard = free_port(), tmp_path / "heard.raw"
    payload_type = SessionDescription("127.0.0.1", port).payload_type
    caps = f"application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload={payload_type}"
    command = ["gst-launch-1.0", "-q", "udpsrc", f"port={port}", f"caps={caps}", "!", "rtpjitterbuffer", "!",
               "rtpopusdepay", "!", "opusdec", "!", "audioconvert", "!", "audioresample", "!",
               "audio/x-raw,format=S16LE,rate=16000,channels=1", "!", "filesink", f"location={heard}", "sync=false"]  # fmt: skip
    player = subprocess.Popen(command)
    try:
        time.sleep(1.5)
        with LiveSender(PacketSender(Protector(load_codec()), 5), ("127.0.0.1", port), 16_000) as out:
            out.push(speech.samples)
        time.sleep(1.0)
    finally:
        player.send_signal(signal.SIGINT)
        player.wait(20)
    samples = np.frombuffer(heard.read_bytes(), "<i2") / 32768
    assert len(samples) > 0.9 * 16_000 * speech.duration_s
    assert 0.5 < np.sqrt(np.mean(samples**2)) / np.sqrt(np.mean(speech.samples**2)) < 2.0


@pytest.mark.nightly
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg")
def test_we_play_what_ffmpeg_sends() -> None:
    played = play_what_comes(
        lambda port: ["ffmpeg", "-loglevel", "error", "-re", "-i", str(SPEECH), "-c:a", "libopus", "-b:a", "24k",
                      "-f", "rtp", f"rtp://127.0.0.1:{port}"]
    )  # fmt: skip
    assert played[Source.PACKET] > 130


@pytest.mark.nightly
@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="no GStreamer")
def test_we_play_what_gstreamer_sends() -> None:
    played = play_what_comes(
        lambda port: ["gst-launch-1.0", "-q", "audiotestsrc", "num-buffers=150", "samplesperbuffer=960", "is-live=true",
                      "!", "audio/x-raw,rate=48000,channels=1", "!", "opusenc", "frame-size=20", "!", "rtpopuspay",
                      "!", "udpsink", "host=127.0.0.1", f"port={port}"]
    )  # fmt: skip
    assert played[Source.PACKET] > 130


def play_what_comes(command) -> dict:
    receiver = Receiver(FakeConcealer())
    with open_socket(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(command(listening.getsockname()[1]), stdout=subprocess.DEVNULL)
        try:
            for _ in receive(listening, receiver, Timeouts(2.0, 20.0)):
                pass
        finally:
            process.kill()
            process.wait()
    return dict(receiver.played)


@pytest.mark.nightly
@pytest.mark.skipif(not OPUS_DEMO, reason="VIVAVOCE_OPUS_DEMO names no opus_demo")
def test_libopus_plays_our_payloads(tmp_path: Path, speech: Audio) -> None:
    """Its decoder, through our packets and a loss: DRED fills what classic concealment cannot."""
    loss = tmp_path / "loss.txt"
    lost = [number % 12 in (5, 6, 7, 8) for number in range(400)]
    loss.write_text("".join(f"{int(missing)}\n" for missing in lost))
    heard = {}
    for name, codec in (("dred", load_codec()), ("plain", None)):
        packets = protect(speech, codec, ProtectionSettings()).packets
        write_bitstream(tmp_path / "a.bit", packets)
        command = [OPUS_DEMO, "-d", "16000", "1", "-dec_complexity", "5", "-lossfile", str(loss)]
        subprocess.run([*command, str(tmp_path / "a.bit"), str(tmp_path / "a.raw")], check=True, capture_output=True)
        heard[name] = np.frombuffer((tmp_path / "a.raw").read_bytes(), "<i2") / 32768
    decoder = OpusDecoder()
    packets = protect(speech, None, ProtectionSettings()).packets
    whole = np.concatenate([decoder.decode(packet) for packet in packets])
    assert likeness(heard["dred"], whole) > likeness(heard["plain"], whole) + 0.02


@pytest.mark.nightly
@pytest.mark.skipif(not OPUS_DEMO, reason="VIVAVOCE_OPUS_DEMO names no opus_demo")
def test_we_play_libopuss_payloads(tmp_path: Path, speech: Audio) -> None:
    (tmp_path / "a.raw").write_bytes((np.clip(speech.samples, -1, 1) * 32767).astype("<i2").tobytes())
    options = ["-e", "voip", "16000", "1", "52000", "-loss", "20", "-dred", "100"]
    command = [OPUS_DEMO, *options, str(tmp_path / "a.raw"), str(tmp_path / "a.bit")]
    subprocess.run(command, check=True, capture_output=True)
    packets = read_bitstream(tmp_path / "a.bit")
    extension = ExtensionId.of(load_codec())
    assert sum(extract(parse(packet), extension) is not None for packet in packets) > 100
    lost = [number % 12 in (5, 6, 7, 8) for number in range(len(packets))]
    played = simulate_loss(packets, lost, FakeConcealer(), default_codecs())
    filled = [source for source, missing in zip(played.sources[24:], lost[24:], strict=True) if missing]
    assert filled.count(Source.REDUNDANCY) > 0.9 * len(filled)


def likeness(heard: np.ndarray, whole: np.ndarray) -> float:
    """Correlation of spectral envelopes."""
    from vivavoce.redundancy.features import features

    count = min(len(heard), len(whole)) // 320 * 320
    rows = [features(sound[:count].astype(np.float32))[:, :18].ravel() for sound in (heard, whole)]
    return float(np.corrcoef(rows[0], rows[1])[0, 1])
