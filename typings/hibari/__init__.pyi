from typing import Any

SAMPLE_RATE: int

Hibari: Any
