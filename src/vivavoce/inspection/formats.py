"""Which formats are read, and what else people give to an inspection."""

from __future__ import annotations

from pathlib import Path

import av.error

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,avi,flv,ogg,wav,w64,aiff,mp3,flac,aac,ac3,eac3,"
    "h264,hevc,m4v,mxf,asf,yuv4mpegpipe,nut,ivf,caf,amr,gif,apng,au,rm,wv"
)
"""Containers that hold media. Playlists are left out: they name other files and addresses."""

LIVE_FORMATS, LIVE_PROTOCOLS = "hls,rtsp", "http,https,httpproxy,tcp,tls,crypto,udp,rtp,rtmp,rtmps,rtmpt,srt,rist"
"""What an address may lead to besides. A playlist from a network names no files of this machine."""

OTHERS = (
    (b"#EXTM3U", "a playlist, which names other files: give its address to --live with --allow-url"),
    (b"<?xml", "XML, which is read as captions where its name ends in .ttml or .dfxp"),
    (b"\x89PNG", "a PNG picture, and there is nothing to inspect in a single one"),
    (b"\xff\xd8\xff", "a JPEG picture, and there is nothing to inspect in a single one"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, unpack it first"),
    (b"WEBVTT", "WebVTT, which is read as captions where its name ends in .vtt"),
)
"""How files begin that people give to an inspection, and why they are not read."""


def other_kind(path: Path) -> str:
    """What a file is that is no film and no sound, as far as its first bytes tell."""
    try:
        with open(path, "rb") as file:
            start = file.read(16).lstrip(b"\xef\xbb\xbf \r\n\t")
    except OSError:
        return ""
    return next((said for mark, said in OTHERS if start.startswith(mark)), "")


def reason(error: Exception) -> str:
    """Why FFmpeg did not open a file, in words."""
    if isinstance(error, av.error.InvalidDataError):
        return "no format is recognised: empty, cut short, or another kind of file"
    if isinstance(error, av.error.ArgumentError):
        return f"its format is not among those that are read: {FORMATS}"
    return getattr(error, "strerror", None) or str(error)
