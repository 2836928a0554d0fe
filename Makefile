# Two commands: `make run` starts Fieldwork, `make test` tests it. Only make and Python 3.11 to 3.14 are needed.

# The first suitable interpreter, in $$p. PYTHON=… chooses another one.
FIND = for p in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && break; \
	  p=; \
	done; \
	if [ -z "$$p" ]; then \
	  echo "Fieldwork needs Python 3.11 to 3.14 with venv (on Debian: apt install python3-venv), or make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi
INSTALL = @$(FIND); "$$p" locks/install.py
BIN = .venv/bin
# As many at once as there are cores; the tests of a file stay together. ARGS="-n 0 -k words" runs some, one by one.
PYTEST = $(BIN)/python -m pytest -n auto --dist loadfile
COMPILE = $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet $(UPGRADE)

help:
	@echo "make run         start Fieldwork (DEMO=0: empty); Ctrl-C stops it"
	@echo "make pilot SPEC=spec.yml   run one pilot in the terminal"
	@echo "make site CLIENT=name      a client's own site on this machine"
	@echo "make test        the tests that need nothing but Python"
	@echo "make test-all    also browser, services, killed processes, slow ones"
	@echo "make check       style, types, templates, migrations, locks"
	@echo "make lock        write the locks (UPGRADE=--upgrade: newest versions)"
	@echo "make bench-engine, -idle, -memory, -page, -pages, -command, -pack, -api   measurements;  make screens   the README's pictures"
	@echo "make clean       remove .venv and caches, never .fieldwork"

run:
	$(INSTALL) control
	@exec $(BIN)/python -m apps.config.supervisor run

pilot:
	$(INSTALL) control
	@if [ -z "$(SPEC)" ]; then echo "make pilot SPEC=spec.yml" >&2; exit 2; fi
	@exec $(BIN)/python manage.py run_pilot "$(SPEC)"

site:
	$(INSTALL) control
	@if [ -z "$(CLIENT)" ]; then echo 'make site CLIENT="Northwind Bank" [ROOT=/folder]' >&2; exit 2; fi
	@exec $(BIN)/python manage.py start_site "$(CLIENT)" $(if $(ROOT),--root "$(ROOT)") $(ARGS)

test:
	$(INSTALL) dev
	@exec $(PYTEST) -m "not browser and not services and not faults and not slow" $(ARGS)

test-all:
	$(INSTALL) dev
	@exec $(PYTEST) $(ARGS)

check:
	$(INSTALL) dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy apps
	$(BIN)/djlint --check --lint --quiet templates
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q tests/config/test_locks.py

lock:
	$(INSTALL) dev
	$(COMPILE) --all-extras --output-file locks/dev.txt
	$(COMPILE) --extra control --extra site --extra mcp --constraint locks/dev.txt --output-file locks/control.txt
	$(COMPILE) --extra site --constraint locks/dev.txt --output-file locks/site.txt

bench-%:
	$(INSTALL) dev
	@exec $(BIN)/python -m tests.benchmarks.bench_$* $(ARGS)

screens:
	$(INSTALL) dev
	@exec $(BIN)/python -m tests.e2e.screens $(ARGS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist fieldwork.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help run pilot site test test-all check lock screens clean
