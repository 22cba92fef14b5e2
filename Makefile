# make run     watch a letter travel, on the full screen       make lint    ruff, mypy --strict, import-linter
# make test    every test, against the installed wheel         make bench   what the README claims about speed
# make clean   take away all that the above have made         make pictures   draw docs/pictures anew
#
# Everything is made in .venv beside this file; nothing else on the machine is touched. PYTHON= names the Python to make
# it with, else the first of these that is 3.11 or newer. TESTS="-k visible" passes words on to pytest.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11

.PHONY: run test lint bench pictures clean
.SUFFIXES:

VENV := .venv
PY := $(VENV)/bin/python
WHEEL_PY := "$(CURDIR)/$(VENV)/wheel/bin/python"
PIP := $(PY) -m pip --disable-pip-version-check
export PIP_CACHE_DIR ?= $(CURDIR)/$(VENV)/cache

# Does this Python serve? Prints its version.
ASK := 'import sys; sys.version_info < (3, 11) and sys.exit(1); print("%d.%d" % sys.version_info[:2])'
# The first of the candidates, or PYTHON, that serves; nothing if none does.
BASE = $(shell for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
         "$$python" -c $(ASK) >/dev/null 2>&1 && { echo "$$python"; break; }; done)

# A .venv whose Python is gone, or is not the one asked for, is made anew. (Costs 20 ms.)
MADE_WITH := $(shell $(PY) -c $(ASK) 2>/dev/null)
WANTED := $(if $(PYTHON),$(shell "$(PYTHON)" -c $(ASK) 2>/dev/null),$(MADE_WITH))
ifeq ($(and $(MADE_WITH),$(filter $(MADE_WITH),$(WANTED))),)
.PHONY: $(VENV)/made
endif

run: $(VENV)/run
	@$(PY) -m mailedu

# The wheel is made from the source distribution, so both are known to be whole. It is installed beside what .venv holds
# and not in it, and pytest runs away from the checkout: what the tests import is what a user gets. More workers than
# most machines that test have processors, for tests of screens wait half of their time.
test: $(VENV)/dev
	@rm -rf $(VENV)/dist $(VENV)/wheel $(VENV)/elsewhere && mkdir $(VENV)/elsewhere
	@$(PY) -m build --no-isolation --outdir $(VENV)/dist . >$(VENV)/build.log 2>&1 || { cat $(VENV)/build.log >&2; exit 1; }
	@$(PY) -m venv --without-pip $(VENV)/wheel
	@$(PIP) --python $(WHEEL_PY) install --quiet --no-index --no-deps $(VENV)/dist/*.whl
	@$(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  >"$$($(WHEEL_PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tools.pth"
	@cd $(VENV)/elsewhere && PYTHONSAFEPATH=1 MAILEDU_CHECKOUT="$(CURDIR)" $(WHEEL_PY) -m pytest -n 4 --dist worksteal \
	  -c "$(CURDIR)/pyproject.toml" --rootdir "$(CURDIR)" -o cache_dir="$(CURDIR)/$(VENV)/pytest" "$(CURDIR)/tests" $(TESTS)

lint: $(VENV)/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-cache

bench: $(VENV)/dev
	@$(PY) benchmarks

pictures: $(VENV)/dev
	@PYTHONPATH="$(CURDIR)" $(PY) tests/tui/pictures.py

clean:
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(VENV)/run: $(VENV)/made pyproject.toml constraints.txt
	@echo "Installing what running needs ..."
	@$(PIP) install --quiet -c constraints.txt -e '.[tui]'
	@touch $@

$(VENV)/dev: $(VENV)/run
	@echo "Installing what testing needs ..."
	@$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

# Here make itself calls, for only so does a failure end in one line.
$(VENV)/made:
	$(if $(BASE),,$(error mailedu needs Python 3.11 or newer: $(if \
	  $(PYTHON),PYTHON=$(PYTHON) is not,none of $(CANDIDATES) is); install one or name it: make run PYTHON=/path/to/python3))
	$(info Making $(VENV) with $(BASE) ...)
	$(if $(shell "$(BASE)" -m venv --clear $(VENV) >/dev/null 2>&1 && touch $@ && echo made),,$(error $(BASE) cannot make \
	  a virtual environment: install its venv module (Debian, Ubuntu: apt install python3-venv) and try again))
