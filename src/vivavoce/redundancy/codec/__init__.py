"""Payload codecs: acoustic features of the past as bytes, and back."""
