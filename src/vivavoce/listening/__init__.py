"""Listening tests: what people think of systems, asked and analysed as the field's standards say."""
