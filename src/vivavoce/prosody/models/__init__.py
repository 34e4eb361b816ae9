"""Prosody models, one file each."""
