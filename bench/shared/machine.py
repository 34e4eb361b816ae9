"""When and where figures were taken."""

from __future__ import annotations

import datetime
import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Date (UTC), processor and load, as a table's caption needs them."""

    date: str
    processor: str
    cores: int
    load: float
    """Mean number of running processes over the last minute; above 1 on a small machine, times are upper bounds."""
    python: str

    def __str__(self) -> str:
        return f"{self.date}, {self.processor}, {self.cores} cores, load {self.load:.1f}, Python {self.python}"


def this_machine() -> Machine:
    """This machine, now."""
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    return Machine(date, _processor(), os.cpu_count() or 1, round(os.getloadavg()[0], 1), platform.python_version())


def _processor() -> str:
    table = Path("/proc/cpuinfo")
    if table.exists():
        fields = dict(line.split(":", 1) for line in table.read_text().splitlines() if ":" in line)
        named = {key.strip(): value.strip() for key, value in fields.items()}
        return f"{named.get('model name', platform.machine())} (family {named.get('cpu family', '?')})"
    return platform.processor() or platform.machine()
