"""False alarms, power and coverage of the analysis, and an independent computation of the same intervals.

    python -m bench.listening.statistics [--tests 2000]

Equal systems are simulated by the documented model of listeners (`vivavoce.listening.listeners`), with several mixes of
spreads, and analysed three ways: clustered by listener and item (ours), a t-test over all ratings, and a t-test over
listeners' means. The independent computation is statsmodels' mixed model with crossed random effects (`pip install
statsmodels`) on the same differences.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
from scipy.special import stdtr

from bench.shared.results import Table, write_result
from vivavoce.listening.inference import Floats, clustered_mean, p_values
from vivavoce.listening.listeners import Spread, simulate_scores

SIZES = ((10, 10), (20, 12), (20, 30))
MIXES = {
    "usual": Spread(),
    "listeners differ more": Spread(listener_system=8.0, item_system=3.0),
    "items differ more": Spread(listener_system=3.0, item_system=8.0),
}
LEVEL = 0.05


def differences(listeners: int, items: int, tests: int, spread: Spread, effect: float = 0.0, seed: int = 1) -> Floats:
    """Ratings of one system less those of the other, (tests, listeners, items)."""
    rng = np.random.default_rng(seed)
    scores = simulate_scores(np.array([60.0 + effect, 60.0]), listeners, items, rng, spread, tests)
    return scores[:, 0] - scores[:, 1]


def naive_p(values: Floats) -> Floats:
    """A t-test over all ratings, (tests,)."""
    flat = values.reshape(len(values), -1)
    return _t_test(flat)


def listener_means_p(values: Floats) -> Floats:
    """A t-test over listeners' means, (tests,)."""
    return _t_test(values.mean(2))


def _t_test(flat: Floats) -> Floats:
    count = flat.shape[1]
    t = flat.mean(1) / (flat.std(1, ddof=1) / np.sqrt(count))
    return 2 * stdtr(count - 1, -np.abs(t))


def false_alarms(tests: int) -> tuple[list[tuple[str, ...]], dict[str, float]]:
    """A row for each size and mix; the figures of the usual mix."""
    rows, figures = [], {}
    for name, spread in MIXES.items():
        for listeners, items in SIZES:
            values = differences(listeners, items, tests, spread)
            shares = [float((p < LEVEL).mean()) for p in (p_values(values), naive_p(values), listener_means_p(values))]
            rows.append((f"{listeners} x {items}, {name}", *(f"{share:.3f}" for share in shares)))
            figures[f"false_alarms {listeners}x{items} {name}"] = shares[0]
    return rows, figures


def power(tests: int) -> dict[str, float]:
    """Chance to find 6 points with 30 listeners and 20 items: ours, and the naive test at the level where it too
    raises a false alarm in one test of twenty."""
    spread = Spread()
    nothing = differences(30, 20, 10 * tests, spread, seed=2)
    something = differences(30, 20, tests, spread, 6.0, seed=3)
    real_level = float(np.quantile(naive_p(nothing), LEVEL))
    return {
        "power": float((p_values(something) < LEVEL).mean()),
        "power_naive_at_the_same_real_level": float((naive_p(something) < real_level).mean()),
        "p_of_the_naive_test_at_that_level": real_level,
    }


def coverage(tests: int) -> dict[str, float]:
    """How often the 95 % interval holds the truth, complete and with three ratings of ten missing."""
    values = differences(20, 12, tests, Spread(), 5.0, seed=4)
    holes = np.where(np.random.default_rng(4).random(values.shape) < 0.3, np.nan, values)
    figures = {}
    for name, tables in (("complete", values), ("30 % missing", holes)):
        found = [clustered_mean(table) for table in tables]
        figures[f"coverage {name}"] = float(np.mean([one.low <= 5.0 <= one.high for one in found]))
    return figures


def mixed_model(tables: int = 30) -> dict[str, float]:
    """Ours beside statsmodels' mixed model with crossed effects of listener and item."""
    import pandas
    from statsmodels.regression.mixed_linear_model import MixedLM

    ratios, p_gaps, agree = [], [], 0
    for table in differences(20, 12, tables, Spread(), 5.0, seed=5):
        ours = clustered_mean(table)
        listener, item = np.indices(table.shape)
        data = pandas.DataFrame({"d": table.ravel(), "listener": listener.ravel(), "item": item.ravel(), "one": 1})
        parts = {"listener": "0 + C(listener)", "item": "0 + C(item)"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = MixedLM.from_formula("d ~ 1", groups="one", vc_formula=parts, re_formula="0", data=data)
            fit = model.fit(reml=True)
        ratios.append(ours.error / float(fit.bse.iloc[0]))
        p_gaps.append(abs(ours.p - float(fit.pvalues.iloc[0])))
        agree += (ours.p < LEVEL) == (float(fit.pvalues.iloc[0]) < LEVEL)
    return {
        "error_ours_by_mixed_model_median": float(np.median(ratios)),
        "error_ours_by_mixed_model_least": min(ratios), "error_ours_by_mixed_model_most": max(ratios),
        "verdicts_agree": agree / tables, "p_difference_median": float(np.median(p_gaps)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=2000)
    tests = parser.parse_args().tests
    rows, figures = false_alarms(tests)
    figures |= power(tests) | coverage(tests) | mixed_model()
    head = ("listeners x items, spreads", "clustered two ways", "t-test over ratings", "over listeners' means")
    alarms = Table(head, rows)
    others = [
        ("power for 6 points, 30 x 20", f"{figures['power']:.2f}"),
        ("the naive test's, at the same real level", f"{figures['power_naive_at_the_same_real_level']:.2f}"),
        ("95 % intervals that hold the truth, 20 x 12", f"{figures['coverage complete']:.3f}"),
        ("the same, 30 % of ratings missing", f"{figures['coverage 30 % missing']:.3f}"),
        ("standard error by statsmodels' mixed model's, median", f"{figures['error_ours_by_mixed_model_median']:.3f}"),
        ("verdicts that agree with the mixed model's", f"{figures['verdicts_agree']:.0%}"),
    ]
    tables = {"alarms": alarms, "others": Table(("", "measured"), others)}
    room = "src/vivavoce/listening"
    sources = ("bench/listening/statistics.py", f"{room}/inference.py", f"{room}/listeners.py")
    print(write_result("listening-statistics", tables, sources, figures))


if __name__ == "__main__":
    main()
