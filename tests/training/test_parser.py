from pathlib import Path

import pytest

pytest.importorskip("torch")
import torch

from vivavoce.blocks import write_addon
from vivavoce.errors import InputError
from vivavoce.text.parse import Parser
from vivavoce.training.networks.parser import ParserNetwork, mirror_of
from vivavoce.training.parser import evaluate, train
from vivavoce.training.parser_agreement import check_agreement
from vivavoce.training.parser_data import Batches, Vocabulary, prepare
from vivavoce.training.parser_export import description, export_parser, quantised
from vivavoce.training.parser_score import score_parser
from vivavoce.training.treebank import BracketCount, read_treebank, split_by_document

TREES = [
    "(ROOT (S (NP-SBJ (DT The) (NN dog)) (VP (VBD saw) (NP (DT a) (NN cat))) (. .)))",
    "(ROOT (S (NP-SBJ (PRP He)) (VP (VBD left)) (. .)))",
    "(ROOT (NP (NN Rain) (, ,) (NN wind)))",
    "(ROOT (S (NP-SBJ (PRP She)) (VP (VBD saw) (NP (PRP him)) (PP (IN in) (NP (DT the) (NN rain)))) (. .)))",
]
NETWORK = {"members": 2, "width": 32, "hidden": 24, "depth": 2, "span_width": 24, "dropout": 0.1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A treebank of two documents."""
    path = tmp_path_factory.mktemp("trees")
    lines = ["document\ttree", *(f"d{number % 2}\t{tree}" for number, tree in enumerate(TREES * 2))]
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
    train_part, held_out = split_by_document(examples, 2)
    assert {example.document for example in train_part} == {"d0"}
    assert {example.document for example in held_out} == {"d1"}


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


def test_training_learns_resumes_and_ships_what_it_learned(folder: Path, tmp_path: Path) -> None:
    config = {
        "network": NETWORK,
        "data": {"held_out_every": 2, "batch_tokens": 60, "rarest_label": 1, "threads": 1},
        "optimiser": {
            "rate": 1e-2, "warm_up_steps": 5, "decay_steps": 30, "weight_decay": 0.0, "average": 0.9,
            "tag_weight": 1.0, "evaluate_every": 30, "finish_rate": 1e-2, "finish_steps": 0,
        },
    }  # fmt: skip
    run = tmp_path / "run"
    train(config, folder, tmp_path, run, 1.0, "cpu")
    config["optimiser"]["finish_steps"] = 30
    train(config, folder, tmp_path, run, 1.0, "cpu")
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    assert state["step"] == 60
    vocabulary = Vocabulary.read(run / "vocabulary.json")
    network = ParserNetwork(len(vocabulary.labels) - 1, len(vocabulary.tags), **NETWORK)
    network.load_state_dict(state["parts"]["network"])
    learned, _ = split_by_document(read_treebank(folder / "train.tsv"), 2)
    count, tags = evaluate(network, Batches(prepare(learned, tmp_path), vocabulary, 100), vocabulary, "cpu")
    assert count.f1 > 0.9
    assert tags > 0.9

    model = export_parser(network)
    made = {"provenance": {"data": ["toy"], "recipe": "toy", "steps": 60, "hardware": "CPU"}, "details": {}}
    whole, narrow = (
        Parser(write_addon(tmp_path / name, description(vocabulary, made), {"parser.onnx": contents}))
        for name, contents in (("whole", model), ("narrow", quantised(model)))
    )
    agreement = check_agreement(network, whole, narrow, learned)
    assert agreement["largest_score_difference"] < 1e-4
    score = score_parser(narrow, learned)
    assert score.brackets.f1 > 0.9
    assert len(score.times_s) == len(learned)

    network.project.bias.data += 0.1
    with pytest.raises(ValueError, match="ONNX and torch differ"):
        check_agreement(network, whole, narrow, learned)
