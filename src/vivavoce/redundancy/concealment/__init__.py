"""Filling gaps in received speech."""
