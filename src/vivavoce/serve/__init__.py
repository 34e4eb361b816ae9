"""The voice behind every app: one server for the protocols that programs already speak."""

from __future__ import annotations

from vivavoce.serve.settings import Settings

__all__ = ["Settings"]
