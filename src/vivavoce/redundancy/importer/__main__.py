"""`python -m vivavoce.redundancy.importer SOURCE ADDONS`: libopus's networks as addons."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.redundancy.importer.addons import write_addons
from vivavoce.redundancy.importer.source import read_source


def main() -> int:
    """Read the command line, write the addons, and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m vivavoce.redundancy.importer", description=__doc__)
    parser.add_argument("source", type=Path, help="opus_1.6.1.orig.tar.xz of `apt-get source opus`, or its folder")
    parser.add_argument("addons", type=Path, help="folder to write fargan, dred and plc-predictor into")
    arguments = parser.parse_args()
    try:
        for addon in write_addons(read_source(arguments.source), arguments.addons):
            print(f"{addon.path}: {addon.manifest.total_bytes / 1e6:.2f} MB")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
