# Everything sets itself up: `make demo` in a fresh clone needs Python 3.11 or newer, make, and the
# network once. Another Python: `make test PYTHON=python3.13`, which gets a `.venv-python3.13` of its own.

PYTHON ?= python3
VENV   ?= .venv$(if $(filter-out python3,$(PYTHON)),-$(notdir $(PYTHON)))
BIN    := $(VENV)/bin
# More arguments for pytest, e.g. `make test ARGS="-k levels -x"`, or `ARGS="-n 0 --pdb"` to look into one.
ARGS   ?=
# On all cores; whoever is done takes from the others.
CORES  := -n auto --dist worksteal

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long test-spark check format coverage docs pages bench bench-frames build clean

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.ready  ## the tour of the shipped example; no network needed
	@$(BIN)/criteria demo

test: $(VENV)/.ready-test  ## the tests, some hundred examples a property
	@$(BIN)/python -m pytest $(CORES) $(ARGS)

test-long: $(VENV)/.ready-test  ## the same with thousands of examples, and the slow tests
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest $(CORES) $(ARGS)

test-spark: $(VENV)/.ready-spark  ## the laws of frames on Spark with two workers (Java 17), dask and ibis
	@$(BIN)/python -m pytest tests/test_spark.py tests/test_frames.py -k 'spark or dask or ibis or job' $(ARGS)

check: $(VENV)/.ready-check  ## style, types (also as users see them) and the rules of the house
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo 'not formatted; run: make format'; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m pytest -q --no-header tests/test_house.py tests/test_typing.py

format: $(VENV)/.ready-check  ## lay out the code, mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format --quiet .

coverage: $(VENV)/.ready-test  ## the tests, and which lines and branches they never reach
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q $(ARGS)
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

docs: $(VENV)/.ready-docs  ## the site, into site/; any broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pages: $(VENV)/.ready-test  ## write anew what is generated: docs/errors.md and tests/api.txt
	@$(BIN)/python tools/write_pages.py

bench: $(VENV)/.ready-test  ## measure; prints tables, writes bench/results.json
	@$(BIN)/python bench/run.py
	@$(BIN)/python bench/frames.py

bench-frames: $(VENV)/.ready-test  ## measure frames beside the same judgement written by hand
	@$(BIN)/python bench/frames.py

build: $(VENV)/.ready-build  ## wheel and sdist, into dist/
	@$(BIN)/python -m build --outdir dist . >/dev/null && ls dist

clean:  ## remove whatever the above made
	@rm -rf .venv .venv-* build dist site htmlcov .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that an environment holds what pyproject.toml asked for when it was made.

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@echo 'setting up $(VENV) (once) …'
	@$(PYTHON) -m venv $(VENV)
	@# Older ones do not know dependency groups.
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.ready-%: $(VENV)/.ready
	@echo 'adding what `$*` needs (once) …'
	@$(PIP) install --group $*
	@touch $@
