"""`python -m vivavoce.inspection.lip_sync.import_faces MODEL`: the face detector, which others trained, as an addon."""

from __future__ import annotations

import argparse
from pathlib import Path

from vivavoce.blocks import Addon
from vivavoce.blocks.addon_spec import AddonSpec, ReadyNetwork, write_untrained
from vivavoce.blocks.files import SHIPPED
from vivavoce.blocks.model_card import CardText

CARD = CardText(
    notes="Boxes and five points of faces, from any picture. Origin: `face_detection_yunet_2026may.onnx` of the OpenCV "
    "Zoo (libfacedetection). `av_sync` follows mouths with it; it reads luma three times over in place of colour.",
    limits=("Faces under about 10 pixels, turned away, or half covered are missed.",),
)


def export_faces(model: Path, folder: Path) -> Addon:
    """Write the addon. Raises `InputError` when the model is not what the block expects."""
    spec = AddonSpec(
        name="faces", kind="inspection", summary="YuNet: where faces are, with eyes, nose and mouth corners",
        licence="MIT", attribution="YuNet, OpenCV Zoo and libfacedetection, Copyright (c) Shiqi Yu",
        data=("WIDER Face, by the authors of YuNet",),
        networks={"faces": ReadyNetwork(onnx=model.read_bytes(), role="")},
        stack=[{"type": "SequenceNetwork", "network": "faces"}],
        manifest={"inputs": {"input": {"dtype": "float32", "shape": [1, 3, "height", "width"]}}},
        card=CARD,
    )  # fmt: skip
    return write_untrained(spec, folder, f"converted from {model.name}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.inspection.lip_sync.import_faces", description=__doc__)
    parser.add_argument("model", type=Path)
    export_faces(parser.parse_args().model, SHIPPED / "faces")


if __name__ == "__main__":
    main()
