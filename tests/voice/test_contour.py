import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.voice.contour import energy_contour, frame_positions, knots_of, pitch_contour, token_means, token_of_frame

DURATIONS = np.array([5, 0, 8, 3, 0, 12])


def test_every_frame_belongs_to_a_token() -> None:
    token = token_of_frame(DURATIONS)
    assert np.bincount(token, minlength=6).tolist() == DURATIONS.tolist()
    positions = frame_positions(DURATIONS)
    assert positions.shape == (28, 2)
    assert ((positions[:, 0] > 0) & (positions[:, 0] < 1)).all()


@given(st.floats(4.5, 6.0), st.floats(-0.02, 0.02))
def test_a_straight_contour_survives_its_knots(level: float, slope: float) -> None:
    line = (level + slope * np.arange(28)).astype(np.float32)
    again = pitch_contour(knots_of(line, DURATIONS), DURATIONS)
    assert np.allclose(again[1:-2], line[1:-2], atol=abs(slope) + 1e-3)


def test_energy_of_tokens_is_drawn_between_their_centres() -> None:
    values = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], DURATIONS).astype(np.float32)
    means = token_means(values, DURATIONS)
    assert means.tolist() == [1.0, 0.0, 3.0, 4.0, 0.0, 6.0]
    contour = energy_contour(means, DURATIONS)
    assert np.all(np.diff(contour) >= 0)
    assert contour[0] == 1.0
    assert contour[-1] == 6.0
