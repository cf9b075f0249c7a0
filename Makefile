# The only interface; each line that ends in "## …" says what a target does. Every target sets up what it needs.

PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data/train
BASE ?= work/base-model
EXACT ?= work/harm-fp32
BENCH ?= ../shared/bench/names

# Else every process would compile every library anew, which costs seconds at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-evidence test-night test-servers check fix bench bench-names bench-harm eval-harm bench-evidence train lock clean

setup: .venv/ready  ## make .venv with the pinned dependencies, and find or get a Chromium

.venv/ready: requirements.lock bootstrap.lock pyproject.toml
	@echo "Making .venv with the pinned dependencies (about 1.2 GB) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Handenaf needs Python 3.11 or newer; this is $$($(PYTHON) --version). Install one and run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m flows.chromium
	@touch $@

demo: setup  ## a small town of websites, tonight's scan, the desk: everything real, everybody fictional
	@$(BIN)/handenaf demo

test: setup  ## all tests; those that need the real servers say why when they skip
	@$(BIN)/python -m pytest

test-evidence: setup  ## all tests of the evidence, the long ones whole (nightly; some need ../shared/servers)
	@$(BIN)/python -m pytest tests/takedown/evidence tests/flows/test_stamping.py --long

test-night: setup  ## a night over the whole demo town, killed ten times: nothing lost, nothing doubled (a quarter of an hour)
	@$(BIN)/python -m pytest -n 0 tests/flows/test_killed_night.py --long

test-servers: setup  ## the crawlers against WordPress, FlaskBB, Isso, Bluesky and Mastodon, installed here first (minutes)
	@HANDENAF_SERVERS_INSTALL=1 $(BIN)/python -m pytest -n 0 --timeout 1500 tests/crawlers/test_servers.py

check: setup  ## format, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy crawlers classify takedown review flows warehouse demo tests
	@$(BIN)/lint-imports --no-cache

fix: setup  ## what the tools can mend by themselves
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup  ## names posts/s, harm posts/s, scan pages/s, capture s, peak memory of a night over the demo town
	@$(BIN)/handenaf bench

bench-names: setup  ## the names benchmark: quality and speed beside other matchers
	@$(BIN)/python -m classify.names.bench $(BENCH)

bench-harm: setup  ## the harm model's posts/s, loading, memory, beside the bare session and torch fp32 (EXACT=folder, kept by make train)
	@$(BIN)/python -m classify.harm.bench $(if $(wildcard $(EXACT)),--fp32 $(EXACT))

eval-harm: setup  ## how good the harm model is: test set, development part, HateCheck (SUITES=folder), fp32 (EXACT=folder); writes its card
	@$(BIN)/python -m classify.harm.evaluate --card $(if $(wildcard $(EXACT)),--fp32 $(EXACT)) $(if $(SUITES),--suites $(SUITES))

bench-evidence: setup  ## seconds and MB of a capture by step, sealing and verifying, beside a plain screenshot
	@$(BIN)/python -m takedown.evidence.bench

train: setup  ## fine-tune the harm model on two cores (installs torch; see classify/harm/README.md)
	@$(BIN)/python -m pip install --quiet torch==2.13.0 onnx
	@$(BIN)/python -m classify.harm.train --data $(DATA) --corpus classify/harm/corpus --base $(BASE) --out classify/harm/weights --exact $(EXACT)

lock: setup  ## resolve the dependencies anew into the two lock files
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade --group dev pyproject.toml -o requirements.lock
	@echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header - -o bootstrap.lock

clean:  ## remove what make made; the demo's data too
	rm -rf .venv .demo build .mypy_cache .ruff_cache .pytest_cache
