# `make serve` and `make test` need Python with venv and pip, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT := 8080

.PHONY: serve test check format bench clean

serve: $(VENV)/.installed  ## Install, serve at http://127.0.0.1:8080/v1 (or `make serve PORT=8081`), say what to try
	@$(BIN)/mockserver serve --port $(PORT)

test: $(VENV)/.tested  ## Install and run everything that CI runs
	$(BIN)/pytest -n auto
	$(MAKE) check

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.tested  ## Requests per second, beside a bare uvicorn that sends the same bytes
	$(BIN)/python -m benchmarks.throughput

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pytest,decode]' --group dev
	@touch $@ $(VENV)/.installed
