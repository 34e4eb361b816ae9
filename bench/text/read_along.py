"""Does a reader of EPUBs mark the word that is being said? In foliate-js, in headless Chromium.

    npm pack foliate-js && tar xzf foliate-js-*.tgz
    python -m bench.text.read_along package

Speaks a small book, opens it in the reader, plays its second chapter, and looks at every highlight that the reader
makes: what is marked must be the word whose clip holds the position of the sound. Writes `text-read-along`.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from bench.shared.results import Table, write_result

BOOK = """# Before

Good evening.

# The Lighthouse

The lighthouse is painted red and white. Nobody has lived there since 1974, but the lamp still turns.

Who keeps it clean? Dr. Ames drives out on Sundays with bread, coffee and a broom.
"""
CHAPTER = "chapter002"
"""The reader marks nothing in the first file of any book: it looks for a document whose index is not 0."""
PAGE = """<!doctype html><meta charset="utf-8"><style>foliate-view { display: block; height: 90vh }</style>
<foliate-view></foliate-view>
<script type="module">
import './view.js'
const RealAudio = window.Audio, log = []
let audio
window.Audio = function (url) { return audio = new RealAudio(url) }
const send = found => fetch('/log', { method: 'POST', body: JSON.stringify(found) })
try {
    const view = document.querySelector('foliate-view')
    await view.open(new File([await (await fetch('book.epub')).blob()], 'book.epub'))
    await view.goTo(1)
    view.mediaOverlay.addEventListener('highlight', event => {
        const played = audio.currentTime
        setTimeout(() => {
            const { doc } = view.renderer.getContents()[0]
            const marked = [...doc.querySelectorAll('.-epub-media-overlay-active')].map(element => element.id)
            log.push({ played, marked, meant: event.detail })
        }, 60)
    })
    await view.startMediaOverlay()
    setTimeout(() => send(log), SECONDS * 1000)
} catch (error) { send({ error: String(error) }) }
</script>"""
SLACK_S = 0.06
"""How late the player tells the position of its sound."""
SOURCES = ("bench/text/read_along.py", "src/vivavoce/commands/book_overlay.py", "src/vivavoce/commands/book_marks.py")


class _Server(http.server.SimpleHTTPRequestHandler):
    found: Any = None
    heard = threading.Event()
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def do_POST(self) -> None:
        _Server.found = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()
        _Server.heard.set()

    def log_message(self, format: str, *args: Any) -> None: ...


def highlights(reader: Path, folder: Path, seconds: int) -> list[dict[str, Any]]:
    """What the reader marked while it played `book.epub` of the folder: positions in s and the elements marked."""
    shutil.copytree(reader, folder, dirs_exist_ok=True)
    (folder / "page.html").write_text(PAGE.replace("SECONDS", str(seconds)), encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Server, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        address = f"http://127.0.0.1:{server.server_port}/page.html"
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required")
        browser = subprocess.Popen(
            ["chromium", *options, "--remote-debugging-port=0", f"--user-data-dir={profile}", address],
            stderr=subprocess.DEVNULL,
        )
        try:
            if not _Server.heard.wait(seconds + 60):
                raise SystemExit("the reader answered nothing")
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    if isinstance(_Server.found, dict):
        raise SystemExit(_Server.found["error"])
    return _Server.found


def clips(book: Path, chapter: str) -> dict[str, tuple[float, float]]:
    """When each word of a chapter is said, in s, by the identifier of its element."""
    with zipfile.ZipFile(book) as archive:
        smil = archive.read(f"OEBPS/{chapter}.smil").decode()
    found = re.findall(r'#(w\d+)"/><audio src="[^"]+" clipBegin="([\d.]+)s" clipEnd="([\d.]+)s"', smil)
    return {name: (float(begin), float(end)) for name, begin, end in found}


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", type=Path, help="the unpacked package of foliate-js")
    parser.add_argument("--seconds", type=int, default=12)
    arguments = parser.parse_args()
    version = json.loads((arguments.reader / "package.json").read_text(encoding="utf-8"))["version"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "book.md").write_text(BOOK, encoding="utf-8")
        book = folder / "book.epub"
        subprocess.run([sys.executable, "-m", "vivavoce", "book", folder / "book.md", "-o", book], check=True)
        said = clips(book, CHAPTER)
        found = highlights(arguments.reader, folder, arguments.seconds)
    right = [_is_right(one, said) for one in found]
    rows = [("highlights", str(len(right))), ("on the word that is said", str(sum(right)))]
    table = Table((f"foliate-js {version}", ""), rows)
    print(table.markdown())
    figures = {"highlights": len(right), "right": sum(right)}
    write_result("text-read-along", {"main": table}, sources=SOURCES, figures=figures)
    return 0


def _is_right(one: dict[str, Any], said: dict[str, tuple[float, float]]) -> bool:
    """Whether one word is marked, and the sound is in it or in the silence after it."""
    if len(one["marked"]) != 1 or one["marked"][0] not in said:
        return False
    begin = said[one["marked"][0]][0]
    following = min((other for other, _ in said.values() if other > begin), default=float("inf"))
    return begin - SLACK_S <= one["played"] <= following + SLACK_S


if __name__ == "__main__":
    sys.exit(main())
