"""Active learning: which unlabelled material would teach the detectors most, and what people said of it."""

from vivavoce.inspection.labels.candidates import KINDS, Candidate, rank
from vivavoce.inspection.labels.labels import Label, append_label, read_labels
from vivavoce.inspection.labels.server import LabelServer

__all__ = ["KINDS", "Candidate", "Label", "LabelServer", "append_label", "rank", "read_labels"]
