"""Prosody models: text or audio to embeddings."""

from vivavoce.prosody.model import ProsodyModel
from vivavoce.prosody.registry import load_prosody, prosody_systems
from vivavoce.prosody.source import ModelProsody, VoiceMismatchError, prosody_source

__all__ = ["ModelProsody", "ProsodyModel", "VoiceMismatchError", "load_prosody", "prosody_source", "prosody_systems"]
