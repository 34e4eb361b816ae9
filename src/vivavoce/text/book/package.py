"""An EPUB's package: metadata, the order of reading, the table of contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from vivavoce.errors import InputError
from vivavoce.text.book.archive import Archive, resolve

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(slots=True)
class Element:
    """An element of a small XML file, names without their prefixes."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list["Element"])
    text: str = ""

    def find_all(self, name: str) -> list[Element]:
        """Every element of that name below this one, in order."""
        found: list[Element] = []
        for child in self.children:
            found += [child] if child.name == name else []
            found += child.find_all(name)
        return found

    def words(self) -> str:
        """Its text and that of all below it, on one line."""
        return " ".join(" ".join([self.text, *(child.words() for child in self.children)]).split())


def parse_xml(data: bytes, name: str) -> Element:
    """A small XML file as elements. Raises `InputError` where it is not well formed or declares entities."""
    root = Element("", {})
    stack = [root]

    def start(qualified: str, attributes: dict[str, str]) -> None:
        if len(stack) > 64:
            raise InputError(f"{name}: elements nest more than 64 deep")
        bare = {key.rpartition(":")[2] if key != "xml:lang" else key: value for key, value in attributes.items()}
        element = Element(qualified.rpartition(":")[2], bare)
        stack[-1].children.append(element)
        stack.append(element)

    def text(data: str) -> None:
        stack[-1].text += data

    def refuse(*_: object) -> None:
        raise InputError(f"{name}: entities are not allowed in a book")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda _: stack.pop()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"{name}, line {error.lineno}: {expat.ErrorString(error.code)}") from error
    return root


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A line of the table of contents: its title, and the file and place that it leads to."""

    title: str
    file: str
    fragment: str
    depth: int
    """0 for a line that stands under no other."""


@dataclass(slots=True)
class Package:
    """What `content.opf` says."""

    metadata: dict[str, list[str]]
    spine: list[str]
    toc: list[TocEntry]
    cover: tuple[str, str] | None
    """File and media type."""


def read_package(archive: Archive) -> Package:
    """Read the package of an EPUB.

    Raises `InputError` for a book that is locked, or whose package is missing or broken.
    """
    path = archive.path
    if _CONTAINER not in archive:
        raise InputError(f"{path}: not an EPUB, it has no {_CONTAINER}")
    _check_open(archive)
    roots = parse_xml(archive.read(_CONTAINER), f"{path}: {_CONTAINER}").find_all("rootfile")
    if not roots or not roots[0].attributes.get("full-path"):
        raise InputError(f"{path}: {_CONTAINER} names no package")
    name = roots[0].attributes["full-path"]
    package = parse_xml(archive.read(name), f"{path}: {name}")
    items = {item.attributes.get("id", ""): item for item in package.find_all("item")}
    files = {key: resolve(name, item.attributes.get("href", ""))[0] for key, item in items.items()}
    spine: list[str] = []
    for reference in package.find_all("itemref"):
        key = reference.attributes.get("idref", "")
        if key not in items:
            raise InputError(f"{path}: {name} reads {key!r}, which is not among its items")
        properties = items[key].attributes.get("properties", "").split()
        if reference.attributes.get("linear") != "no" and "nav" not in properties and files[key] not in spine:
            spine.append(files[key])
    if not spine:
        raise InputError(f"{path}: {name} has nothing to read")
    metadata: dict[str, list[str]] = {}
    for element in [child for part in package.find_all("metadata") for child in part.children]:
        if words := element.words():
            metadata.setdefault(element.name, []).append(words)
    return Package(metadata, spine, _toc(archive, items, files), _cover(package, items, files))


def _check_open(archive: Archive) -> None:
    """Raise `InputError` where something but fonts is encrypted."""
    if "META-INF/rights.xml" in archive or "META-INF/license.lcpl" in archive:
        raise InputError(f"{archive.path}: the book has copy protection (DRM); only books without it can be read")
    if _ENCRYPTION not in archive:
        return
    for element in parse_xml(archive.read(_ENCRYPTION), f"{archive.path}: {_ENCRYPTION}").find_all("EncryptionMethod"):
        if element.attributes.get("Algorithm") not in _FONTS_ONLY:
            raise InputError(f"{archive.path}: the book has copy protection (DRM); only books without it can be read")


def _toc(archive: Archive, items: dict[str, Element], files: dict[str, str]) -> list[TocEntry]:
    """The entries of the navigation document, of the older NCX without one; none where there is neither."""
    for key, item in items.items():
        name = files[key]
        if "nav" in item.attributes.get("properties", "").split() and name in archive:
            for nav in parse_xml(archive.read(name), f"{archive.path}: {name}").find_all("nav"):
                if nav.attributes.get("type", "toc") == "toc":
                    return list(_nav_entries(nav, name, -1))
    for key, item in items.items():
        name = files[key]
        if item.attributes.get("media-type") == "application/x-dtbncx+xml" and name in archive:
            for points in parse_xml(archive.read(name), f"{archive.path}: {name}").find_all("navMap"):
                return list(_ncx_entries(points, name, 0))
    return []


def _nav_entries(element: Element, name: str, depth: int) -> Iterator[TocEntry]:
    for child in element.children:
        if child.name == "a" and child.attributes.get("href"):
            yield TocEntry(child.words(), *resolve(name, child.attributes["href"]), max(depth, 0))
        else:
            yield from _nav_entries(child, name, depth + (child.name == "ol"))


def _ncx_entries(element: Element, name: str, depth: int) -> Iterator[TocEntry]:
    for point in element.children:
        if point.name != "navPoint":
            continue
        labels = [child.words() for child in point.children if child.name == "navLabel"]
        sources = [child.attributes.get("src", "") for child in point.children if child.name == "content"]
        if labels and sources and sources[0]:
            yield TocEntry(labels[0], *resolve(name, sources[0]), depth)
        yield from _ncx_entries(point, name, depth + 1)


def _cover(package: Element, items: dict[str, Element], files: dict[str, str]) -> tuple[str, str] | None:
    named = [
        meta.attributes.get("content") for meta in package.find_all("meta") if meta.attributes.get("name") == "cover"
    ]
    for key, item in items.items():
        kind = item.attributes.get("media-type", "")
        wanted = "cover-image" in item.attributes.get("properties", "").split() or key in named
        if wanted and kind in ("image/jpeg", "image/png"):
            return files[key], kind
    return None
