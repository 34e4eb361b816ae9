"""The defects that inspection knows, one folder each: `detect.py`, `simulate.py` and what else belongs to it."""
