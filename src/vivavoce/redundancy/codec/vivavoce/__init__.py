"""The codec that was trained here."""
