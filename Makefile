# make demo    train a small network with a generated gradient
# make test    linters, types, layers and tests
# The first use of either makes .venv and installs what it needs there.

PYTHON ?= $(firstword $(foreach p,python3.11 python3 python3.13 python3.12 python3.10,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $(p))))
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
JOBS   ?= 2
N      ?= 2000

.DEFAULT_GOAL := help
.PHONY: help env demo test test-long lint format fuzz bench clean

help:
	@echo 'make demo       train a small network on handwritten digits; prints the gradient it ran'
	@echo 'make test       linters, types, layers, tests'
	@echo 'make test-long  the tests of nightly size as well'
	@echo 'make lint       linters, types and layers only'
	@echo 'make format     put the sources into the form that lint asks for'
	@echo 'make fuzz N=..  random programs against their oracles ($(N) unless told)'
	@echo 'make bench      the benchmarks; compares with the libraries that are installed'
	@echo 'make clean      remove .venv and everything built'

# bin/pip is the last thing that venv makes: an interrupted one is made again.
$(BIN)/pip:
	@test -n '$(PYTHON)' || { echo 'no Python 3.10 or newer found; set PYTHON=' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-demo: pyproject.toml | $(BIN)/pip
	$(PIP) -e '.[demo]'
	@touch $@

$(VENV)/.stamp: pyproject.toml | $(BIN)/pip
	$(PIP) -e '.[test,demo,cli]'
	@touch $@ $(VENV)/.stamp-demo

env: $(VENV)/.stamp

demo: $(VENV)/.stamp-demo
	$(BIN)/python examples/digits.py

lint: env
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: lint
	$(BIN)/python -m pytest -n $(JOBS) -m 'not long' --durations=15

test-long: lint
	$(BIN)/python -m pytest -n $(JOBS) --durations=15

fuzz: env
	$(BIN)/python -m tests.programs --count $(N)

bench: env
	@set -e; for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
