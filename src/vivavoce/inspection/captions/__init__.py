"""Caption files: WebVTT, SRT and TTML, read with limits."""

from vivavoce.inspection.captions.files import CAPTION_SUFFIXES, read_captions, read_sidecars

__all__ = ["CAPTION_SUFFIXES", "read_captions", "read_sidecars"]
