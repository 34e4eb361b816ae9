from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from vivavoce.blocks.addon_spec import write_untrained
from vivavoce.errors import InputError
from vivavoce.text.parse import Parser
from vivavoce.text.parser_input import fences, parser_input
from vivavoce.training.core.checkpoint import load_checkpoint
from vivavoce.training.core.product import Workspace
from vivavoce.training.core.recipe import recipe_of
from vivavoce.training.core.trainer import Trainer
from vivavoce.training.parser.data import Batches, Vocabulary, prepare
from vivavoce.training.parser.network import ParserNetwork, mirror_of
from vivavoce.training.parser.product import Parser as ParserProduct
from vivavoce.training.parser.product import ParserRecipe, addon_spec, evaluate
from vivavoce.training.parser.score import score_parser
from vivavoce.training.parser.treebank import BracketCount, Example, read_treebank, split_by_document

TREES = [
    "(ROOT (S (NP-SBJ (DT The) (NN dog)) (VP (VBD saw) (NP (DT a) (NN cat))) (. .)))",
    "(ROOT (S (NP-SBJ (PRP He)) (VP (VBD left)) (. .)))",
    "(ROOT (NP (NN Rain) (, ,) (NN wind)))",
    "(ROOT (S (NP-SBJ (PRP She)) (VP (VBD saw) (NP (PRP him)) (PP (IN in) (NP (DT the) (NN rain)))) (. .)))",
]
DOCUMENTS = ("d1", "d27")
NETWORK = {"members": 2, "width": 32, "hidden": 24, "depth": 2, "span_width": 24, "dropout": 0.1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A treebank of two documents, of which "d27" is for development."""
    path = tmp_path_factory.mktemp("data") / "trees"
    path.mkdir()
    lines = ["document\ttree", *(f"{DOCUMENTS[number % 2]}\t{tree}" for number, tree in enumerate(TREES * 2))]
    (path / "train.tsv").write_text("\n".join(lines) + "\n")
    return path


def test_brackets_are_counted_as_evalb_does(folder: Path) -> None:
    examples = read_treebank(folder / "train.tsv")
    first = examples[0]
    count = BracketCount()
    count.add(first, first.spans)
    assert (count.matched, count.gold, count.predicted, count.exact) == (4, 4, 4, 1)
    count.add(first, {(0, 6): ("S",), (2, 5): ("NP",), (0, 5): ()})
    assert (count.matched, count.gold, count.predicted) == (5, 8, 6)
    assert count.f1 == pytest.approx(10 / 14)
    learned, unseen = split_by_document(examples)
    assert ({e.document for e in learned}, {e.document for e in unseen}) == ({DOCUMENTS[0]}, {DOCUMENTS[1]})


def test_a_line_without_a_tree_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("document\ttree\nonly one column\n")
    with pytest.raises(InputError, match=r"bad.tsv, line 2: no tab"):
        read_treebank(tmp_path / "bad.tsv")


def test_a_padded_batch_answers_as_single_sentences_do(folder: Path, tmp_path: Path) -> None:
    prepared = prepare(read_treebank(folder / "train.tsv"), tmp_path)
    vocabulary = Vocabulary.of(prepared, 1)
    torch.manual_seed(0)
    network = ParserNetwork(len(vocabulary.labels) - 1, len(vocabulary.tags), **NETWORK).eval()
    (batch,) = Batches(prepared, vocabulary, 1000).once()
    with torch.no_grad():
        together = network(*batch.inputs("cpu"))
        for alone in Batches(prepared, vocabulary, 1).once():
            row = batch.indices.index(alone.indices[0])
            spans, tags = network(*alone.inputs("cpu"))
            leaves, tokens = spans.shape[1], tags.shape[1]
            assert torch.allclose(together[0][row, :leaves, :leaves], spans[0], atol=1e-5)
            assert torch.allclose(together[1][row, :tokens], tags[0], atol=1e-5)


def test_sentences_are_mirrored_within_their_length() -> None:
    assert mirror_of(torch.tensor([2, 4]), 4).tolist() == [[1, 0, 2, 3], [3, 2, 1, 0]]


def product(folder: Path, runs: Path, steps: int) -> ParserProduct:
    values = {
        "product": "vivavoce.training.parser.product:Parser", "network": NETWORK,
        "data": {"batch_tokens": 60, "rarest_label": 1},
        "training": {
            "learning_rate": 1e-2, "warmup_steps": 5, "steps": steps, "restarts": [steps // 2], "weight_decay": 0.0,
            "ema_decay": 0.9, "validate_every": steps // 3,
        },
    }  # fmt: skip
    recipe = recipe_of(values, "toy")
    assert isinstance(recipe, ParserRecipe)
    return ParserProduct(recipe, Workspace(folder.parent, runs))


def test_it_learns_and_its_onnx_answers_as_it_does(folder: Path, tmp_path: Path) -> None:
    made = product(folder, tmp_path, 60)
    trainer = Trainer(made, tmp_path / "parser")
    trainer.train()
    assert trainer.metrics.keys() == {"f1", "precision", "recall", "tag_accuracy"}
    assert load_checkpoint(tmp_path / "parser").step == 60
    network, vocabulary = trainer.network, made.vocabulary
    assert isinstance(network, ParserNetwork)
    learned = made.examples[0]
    count, tags = evaluate(network, Batches(prepare(learned, tmp_path), vocabulary, 100), vocabulary)
    assert count.f1 > 0.9
    assert tags > 0.9

    whole, narrow = (
        Parser(write_untrained(addon_spec(network, vocabulary, int8), tmp_path / f"int8_{int8}"))
        for int8 in (False, True)
    )
    assert max(largest_difference(network, whole, example) for example in learned) < 1e-4
    assert max(largest_difference(network, narrow, example) for example in learned) > 1e-4
    score = score_parser(narrow, learned)
    assert score.brackets.f1 > 0.9
    assert len(score.times_s) == len(learned)


@torch.no_grad()
def largest_difference(network: ParserNetwork, parser: Parser, example: Example) -> float:
    """Of a score, between torch and the exported network."""
    read = parser_input(example.tokens)
    inputs = read.layers, read.tags, read.shapes, fences(read.leaves, len(read.tags))
    expected = network(*(torch.from_numpy(array)[None] for array in inputs))
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, parser.scores(read), strict=True))
