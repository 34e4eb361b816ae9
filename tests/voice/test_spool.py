"""A reading on disk: what of it is gone on with, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from vivavoce.errors import InputError
from vivavoce.voice.spool import SynthesisSpool


def test_a_reading_goes_on_after_its_last_whole_sentence(tmp_path: Path) -> None:
    first = SynthesisSpool(tmp_path / "part", "key")
    first.add(np.ones(10, np.float32))
    first.end_sentence()
    first.add(np.ones(5, np.float32))
    first.close()
    second = SynthesisSpool(tmp_path / "part", "key")
    assert (second.done.sentences, second.samples) == (1, 10)
    assert sum(len(block) for block in second.blocks()) == 10
    second.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", ["", "[1]", '{"key": 1}', "[" * 100_000, '{"key": "k", "samples": 1e999}', "\ud800"])
def test_a_state_that_is_none_is_refused(state: str, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(state, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(InputError, match="not the state of a reading, remove"):
        SynthesisSpool(tmp_path, "key")


def test_two_programs_do_not_write_one_reading(tmp_path: Path) -> None:
    first = SynthesisSpool(tmp_path, "key")
    first.add(np.ones(10, np.float32))
    first.end_sentence()
    with pytest.raises(InputError, match="another program is writing this reading"):
        SynthesisSpool(tmp_path, "key")
    assert (tmp_path / "speech.pcm").stat().st_size == 20
    first.close()
    SynthesisSpool(tmp_path, "key").close()
