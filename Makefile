# One command for each thing; `make help` lists them. Everything lives in .venv/ and web/static/built/.
SHELL := /bin/sh
PORT ?= 8000
JOBS ?= 2
TESTS ?= tests

# The first Python we support. Say PYTHON=… for another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; \
	then echo $$python; break; fi; done)

RUN := .venv/bin/python -m
# Whatever the machine says: the tests start hundreds of processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo many test costs check hooks fix bench faults attack contract pictures year lock ready ready-to-test python

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ready-to-test ## build .venv/ with everything in it

run: ready ## serve on http://127.0.0.1:$PORT (PORT=8000)
	@exec .venv/bin/unmentoring serve --port "$(PORT)"

demo: ready ## make a programme of 41 people, draw and send a round, serve it on PORT and print the links
	@exec .venv/bin/unmentoring demo --port "$(PORT)"

many: ready-to-test ## the demo on PostgreSQL, three workers and two web processes, on PORT and the one after it
	@exec .venv/bin/python -W "ignore:XDG_RUNTIME_DIR" -m tools.many --port "$(PORT)"

test: ready-to-test ## run every test: SQLite, PostgreSQL and Chromium, none skipped (TESTS=tests/web JOBS=2)
	@$(RUN) tests.support.chromium
	@exec $(RUN) pytest --numprocesses "$(JOBS)" --dist worksteal --none-skipped $(TESTS)

costs: ready-to-test ## run every test and print what takes most processor (TESTS=tests/web JOBS=2)
	@exec $(RUN) pytest --quiet --numprocesses "$(JOBS)" --dist worksteal --costs $(TESTS)

check: ready-to-test ## lint, types, import arrows, migrations, templates, settings and docs
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/python -c 'from importlinter.cli import lint_imports_command as lint; lint()'
	$(RUN) tools.deploying
	$(RUN) pytest --quiet tests/house

hooks: ## have git run `make check` before each commit (git commit --no-verify leaves it out once)
	@git config core.hooksPath tools/hooks

fix: ready-to-test ## mend what the tools can mend
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

bench: ready-to-test ## print our speed beside its floor, in ten minutes (BENCH="serving joining", FULL=1 for hours)
	@exec $(RUN) tests.benchmarks $(BENCH) $(if $(FULL),--full)

faults: ready-to-test ## every bad day in full size, counted by a checker of its own (hours; SHORT=1 for minutes)
	@exec .venv/bin/python -W "ignore:XDG_RUNTIME_DIR" -m tests.faults $(if $(SHORT),,--full)

attack: ready-to-test ## wapiti and sqlmap over the demo as its owner, and over a site with holes (MINUTES=60 for each)
	@exec $(RUN) tests.attack --minutes $(or $(MINUTES),60)

contract: ready-to-test ## hold our requests against the providers' OpenAPI documents (SPECS=/folder/of/them)
	@exec $(RUN) tests.contract "$(SPECS)"

year: ready-to-test ## live a year of a programme by its pages and messages (PEOPLE=300 ROUNDS=12 SEED=1)
	@exec $(RUN) tests.year --people $(or $(PEOPLE),300) --rounds $(or $(ROUNDS),12) --seed $(or $(SEED),1)

pictures: ready-to-test ## photograph the demo's pages for the documents
	@exec $(RUN) tests.support.pictures

lock: ready-to-test ## choose versions again (UPGRADE=--upgrade for the newest)
	.venv/bin/python tools/lock.py $(UPGRADE)

ready: python ## build .venv/ with what it takes to run, for a server
	@"$(PYTHON)" tools/setup.py

ready-to-test: python
	@"$(PYTHON)" tools/setup.py --all

python:
	@test -n "$(PYTHON)" || { echo "Unmentoring needs Python 3.11 to 3.14 as python3. Install one, or say where: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
