# latent: make help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: help setup demo test test-fast check format bench clean

help:
	@echo "make setup      a virtual environment in $(VENV) with the program and its tools"
	@echo "make demo       the main job on the sample corpora: embed, neighbours, topics, report"
	@echo "make test       all tests (make test-fast leaves the slow ones out)"
	@echo "make check      format, lint, types, and the direction of imports"
	@echo "make format     bring the code into the form that make check wants"
	@echo "make bench      measure (needs ../shared/data)"
	@echo "make clean      remove what these made"

setup: $(READY)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "latent needs Python 3.11 or newer: install it, or make PYTHON=/path/to/python3"; exit 1; }
	@echo "== setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear $(VENV); } || { \
		echo "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh sample_corpora/demo.sh

test: $(READY)
	@echo "== all tests (a few minutes)"
	$(BIN)/python -m pytest -q

test-fast: $(READY)
	$(BIN)/python -m pytest -q -m "not slow"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	@for script in benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
