import json
import shutil
from pathlib import Path

import pytest

from vivavoce.blocks import find_addon
from vivavoce.blocks.model_card import CARD, FIGURES, put_measurements, put_values
from vivavoce.errors import InputError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_addon("redundancy"), tmp_path / "redundancy"))


def test_figures_beside_a_card_are_put_in_once_and_before_the_limits(copy: Path) -> None:
    for day in ("Monday", "Tuesday"):
        (copy / FIGURES).write_text(json.dumps({"measured": f"{day}, one core", "rows": [["words", "3 %"]]}))
        put_measurements(copy)
    card = (copy / CARD).read_text()
    assert "## Measured\n\nTuesday, one core.\n\n| | |\n|---|---|\n| words | 3 % |\n" in card
    assert card.count("## Measured") == 1
    assert card.index("## Measured") < card.index("## Limits")


def test_figures_of_another_form_are_refused(copy: Path) -> None:
    (copy / FIGURES).write_text('{"rows": 3}')
    with pytest.raises(InputError, match=r"figures\.json"):
        put_measurements(copy)


def test_values_in_a_list_are_replaced() -> None:
    assert put_values("- a: 1\n- ab: 2\n", {"a": 0.5}) == "- a: 0.5\n- ab: 2\n"
