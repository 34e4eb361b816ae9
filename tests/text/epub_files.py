"""A small EPUB, whole or broken in one place."""

import struct
import zipfile
import zlib
from pathlib import Path


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\x80\x80\x80\x80\x80\x80" * 2))
    + _chunk(b"IEND", b"")
)
FILES: dict[str, str | bytes | None] = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile'
        ' full-path="O/c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    ),
    "O/c.opf": (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>A Small Book</dc:title><dc:creator>Ann Bell</dc:creator><dc:language>en-GB</dc:language></metadata>"
        '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b%20c.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="v" href="v.png" media-type="image/png" properties="cover-image"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    ),
    "O/nav.xhtml": (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="toc">'
        '<ol><li><a href="a.xhtml">One: The House</a></li><li><a href="a.xhtml#two">Two</a></li>'
        '<li><a href="b%20c.xhtml">Three</a></li></ol></nav></body></html>'
    ),
    "O/a.xhtml": (
        '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"'
        ' xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body><h2>One</h2>'
        '<p>It was&nbsp;late.<sup><a epub:type="noteref" href="#n1">1</a></sup> <i>Nobody</i> spoke.<sup>2</sup></p>'
        '<span epub:type="pagebreak" title="2">2</span><p class="pagenum">12</p><p>* * *</p>'
        '<p>“Who is there?” she asked.</p><aside epub:type="footnote" id="n1"><p>A note.</p></aside>'
        '<h2 id="two">Two</h2><p>The sea.</p><script>var x = 1;</script></body></html>'
    ),
    "O/b c.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><h2>Three</h2><p>The end.</p></body></html>',
    "O/v.png": PNG,
}


def write_epub(path: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """The book with some of its files changed, or left out where there is None."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**FILES, **(changes or {})}.items():
            if data is not None:
                archive.writestr(name, data)
    return path
