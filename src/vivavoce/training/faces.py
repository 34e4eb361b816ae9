"""`python -m vivavoce.training.faces MODEL`: the face detector, which others trained, as an addon."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from vivavoce.blocks import write_addon

CARD = """# faces

YuNet: boxes and five points of faces, from any picture.

- Origin: `face_detection_yunet_2026may.onnx` of the OpenCV Zoo (libfacedetection), MIT licence. Not trained here.
- Use: `av_sync` follows mouths with it. It reads luma three times over in place of colour.
- Limits: faces under about 10 pixels, turned away, or half covered are missed.
"""


def ship_faces(model: Path, folder: Path) -> None:
    """Write the addon. Raises `InputError` when the model is not what the block expects."""
    description = {
        "name": "faces",
        "kind": "inspection",
        "summary": "YuNet: where faces are, with eyes, nose and mouth corners",
        "licence": "MIT",
        "attribution": "YuNet, OpenCV Zoo and libfacedetection, Copyright (c) Shiqi Yu",
        "provenance": {
            "data": ["WIDER Face, by the authors of YuNet"], "recipe": "none: trained by its authors", "steps": 0,
            "hardware": "unknown",
        },
        "inputs": {"input": {"dtype": "float32", "shape": [1, 3, "height", "width"]}},
        "networks": {"faces": {"file": "faces.onnx"}},
        "stack": [{"type": "SequenceNetwork", "network": "faces"}],
    }  # fmt: skip
    write_addon(folder, description, {"faces.onnx": model, "CARD.md": CARD.encode()})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.faces", description=__doc__)
    parser.add_argument("model", type=Path)
    ship_faces(parser.parse_args().model, Path(str(files("vivavoce.addons"))) / "faces")


if __name__ == "__main__":
    main()
