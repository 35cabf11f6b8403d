# Everything runs in a virtual environment of its own; Python 3.11 or newer, make and a package index are all it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# One thread for polars in each of the processes: the tables are small, and threads only wait for each other.
PYTEST := POLARS_MAX_THREADS=1 $(BIN)/python -m pytest

.PHONY: demo test slow check fix bench golden clean

demo: $(VENV)/.run  ## the whole chain on the example company
	$(BIN)/python examples/demo.py demo

test: $(VENV)/.test  ## the whole suite; LibreOffice and Chromium are witnesses where they are installed
	$(PYTEST) -n auto --dist worksteal

slow: $(VENV)/.test  ## what takes minutes
	$(PYTEST) -n auto -m slow -o addopts="-q --strict-markers"

check: $(VENV)/.check  ## format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

fix: $(VENV)/.check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test  ## time and memory of each stage beside a plain openpyxl + Cerberus program
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/annotating.py
	$(BIN)/python benchmarks/duplicates.py
	$(BIN)/python benchmarks/files.py
	$(BIN)/python benchmarks/big_pdf.py

golden: $(VENV)/.test  ## write the expected results of tests/cases anew; review the diff
	MOMENTSHEET_GOLDEN=write $(PYTEST) tests/test_cases.py

clean:
	rm -rf $(VENV) demo .tox .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[files]"
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[files,test]"
	touch $@ $(VENV)/.run

$(VENV)/.check: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[files,test,check]"
	touch $@ $(VENV)/.test $(VENV)/.run
