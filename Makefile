PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test

demo: .venv/installed  ## walk the whole journey into demo/
	$(BIN)/vivavoce demo

test: .venv/tested  ## install, lint, check types and imports, run the tests
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/pytest
	$(BIN)/pytest examples/attention-voice/tests

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable ".[inspect]"
	touch $@

.venv/tested: .venv/installed
	$(BIN)/pip install --quiet "torch==2.13.0"
	$(BIN)/pip install --quiet --editable ".[train,dev]"
	$(BIN)/pip install --quiet --no-deps --editable examples/attention-voice
	touch $@
