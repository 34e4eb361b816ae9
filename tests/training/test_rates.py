"""Rates rise, fall along a cosine, and stay."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from vivavoce.training.rates import set_rate  # noqa: E402


@pytest.mark.parametrize(
    ("progress", "warm_up", "expected"),
    [(0.0, 0.5, 0.5), (0.0, 3.0, 1.0), (0.5, 1.0, 0.55), (1.0, 1.0, 0.1), (2.0, 1.0, 0.1)],
)
def test_warm_up_cosine_and_end(progress: float, warm_up: float, expected: float) -> None:
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    optimiser = torch.optim.SGD([{"params": weights[:1]}, {"params": weights[1:], "share": 0.5}], lr=9.0)
    set_rate(optimiser, 2.0, progress, 0.1, warm_up)
    assert [group["lr"] for group in optimiser.param_groups] == pytest.approx([2 * expected, expected])
