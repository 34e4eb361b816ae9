from vivavoce.training.core.model_cards import put_values


def test_values_in_a_list_are_replaced() -> None:
    assert put_values("- a: 1\n- ab: 2\n", {"a": 0.5}) == "- a: 0.5\n- ab: 2\n"
