# The commands of the README. Each makes the virtual environment that it needs; second runs reuse it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first that runs and is new enough; a name on the PATH may be a shim without a Python behind it.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && { echo $$name; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# Half as many again as there are cores, since tests often wait for something; a file's tests stay together and files in
# order. Serially: make test ARGS='-n 0'
NUM_WORKERS = $(shell $(PYTHON) -c 'import os; print(min(8, max(2, 3 * os.cpu_count() // 2)))')
WORKERS = -n $(NUM_WORKERS) --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test test-full test-peers lint format proto vendor bench fuzz wheel screenshots clean

help:
	@echo "make demo         train the iris example and watch it live (ARGS='--port 0 --no-open')"
	@echo "make test         every test but the slow ones (ARGS='-k wire')"
	@echo "make test-full    the slow tests; make test-peers: those that need torch, Lightning, S3 and the like"
	@echo "make lint         ruff, mypy and the freshness of generated files; make format writes"
	@echo "make bench        ours beside the peers, one table"
	@echo "make fuzz         mutated event files through the reader, built with sanitizers (ARGS='--secs 600')"
	@echo "make proto        regenerate summaries/proto/*_pb2.py; make vendor: refetch dashboard/vendor"
	@echo "make wheel        build a wheel with the compiled members into dist/"
	@echo "make screenshots  retake the pictures of the README"

# An environment is remade, and the extensions in it, when one of these changes.
SOURCES := pyproject.toml setup.py $(foreach folder,summaries dashboard/api trainer/estimators trainer/inputs,$(wildcard $(addprefix $(folder)/_*.,pyx pxi h)))
# $(1) is the extra, $(2) the mark of its stamp.
define install
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found. Pass PYTHON=/path/to/python3."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The module venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PIP) install --editable ".[$(1)]"
	@touch $@
endef

$(VENV)/.train: $(SOURCES)
	$(call install,train)

$(VENV)/.test: $(SOURCES)
	$(call install,test)

$(VENV)/.dev: $(SOURCES)
	$(call install,dev)

$(VENV)/.peers: $(SOURCES)
	$(call install,test$(comma)peers)

comma := ,

demo: $(VENV)/.train
	@exec $(BIN)/python examples/demo.py $(ARGS)

test: $(VENV)/.test
	@bash scripts/ensure_browser.sh
	@$(PYTEST) $(WORKERS) -m "not slow and not peers" $(ARGS)

test-full: $(VENV)/.test
	@bash scripts/ensure_browser.sh
	@$(PYTEST) $(WORKERS) -m "slow and not peers" $(ARGS)

test-peers: $(VENV)/.peers
	@$(PYTEST) $(WORKERS) -m peers $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

proto: $(VENV)/.dev
	@$(BIN)/python -m summaries.proto.generate

vendor:
	@$(PYTHON) scripts/vendor.py

bench: $(VENV)/.test
	@$(BIN)/python -m tests.benchmarks $(ARGS)

fuzz: $(VENV)/.test
	@bash scripts/fuzz.sh $(BIN)/python $(ARGS)

wheel: $(VENV)/.dev
	@$(PIP) wheel --no-deps --wheel-dir dist .

screenshots: $(VENV)/.test
	@bash scripts/ensure_browser.sh
	@$(BIN)/python scripts/screenshots.py

clean:
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
