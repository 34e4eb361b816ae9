"""Active learning: which unlabelled material would teach the detectors most, and what people said of it."""

from vivavoce.inspection.labels.accepted import add_none_labels
from vivavoce.inspection.labels.candidates import Candidate, find_examples, rank
from vivavoce.inspection.labels.examples import Examples, Moment
from vivavoce.inspection.labels.labels import Label, append_label, read_labels
from vivavoce.inspection.labels.server import LabelServer

__all__ = [
    "Candidate", "Examples", "Label", "LabelServer", "Moment", "add_none_labels", "append_label", "find_examples",
    "rank", "read_labels",
]  # fmt: skip
