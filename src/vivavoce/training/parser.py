"""Train the constituency parser: a large margin over the best wrong tree, tags beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.text.spans import Spans, best_splits, over_tokens
from vivavoce.training.networks.parser import ParserNetwork
from vivavoce.training.parser_data import Batch, Batches, Vocabulary, prepare
from vivavoce.training.run import Run
from vivavoce.training.treebank import BracketCount, read_treebank, split_by_document


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe on `root/train.tsv` in `folder` for `minutes`, resuming what is there."""
    data, settings = config["data"], config["optimiser"]
    torch.set_num_threads(data["threads"])
    examples, held_out = split_by_document(read_treebank(root / "train.tsv"), data["held_out_every"])
    prepared, unseen = prepare(examples, cache), prepare(held_out, cache)
    vocabulary = Vocabulary.of(prepared, data["rarest_label"])
    vocabulary.write(folder / "vocabulary.json")
    batches = Batches(prepared, vocabulary, data["batch_tokens"])
    everything = Batches(prepared + unseen, vocabulary, data["batch_tokens"])
    development = Batches(unseen, vocabulary, data["batch_tokens"])
    torch.manual_seed(0)
    network = ParserNetwork(len(vocabulary.labels) - 1, len(vocabulary.tags), **config["network"]).to(device)
    optimiser = torch.optim.AdamW(
        network.parameters(), settings["rate"], betas=(0.9, 0.98), weight_decay=settings["weight_decay"], fused=True
    )
    average = torch.optim.swa_utils.AveragedModel(network, avg_fn=_ramped(settings["average"]))
    run = Run(folder, {"network": network, "optimiser": optimiser, "average": average}, minutes)
    random = np.random.default_rng(run.step)
    chosen, whole = batches.endless(random), everything.endless(random)
    for step in run.steps():
        if step >= settings["decay_steps"] + settings["finish_steps"]:
            run.save()
            break
        network.train()
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, settings)
        batch = next(chosen if step < settings["decay_steps"] else whole)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            answers = network.answers(*batch.inputs(device))
        losses = [_losses(answer, batch) for answer in answers]
        margin, tagging = (torch.stack(column).sum() for column in zip(*losses, strict=True))
        optimiser.zero_grad(set_to_none=True)
        (margin + settings["tag_weight"] * tagging).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        average.update_parameters(network)
        run.log(margin=margin / len(losses), tagging=tagging / len(losses))
        if (step + 1) % settings["evaluate_every"] == 0 and step < settings["decay_steps"]:
            _write_evaluation(run, *evaluate(average.module, development, vocabulary, device))


def _rate(step: int, settings: Mapping[str, Any]) -> float:
    """A warm-up and a cosine; then a second, lower cosine over the steps that take the development documents in."""
    warm_up, peak, of = min(1.0, (step + 1) / settings["warm_up_steps"]), settings["rate"], settings["decay_steps"]
    if step >= of:
        peak, step, of = settings["finish_rate"], step - of, settings["finish_steps"]
    return peak * warm_up * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / of)))


def _ramped(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """An exponential average that forgets its first values faster, so that it is of use from the start."""

    def step(average: Tensor, value: Tensor, count: Tensor | int) -> Tensor:
        return torch.lerp(value, average, min(decay, (1 + int(count)) / (10 + int(count))))

    return step


def _losses(answer: tuple[Tensor, Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
    """-> the margin violated by the best wrong tree, per leaf, and the cross-entropy of the tags.

    The wrong tree is found with one point added for every span whose label is not the gold one.
    """
    spans, tags = (tensor.float() for tensor in answer)
    gold = batch.gold_labels.to(spans.device)
    scores = functional.pad(spans, (1, 0))
    with torch.no_grad():
        costly = (scores + 1).scatter_add_(-1, gold[..., None], scores.new_full((*gold.shape, 1), -1))
        best, labels = costly.max(dim=-1)
        trees = best_splits(best.cpu().numpy(), batch.leaves.numpy())
    rows = torch.tensor([(row, *span) for row, tree in enumerate(trees) for span in tree], device=spans.device).T
    place = tuple(rows)
    costs = (labels[place] != gold[place]).float()
    wrong = spans.new_zeros(len(trees)).index_add(0, rows[0], scores[(*place, labels[place])] + costs)
    right = scores.gather(-1, gold[..., None]).sum(dim=(1, 2, 3))
    tagging = functional.cross_entropy(tags.flatten(0, 1), batch.gold_tags.flatten().to(tags.device), ignore_index=-1)
    return functional.relu(wrong - right).sum() / batch.leaves.sum(), tagging


@torch.no_grad()
def evaluate(network: nn.Module, batches: Batches, vocabulary: Vocabulary, device: str) -> tuple[BracketCount, float]:
    """-> bracket counts by evalb's conventions, and the share of tags that are right."""
    network.eval()
    count, right, total = BracketCount(), 0, 0
    for batch in batches.once():
        spans, tags = network(*batch.inputs(device))
        best, labels = functional.pad(spans, (1, 0)).max(dim=-1)
        trees = best_splits(best.cpu().numpy(), batch.leaves.numpy())
        for row, (index, tree) in enumerate(zip(batch.indices, trees, strict=True)):
            example, read = batches.prepared[index]
            found: Spans = {span: vocabulary.labels[int(labels[(row, *span)])] for span in tree}
            count.add(example, over_tokens(found, read.leaves.tolist()))
        known = batch.gold_tags >= 0
        right += int((tags.argmax(dim=-1).cpu() == batch.gold_tags)[known].sum())
        total += int(known.sum())
    return count, right / max(total, 1)


def _write_evaluation(run: Run, count: BracketCount, tags: float) -> None:
    line = {
        "step": run.step + 1, "minutes": round(run.trained_s / 60, 2), "dev_f1": round(count.f1, 4),
        "dev_precision": round(count.precision, 4), "dev_recall": round(count.recall, 4), "dev_tags": round(tags, 4),
    }  # fmt: skip
    with open(run.folder / "curve.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    run.console.print(line)
