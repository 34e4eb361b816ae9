from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from vivavoce.blocks import Addon
from vivavoce.errors import InputError
from vivavoce.prosody import ModelProsody, load_prosody, prosody_source, prosody_systems, registry
from vivavoce.prosody.linguistics import Linguistics
from vivavoce.prosody.models.camp import Camp
from vivavoce.prosody.models.kathaka import Kathaka
from vivavoce.prosody.models.selection import Centroid, Selection, distance_vector, read_index
from vivavoce.text import analyse
from vivavoce.voice.acoustics import AcousticInputs
from vivavoce.voice.overrides import input_tensors
from vivavoce.voice.tokens import tokenise


def test_kathaka_speaks_its_mean_and_seeded_samples(addons: dict[str, Addon], texts: list[Linguistics]):
    mean = Kathaka(addons["kathaka"]).embed(texts[0], "anna")
    np.testing.assert_allclose(mean.sentence, Kathaka(addons["kathaka"]).distributions(texts[0], "anna")[0].mean(0))
    assert not mean.words.any()
    lively, again, other = (
        Kathaka(addons["kathaka"], 1.0, seed).embed(texts[0], "anna").sentence for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(lively, again)
    assert not np.allclose(lively, other)
    half = Kathaka(addons["kathaka"], 0.5, 1).embed(texts[0], "anna").sentence
    np.testing.assert_allclose(half - mean.sentence, (lively - mean.sentence) / 2, atol=1e-5)


def test_kathaka_hears_text_and_speaker(addons: dict[str, Addon], texts: list[Linguistics]):
    model = Kathaka(addons["kathaka"])
    one = model.embed(texts[0], "anna").sentence
    assert not np.allclose(one, model.embed(texts[1], "anna").sentence)
    assert not np.allclose(one, model.embed(texts[0], "ben").sentence)


def test_camp_answers_every_word(addons: dict[str, Addon], texts: list[Linguistics]):
    for text in texts:
        found = Camp(addons["camp"]).embed(text, "ben")
        assert found.words.shape == (len(text.words), 16)
        assert np.abs(found.words).max() <= 1
        assert not found.sentence.any()


@pytest.mark.parametrize("by", ["both", "syntax", "bert"])
def test_selection_finds_the_same_sentence(addons: dict[str, Addon], texts: list[Linguistics], by: str):
    model = Selection(addons["selection"], by)
    for number, text in enumerate(texts[:2]):
        assert model.embed(text, "anyone").sentence[number] > 0.99
        assert Selection(addons["selection"], by, evenness=0.0).embed(text, "anyone").sentence[number] == 1.0
        best = model.nearest(text)[0]
        assert best.id == f"s{number}"
        assert best.bert == pytest.approx(1.0, abs=0.01)


def test_centroid_is_the_same_for_all(addons: dict[str, Addon], texts: list[Linguistics]):
    model = Centroid(addons["selection"])
    np.testing.assert_array_equal(model.embed(texts[0], "").sentence, model.embed(texts[1], "").sentence)
    assert model.embed(texts[0], "").sentence[:3] == pytest.approx([1 / 3] * 3, abs=1e-3)


def test_bad_wishes_are_named(addons: dict[str, Addon], texts: list[Linguistics]):
    with pytest.raises(InputError, match=r"temperature is 1\.5, use 0 to 1"):
        Kathaka(addons["kathaka"], 1.5)
    with pytest.raises(InputError, match='knows no speaker "nobody"'):
        Camp(addons["camp"]).embed(texts[0], "nobody")
    with pytest.raises(InputError, match='selection by "luck"'):
        Selection(addons["selection"], "luck")
    with pytest.raises(InputError, match='no prosody "spell"'):
        load_prosody("spell")
    with pytest.raises(InputError, match='"camp" has no temperature'):
        load_prosody("camp", temperature=0.5)
    assert prosody_source("none") is None


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"\x93NUMPY"])
def test_broken_index_is_refused(data: bytes):
    with pytest.raises(InputError, match="index.npz: not an index"):
        read_index(data, "index.npz")


def test_distances_have_unit_length():
    assert distance_vector(np.array([], np.int64)).shape == (40,)
    assert np.linalg.norm(distance_vector(np.arange(100))) == pytest.approx(1.0)


def test_a_word_covers_its_sounds_and_the_gap_after_it():
    sentence = analyse("Well, go.").sentences[0]
    tokens = tokenise(sentence)
    words = np.stack([np.full(16, 1.0), np.full(16, 2.0)]).astype(np.float32)
    made = input_tensors(AcousticInputs.of_words(words), tokens, ())["word_prosody"][0, :, 0]
    comma = int(np.flatnonzero(tokens.gaps)[1])
    assert made[0] == 0.0
    assert (made[1 : comma + 1] == 1.0).all()
    assert (made[comma + 1 :] == 2.0).all()


def test_a_source_explains_and_is_named(addons: dict[str, Addon]):
    lines: list[str] = []
    source = ModelProsody("selection 0 0", Selection(addons["selection"]), explain=lines.append)
    sentence = analyse("Who ate the rest of my pizza?").sentences[0]
    assert source(sentence, "anna").sentence.shape == (64,)
    assert lines[0] == sentence.text
    assert "s0: Who ate" in lines[1]
    assert repr(source) == "ModelProsody(name='selection 0 0', with_kinds=False)"


def test_auto_tells_the_voice_what_kind_of_sentence_it_is(addons: dict[str, Addon]):
    source = ModelProsody("auto 0 0", Kathaka(addons["kathaka"]), with_kinds=True)
    kinds = [source(analyse(text).sentences[0], "anna").kind for text in ("Is it late?", "Who is it?", "It is late.")]
    assert kinds == ["yes_no", "wh", ""]
    assert ModelProsody("auto 0 0", None, with_kinds=True)(analyse("Is it late?").sentences[0], "x").kind == "yes_no"


def test_a_prosody_system_of_another_package_is_found(addons: dict[str, Addon], monkeypatch: pytest.MonkeyPatch):
    def load(temperature: float, seed: int) -> Camp:
        return Camp(addons["camp"])

    point = EntryPoint("theirs", "their.package:load", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: load)
    monkeypatch.setattr(registry, "plugins", lambda group: {"theirs": [point]})
    assert "theirs" in prosody_systems()
    assert isinstance(load_prosody("theirs"), Camp)
    monkeypatch.setattr(registry, "plugins", lambda group: {"theirs": [point, point]})
    with pytest.raises(InputError, match='"theirs" is registered by'):
        load_prosody("theirs")


def test_embeddings_of_another_voice_are_refused_and_auto_leaves_them_out(addons: dict[str, Addon]):
    taught = replace(addons["camp"], manifest=replace(addons["camp"].manifest, details={"voice": "lark"}))
    source = ModelProsody("camp 0 0", Camp(taught))
    assert source.for_voice("lark") is source
    with pytest.raises(InputError, match='taught the voice "lark", "chorus" cannot read its embeddings'):
        source.for_voice("chorus")
    kept = replace(source, with_kinds=True).for_voice("chorus")
    assert kept.model is None
    assert kept(analyse("Is it late?").sentences[0], "anna").kind == "yes_no"
