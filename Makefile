# `make` prints what there is. Everything sets up what it needs: a virtual environment, the locked packages, the assets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: help demo dev test check e2e soak bench docs assets lock clean

help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/run ## The whole journey on the built-in sandbox (ONCE=1: publish on every platform, then end)
	@$(BIN)/postwright demo $(if $(ONCE),--once)

dev: $(VENV)/run ## Run everything here: database, web, worker and sandbox
	@$(BIN)/postwright up

test: $(VENV)/dev ## The whole test suite, in parallel (ARGS="-k words" for a part)
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal $(ARGS)

check: $(VENV)/dev ## Lint, format, types, import contracts and the rules of the house
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/test_codebase.py

e2e: $(VENV)/dev ## The journeys through a real browser and the installed command line only
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

soak: $(VENV)/dev ## Posts everywhere while workers are killed and calls fail (COUNT=300 MINUTES=10 WORKERS=3 SEED=…)
	@COUNT=$(COUNT) MINUTES=$(MINUTES) WORKERS=$(WORKERS) SEED=$(SEED) $(BIN)/python -m tests.soak

bench: $(VENV)/dev ## Measure, and print tables (ARGS="burst --posts 5000", ARGS=--help)
	@$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/dev ## Write the tree of packages into docs/ARCHITECTURE.md
	@$(BIN)/python -m tests.support.tree

assets: $(VENV)/dev ## Place the dashboard's files again, after a change to package.json or hatch_build.py
	@$(BIN)/python hatch_build.py

lock: $(VENV)/dev ## Raise every locked version: requirements*.lock and package-lock.json
	@$(COMPILE) --upgrade --output-file requirements.lock
	@$(COMPILE) --upgrade --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@npm install --package-lock-only --ignore-scripts && $(BIN)/python hatch_build.py

clean: ## Remove what the commands above made; your data in .data stays
	rm -rf $(VENV) build dist node_modules tests/artifacts src/postwright/web/static/vendor src/postwright/web/static/icons.svg
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# Each of these files says that its step was done with the versions that stand in the lock files.
$(VENV)/made: ; @sh tools/venv.sh $(VENV) && touch $@

$(VENV)/run: $(VENV)/made requirements.lock pyproject.toml hatch_build.py package-lock.json
	@echo "Installing the locked packages into $(VENV) ..."
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	@echo "Installing what the tests and checks need ..."
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@
