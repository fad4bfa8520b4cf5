# SPDX-License-Identifier: GPL-2.0-only
# Needs make and Python 3.11 or later. Everything else goes into .venv, once; a stamp says that it is there.

VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The first Python that is new enough; PYTHON=... on the command line overrides it.
CANDIDATES := python3 python3.11 python3.12 python3.13 python3.14 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	if "$$p" -c "$(NEW_ENOUGH)" >/dev/null 2>&1; then echo "$$p"; break; fi; done)

# What builds the package, as pyproject.toml pins it: installed into .venv, so that no build fetches it again.
BUILD_REQUIRES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])

FIRMWARE_SOURCES := $(shell find firmware emulator/native tools/hatch_build.py emulator/memmap.py \
	-path '*/_build' -prune -o -type f \( -name '*.[chS]' -o -name '*.py' -o -name '*.ld' \) -print 2>/dev/null)
FIRMWARE_STAMP := $(VENV)/.stamp-firmware
PYTHON_SOURCES := $(shell find emulator pykernel firmware tools -name '*.py')
BYTECODE_STAMP := $(VENV)/.stamp-bytecode

.DEFAULT_GOAL := demo
.PHONY: demo test check bench fuzz firmware clean

demo: firmware $(BYTECODE_STAMP)
	@$(BIN)/dmalab boot

test: firmware $(DEV_STAMP) $(BYTECODE_STAMP)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

check: $(DEV_STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: firmware $(BYTECODE_STAMP)
	@$(BIN)/python -m tests.bench

fuzz: firmware $(DEV_STAMP)
	@$(BIN)/python -m pytest -n auto tests/fuzz
	@$(BIN)/python -m tests.programs

firmware: $(FIRMWARE_STAMP)

$(FIRMWARE_STAMP): $(RUN_STAMP) $(FIRMWARE_SOURCES)
	@$(BIN)/python -m emulator.native.build >/dev/null
	@$(BIN)/python -m firmware.build
	@touch $@

# What pip does for packages that it installs: without it, a boot where PYTHONDONTWRITEBYTECODE is set, or where the tree
# is read-only, would compile all of our modules each time.
$(BYTECODE_STAMP): $(RUN_STAMP) $(PYTHON_SOURCES)
	@$(BIN)/python -m compileall -q emulator pykernel firmware tools
	@touch $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "make: no Python 3.11 or later found (tried $(CANDIDATES)); give one: make PYTHON=/path/to/python3" >&2; \
		exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "make: $(PYTHON) -m venv failed; on Debian the package python3-venv holds what it lacks" >&2; exit 1; }

$(RUN_STAMP): pyproject.toml | $(BIN)/python
	@$(PIP) install $$($(BIN)/python -c '$(BUILD_REQUIRES)')
	@$(PIP) install --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@$(PIP) install --no-build-isolation --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) firmware/_build emulator/native/_build dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
