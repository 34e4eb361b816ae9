"""`python -m vivavoce.training.inspection_data KIND …`: make the examples that the inspection networks learn from."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from vivavoce.training.corpus import recordings
from vivavoce.training.provenance import recipe
from vivavoce.training.shards import Maker, make_shards

DEV_MINUTES_SHARE = 0.15


@dataclass(frozen=True)
class Sources:
    """Where examples come from, for training or for development."""

    videos: tuple[Path, ...]
    speech: tuple[tuple[Path, ...], ...]
    """Recordings, one group a corpus."""


def sources(video: Path, speech: Path, dev: bool) -> Sources:
    """What of the two folders is for development, or for training; never what is held out."""
    config = recipe("inspection-data")
    named = {name: video / name for name in _videos(video) if name not in config["held_out"]}
    videos = tuple(path for name, path in named.items() if (name in config["dev"]) == dev)
    groups = []
    for corpus in config["speech"]:
        if (speech / corpus / "metadata.tsv").exists():
            train = [r for r in recordings(speech, [corpus]) if r.split == "train"]
            groups.append(tuple(r.path for r in train if (crc32(r.id.encode()) % config["dev_share"] == 0) == dev))
    return Sources(videos, tuple(group for group in groups if group))


def _videos(folder: Path) -> list[str]:
    suffixes = {".mp4", ".mpg", ".webm", ".avi"}
    return [str(p.relative_to(folder)) for p in sorted(folder.glob("*/*")) if p.suffix in suffixes]


def _audio_artifacts(chosen: Sources) -> Maker:
    from vivavoce.training.audio_artifacts_data import ArtifactMaker, with_sound

    return ArtifactMaker(chosen.speech, with_sound(chosen.videos))


def _block_corruption(chosen: Sources) -> Maker:
    from vivavoce.training.defect_maps_data import CorruptionMaker

    return CorruptionMaker(chosen.videos)


def _tearing(chosen: Sources) -> Maker:
    from vivavoce.training.tearing_data import TearingMaker

    return TearingMaker(chosen.videos)


def _blockiness(chosen: Sources) -> Maker:
    from vivavoce.training.blockiness_data import BlockinessMaker

    return BlockinessMaker(chosen.videos)


KINDS: dict[str, Callable[[Sources], Maker]] = {
    "audio_artifacts": _audio_artifacts,
    "block_corruption": _block_corruption,
    "tearing": _tearing,
    "blockiness": _blockiness,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.inspection_data", description=__doc__)
    parser.add_argument("kind", choices=[*KINDS, "av_sync"])
    parser.add_argument("--video", type=Path, default=Path("data/video"), help="folder of folders of clips")
    parser.add_argument("--speech", type=Path, default=Path("data/speech"), help="folder with one folder a corpus")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--labels", type=Path, help="take in what people labelled, and make nothing else")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.runs / "inspection" / arguments.kind
    if arguments.labels:
        from vivavoce.training.labelled import add_labels

        print(f"{add_labels(arguments.labels, arguments.kind, folder / 'train')} labelled examples")
    elif arguments.kind == "av_sync":
        from vivavoce.training.sync_data import prepare_tracks

        for part in ("train", "dev"):
            prepare_tracks(sources(arguments.video, arguments.speech, part == "dev").videos, folder / part)
    else:
        _simulate(arguments, folder)


def _simulate(arguments: argparse.Namespace, folder: Path) -> None:
    for part, share in (("dev", DEV_MINUTES_SHARE), ("train", 1.0 - DEV_MINUTES_SHARE)):
        maker = KINDS[arguments.kind](sources(arguments.video, arguments.speech, part == "dev"))
        count = make_shards(maker, folder / part, arguments.minutes * share, arguments.workers)
        print(f"{folder / part}: {count} examples")


if __name__ == "__main__":
    main()
