from __future__ import annotations

import pytest

from vivavoce.training.provenance import recipe


@pytest.mark.parametrize(
    ("name", "base", "table", "changed"),
    [
        ("camp-bert", "camp", "network", {"syntax": False}),
        ("kathaka-text", "kathaka", "network", {"tree": False}),
        ("copycat-open", "copycat", "optimiser", {"divergence_weight": 0.0}),
    ],
)
def test_a_recipe_with_a_base_differs_from_it_only_in_what_it_says(
    name: str, base: str, table: str, changed: dict[str, object]
):
    made, whole = recipe(name), recipe(base)
    assert made[table] == whole[table] | changed
    assert made["trainer"] == whole["trainer"]
    assert made["data"] == whole["data"]
