"""Caption files: WebVTT, SRT and TTML, read with limits."""

from vivavoce.inspection.captions.files import (
    CAPTION_SUFFIXES,
    CaptionFile,
    find_sidecar,
    read_caption_file,
    read_captions,
)

__all__ = ["CAPTION_SUFFIXES", "CaptionFile", "find_sidecar", "read_caption_file", "read_captions"]
