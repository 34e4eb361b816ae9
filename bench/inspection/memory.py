"""Memory of `vivavoce inspect` over a long file or channel: `python -m bench.inspection.memory CLIP --hours 2`.

CLIP, a film with sound (a minute of faces and scenes at 180p is fast), is repeated without coding it again; the
command inspects it with all detectors, and the memory of its processes is added up every ten seconds. With `--live`
it comes as an MPEG transport stream from a pipe, as fast as it is taken, to `inspect --live` in the tier `live`.
Printed are the run as it goes, then five moments of it and the most of each half.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av

from bench.shared.machine import this_machine

EVERY_S, TOLD_EVERY = 10.0, 12
PAGE_BYTES, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all processes of a run; pages that they share count in each."""

    resident_mb: float
    processor_s: float
    """Of the processes that run at the time, since each began."""


def repeated(clip: Path, path: Path, hours: float) -> None:
    """Write the packets of a clip one after the other as often as it takes."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        seconds = (source.duration or 0) / av.time_base
        kinds = source.streams.video[0], source.streams.audio[0]
        streams = {stream.index: target.add_stream_from_template(stream) for stream in kinds}
        for number in range(round(3600 * hours / seconds)):
            source.seek(0)
            for packet in source.demux(*kinds):
                if packet.dts is None or packet.pts is None or (number > 0 and packet.pts < 0):
                    continue
                late = round(number * seconds / packet.time_base)
                packet.pts, packet.dts = packet.pts + late, packet.dts + late
                packet.stream = streams[packet.stream_index]
                target.mux(packet)


def watched(path: Path, live: bool) -> list[Look]:
    """Inspect a file, or what comes from it through a pipe, in processes of their own; look at them until they end."""
    looks: list[Look] = []
    what = ("--live", "-", "--tier", "live") if live else (str(path),)
    command = [sys.executable, "-m", "vivavoce", "inspect", *what]
    feeder = subprocess.Popen(["cat", str(path)], stdout=subprocess.PIPE) if live else None
    process = subprocess.Popen(command, stdin=feeder and feeder.stdout, stdout=subprocess.DEVNULL)
    if feeder and feeder.stdout:
        feeder.stdout.close()
    while process.poll() is None:
        members = _family(process.pid)
        ticks = sum(int(fields[13]) + int(fields[14]) for pid in members if (fields := _fields(pid, "stat")))
        looks.append(Look(resident_mb(process.pid), ticks / TICKS))
        if len(looks) % TOLD_EVERY == 0:
            print(f"{len(looks) * EVERY_S / 60:.0f} min: {looks[-1].resident_mb:.0f} MB", file=sys.stderr, flush=True)
        time.sleep(EVERY_S)
    if process.returncode:
        raise RuntimeError(f"inspect ended with {process.returncode}")
    return looks


def resident_mb(pid: int) -> float:
    """Memory of a process and its children, in megabytes; pages that they share count in each."""
    pages = sum(int(fields[1]) for member in _family(pid) if (fields := _fields(member, "statm")))
    return pages * PAGE_BYTES / 1e6


def _family(pid: int) -> list[int]:
    children = _fields(pid, f"task/{pid}/children")
    return [pid, *(member for child in children for member in _family(int(child)))]


def _fields(pid: int, name: str) -> list[str]:
    """The words of a file of a process, none once it is gone; a name in brackets is one word, whatever it holds."""
    try:
        text = Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return []
    before, _, after = text.rpartition(")")
    return [before.partition(" ")[0], before, *after.split()] if before else after.split()


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--live", action="store_true", help="as a channel, through a pipe, in the tier live")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("long.ts" if arguments.live else "long.mp4")
        repeated(arguments.clip, path, arguments.hours)
        looks = watched(path, arguments.live)
    for share in (0.01, 0.25, 0.5, 0.75, 1.0):
        look = looks[round(share * (len(looks) - 1))]
        print(f"{share:4.0%} of the run: {look.resident_mb:.0f} MB")
    middle = len(looks) // 2
    first, second = (max(look.resident_mb for look in half) for half in (looks[: middle + 1], looks[middle:]))
    print(f"most in the first half {first:.0f} MB, in the second {second:.0f} MB")
    print(f"processor {looks[-1].processor_s:.0f} s")
    print(this_machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
