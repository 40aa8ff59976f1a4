# `make run` starts Kepei from a fresh clone, `make test` tests it. `make help` lists the rest.
# Only the first run takes minutes: each step below is a file that is made when what it depends on has changed.

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := .venv/.packages
ASSETS := static/vendor/.assets
TEXTS := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
# The others are modules that these have in common.
BENCHMARKS := $(shell grep -l __main__ benchmarks/*.py)

export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Compiled files make each start three times faster.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dev test check format bench screenshots lock setup texts clean

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

run: setup ## prepare everything and start the server on http://127.0.0.1:8000
	@$(BIN)/python scripts/run.py

dev: setup ## the server with reload, for developers; the worker of long jobs takes new code when started anew
	@$(BIN)/flask --app app db upgrade
	$(BIN)/python scripts/keep_worker.py & exec $(BIN)/flask --app app run --debug --host $${KEPEI_HOST:-127.0.0.1} --port $${KEPEI_PORT:-8000}

test: setup ## every test, on SQLite and PostgreSQL and in a browser
	$(BIN)/pytest -n logical --maxprocesses 8 --dist worksteal

check: $(PACKAGES) ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

format: $(PACKAGES) ## let ruff write the format and mend what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup ## the speed figures: runs every script in benchmarks/
	@for script in $(BENCHMARKS); do echo "==> $$script"; PYTHONPATH=. $(BIN)/python "$$script" || exit 1; done

screenshots: setup ## draw the pictures of the README anew
	@$(BIN)/python scripts/screenshots.py

lock: ## choose versions anew within the ranges of pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	build/lock/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --group dev \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		pyproject.toml --output-file requirements.lock

texts: $(PACKAGES) ## collect the texts of the code into the catalogues
	mkdir -p build
	$(BIN)/pybabel extract --no-wrap --no-location --sort-output -F babel.cfg -k lazy_gettext -o build/messages.pot .
	$(BIN)/pybabel update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i build/messages.pot -d translations

clean: ## remove what make built; the data in instance/ stays
	rm -rf .venv node_modules static/vendor build $(TEXTS)

setup: $(PACKAGES) $(ASSETS) $(TEXTS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Kepei needs Python 3.11 or newer; " + \
		sys.executable + " is " + sys.version.split()[0] + ". Name another one: make run PYTHON=python3.12")'
	@echo "==> Virtual environment"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Debian and Ubuntu need: apt install python3-venv" >&2; exit 1; }

$(PACKAGES): requirements.lock | .venv/bin/python
	@echo "==> Packages (a minute or two)"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(ASSETS): package.json package-lock.json scripts/assets.py | $(PACKAGES)
	@echo "==> Page assets"
	@$(BIN)/python scripts/assets.py
	@touch $@

translations/%.mo: translations/%.po | $(PACKAGES)
	@echo "==> Texts: $<"
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
