# Every command of the project. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
READY := $(VENV)/ready
CODE := sud assignment recordings documents tests app.py
SPEAKS := sud/translations
CATALOGUES := $(SPEAKS)/ky/LC_MESSAGES/messages.mo

# What was compiled once is not compiled again by each of the processes that tests and houses start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
CHECKS := types style words tables
.PHONY: help setup run test check fix migration strings styles lock bench $(CHECKS)

help: ## Show this list
	@printf 'AIS Sud: make <command>\n\n'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name words; do \
	  printf '  %-10s %s\n' "$$name" "$$words"; done
	@printf '\nAnother Python: make setup PYTHON=python3.12   another port: make run PORT=9000\n'

setup: $(READY) $(CATALOGUES) ## Make .venv with exactly the locked packages

run: setup ## Run the whole house with its demonstration court (Ctrl-C stops it)
	@exec $(BIN)/python -m sud.local --port $(PORT)

test: check ## Check, then run every test, those in a browser too
	$(BIN)/python -m tests.e2e.browser
	$(BIN)/python -m tests.needs
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup ## Format, lint, import contracts, types, templates, catalogues, migrations
	@$(MAKE) --no-print-directory --jobs=2 $(CHECKS)

types:
	$(BIN)/mypy

style:
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet sud

words:
	$(BIN)/python -m sud.strings check

tables:
	$(BIN)/python -m sud.local.schema check

fix: setup ## Put right what the tools can put right by themselves
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

migration: setup ## Write the next migration: make migration m="add adjournments"
	@test -n '$(m)' || { echo 'say what changed: make migration m="add adjournments"'; exit 2; }
	$(BIN)/python -m sud.local.schema make '$(m)'

strings: setup ## Gather the words of code and templates into the catalogues
	$(BIN)/python -m sud.strings
	$(BIN)/python -m sud.strings compile

styles: ## Build sud/static/sud.css (needs node)
	cd sud/static/src && npm install --no-package-lock --no-audit --no-fund && npm run build; \
	  status=$$?; rm -rf node_modules; exit $$status

lock: $(READY) ## Lock the newest packages that fit pyproject.toml, with hashes
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml --output-file requirements.lock
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header pyproject.toml --group dev --constraint requirements.lock \
	  --output-file requirements-dev.lock

bench: setup ## Measure the draw and the conversion of a disc (tests/bench)
	$(BIN)/python -m tests.bench

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo 'Python 3.11, 3.12 or 3.13 is needed: make $(MAKECMDGOALS) PYTHON=python3.12'; exit 1; }
	@echo 'Installing the locked packages into $(VENV) (some 600 MB; once, and when the lock changes)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps \
	  --only-binary :all: --requirement requirements-dev.lock
	@touch $@

$(CATALOGUES): $(READY) $(wildcard $(SPEAKS)/*/LC_MESSAGES/*.po)
	@$(BIN)/python -m sud.strings compile
	@touch $@
