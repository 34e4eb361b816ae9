"""One file for each protocol: its messages in, its messages out, its way to word an error."""
