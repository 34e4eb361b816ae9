"""Books to be spoken: chapters of paragraphs, read one at a time."""

from vivavoce.text.book.model import Book, Chapter, Cover, Paragraph
from vivavoce.text.book.open import open_book

__all__ = ["Book", "Chapter", "Cover", "Paragraph", "open_book"]
