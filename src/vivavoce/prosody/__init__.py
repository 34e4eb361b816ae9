"""Where the prosody of a sentence comes from."""

from vivavoce.prosody.embedding import Embedding, ProsodyModel
from vivavoce.prosody.systems import SYSTEMS, Speaking, load_system, speaking

__all__ = ["SYSTEMS", "Embedding", "ProsodyModel", "Speaking", "load_system", "speaking"]
