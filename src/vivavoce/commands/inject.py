"""`vivavoce inject freeze in.mp4 -o out.mp4 --start 2 --seconds 1`: put a defect in, write the truth beside."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.files import check_output, check_outputs, write_text
from vivavoce.inspection import require_pyav
from vivavoce.inspection.registry import defect_names
from vivavoce.json_types import is_object


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = defect_names()
    parser.add_argument("defect", choices=names, metavar="DEFECT", help=", ".join(names))
    parser.add_argument("input", type=Path, metavar="IN", help="a clean clip, or a caption file for caption_quality")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help=".mp4 .mkv .ts .webm; .srt .vtt"
    )
    parser.add_argument("--start", type=float, default=1.0, metavar="S", help="where the defect begins, in seconds (1)")
    parser.add_argument("--seconds", type=float, default=1.0, metavar="S", help="how long it lasts (1)")
    parser.add_argument(
        "--strength", type=float, default=0.6, help="0 hardly there, 0.3 mild, 0.8 strong, 1 gross (0.6)"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed, another variant (0)")
    parser.add_argument("--crf", type=int, default=20, help="quality of the new H.264, lower is better (20)")


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for what cannot be done, where a file is in the way, and where PyAV is not installed."""
    source, output = arguments.input, arguments.output
    check_output(output)
    beside, captions = output.with_suffix(".json"), output.with_suffix(".srt")
    check_outputs([source], output, beside)
    if not 0 <= arguments.crf <= 51:
        raise InputError(f"--crf {arguments.crf}: give 0 to 51")
    require_pyav()  # not before now: help and wrong options do without
    from vivavoce.inspection.captions import CAPTION_SUFFIXES, read_captions
    from vivavoce.inspection.simulation import Clip, read_clip, simulate, write_clip
    from vivavoce.inspection.simulation.captions import write_captions

    former = _former_truth(beside)
    alone = source.suffix.lower() in CAPTION_SUFFIXES
    clip = Clip(cues=tuple(read_captions(source))) if alone else read_clip(source)
    if clip.cues and not alone and captions.exists() and former.get("captions") != captions.name:
        raise InputError(f"{captions}: is there already and would be lost, name another output")
    damaged, truth = simulate(
        arguments.defect, clip, arguments.start, arguments.seconds, arguments.strength, arguments.seed
    )
    written = captions.name if damaged.cues and not alone else None
    document = {"source": source.name, "captions": written, "seed": arguments.seed, "truths": [asdict(truth)]}
    if alone:
        write_captions(output, damaged.cues)
    else:
        write_clip(output, replace(damaged, cues=()), arguments.crf)
        if written:
            write_captions(captions, damaged.cues)
    write_text(beside, json.dumps(document, indent=1) + "\n")
    print(f"{output}: {truth.defect} from {truth.start_s:.2f} to {truth.end_s:.2f} s, truth in {beside.name}")
    return 0


def _former_truth(path: Path) -> dict[str, Any]:
    """What an earlier run wrote there, which this one may replace. Raises `InputError` for anybody else's file."""
    if not path.exists():
        return {}
    try:
        former = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        former = None
    if not is_object(former) or not former.keys() >= {"source", "seed", "truths"}:
        raise InputError(f"{path}: is there already and would be lost, name another output")
    return former
