"""One module a verb: `add_arguments(parser)` says what it takes, `run(arguments)` does it."""
