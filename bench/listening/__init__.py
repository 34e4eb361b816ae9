"""Benches of listening tests."""
