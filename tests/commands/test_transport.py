"""`protect` and `simulate-loss` on files, `send`, `impair` and `receive` over loopback."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.transport.fakes import EXTENSION, FakeCodec, FakeConcealer
from tests.transport.test_capture import ethernet, ipv4, udp, write
from vivavoce.audio import Audio, Samples, write_audio
from vivavoce.cli import main
from vivavoce.commands import protect, receive, receive_capture, simulate_loss
from vivavoce.errors import InputError
from vivavoce.redundancy.codec import payload_codec
from vivavoce.transport import opus_file, red
from vivavoce.transport.channel import Channel, ChannelSettings
from vivavoce.transport.opus_codec import FRAME
from vivavoce.transport.opus_extension import extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.red import RedBlock, pack_red
from vivavoce.transport.rtp import RtpPacket, pack, unpack
from vivavoce.transport.udp import Timeouts, open_socket, parse_address, relay

SPEECH = Path(__file__).parents[1] / "data" / "kathleen.opus"


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protect, "load_codec", lambda *_: FakeCodec())
    monkeypatch.setattr(payload_codec, "load_codec", lambda *_: FakeCodec())
    monkeypatch.setattr(simulate_loss, "default_codecs", lambda: (FakeCodec(),))
    monkeypatch.setattr(simulate_loss.Concealer, "load", staticmethod(FakeConcealer))
    monkeypatch.setattr(receive.Receiver, "load", lambda jitter, *_: Receiver(FakeConcealer(), [FakeCodec()], jitter))


@pytest.fixture
def protected(tmp_path: Path) -> Path:
    path = tmp_path / "protected.opus"
    assert main(["protect", str(SPEECH), "-o", str(path), "--lbrr", "--bitrate", "32k"]) == 0
    return path


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "loss.txt"
    path.write_text("0\n" * 20 + "1\n" * 8 + "0\n")
    return path


def test_protect_says_what_it_spent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protect", str(SPEECH), "-o", str(tmp_path / "a.opus"), "--redundancy", ".2"]) == 0
    said = capsys.readouterr().err
    assert re.search(r"a\.opus: 3\.08 s in 155 packets, [\d.]+ kb/s: speech 2\d\.\d, redundancy \d\.\d", said)


def test_any_player_plays_what_protect_wrote(protected: Path) -> None:
    samples, rate_hz = soundfile.read(protected)
    assert len(samples) / rate_hz == pytest.approx(3.083, abs=0.001)


def test_simulated_loss_keeps_the_length_and_says_what_filled(
    protected: Path, trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = tmp_path / "heard.wav"
    assert main(["simulate-loss", str(protected), "--trace", str(trace), "-o", str(heard)]) == 0
    assert soundfile.info(heard).duration == pytest.approx(3.083, abs=0.001)
    assert re.search(
        r"40 of 155 packets lost \(26%\), longest burst 8; filled: .* by redundancy", capsys.readouterr().err
    )


def test_a_loss_without_a_trace_is_drawn_the_same_each_time(
    protected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["simulate-loss", str(protected), "--loss", ".3", "--burst", "3", "--seed", "4", "-o"]
    for name in ("a.wav", "b.wav"):
        assert main([*command, str(tmp_path / name)]) == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    first, second = capsys.readouterr().err.splitlines()
    assert re.search(r"\d\d of 155 packets lost", first)
    assert first.partition(": ")[2] == second.partition(": ")[2]


def test_the_report_needs_nothing_else(protected: Path, trace: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    arguments = [
        "simulate-loss",
        str(protected),
        "--trace",
        str(trace),
        "-o",
        str(tmp_path / "a.wav"),
        "--html",
        str(page),
    ]
    assert main(arguments) == 0
    text = page.read_text()
    assert text.count("<audio") == 4
    assert "http" not in text
    assert "{{" not in text
    assert "bits a packet" in text
    assert not list(tmp_path.glob(".*"))


def test_plain_opus_files_are_recovered_too(trace: Path, tmp_path: Path) -> None:
    assert main(["simulate-loss", str(SPEECH), "--trace", str(trace), "-o", str(tmp_path / "a.wav")]) == 0


@pytest.mark.parametrize("samples", [np.zeros(1), np.ones((4800, 2)), np.zeros(48_000), np.full(4800, 7.0)])
def test_odd_sounds_go_through(samples: np.ndarray, trace: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "odd.wav", samples, 48_000, subtype="FLOAT")
    path, heard = tmp_path / "odd.opus", tmp_path / "heard.wav"
    assert main(["protect", str(tmp_path / "odd.wav"), "-o", str(path)]) == 0
    report = ["--html", str(tmp_path / "report.html")]
    assert main(["simulate-loss", str(path), "--trace", str(trace), "-o", str(heard), *report]) == 0
    assert soundfile.info(heard).frames == -(-len(samples) // 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["protect", "none.wav"], "none.wav"),
        (["protect", str(SPEECH), "--bitrate", "fast"], "bit rate 'fast'"),
        (["protect", str(SPEECH), "--bitrate", "1"], "bit rate 1"),
        (["protect", str(SPEECH), "--redundancy", "9"], "redundancy of 9 s"),
        (["protect", str(SPEECH), "--loss", "20"], "--loss 20: give a share"),
        (["protect", str(SPEECH), "-o", "no/folder.opus"], "the folder no does not exist"),
        (["protect", str(SPEECH), "-o", str(SPEECH)], "is named twice"),
        (["protect", str(SPEECH), "-o", os.devnull], "is a device"),
        (["protect", str(SPEECH), "-o", "a.wav"], "a.wav: packets go into an Ogg Opus file, name it .opus"),
        (["simulate-loss", str(SPEECH), "--trace", __file__, "-o", "heard.txt"], "unknown audio suffix"),
        (["simulate-loss", __file__, "--loss", ".1"], "`vivavoce protect` makes some of a recording"),
        (["simulate-loss", str(SPEECH), "--trace", __file__], ":1: not a trace: give 0 or 1"),
        (["simulate-loss", str(SPEECH), "--trace", "none.txt"], "none.txt"),
        (["simulate-loss", str(SPEECH)], "what is lost? --loss .2 --burst 4"),
        (["simulate-loss", str(SPEECH), "--loss", "20"], "loss of 20: give a share"),
        (["send", "-", "--to", "127.0.0.1:9", "--rate", "24"], "--rate 24: give 8000 to 192000"),
        (["send", str(SPEECH), "--to", "127.0.0.1:9", "--rate", "24000"], "--rate is of standard input"),
        (["send", str(SPEECH), "--to", "nowhere"], "host:port"),
        (["receive", "--listen", "1.2.3.4:70000"], "host:port"),
        (["receive", "-o", "heard.txt"], "unknown audio suffix"),
        (["receive", "--listen", "203.0.113.1:5004"], "cannot listen"),
        (["receive", "--ssrc", "1"], "--ssrc: chooses a stream of a capture, give --pcap"),
        (["receive", "--pcap", "a.pcap", "--sdp", "a.sdp"], "--listen, --sdp and --pcap: each says where"),
        (["impair", "--to", "127.0.0.1:9", "--loss", "2"], "loss of 2"),
        (["impair", "--to", "127.0.0.1:9", "--loss", ".1", "--trace", "x"], "not both"),
        (["impair", "--to", "127.0.0.1:9", "--seed", "-1"], "seed -1"),
        (["impair", "--to", "127.0.0.1:9", "--idle-timeout", "nan"], "idle timeout of nan s"),
        (["impair", "--to", "127.0.0.1:9", "--drift", "nan"], "drift of nan"),
        (["impair", "--to", "127.0.0.1:9", "--delay", "1e30"], "delay of 1e+30 s"),
        (["impair", "--to", "127.0.0.1:9", "--loss", ".1", "--burst", "inf"], "mean burst of inf"),
        (["impair", "--to", "127.0.0.1:9", "--burst", "4"], "--burst says how --loss comes, give both"),
        (["impair", "--to", "127.0.0.1:9", "--bitrate", ""], "bit rate ''"),
        (["receive", "--idle-timeout", "-1"], "idle timeout of -1 s"),
        (["receive", "--connect-timeout", "0"], "connect timeout of 0 s"),
        (["receive", "--listen", f"127.0.0.1:{'9' * 5000}"], "host:port"),
        (["receive", "--listen", "a..b:5004"], "a..b:5004: no such address"),
        (["send", str(SPEECH), "--to", f"{'a' * 300}:5004"], "no such address"),
        (["send", str(SPEECH), "--to", "127.0.0.1:0"], "127.0.0.1:0: cannot send there"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) in (1, 2)
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_truncated_file_is_refused(protected: Path, trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = protected.read_bytes()
    protected.write_bytes(data[: len(data) // 2])
    assert main(["simulate-loss", str(protected), "--trace", str(trace)]) == 2
    assert "cut short" in capsys.readouterr().err


def test_no_description_of_what_cannot_be_sent(tmp_path: Path) -> None:
    described = tmp_path / "a.sdp"
    assert main(["send", str(SPEECH), "--to", "a..b:5004", "--sdp", str(described)]) == 2
    assert not described.exists()


def test_suffixes_of_bitstreams_in_capitals_count(tmp_path: Path) -> None:
    assert main(["protect", str(SPEECH), "-o", str(tmp_path / "a.BIT")]) == 0
    assert not (tmp_path / "a.BIT").read_bytes().startswith(b"OggS")


def test_live_through_a_bad_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sender and receiver in this process, the relay between them in another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard = tmp_path / "heard.wav"
    listener = threading.Thread(
        target=main, args=(["receive", "--listen", f"127.0.0.1:{port}", "-o", str(heard), "--idle-timeout", ".8"],)
    )
    command = [sys.executable, "-m", "vivavoce", "impair", "--listen", "127.0.0.1:0"]
    command += ["--to", f"127.0.0.1:{port}", "--loss", ".3", "--burst", "3", "--jitter", ".01", "--idle-timeout", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as network:
        assert network.stderr is not None
        relay_port = network.stderr.readline().rsplit(":", 1)[1].strip()
        listener.start()
        assert main(["send", str(SPEECH), "--to", f"127.0.0.1:{relay_port}"]) == 0
        listener.join()
        assert "155 packets came" in network.stderr.read()
    assert soundfile.info(heard).duration == pytest.approx(3.2, abs=0.7)
    assert "by redundancy" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["receive", "-o", "never.wav"], ["impair", "--to", "127.0.0.1:9"]])
def test_where_nobody_sends_the_wait_has_an_end(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*verb, "--listen", "127.0.0.1:0", "--connect-timeout", ".1"]) == 2
    listening, complaint = capsys.readouterr().err.splitlines()
    assert listening.startswith("listening on 127.0.0.1:")
    assert complaint == "vivavoce: no packet came in 0.1 s: does anybody send there? --connect-timeout waits longer"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("frames", [0, 25])
def test_who_stops_receiving_keeps_what_was_heard(
    frames: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*anything: object) -> Iterator[Samples]:
        for _ in range(frames):
            yield np.full(FRAME, 0.5, np.float32)
        raise KeyboardInterrupt

    monkeypatch.setattr(receive.udp, "receive", interrupted)
    heard = tmp_path / "heard.wav"
    assert main(["receive", "--listen", "127.0.0.1:0", "-o", str(heard)]) == 130
    assert capsys.readouterr().err.endswith("vivavoce: interrupted\n")
    assert heard.exists() == bool(frames)
    if frames:
        assert soundfile.info(heard).frames == frames * FRAME


def test_what_is_no_speech_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listening = open_socket(("127.0.0.1", 0))
    monkeypatch.setattr(receive.udp, "open_socket", lambda _: listening)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", listening.getsockname())
    assert main(["receive", "-o", str(tmp_path / "heard.wav"), "--idle-timeout", ".1"]) == 2
    assert "no speech came, 1 datagrams of another kind" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("options", "samples"), [([], 3400), (["--rate", "24000"], 5100)])
def test_what_standard_input_says_is_sent_as_it_comes(
    options: list[str], samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"\x00\x10" * samples + b"\x01")
    os.close(writing)
    with open_socket(("127.0.0.1", 0)) as target, open(reading) as standard_input:
        monkeypatch.setattr(sys, "stdin", standard_input)
        assert main(["send", "-", "--to", f"127.0.0.1:{target.getsockname()[1]}", *options]) == 0
        target.settimeout(1.0)
        packets = [unpack(target.recv(2000)) for _ in range(11)]
    assert [packet.timestamp - packets[0].timestamp for packet in packets] == [960 * n for n in range(11)]


def test_speak_sends_what_it_says_while_it_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = []
    with open_socket(("127.0.0.1", 0)) as target:
        address = f"127.0.0.1:{target.getsockname()[1]}"
        assert main(["speak", "Yes.", "--protect", address, "-o", str(tmp_path / "yes.wav")]) == 0
        target.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            while True:
                heard.append(unpack(target.recv(2000)))
    said_s = soundfile.info(tmp_path / "yes.wav").duration
    assert len(heard) * 0.02 == pytest.approx(said_s + 0.0165, abs=0.0101)
    assert all(extract(parse(packet.payload), EXTENSION) for packet in heard)
    assert f"{len(heard)} packets sent" in capsys.readouterr().err


def test_a_relay_passes_everything_on_when_the_network_is_good() -> None:
    with open_socket(("127.0.0.1", 0)) as entrance, open_socket(("127.0.0.1", 0)) as target:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(20):
                sender.sendto(bytes([number]), entrance.getsockname())
        counts = relay(entrance, target.getsockname(), Channel(ChannelSettings(delay_s=0.02)), Timeouts(0.1))
        target.settimeout(1.0)
        assert counts == (20, 20)
        assert [target.recv(10)[0] for _ in range(20)] == list(range(20))


@pytest.mark.parametrize(("text", "address"), [("localhost:1", ("localhost", 1)), ("[::1]:65535", ("::1", 65_535))])
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["[::1:5", "::1]:5", "[]:5", ":5", "localhost:", "localhost:65536", "localhost:١"])
def test_no_addresses(text: str) -> None:
    with pytest.raises(InputError, match="give an address as host:port"):
        parse_address(text)


def test_protected_files_say_their_rate_and_length(protected: Path, tmp_path: Path) -> None:
    file = opus_file.read(protected)
    assert (file.input_rate_hz, file.pre_skip) == (24_000, 312)
    write_audio(tmp_path / "a.wav", Audio(np.zeros(8_000, np.float32), 8_000))
    assert main(["protect", str(tmp_path / "a.wav"), "-o", str(tmp_path / "a.opus")]) == 0
    assert opus_file.read(tmp_path / "a.opus").input_rate_hz == 8_000


def test_bitstreams_of_opus_demo_go_both_ways(trace: Path, tmp_path: Path) -> None:
    stream, heard = tmp_path / "speech.bit", tmp_path / "heard.wav"
    assert main(["protect", str(SPEECH), "-o", str(stream)]) == 0
    assert main(["simulate-loss", str(stream), "--trace", str(trace), "-o", str(heard)]) == 0
    assert soundfile.info(heard).duration == pytest.approx(3.1)


def test_what_is_sent_is_not_overwritten_by_its_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sent = tmp_path / "a.wav"
    sent.write_bytes(b"whatever it is")
    assert main(["send", str(sent), "--to", "127.0.0.1:9", "--sdp", str(sent)]) == 2
    assert "is named twice" in capsys.readouterr().err
    assert main(["send", str(sent), "--to", "127.0.0.1:9", "--sdp", str(tmp_path / "a.sdp")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert sent.read_bytes() == b"whatever it is"


def test_nothing_to_send_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["send", "-", "--to", "127.0.0.1:9"]) == 2
    assert capsys.readouterr().err == "vivavoce: standard input is closed, name a recording\n"


def test_a_session_description_is_written_for_the_receiver(tmp_path: Path) -> None:
    with open_socket(("127.0.0.1", 0)) as target:
        port = target.getsockname()[1]
        assert main(["send", str(SPEECH), "--to", f"127.0.0.1:{port}", "--sdp", str(tmp_path / "a.sdp")]) == 0
    assert f"m=audio {port} RTP/AVP 111" in (tmp_path / "a.sdp").read_text()


@pytest.fixture
def captured(protected: Path, tmp_path: Path) -> Path:
    packets = opus_file.read(protected).packets
    sent = [(0.02 * n, pack(RtpPacket(n, 960 * n, data, 7))) for n, data in enumerate(packets) if n % 20 not in (8, 9)]
    return write(tmp_path / "call.pcap", [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in sent])


def test_a_captured_call_is_heard_with_a_report(
    captured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(receive_capture, "default_codecs", lambda: (FakeCodec(),))
    monkeypatch.setattr(receive_capture.Concealer, "load", staticmethod(FakeConcealer))
    heard, page = tmp_path / "heard.wav", tmp_path / "call.html"
    assert main(["receive", "--pcap", str(captured), "-o", str(heard), "--html", str(page)]) == 0
    said = capsys.readouterr().err
    assert re.search(
        r"16 of 155 packets lost \(10%\); .* by redundancy.*; delay \d+ ms, \d+ underruns; 0 other packets", said
    )
    assert soundfile.info(heard).duration == pytest.approx(3.1, abs=0.15)
    assert "filled by redundancy" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["receive", "--pcap", "{}", "--ssrc", "9", "-o", "a.wav"], "no stream 0x00000009"),
        (["receive", "--pcap", "{}", "--ssrc", "abc", "-o", "a.wav"], "--ssrc abc: give a number"),
        (["receive", "--pcap", "{}", "--ssrc", "-1", "-o", "a.wav"], "--ssrc -1: give a number"),
        (["receive", "--pcap", "{}", "-o", "-"], "give a file to write"),
        (["receive", "--html", "a.html"], "give --pcap"),
    ],
)
def test_bad_input_with_captures_is_one_line(
    arguments: list[str], complaint: str, captured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main([argument.format(captured) for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert len(said.splitlines()) == 1


def test_streams_of_a_capture_that_were_not_played_are_named(
    protected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sender that began anew, and a stream of PCMU, which is none of ours."""
    packets = opus_file.read(protected).packets
    sent = [pack(RtpPacket(n, 960 * n, data, 7 if n < 100 else 8)) for n, data in enumerate(packets)]
    sent += [pack(RtpPacket(n, 160 * n, bytes(160), 9, payload_type=0)) for n in range(200)]
    path = write(tmp_path / "call.pcap", [(0.02 * n, ethernet(ipv4(udp(data)))) for n, data in enumerate(sent)])
    assert main(["receive", "--pcap", str(path), "-o", str(tmp_path / "a.wav")]) == 0
    said = capsys.readouterr().err
    assert "0 of 100 packets lost" in said
    assert "not played, --ssrc chooses: 0x00000008 of 55 packets\n" in said
    assert main(["receive", "--pcap", str(path), "-o", str(tmp_path / "a.wav"), "--ssrc", "9"]) == 2
    assert "no stream 0x00000009" in capsys.readouterr().err


