# The commands of the project. `make run` and `make test` are all a newcomer needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What Python compiles lies beside the packages, not in the tree: every process starts sooner for it.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX = $(CURDIR)/$(VENV)/pycache
PORT ?= 8000
DATA ?= var
# Where no secret may lie. The tests are left out: their passwords open nothing.
SEARCHED := site probes templates content deploy docs benchmarks .ci Makefile pyproject.toml \
	README.md CONTRIBUTING.md CHANGELOG.md

.PHONY: help run test check test-long bench judges vendor lock system

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

run: $(VENV)/run.stamp ## start site, worker and practice relay on PORT, data in DATA
	@LAMPPOST_PORT="$(PORT)" LAMPPOST_DATA="$(DATA)" LAMPPOST_BASE_URL="$${LAMPPOST_BASE_URL:-http://127.0.0.1:$(PORT)}" exec $(BIN)/lamppost run

test: $(VENV)/dev.stamp system check ## lint, types, contracts and the whole suite
	@$(BIN)/python -m pytest -n 2 -m "not long"

check: $(VENV)/dev.stamp ## lint, types, contracts, insecure calls and secrets in the tree
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --recursive site probes
	@find $(SEARCHED) -type f -not -path '*/__pycache__/*' -print0 \
		| xargs -0 $(BIN)/detect-secrets-hook --exclude-lines 'nosec B105'

system: ## Debian's chromium, postfix and dovecot, where root and apt are there
	@sh deploy/system-packages.sh

test-long: $(VENV)/dev.stamp ## the tests that take many minutes
	@$(BIN)/python -m pytest -m long --override-ini 'addopts=--import-mode=importlib -ra' --timeout 3600 tests

bench: $(VENV)/dev.stamp $(VENV)/bench.stamp ## every performance claim, printed beside its target
	@$(BIN)/python benchmarks/run_all.py

judges: $(VENV)/dev.stamp ## third-party checkers over the served sample; names what it could not run
	@$(MAKE) --no-print-directory $(VENV)/judges.stamp || true
	@$(BIN)/python tests/judges/run_judges.py

vendor: $(VENV)/dev.stamp ## refresh static/vendor from the registry's packages (needs npm)
	@$(BIN)/python deploy/vendor.py

lock: $(VENV)/dev.stamp ## resolve requirements*.lock afresh, hashes and no addresses
	@sh deploy/lock.sh

# Debian's python3 may lack venv: install it when root and apt are there, otherwise say what to do.
$(BIN)/python:
	@sh deploy/make-venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@test -f $(VENV)/dev.stamp || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# What judges the API has an environment of its own; without it that judge is named as not run.
$(VENV)/judges.stamp: requirements-judges.lock | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/judges
	@$(VENV)/judges/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-judges.lock
	@touch $@

# What is measured against has an environment of its own.
$(VENV)/bench.stamp: requirements-bench.lock | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/bench
	@$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
