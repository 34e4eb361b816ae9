"""Every Python example of the pages, run against a server; those of clients that are not installed are left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.serve.running import Running

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "serve.md", *sorted((DOCS / "serve").glob("*.md"))]
EXAMPLES = [
    pytest.param(code, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("code", EXAMPLES)
@pytest.mark.filterwarnings("ignore")
def test_an_example(
    server: Running, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if "whep" in code:
        aioice = pytest.importorskip("aioice")
        monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    code = code.replace("127.0.0.1:8880", f"127.0.0.1:{server.port}").replace("10200", str(server.wyoming_port))
    try:
        exec(compile(code, "example", "exec"), {"__name__": "example"})
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    sounds = [path.stat().st_size for path in tmp_path.iterdir()]
    assert capsys.readouterr().out or min(sounds) > 1000


def test_every_page_is_named() -> None:
    index = (DOCS / "serve.md").read_text()
    for page in PAGES[1:]:
        assert f"(serve/{page.name})" in index


def test_every_setting_is_explained() -> None:
    from vivavoce.serve.settings import NAMES

    index = (DOCS / "serve.md").read_text()
    assert [name for name in NAMES if f"`{name}`" not in index] == []
