# Two commands: `make site` and `make test`.  Both start from a fresh clone; Python 3.11+ and make are enough.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export TF_CPP_MIN_LOG_LEVEL = 3
export PYTHONHASHSEED = 0

.DEFAULT_GOAL := help
.PHONY: help site test lint unit frameworks rosetta fix serve golden shots lighthouse bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

# The status of a pipe is that of its last command: so pip's own success leaves the stamp.
$(READY): pyproject.toml constraints.txt
	@echo "==> Setting up .venv: about 2 GB, a few minutes the first time"
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(f"Python 3.11 or newer is needed; this is {v}. Try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@rm -f $@
	@{ $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -c constraints.txt -e '.[docs,test]' && touch $@; } \
	  | grep --line-buffered -oE '^(Collecting [^ ]+|Installing collected packages)' || true
	@test -e $@ || { echo 'The installation did not succeed; see above.'; exit 1; }

# Sphinx reads a page or runs a script again when it changed; it must also when the package did.
_build/.package: $(shell find lstm_shapes -name '*.py' -not -path '*/__pycache__/*')
	@find docs/gallery -name '*.md5' -delete 2>/dev/null || true
	@rm -rf _build/doctrees
	@mkdir -p _build && touch $@

site: $(READY) _build/.package ## build the whole site, gallery executed, into _build/html
	@echo "==> Building the site: the gallery trains small networks, about two minutes the first time"
	@$(BIN)/sphinx-build -c . -b html -d _build/doctrees -W -n --keep-going docs _build/html
	@touch _build/.site
	@$(BIN)/python -m lstm_shapes explain --input 100 --units 20 --bidirectional
	@echo
	@echo "==> Open $(CURDIR)/_build/html/index.html"

test: lint unit ## lint, types, unit, doctest, property, real Keras and site tests

lint: $(READY) ## formatting, lint and types only
	@echo "==> Formatting, lint, types"
	@$(BIN)/ruff format --check --quiet . || { echo 'Formatting differs: run make fix'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy

unit: $(READY) ## tests only; make unit ARGS='-k gru' for some of them
	@echo "==> Tests: package, doctests, pages, real Keras, site"
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

frameworks: $(READY) ## install PyTorch, JAX and others beside .venv (3 GB); make test then runs them too
	@$(BIN)/python tests/frameworks/rosetta.py --install --ci

rosetta: $(READY) ## run every framework there is, CI's and the rest; writes docs/lookup/rosetta.json
	@$(BIN)/python tests/frameworks/rosetta.py

fix: $(READY) ## format the code, mend what lint can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

serve: $(READY) ## the site with live reload, on this machine only
	@$(BIN)/sphinx-autobuild -c . -D csp=0 --host 127.0.0.1 --watch gallery --watch lstm_shapes --ignore 'docs/gallery/*' -d _build/doctrees docs _build/html

golden: $(READY) ## write tests/golden anew; read the diff
	@UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/test_render.py -k golden
	@git --no-pager diff --stat tests/golden

shots: $(READY) ## screenshots of the main pages, wide, narrow and dark, into _build/shots
	@$(BIN)/python tests/browser.py

lighthouse: $(READY) ## Lighthouse's scores of the main pages of the built site; the last ones: benchmarks/lighthouse.md
	@$(BIN)/python tests/lighthouse.py

bench: $(READY) ## ratios measured in one run
	@for file in benchmarks/*.py; do echo "==> $$file"; $(BIN)/python $$file || exit 1; done

clean: ## take away what was built, not the environments
	rm -rf _build docs/gallery build *.egg-info
