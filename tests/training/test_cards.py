import json
import shutil
from pathlib import Path

import pytest

from vivavoce.blocks import find_addon
from vivavoce.errors import InputError
from vivavoce.training.cards import CARD, FIGURES, write_card, write_cards


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_addon("vocoder"), tmp_path / "vocoder"))


def test_a_card_says_what_the_addon_says(copy: Path) -> None:
    write_cards(copy.parent)
    card = (copy / CARD).read_text()
    made = json.loads((copy / "addon.json").read_text())
    assert card.startswith("# vocoder\n")
    for told in (made["licence"], made["attribution"], made["provenance"]["hardware"], "`speechocean`", "## Limits"):
        assert told in card


def test_figures_beside_it_are_put_in(copy: Path) -> None:
    (copy / FIGURES).write_text(json.dumps({"measured": "Monday, one core", "rows": [["words", "3 %"]]}))
    write_card(copy)
    assert "## Measured\n\nMonday, one core.\n\n| | |\n|---|---|\n| words | 3 % |" in (copy / CARD).read_text()


def test_figures_of_another_form_are_refused(copy: Path) -> None:
    (copy / FIGURES).write_text('{"rows": 3}')
    with pytest.raises(InputError, match=r"figures\.json"):
        write_card(copy)
