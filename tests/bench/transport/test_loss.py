from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from bench.transport.items import Item, items
from bench.transport.loss import summarise
from bench.transport.plot import draw_scores
from bench.transport.systems import LBRR, PLAIN, chosen, packets_of, red_systems

from vivavoce.audio import read_audio
from vivavoce.transport.opus_codec import FRAME

SPEECH = Path(__file__).parents[2] / "data" / "kathleen.opus"


def item(lost: tuple[bool, ...]) -> Item:
    samples = read_audio(SPEECH, 16_000).samples[: len(lost) * FRAME]
    return Item("item", samples, Path("trace.txt"), lost, False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two corpora of three speakers, of whom one is for training."""
    for corpus in ("speechocean", "ensemble-dev"):
        folder = tmp_path / corpus / "audio"
        folder.mkdir(parents=True)
        rows = ["id\tspeaker\tlanguage\tsplit\tseconds\ttext"]
        for speaker, split in (("a", "test"), ("b", "train"), ("c", "test")):
            for number in range(3):
                soundfile.write(folder / f"{speaker}{number}.wav", np.zeros(6 * 16_000), 16_000)
                rows.append(f"{speaker}{number}\t{speaker}\ten\t{split}\t6.0\tsaid")
        (folder.parent / "metadata.tsv").write_text("\n".join(rows) + "\n")
    traces = tmp_path / "traces"
    traces.mkdir()
    (traces / "model_1.txt").write_text("0\n1\n")
    (traces / "real_high1.txt").write_text("1\n1\n0\n")
    return tmp_path


def test_items_pair_test_speakers_with_traces(data: Path) -> None:
    found = items(data, data / "traces", 10)
    assert {found_item.name.rsplit("-", 2)[0] for found_item in found} == {
        "speechocean-a", "speechocean-c", "ensemble-dev-a", "ensemble-dev-c",
    }  # fmt: skip
    assert [found_item.extreme for found_item in found] == [False, True] * 2
    assert all(len(found_item.samples) == 500 * FRAME == len(found_item.lost) * FRAME for found_item in found)


def test_bursts_are_told_apart() -> None:
    bursts = [item((True,) * length).burst for length in (6, 7, 16, 17, 51)]
    assert bursts == ["<= 120 ms", "<= 320 ms", "<= 320 ms", "<= 1000 ms", "> 1000 ms"]


def test_copies_bring_back_bursts_shorter_than_they_are() -> None:
    lost = tuple(number in (60, 61) for number in range(120))
    two, three = (red_systems()[f"24k, RED {copies} copies"](item(lost)) for copies in (2, 3))
    whole = red_systems()["24k, RED 3 copies"](item((False,) * 120))
    assert np.array_equal(three.samples, whole.samples)
    assert not np.array_equal(two.samples, whole.samples)
    assert three.rate_bps == pytest.approx(1.5 * two.rate_bps)


def test_what_is_heard_lies_on_what_was_said() -> None:
    said = item((False,) * 120)
    heard = red_systems()["24k, RED 2 copies"](said).samples
    assert heard.shape == said.samples.shape
    assert np.corrcoef(heard, said.samples)[0, 1] > 0.9


def test_every_system_sends_a_packet_for_each_of_the_trace() -> None:
    for opus in (PLAIN, LBRR):
        packets, delay = packets_of(item((False,) * 120), opus, None)
        assert (len(packets), delay) == (121, 104)


def test_systems_are_chosen_by_name() -> None:
    assert list(chosen(red_systems(), ["3 c"])) == ["24k, RED 3 copies"]
    assert len(chosen(red_systems(), [])) == 2


def test_tables_and_the_picture(tmp_path: Path) -> None:
    pool = [item((False,) * 20 + (True,) * length) for length in (2, 10)]
    pool = [Item(f"{number}", it.samples, it.trace, it.lost, False) for number, it in enumerate(pool)]
    scores = {"kbps": 45.0, "plcmos": 3.5, "pesq": 3.0, "stoi": 0.95}
    readings = {
        "24k + DRED 1 s": {it.name: scores for it in pool},
        "24k, our concealment": {it.name: scores | {"plcmos": 3.0, "kbps": 22.0} for it in pool},
        "never run": {},
    }
    tables, figures = summarise(readings, pool, list(readings))
    assert [row[0] for row in tables["main"].rows] == ["24k + DRED 1 s", "24k, our concealment"]
    assert tables["main"].columns[-2:] == ["PLCMOS <= 120 ms", "PLCMOS <= 320 ms"]
    assert tables["paired"].rows[0][1].startswith("+0.50")
    assert figures["items"] == 2
    draw_scores(tables["main"], tmp_path / "a.svg")
    assert "24k, our concealment" in (tmp_path / "a.svg").read_text()
