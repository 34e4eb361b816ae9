"""Redundancy: the past second of speech in every packet, and speech made from it when packets are lost."""
