"""Books: chapters by the table of contents, without notes and page numbers; what is broken or locked is one line."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.epub_files import FILES, write_epub
from vivavoce.errors import InputError
from vivavoce.text.book import Paragraph, open_book
from vivavoce.text.book.sentences import chapter_sentences
from vivavoce.text.book.xhtml import parse_xhtml
from vivavoce.text.voice_request import VoiceRequest


def test_chapters_and_what_is_known_of_the_book(tmp_path: Path) -> None:
    book = open_book(write_epub(tmp_path / "book.epub"))
    assert (book.title, book.authors, book.language) == ("A Small Book", ("Ann Bell",), "en-GB")
    assert book.cover is not None
    assert [chapter.title for chapter in book.chapters] == ["One: The House", "Two", "Three"]
    assert [[p.text for p in chapter.read()] for chapter in book.chapters] == [
        ["One", "It was late. Nobody spoke.", "“Who is there?” she asked."], ["Two", "The sea."], ["Three", "The end."],
    ]  # fmt: skip
    first = book.chapters[0].read()
    assert [(p.heading, p.scene_break) for p in first] == [(True, False), (False, True), (False, False)]


def test_an_older_table_of_contents(tmp_path: Path) -> None:
    package = str(FILES["O/c.opf"]).replace(
        'nav.xhtml" media-type="application/xhtml+xml" properties="nav"', 't.ncx" media-type="application/x-dtbncx+xml"'
    )
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>First</text></navLabel>'
        '<content src="a.xhtml"/></navPoint><navPoint><navLabel><text>Last</text></navLabel>'
        '<content src="b%20c.xhtml"/></navPoint></navMap></ncx>'
    )
    book = open_book(write_epub(tmp_path / "book.epub", {"O/c.opf": package, "O/t.ncx": ncx}))
    assert [chapter.title for chapter in book.chapters] == ["First", "Last"]


def test_a_book_that_repeats_its_files_and_names_them_without_their_folder(tmp_path: Path) -> None:
    package = str(FILES["O/c.opf"]).replace('<itemref idref="b"/>', '<itemref idref="b"/><itemref idref="a"/>')
    nav = str(FILES["O/nav.xhtml"]).replace('href="b%20c.xhtml"', 'href="other/b%20c.xhtml"')
    book = open_book(write_epub(tmp_path / "book.epub", {"O/c.opf": package, "O/nav.xhtml": nav}))
    assert [chapter.title for chapter in book.chapters] == ["One: The House", "Two", "Three"]
    assert [len(chapter.read()) for chapter in book.chapters] == [3, 2, 2]


def test_chapters_are_the_upper_lines_of_the_table_of_contents(tmp_path: Path) -> None:
    nested = str(FILES["O/nav.xhtml"]).replace(
        '<ol><li><a href="a.xhtml">One: The House</a></li><li><a href="a.xhtml#two">Two</a></li>',
        '<ol><li><a href="a.xhtml">One</a><ol><li><a href="a.xhtml#two">Part of one</a></li></ol></li>',
    )
    book = open_book(write_epub(tmp_path / "book.epub", {"O/nav.xhtml": nested}))
    assert [chapter.title for chapter in book.chapters] == ["One", "Part of one", "Three"]
    more = nested.replace("</ol></nav>", '<li><a href="b%20c.xhtml#x">Four</a></li></ol></nav>')
    book = open_book(write_epub(tmp_path / "book.epub", {"O/nav.xhtml": more}))
    assert [chapter.title for chapter in book.chapters] == ["One", "Three", "Four"]


def test_chapters_stand_under_the_parts_of_a_book(tmp_path: Path) -> None:
    """A part has a page of its own, and its chapters are files; the sections of a chapter are places in it."""
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><body>%s</body></html>'
    files = {
        "p": "<h1>Part 1<br/>Land</h1>",
        "c1": f"<h2>One</h2><p>{'Rain. ' * 500}</p>",
        "c2": "<h2>Two</h2><p>Sun.</p>",
    }
    items = "".join(f'<item id="{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in files)
    spine = "".join(f'<itemref idref="{n}"/>' for n in files)
    package = str(FILES["O/c.opf"]).replace("</manifest><spine>", f"{items}</manifest><spine>{spine}")
    nav = str(FILES["O/nav.xhtml"]).replace(
        "<ol><li>",
        '<ol><li><a href="p.xhtml">Land</a><ol><li><a href="c1.xhtml">One</a><ol><li><a href="c1.xhtml#s">Section</a>'
        '</li></ol></li><li><a href="c2.xhtml">Two</a></li></ol></li><li>',
        1,
    )
    changes: dict[str, str | bytes | None] = {f"O/{name}.xhtml": page % text for name, text in files.items()}
    book = open_book(write_epub(tmp_path / "book.epub", {**changes, "O/c.opf": package, "O/nav.xhtml": nav}))
    titles = [chapter.title for chapter in book.chapters]
    assert titles == ["Land", "One", "Two", "One: The House", "Two", "Three"]


def test_contents_and_the_numbers_of_lines_are_left_out() -> None:
    lines = "".join(f'<p><a href="#c{n}" id="l{n}">Chapter {n}</a></p>' for n in range(6))
    found = parse_xhtml(
        f"<html><body><h2>Contents</h2>{lines}<label><a href='#o4'>4</a></label><p>It rained.<span class='lnum'>10</span>"
        "</p><p><a href='https://example.org'>A link</a></p></body></html>".encode(),
        "x",
    )
    assert [paragraph.text for paragraph in found] == ["It rained.", "A link"]
    assert found[0].anchors == tuple(f"l{n}" for n in range(6))


def test_sentences_run_on_from_line_to_line_of_verse() -> None:
    found = parse_xhtml(
        b"<html><body><div class='linegroup'><div>April is the month, breeding<span class='lnum'>10</span> </div><div>Lilacs"
        b" out of the land.</div>"
        b"</div><div class='stanza'><p>Come,</p><p>he said.</p></div><p>Prose.</p></body></html>",
        "x",
    )
    texts = ["April is the month, breeding\nLilacs out of the land.", "Come,\nhe said.", "Prose."]
    assert [paragraph.text for paragraph in found] == texts
    placed = list(chapter_sentences(found, "en-US"))
    assert [one.paragraph for one in placed] == [0, 1, 2]
    assert [word.text for word in placed[0].sentence.words][4:6] == ["breeding", "Lilacs"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"O/b c.xhtml": None}, "book.epub: has no O/b c.xhtml, which the book says it holds"),
        ({"O/c.opf": None}, "book.epub: has no O/c.opf"),
        ({"META-INF/container.xml": None}, "book.epub: not an EPUB, it has no META-INF/container.xml"),
        ({"META-INF/rights.xml": "<a/>"}, r"copy protection \(DRM\)"),
        (
            {"META-INF/encryption.xml": '<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>'},
            r"copy protection \(DRM\)",
        ),
        ({"O/a.xhtml": "<html><body><p>Hi</body></html>"}, "O/a.xhtml, line 1, column 20: mismatched tag"),
        ({"O/a.xhtml": "<html>" + " " * 3_000_000 + "</html>"}, "O/a.xhtml unpacks to 2 MB"),
        (
            {"O/a.xhtml": '<!DOCTYPE html [<!ENTITY a "ha">]><html><body>&a;</body></html>'},
            "O/a.xhtml, line 1: entities are not allowed",
        ),
        ({"O/c.opf": '<!DOCTYPE p [<!ENTITY a "ha">]><p>&a;</p>'}, "O/c.opf: entities are not allowed"),
        ({"O/c.opf": str(FILES["O/c.opf"]).replace('idref="b"', 'idref="z"')}, "reads 'z', which is not among its items"),
        ({"O/a.xhtml": "<html>" + "<div>" * 300 + "</div>" * 300 + "</html>"}, "nest more than 256 deep"),
    ],
)  # fmt: skip
def test_what_is_broken_is_one_line(tmp_path: Path, changes: dict[str, str | bytes | None], complaint: str) -> None:
    path = write_epub(tmp_path / "book.epub", changes)
    with pytest.raises(InputError, match=complaint) as caught:
        _ = [chapter.read() for chapter in open_book(path).chapters]
    assert "\n" not in str(caught.value)


def test_what_is_no_book(tmp_path: Path) -> None:
    for name in ("a.epub", "a.pdf"):
        (tmp_path / name).write_bytes(b"hello")
    with pytest.raises(InputError, match="a.epub: not an EPUB, which is a ZIP"):
        open_book(tmp_path / "a.epub")
    with pytest.raises(InputError, match="a.pdf: unknown kind of book"):
        open_book(tmp_path / "a.pdf")


def test_a_byte_of_a_packed_chapter_is_wrong(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "book.epub")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(tmp_path / "packed.epub", "w", zipfile.ZIP_DEFLATED) as packed:
        for name in book.namelist():
            packed.writestr(name, book.read(name))
        entry = packed.getinfo("O/a.xhtml")
    data = bytearray((tmp_path / "packed.epub").read_bytes())
    data[entry.header_offset + 30 + len(entry.filename)] = 0xFF
    path.write_bytes(data)
    with pytest.raises(InputError, match="O/a.xhtml is damaged"):
        _ = [chapter.read() for chapter in open_book(path).chapters]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.txt", "CHAPTER ONE\n\nIt rained.\n\n* * *\n\nIt shone.\n\nCHAPTER TWO\n\nHe left.\n"),
        ("b.md", "# Chapter One\n\nIt *rained*.\n\n---\n\nIt shone.\n\n# Chapter Two\n\nHe left.\n"),
        ("b.html", "<h1>Chapter One</h1><p>It rained.</p><hr><p>It shone.</p><h1>Chapter Two</h1><p>He left."),
    ],
)
def test_books_of_plain_text(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    book = open_book(tmp_path / name)
    assert [chapter.title.lower() for chapter in book.chapters] == ["chapter one", "chapter two"]
    first = book.chapters[0].read()
    assert [p.scene_break for p in first] == [False, True, False]


def test_quotations_are_given_to_another_speaker() -> None:
    paragraphs = [Paragraph("“Who?” she asked. “Me.”", scene_break=True), Paragraph("Title", heading=True)]
    found = [placed.sentence for placed in chapter_sentences(paragraphs, "en-US", None, VoiceRequest(names=("bob",)))]
    assert [(s.text, bool(s.voice), s.boundary) for s in found] == [
        ("Who?", True, "sentence"), ("she asked.", False, "sentence"), ("Me.", True, "scene"),
        ("Title", False, "heading"),
    ]  # fmt: skip
    source = paragraphs[0].text.encode()
    assert [source[slice(*word.span)].decode() for word in found[1].words] == ["she", "asked"]


@settings(max_examples=60)
@given(st.binary(max_size=80), st.text(max_size=40))
def test_any_file_of_a_book_is_read_or_refused(data: bytes, text: str) -> None:
    for content in (data, f"<html><body><p>{text}</p></body></html>".encode("utf-8", "replace")):
        try:
            parse_xhtml(content, "a.xhtml")
        except InputError as error:
            assert str(error).startswith("a.xhtml")


def test_front_matter_of_markdown_is_known_and_not_spoken(tmp_path: Path) -> None:
    path = tmp_path / "walk.md"
    path.write_text(
        "---\ntitle: 'A Walk'\nauthor: Ann Lee\nlang: en-GB\ntags:\n- x\n---\n# One\n\nThe sea.\n\n# Two\n\nMore.\n"
    )
    book = open_book(path)
    assert (book.title, book.authors, book.language) == ("A Walk", ("Ann Lee",), "en-GB")
    assert [[p.text for p in chapter.read()] for chapter in book.chapters] == [["One", "The sea."], ["Two", "More."]]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Noon\n\nThe rain.\n\n## Later\n\nIt stopped.\n", "Noon"),
        ("# One\n\nThe rain.\n\n# Two\n\nIt stopped.\n", "a walk"),
        ("---\n\nHe said: come in.\n\n---\n\nAnd so.\n", "a walk"),
        ("---\n\n# The Book\n\nAuthor: Ann\n\n---\n\nThe rain.\n", "The Book"),
        ("---\ntitle: 'Tis Pity C# #\n---\nThe rain.\n", "a walk"),
        ("---\ntitle: Pity # a note\nauthor: [A, B]\n---\nThe rain.\n", "Pity"),
        ("---\ntitle: >\n  Folded\n---\nThe rain.\n", "a walk"),
        ("# Learning C#\n\n```sh\n# install it\n```\n\nThe rain.\n", "Learning C#"),
    ],
)
def test_markdown_is_called_by_its_only_first_heading(tmp_path: Path, text: str, title: str) -> None:
    path = tmp_path / "a_walk.md"
    path.write_text(text)
    book = open_book(path)
    assert book.title == title
    assert any("rain" in p.text or "He said" in p.text for chapter in book.chapters for p in chapter.read())
