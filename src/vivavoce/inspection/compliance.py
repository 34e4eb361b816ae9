"""Measurements judged by a profile's targets: pass or fail, with what was measured and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vivavoce.inspection.profile import LoudnessTarget, Profile, TrackTarget


@dataclass(frozen=True, slots=True)
class Check:
    """One target and whether it is met."""

    name: str
    measured: float
    target: str
    passed: bool
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def __str__(self) -> str:
        verdict = "pass" if self.passed else "FAIL"
        unit = f" {self.unit}" if self.unit else ""
        return f"{verdict}: {self.name} {self.measured:g}{unit}, target {self.target}{unit}"


def check_measurements(measurements: Mapping[str, Any], profile: Profile) -> tuple[Check, ...]:
    """The checks of a profile on the `measurements` of an inspection; none where nothing was measured or asked for."""
    if not measurements:
        return ()
    checks = list(_tracks(measurements, profile.tracks))
    for number, sound in enumerate(measurements.get("sounds", ()), 1):
        checks += _loudness(sound, profile.loudness, f"sound {number}" if number > 1 else "sound")
    outside = measurements.get("pictures", {}).get("outside_levels_percent")
    most = profile.levels.max_outside_percent
    if most is not None and outside is not None:
        checks.append(Check("luma outside 5-246", outside, f"at most {most:g}", outside <= most, "%"))
    return tuple(checks)


def _tracks(measurements: Mapping[str, Any], target: TrackTarget) -> Iterator[Check]:
    sounds = measurements.get("sounds", ())
    captions = measurements.get("container", {}).get("captions", ())
    counts = [("sound tracks", len(sounds), target.sounds), ("caption tracks", len(captions), target.captions)]
    counts += [
        (f"sound {number}: channels", sound.get("channels", 0), target.sound_channels)
        for number, sound in enumerate(sounds, 1)
    ]
    for name, count, wanted in counts:
        if wanted is not None:
            yield Check(name, count, f"{wanted:g}", count == wanted, "")


def _loudness(sound: Mapping[str, Any], target: LoudnessTarget, name: str) -> Iterator[Check]:
    loudness, peak, spread = (sound.get(key) for key in ("integrated_lufs", "true_peak_dbtp", "range_lu"))
    if target.integrated_lufs is not None and loudness is not None:
        wanted = f"{target.integrated_lufs:g} ± {target.tolerance_lu:g}"
        met = abs(loudness - target.integrated_lufs) <= target.tolerance_lu
        yield Check(f"{name}: integrated loudness", loudness, wanted, met, "LUFS")
    if target.max_true_peak_dbtp is not None and peak is not None:
        most = target.max_true_peak_dbtp
        yield Check(f"{name}: true peak", peak, f"at most {most:g}", peak <= most, "dBTP")
    if target.max_range_lu is not None and spread is not None:
        most = target.max_range_lu
        yield Check(f"{name}: loudness range", spread, f"at most {most:g}", spread <= most, "LU")
