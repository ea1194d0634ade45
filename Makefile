# `make serve` and `make test` need Python with venv and pip, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT := 8080
SAMPLE := 300
SEED := 1
ONLY :=
REQUESTS := 20000
FILES := 2000
FROM :=
STREAMS := 10000
SECONDS := 3600

.PHONY: serve test test-lowest coverage mutants clients drift docs check format bench bench-import bench-streams bench-values fuzz soak clean

serve: $(VENV)/.installed  ## Install, serve at http://127.0.0.1:8080/v1 (or `make serve PORT=8081`), say what to try
	@$(BIN)/mockserver serve --port $(PORT)

test: $(VENV)/.tested  ## Install and run everything that CI runs
	$(BIN)/pytest -n auto --dist worksteal
	$(MAKE) check

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-lowest: .venv-lowest/.tested  ## The tests, with the lowest versions that pyproject.toml allows
	.venv-lowest/bin/python -m pytest -n auto --dist worksteal

coverage: $(VENV)/.tested  ## The tests, and what of the code they run; fails below what pyproject.toml asks for
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: .venv-mutants/.tested  ## Faults put into the code one by one: which do the tests miss? (`SAMPLE=300 SEED=1 ONLY=mockserver/compose`)
	.venv-mutants/bin/python -m benchmarks.mutants --sample $(SAMPLE) --seed $(SEED) --only "$(ONLY)"

drift:  ## What the newest openai and openresponses-types know of the API that the server does not
	$(PYTHON) -m venv .venv-drift
	.venv-drift/bin/python -m pip install --quiet --disable-pip-version-check --upgrade openai openresponses-types --editable .
	.venv-drift/bin/python -m drift

docs: .venv-docs/.installed  ## The documentation, as a site in site/; fails at a link that leads nowhere
	.venv-docs/bin/zensical build --clean --strict

clients: $(VENV)/.installed  ## Real SDKs, frameworks and agents against the server; the newest of them with `NEWEST=1`
	$(BIN)/python -m clients $(if $(NEWEST),--newest)

format: $(VENV)/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.tested  ## What a request costs, beside a bare uvicorn that sends the same bytes, and beside aimock
	$(BIN)/python -m benchmarks.throughput

bench-import: $(VENV)/.tested  ## What it costs to import the package, and to come to the first answer
	$(BIN)/python -m benchmarks.imports

fuzz: $(VENV)/.tested  ## Hostile requests and damaged files: what is answered or told of with a fault? (`REQUESTS=300000 FILES=20000 SEED=1 FROM=folder`)
	$(BIN)/python -m benchmarks.fuzz --requests $(REQUESTS) --files $(FILES) --seed $(SEED) $(FROM)

bench-streams: $(VENV)/.tested  ## 10,000 paced streams at once: are all whole, and what do they cost? (`STREAMS=1000`)
	$(BIN)/python -m benchmarks.streams --streams $(STREAMS)

bench-values: $(VENV)/.tested  ## 60 documents of 20 domains: are values believable, and do pydantic and zod read them back?
	$(BIN)/python -m benchmarks.values

soak: $(VENV)/.tested  ## Mixed load for an hour: are all answered, and does the memory stay as it is? (`SECONDS=600`)
	$(BIN)/python -m benchmarks.soak --seconds $(SECONDS)

clean:
	rm -rf $(VENV) .aimock .venv-lowest .venv-mutants .venv-drift .venv-docs .cache site .clients mutants .coverage .coverage.* dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	-@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary uvloop uvloop 2>/dev/null
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pytest,decode]' --group dev
	@touch $@ $(VENV)/.installed

.venv-lowest/.tested: pyproject.toml
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable '.[pytest,decode]' --group dev
	@touch $@

.venv-mutants/.tested: pyproject.toml
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check "mutmut>=3.8,<3.9" --editable '.[pytest,decode]' --group dev
	@touch $@

.venv-docs/.installed: pyproject.toml
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@
