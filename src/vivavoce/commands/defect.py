"""`vivavoce defect freeze in.mp4 -o out.mp4 --start 2 --seconds 1`: put a defect in, write the truth beside."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.files import check_output, check_outputs, write_text
from vivavoce.inspection.captions import CAPTION_SUFFIXES, read_captions
from vivavoce.inspection.simulate import SIMULATORS, Clip, read_clip, simulate, write_clip
from vivavoce.inspection.simulate.captions import write_captions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("defect", choices=SIMULATORS, metavar="DEFECT", help=", ".join(SIMULATORS))
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
    source, output = arguments.input, arguments.output
    check_output(output)
    beside = output.with_suffix(".json")
    check_outputs([source], output, beside)
    if not 0 <= arguments.crf <= 51:
        raise InputError(f"--crf {arguments.crf}: give 0 to 51")
    alone = source.suffix.lower() in CAPTION_SUFFIXES
    clip = Clip(cues=tuple(read_captions(source))) if alone else read_clip(source)
    damaged, truth = simulate(
        arguments.defect, clip, arguments.start, arguments.seconds, arguments.strength, arguments.seed
    )
    if alone:
        write_captions(output, damaged.cues)
    else:
        write_clip(output, replace(damaged, cues=()), arguments.crf)
        if damaged.cues:
            write_captions(output.with_suffix(".srt"), damaged.cues)
    document = {"source": source.name, "seed": arguments.seed, "truths": [asdict(truth)]}
    write_text(beside, json.dumps(document, indent=1) + "\n")
    print(f"{output}: {truth.defect} from {truth.start_s:.2f} to {truth.end_s:.2f} s, truth in {beside.name}")
    return 0
