"""Analyses of simulated and constructed answers, from our folders and from other tools' files."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.listening.conftest import built, material
from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.listening.analysis import analyse, as_json
from vivavoce.listening.definition import Kind
from vivavoce.listening.foreign import read_foreign
from vivavoce.listening.hall import Hall
from vivavoce.listening.listeners import Behaviour, simulate_mushra, simulate_scores
from vivavoce.listening.p808 import write_p808
from vivavoce.listening.ratings import Rating, RatingTable
from vivavoce.listening.report import report_page, summary_lines
from vivavoce.listening.results import Results, by_group, read_folder
from vivavoce.listening.server import serving
from vivavoce.listening.simulation import SimulatedListener, take_test
from vivavoce.listening.store import read_records
from vivavoce.listening.transcripts import edit_distance, word_accuracy
from vivavoce.listening.webmushra_results import csv_files, pymushra_trials


def _results(table: RatingTable, kind: Kind = Kind.MUSHRA) -> Results:
    ratings = [
        Rating(listener, item, system, float(table.scores[s, n, i]))
        for s, system in enumerate(table.systems)
        for n, listener in enumerate(table.listeners)
        for i, item in enumerate(table.items)
    ]
    return Results(kind, ratings, list(table.listeners))


def test_cheats_are_left_out_and_the_better_system_is_found() -> None:
    rng = np.random.default_rng(0)
    cheats = {Behaviour.RANDOM: 3, Behaviour.LAZY: 3, Behaviour.CONFUSED: 3}
    table = simulate_mushra({"old": 55.0, "new": 67.0}, 25, 16, rng, cheats=cheats)
    analysis = analyse(_results(table), baseline="old")
    left_out = {exclusion.listener for exclusion in analysis.exclusions}
    assert {f"{kind} {number}" for kind in cheats for number in (1, 2, 3)} <= left_out
    assert analysis.counted >= 20
    [one] = analysis.contrasts
    assert (one.first, one.second, one.significant) == ("new", "old", True)
    assert one.estimate.low < 12 < one.estimate.high
    assert one.percent == pytest.approx(100 * one.estimate.mean / analysis.systems["old"].mean)
    assert one.gap_share is not None
    share, low, high = one.gap_share
    assert low < share < high
    gap = analysis.systems["reference"].mean - analysis.systems["old"].mean
    assert share == pytest.approx(one.estimate.mean / gap)


def test_what_only_a_naive_test_would_find_is_not_called_significant() -> None:
    for seed in range(200):
        scores = simulate_scores(np.array([60.0, 60.0]), 12, 10, np.random.default_rng(seed))[0]
        names = tuple("ab"), tuple(map(str, range(12))), tuple(map(str, range(10)))
        analysis = analyse(_results(RatingTable(*names, scores), Kind.MOS))
        [one] = analysis.contrasts
        if one.naive_significant and not one.significant:
            assert "not significant" in summary_lines(analysis)[1]
            assert "though a t-test over all ratings would call it so" in summary_lines(analysis)[1]
            return
    raise AssertionError("no such case")


def test_a_finding_that_hangs_on_one_listener_says_so() -> None:
    scores = np.full((2, 6, 8), 50.0) + np.random.default_rng(1).normal(0, 1, (2, 6, 8))
    scores[0] += np.array([0.2, 0.2, 0.3, 0.9, 1.0, 1.3])[:, None]
    table = RatingTable(("a", "b"), tuple("uvwxyz"), tuple(map(str, range(8))), scores)
    [one] = analyse(_results(table, Kind.MOS)).contrasts
    assert one.significant
    assert not one.holds_without_any


def test_pairs_are_held_against_chance_and_guessing() -> None:
    rng = np.random.default_rng(2)
    heard = [Rating(f"l{n}", f"i{i}", "codec", float(rng.random() < 0.8)) for n in range(12) for i in range(10)]
    analysis = analyse(Results(Kind.ABX, heard, [f"l{n}" for n in range(12)]))
    [one] = analysis.contrasts
    assert one.significant
    assert one.binomial_p is not None
    assert one.binomial_p < 1e-6
    guessed = [Rating(one.listener, one.item, "codec", float(rng.random() < 0.5)) for one in heard]
    [one] = analyse(Results(Kind.ABX, guessed, [])).contrasts
    assert not one.significant


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.LIKERT])
def test_every_kind_is_taken_by_simulated_listeners_and_analysed(tmp_path: Path, kind: Kind) -> None:
    place = material(tmp_path / "s")
    options: dict[str, object] = {"kind": kind.value}
    if kind in (Kind.MUSHRA, Kind.BS1116, Kind.ABX, Kind.IDENTITY):
        options["reference"] = "reference"
    if kind is Kind.TRANSCRIPTION:
        (place.parent / "t.tsv").write_text("id\ttext\n" + "".join(f"item{i}\tone two three four\n" for i in range(3)))
        options["texts"] = str(place.parent / "t.tsv")
    folder = tmp_path / "test"
    built(folder, place, **options)
    hall = Hall(folder)
    means = {"one": 40.0, "two": 75.0}
    with serving(hall) as url:
        codes = {take_test(url, folder, SimulatedListener(means, number)) for number in range(8)}
    assert len(codes) == 8
    [results] = read_folder(folder)
    assert results.simulated
    assert not results.unfinished
    analysis = analyse(results, everybody=True)
    page = report_page("try", [analysis])
    assert "no finding about any system" in page
    if kind in (Kind.MUSHRA, Kind.MOS, Kind.TRANSCRIPTION):
        assert analysis.systems["two"].mean > analysis.systems["one"].mean
    if kind in (Kind.AB, Kind.IDENTITY):
        assert analysis.systems["two over one"].mean > 0.5
    if kind is Kind.CCR:
        assert analysis.systems["two over one"].mean > 0
    if kind is Kind.BS1116:
        assert analysis.systems["one"].mean < analysis.systems["two"].mean < 0
    json.dumps(as_json(analysis), allow_nan=False)


def test_our_csv_is_read_as_webmushra_writes_it(mushra: Path) -> None:
    with serving(Hall(mushra)) as url:
        for number in range(4):
            take_test(url, mushra, SimulatedListener({"one": 50, "two": 70}, number))
    head, first, *_ = (mushra / "results" / "mushra.csv").read_text().splitlines()
    assert head == ("session_test_id,age,device,session_uuid,trial_id,rating_stimulus,rating_score,rating_time,"
                    "rating_comment")  # fmt: skip
    assert first.split(",")[:3] == ["try", "30", "headphones"]
    again, ours = read_foreign(mushra / "results" / "mushra.csv"), read_folder(mushra)[0]
    assert sorted((one.listener, one.item, one.system, one.score) for one in again.ratings) == sorted(
        (one.listener, one.item, one.system, one.score) for one in ours.ratings
    )
    Hall(mushra)  # what is written again at the start is the same
    assert read_foreign(mushra / "results" / "mushra.csv").ratings == again.ratings
    database = mushra / "pymushra.json"
    trials = pymushra_trials(Hall(mushra).test, read_records(mushra))
    database.write_text(json.dumps({"try": {str(number): trial for number, trial in enumerate(trials)}}))
    assert sorted(one.score for one in read_foreign(database).ratings) == sorted(one.score for one in ours.ratings)


def test_files_of_other_tools(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "session_test_id,email,trial_id,choice_reference,choice_non_reference,choice_answer,choice_time,choice_comment\n"
        "t,a@b,1,reference,C1,correct,1200,\nt,a@b,2,reference,C1,undecided,1200,\nt,c@d,1,reference,C1,incorrect,9,\n"
    )
    assert [(one.listener, one.score) for one in read_foreign(path).ratings] == [("a@b", 1), ("a@b", 0.5), ("c@d", 0)]
    path.write_text(
        "session_test_id,email,trial_id,rating_reference,rating_non_reference,rating_reference_score,"
        "rating_non_reference_score,rating_time,choice_comment\nt,a,1,reference,C1,5,3.5,900,\n"
    )
    assert read_foreign(path).ratings[0].score == -1.5
    path.write_text(
        "HITId,workerid,file,vote\n1,w1,http://x/old/s1.wav,3\n1,w1,http://x/new/s1.wav,4\n1,w2,http://x/new/s1.wav,5\n"
    )
    assert [(one.system, one.item, one.score) for one in read_foreign(path).ratings] == [
        ("old", "s1", 3), ("new", "s1", 4), ("new", "s1", 5)
    ]  # fmt: skip
    path.write_text(
        "file_url,n,MOS,std,95%CI,short_file_name\nhttp://x/D_c01_s1.wav,9,3.5,1,.6,s\nhttp://x/D_c02_s1.wav,9,4,1,.6,s\n"
    )
    clips = read_foreign(path, r"D_(?P<system>c\d+)_(?P<item>\w+)\.wav")
    assert [(one.system, one.listener, one.score) for one in clips.ratings] == [("c01", "s1", 3.5), ("c02", "s1", 4)]
    assert "holds no listeners" in clips.notes[0]
    path.write_text("questionaire_uuid;wm_id;wm_type;responses_stimulus;responses_score\nu;1;mushra;C1;55\n")
    assert read_foreign(path).ratings == [Rating("u", "1", "C1", 55.0, None)]
    path.write_text("session_test_id,trial_id,stimuli_rating,stimuli,rating_time\nt,1, 3 ,C1,5\n")
    with pytest.raises(InputError, match="tells listeners apart"):
        read_foreign(path)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "\xff\xfe", "session_uuid,trial_id,rating_stimulus,rating_score\n1,2,3,x\n"]
)
def test_files_that_are_no_results_are_refused_in_a_line(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("latin-1"))
    assert main(["listening-test", "analyse", str(path), "-o", str(tmp_path / "out.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.html").exists()


def test_groups_of_items_are_analysed_apart() -> None:
    rng = np.random.default_rng(3)
    items = [f"{group}-{number:02}" for group in ("or", "wh") for number in range(8)]
    gap = {"or": 30.0, "wh": 0.0}
    ratings = [
        Rating(f"l{n}", item, system, 50 + rng.normal(0, 5) + (gap[item[:2]] if system == "new" else 0))
        for n in range(10) for item in items for system in ("old", "new")
    ]  # fmt: skip
    parts = by_group(Results(Kind.MOS, ratings, [f"l{n}" for n in range(10)]))
    analyses = [analyse(part, "old") for part in parts]
    assert [(one.group, one.items, one.contrasts[0].significant) for one in analyses] == [
        ("or", 8, True),
        ("wh", 8, False),
    ]
    assert "<h2>or</h2>" in report_page("by group", analyses)


def test_clips_for_p808(tmp_path: Path) -> None:
    place = material(tmp_path / "s")
    test = built(tmp_path / "test", place, kind="mos", training=1)
    paths = write_p808(test, tmp_path / "test", "https://example.org/my test/")
    assert [path.name for path in paths] == ["rating_clips.csv", "training_clips.csv"]
    head, first, *more = paths[0].read_text().splitlines()
    assert (head, len(more)) == ("rating_clips", 3)
    assert first == "https://example.org/my test/sounds/item1-one.flac"
    with pytest.raises(InputError, match="address"):
        write_p808(test, tmp_path / "test", "example.org")


def test_words_understood() -> None:
    assert word_accuracy("It's raining again.", "its raining again") == pytest.approx(2 / 3)
    assert word_accuracy("One two, three!", "ONE two three") == 1.0
    assert word_accuracy("one two", "three four five six") == 0.0
    assert edit_distance(["a", "b", "c", "d"], ["a", "c", "x", "d", "e"]) == 3
    assert edit_distance([], ["a", "b"]) == 2


def test_csv_of_a_test_without_answers_is_nothing(mushra: Path) -> None:
    assert csv_files(Hall(mushra).test, []) == {}
    with pytest.raises(InputError, match="nobody has answered"):
        read_folder(mushra)


def test_the_command_simulates_analyses_and_says_what_it_is(mushra: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Hall(mushra).enter(None)  # somebody who opened the page and left
    options = ["--listeners", "6", "--cheats", "random=1", "--means", "one=40,two=80"]
    assert main(["listening-test", "simulate", str(mushra), *options]) == 0
    page, numbers = mushra / "page.html", mushra / "numbers.json"
    assert main(["listening-test", "analyse", str(mushra), "-o", str(page), "--json", str(numbers), "--everybody"]) == 0
    assert capsys.readouterr().out.startswith("Simulated listeners")
    [analysis] = json.loads(numbers.read_text())["analyses"]
    assert analysis["came"] == 8
    assert analysis["simulated"] is True
    assert "<svg" in page.read_text()
    for wrong in (["--cheats", "sly=1"], ["--means", "one=x"], ["--listeners", "0"], ["--means", "one=300"]):
        assert main(["listening-test", "simulate", str(mushra), *wrong]) == 2
