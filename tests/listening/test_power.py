"""Plans: more people find more, and what no number of people finds is said."""

import pytest

from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.listening.power import Design, cost, fewest_listeners, power


def test_power_grows_with_people_items_and_effect() -> None:
    base = power(Design(4.0, 15, 15), tests=400)
    assert base < power(Design(4.0, 40, 15), tests=400)
    assert base < power(Design(4.0, 15, 40), tests=400)
    assert base < power(Design(8.0, 15, 15), tests=400)
    assert power(Design(4.0, 15, 15, systems=5), tests=400) < base


def test_the_fewest_listeners_give_the_power_and_fewer_do_not() -> None:
    design = Design(10.0, items=12)
    fewest = fewest_listeners(design, 0.8, tests=600)
    assert fewest is not None
    assert power(Design(10.0, fewest, 12), tests=600) >= 0.8 > power(Design(10.0, fewest - 1, 12), tests=600)


def test_the_command_tells_people_minutes_and_money(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening-test", "plan", "--listeners", "30", "--tests", "500", "--price", "10"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("30 listeners x 20 items: 6 points are found in 7")
    assert lines[1] == "invite 36 (some will not count), 28 minutes each, 170 euros"


def test_too_few_items_cannot_be_made_good_by_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening-test", "plan", "--effect", "2", "--items", "4"]) == 2
    assert "give more --items" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    ["--listeners 1", "--listeners 0", "--items 0", "--effect 0", "--effect -1", "--signals -1", "--power 1",
     "--systems 13", "--price -1", "--tests 1"],
)  # fmt: skip
def test_impossible_plans_are_refused_in_a_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listening-test", "plan", *option.split()]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_costs_are_of_all_who_are_invited() -> None:
    needed = cost(Design(listeners=20, items=10, systems=3, signals=1, seconds=3.0, exclusions=0.0), 12.0)
    assert needed.people == 20
    assert needed.minutes == pytest.approx(5 + 10 * 4 * 10 / 60)
    with pytest.raises(InputError, match="price"):
        cost(Design(), float("nan"))
