"""A voice of the kind before durations: its own blocks and its own addon, in a package of its own."""
