# The observatory: `make run` starts it, `make test` runs all of its tests.
PYTHON ?= python3
PORT ?= $(or $(OBSERVATORY_PORT),8501)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test lint types bench ground clean

help: ## this text
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: .venv/run ## install what is needed and start the dashboard and the language model
	@$(BIN)/python -m observatory serve --port $(PORT)

test: lint types browser ## check and test everything, in a real browser and with a real model too
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: .venv/dev ## style and likely mistakes
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/dev ## strict types of the package
	@$(BIN)/mypy -n 2

bench: .venv/dev ## measure what RESULTS.md reports
	@$(BIN)/python -m benchmarks

ground: .venv/run ## print how large the chart rules are once they are instantiated
	@$(BIN)/python -m benchmarks.charts.ground

clean: ## remove what make has made
	rm -rf .venv build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The observatory needs Python 3.11 or later: make run PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv .venv

.venv/run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing the observatory (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	@echo "Installing what the tests need (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.PHONY: browser
browser: .venv/dev
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser tests ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  { echo "The browser tests need Chromium: install it, or run make test once as root on Debian or Ubuntu."; exit 2; }
