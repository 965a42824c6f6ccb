# `make report` and `make test` set up all they need: a .venv from requirements.lock, the tables, and so on.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: report verify test test-long test-pages quick lint docs replication release-check lock bench clean

report: $(READY)
	@$(BIN)/ca-research data build
	@$(BIN)/ca-research run
	@echo "next: . $(BIN)/activate   (then 'ca-research' is a command of this shell)"

verify: $(READY)
	@$(BIN)/ca-research verify

test: $(READY)
	@$(BIN)/ca-research data build
	@$(BIN)/python -m pytest -n auto --dist worksteal --junitxml=reports/tests.junit.xml

# what `make test` leaves out: more cases of each property, simulations, and what waits for other processes;
# all of it runs nightly, and the last, with long oracles, is `make test-pages` of every push
test-long: $(READY)
	@$(BIN)/ca-research data build
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "(long or hypothesis) and not soak" --hypothesis-profile=many --junitxml=reports/tests-long.junit.xml

test-pages: $(READY)
	@$(BIN)/ca-research data build
	@$(BIN)/python -m pytest tests/browser tests/elsewhere tests/faults tests/notebooks tests/oracle tests/replay -n auto --dist worksteal -m "long and not soak" --junitxml=reports/tests-pages.junit.xml

quick: lint
	@$(BIN)/ca-research data build
	@$(BIN)/python -m pytest tests/unit tests/library tests/article tests/property -n auto --dist worksteal --junitxml=reports/quick.junit.xml
	@$(BIN)/ca-research run C25 --as-of latest

lint: $(READY)
	@$(BIN)/ruff check src tests tools benchmarks docs/_ext docs/conf.py && $(BIN)/ruff format --check src tests tools benchmarks docs/_ext docs/conf.py && $(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache

# documentation, with guides that run: docs/_build/html/index.html
docs: $(READY)
	@$(BIN)/ca-research data build
	@. $(BIN)/activate && sphinx-build -b html -n -W --keep-going -q -E -d docs/_build/doctrees docs docs/_build/html
	@echo "docs/_build/html/index.html"

# REPLICATION.md, from the registry, the notebooks and the lock file
replication: $(READY)
	@$(BIN)/ca-research replicate --statement

# what a release asks for, without releasing anything: dist/ has wheel, sdist and notes
release-check: $(READY)
	@$(BIN)/python tools/release.py

bench: $(READY)
	@$(BIN)/python benchmarks/run.py

# The locked dependencies with their hashes, then the project itself without a second look at the network.
$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV): some 220 packages, one to four minutes, nothing to see until they are there"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV) && \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@mkdir -p reports && touch $@

lock:
	uv pip compile pyproject.toml --extra all --group dev --group build --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements.lock

clean:
	rm -rf $(VENV) reports build dist docs/_build
