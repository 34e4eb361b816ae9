"""The addons that ship: data alone, a folder each with its `CARD.md`."""