def test_a_captured_call_with_red_is_heard(
    protected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As browsers send it."""
    monkeypatch.setattr(receive_capture.Receiver, "load", lambda settings: Receiver(FakeConcealer(), settings=settings))
    packets = opus_file.read(protected).packets
    payloads = [pack_red([RedBlock(111, 960, old), RedBlock(111, 0, new)]) for old, new in pairwise(packets)]
    sent = [(0.02 * n, pack(RtpPacket(n, 960 * n, p, 7, red.PAYLOAD_TYPE))) for n, p in enumerate(payloads) if n % 9]
    path = write(tmp_path / "call.pcap", [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in sent])
    assert main(["receive", "--pcap", str(path), "-o", str(tmp_path / "a.wav")]) == 0
    said = capsys.readouterr().err
    assert "16 of 152 packets lost" in said
    assert "17 by RED" in said
    assert "prediction" not in said


def test_an_encrypted_call_is_not_played(captured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    sent = [(0.02 * n, pack(RtpPacket(n, 960 * n, random.bytes(90), 7))) for n in range(200)]
    write(captured, [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in sent])
    assert main(["receive", "--pcap", str(captured), "-o", str(captured.with_suffix(".wav"))]) == 2
    assert "is it encrypted (SRTP)?" in capsys.readouterr().err


def test_a_capture_whose_clock_leaps_is_refused(captured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(captured.read_bytes())
    data[24:28] = (3_000_000_000).to_bytes(4, "little")
    captured.write_bytes(data)
    heard = captured.with_name("heard.wav")
    assert main(["receive", "--pcap", str(captured), "-o", str(heard)]) == 2
    assert "the stream lasts" in capsys.readouterr().err
    assert not heard.exists()
