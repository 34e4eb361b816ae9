"""Lips and sound: shots, faces, their tracks, and how far apart the two are."""
