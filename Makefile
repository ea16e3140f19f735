# Two commands do everything on a fresh machine with Python 3.11, pip, make and gcc: `make demo` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
STAMP := .venv/.installed
SYSTEM_PACKAGES := postgresql default-libmysqlclient-dev pkg-config
DEMO_TEXT := Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique \
and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with 10 minutes in \
between, and tell \#data-alerts on Slack if anything fails

export AIRFLOW__CORE__LOAD_EXAMPLES := False

.PHONY: help install system demo test lint types contracts docs bench bench-reader train-reader test-matrix lock golden clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(STAMP) ## the virtual environment with everything in it

$(STAMP): requirements/dev.lock pyproject.toml | system
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/pip install --quiet --disable-pip-version-check uv
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

system: # Debian packages that the tests and the MySQL client need; nothing happens where they are present
	@scripts/system-packages $(SYSTEM_PACKAGES)

demo: install ## a sentence becomes a proven pipeline and runs on real files
	scripts/demo "$(DEMO_TEXT)"

test: install lint types contracts ## every check and test
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: install ## ruff, lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## mypy, strict
	$(BIN)/mypy

contracts: install ## who may import whom
	$(BIN)/lint-imports

docs: install ## the documentation site, in site/
	$(BIN)/mkdocs build --strict

bench: install ## every published figure: medians and ratios
	$(BIN)/python -m benchmarks

bench-reader: install ## how well requests are read: SPLIT=test, or CASES=a.json TEXTS=folder; ARGS="--ablation"
	$(BIN)/python -m benchmarks.reader $(ARGS)

train-reader: install ## the prose reader's network, made anew from the corpus (under two hours): EPOCHS=9
	scripts/train-reader $(EPOCHS)

test-matrix: install ## the golden bundles under Airflow 3.0, 3.1 and 3.2
	scripts/test-matrix 3.0 3.1 3.2

golden: install ## write the golden bundles anew; read the difference before you commit it
	$(BIN)/python -m tests.targets.goldens

lock: ## solve the requirements anew (no addresses are written)
	@for input in $(filter-out requirements/train.in,$(wildcard requirements/*.in)); do \
	  extra=""; [ $$input = requirements/dev.in ] && extra="pyproject.toml"; \
	  $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-header --no-annotate $$input $$extra --output-file $${input%.in}.lock; done

clean: ## remove what was built here
	rm -rf .venv .venv-train site build dist generated_dags .airflow-llm .mypy_cache .ruff_cache .hypothesis
