"""What sampling tiers cost and what they miss: `python -m bench.inspection.tiers FILM CASES`.

FILM, some seconds of 1080p25 with sound, is inspected in each tier with every detector: seconds of film for a second of
processor are the channels that one core holds. CASES are the files with their truths that
`bench/inspection/defects.py --keep CASES` leaves there; of what the full tier finds in the strong ones, counted is what
each tier still finds. Of `--clean FOLDER`, clips in which nothing is wrong, the alarms of each tier on pictures are
counted.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from bench.inspection.events import HEARD, Tally, asked_for
from bench.shared.results import Table, write_result
from vivavoce.inspection import DEFAULT_LIMITS, defect_names, inspect_file
from vivavoce.inspection.simulation import Truth
from vivavoce.inspection.tiers import TIERS, Tier

SOURCES = (
    "bench/inspection/tiers.py", "src/vivavoce/inspection/tiers.py", "src/vivavoce/inspection/tracks.py",
    "src/vivavoce/inspection/decode.py", "src/vivavoce/inspection/streams.py", "src/vivavoce/inspection/closer_look.py",
)  # fmt: skip


def channels_a_core(film: Path, tier: Tier) -> float:
    """Seconds of a film that are inspected in a second of processor, the best of three runs."""
    limits, spent_s, length_s = replace(DEFAULT_LIMITS, tier=tier), float("inf"), 0.0
    for _ in range(3):
        begun_s = time.process_time()
        length_s = float(inspect_file(film, limits=limits).measurements["container"]["seconds"])
        spent_s = min(spent_s, time.process_time() - begun_s)
    return length_s / spent_s


def find(path: Path, truth: Truth, tier: Tier) -> bool:
    """Whether the one defect of a file is found in a tier."""
    if truth.defect in tier.blind:
        return False
    result = inspect_file(path, (truth.defect,), replace(DEFAULT_LIMITS, tier=tier))
    tally = Tally()
    tally.add([truth], [(event.start_s, event.end_s) for event in result.events if event.defect == truth.defect])
    return tally.found > 0


def clean_alarms(folder: Path, tier: Tier) -> int:
    """Events on pictures of clips in which nothing is wrong."""
    watching = tuple(name for name in defect_names() if name not in (*HEARD, "caption_quality"))
    limits, files = replace(DEFAULT_LIMITS, tier=tier), (p for p in sorted(folder.iterdir()) if p.suffix != ".tsv")
    return sum(event.defect in watching for file in files for event in inspect_file(file, watching, limits).events)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--most", type=int, default=4, help="files of a defect (4)")
    parser.add_argument("--clean", type=Path, metavar="FOLDER", help="clips in which nothing is wrong")
    parser.add_argument("--no-result", action="store_true", help="print only")
    arguments = parser.parse_args()
    speeds = {name: channels_a_core(arguments.film, tier) for name, tier in TIERS.items()}
    print(speeds, flush=True)
    found: dict[str, dict[str, int]] = {}
    for defect in defect_names():
        files = sorted((arguments.cases / defect).glob("*-strong.json"))
        for beside in files[:: -(-len(files) // arguments.most) or 1]:
            truths = [asked for truth in json.loads(beside.read_text()) if (asked := asked_for(Truth(**truth)))]
            if len(truths) != 1 or not find(beside.with_suffix(".mp4"), truths[0], TIERS["full"]):
                continue
            counts = found.setdefault(defect, dict.fromkeys(TIERS, 0))
            for name, tier in TIERS.items():
                counts[name] += name == "full" or find(beside.with_suffix(".mp4"), truths[0], tier)
        print(defect, found.get(defect), flush=True)
    alarms = {name: clean_alarms(arguments.clean, tier) for name, tier in TIERS.items()} if arguments.clean else {}
    print(f"alarms on clean clips: {alarms}")
    rows: list[tuple[str, ...]] = []
    full = sum(counts["full"] for counts in found.values())
    kept: dict[str, float] = {}
    for name, tier in TIERS.items():
        kept[name] = sum(counts[name] for counts in found.values()) / max(1, full)
        lost = [f"{d} {c['full'] - c[name]} of {c['full']}" for d, c in found.items() if c[name] < c["full"]]
        rows.append((name, tier.summary, f"{speeds[name]:.1f}", f"{kept[name]:.2f}", ", ".join(lost) or "none"))
    table = Table(("tier", "pictures", "channels a core", "of what full finds", "missed"), rows)
    print(table.markdown())
    if not arguments.no_result:
        figures = {"channels": speeds, "kept": kept, "cases": full, "alarms": alarms}
        write_result("inspection-tiers", {"main": table}, SOURCES, figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
