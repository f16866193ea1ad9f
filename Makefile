# The first command on a machine that has only Python >= 3.11 with venv sets up everything it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PYTHONUNBUFFERED := 1
# Behind a company's proxy uv's own certificates do not do; a machine without a store of its own has nothing else.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),1,0)
.DEFAULT_GOAL := help
.PHONY: help install programs stock-clients widget fmt check test test-faults demo screenshots smoke node docs openapi bench lock sbom audit clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN {FS = ":.*## "}; {printf "  make %-10s %s\n", $$1, $$2}'

install: $(STAMP) ## dependencies into .venv, by hash

$(STAMP): locks/uv.txt locks/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vitrina needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@# Begun anew until uv is there: a venv that could not be finished (no ensurepip) looks like one that was.
	test -x $(BIN)/uv || $(PYTHON) -m venv --clear $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r locks/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes locks/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# Debian's programs that tests run as children of their own, each with the package it comes in.
PROGRAMS := nginx:nginx-light tinyproxy:tinyproxy redis-server:redis-server chromium:chromium php:php-cli \
  xmllint:libxml2-utils prometheus:prometheus kubectl:kubernetes-client
programs:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; missing=; for program in $(PROGRAMS); do \
	  command -v $${program%%:*} >/dev/null || missing="$$missing $${program#*:}"; done; \
	test -z "$$missing" || { echo "the tests need programs that are missing; install them:"; \
	  echo "  apt-get install --no-install-recommends$$missing"; exit 1; }

# Node.js comes with the Python packages, never from the machine.
NPM := $(BIN)/python -m sandbox.nodejs npm

# What tests ask our chat with besides Python: openai-node, by hash.
NODE_CLIENT := tests/support/node_client
stock-clients: $(NODE_CLIENT)/node_modules/.package-lock.json
	@command -v curl >/dev/null || { echo "curl is missing: the tests ask the chat with it"; exit 1; }

%/node_modules/.package-lock.json: %/package-lock.json | $(STAMP)
	$(NPM) ci --silent --prefix $*
	@touch $@

# The one file that shops embed.
WIDGET := $(if $(wildcard widget/package.json),runtime/storefront/widget.js)
widget: $(WIDGET) ## build the storefront widget, where its sources changed

runtime/storefront/widget.js: widget/node_modules/.package-lock.json $(shell find widget -type f \
    -not -path '*/node_modules/*' 2>/dev/null)
	$(NPM) run --silent --prefix widget build
	@test -f $@ && touch $@

fmt: install ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: install $(if $(WIDGET),widget/node_modules/.package-lock.json) ## ruff, mypy --strict, import contracts, OpenAPI diff, tsc
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vitrina-runtime openapi --check openapi
	$(if $(WIDGET),$(NPM) run --silent --prefix widget check)

test: programs install stock-clients widget ## the whole suite, on a real OpenSearch node
	@# The download, once a machine, must not count against a test's time limit.
	@test -n "$$OPENSEARCH_TEST_URL" || $(BIN)/python -m sandbox.opensearch prepare
	@$(BIN)/python -m sandbox.opensearch prepare secured
	$(if $(WIDGET),$(NPM) test --silent --prefix widget)
	$(BIN)/pytest $(ARGS)

# A shard is a file of tests/faults, named for its fault, or `runtime`, all those of the runtime: each takes ten minutes
# or less on a quiet machine.
SHARD ?= $(patsubst tests/faults/test_%.py,%,$(sort $(wildcard tests/faults/test_*.py)))
OF_RUNTIME := 1 2 3 4 5 6 9 15 16 17 18 19 27
SHARD_runtime := $(foreach fault,$(OF_RUNTIME),$(wildcard tests/faults/test_f$(fault)_*.py))

test-faults: install stock-clients ## the long fault runs, SHARD=name for one of them
	@test -n "$$OPENSEARCH_TEST_URL" || $(BIN)/python -m sandbox.opensearch prepare
	@$(foreach shard,$(SHARD),echo "shard $(shard)" && FAULT_RUNS=long $(BIN)/pytest --timeout 900 $(ARGS) \
	  $(or $(SHARD_$(shard)),tests/faults/test_$(shard).py) &&) true

demo: install widget ## a whole shop on this machine, with Prometheus where OBSERVE=1; Ctrl-C stops it
	@exec $(BIN)/python -m sandbox.demo

screenshots: install widget ## the pictures of the docs, of the demo's pages: docs/images
	@exec $(BIN)/python -m sandbox.screenshots

smoke: install ## the demo's steps, then questions through a stock OpenAI client
	@exec $(BIN)/python -m sandbox.smoke

node: install ## OpenSearch in the foreground on 127.0.0.1:9200, or on NODE_PORT
	@exec $(BIN)/python -m sandbox.opensearch

bench: install $(if $(filter widget,$(BENCH)),widget) ## BENCH=indexer beside other ways of doing the same; BENCH=quality [DATA=folder]; BENCH=retrieval; BENCH=runtime; BENCH=widget; BENCH=chat_adapters; BENCH=chain
	@exec $(BIN)/python -m bench $(or $(BENCH),indexer) $(if $(DATA),--data $(DATA)) $(ARGS)

docs: install ## regenerate docs/configuration.md from the settings
	$(BIN)/python -m sandbox.configuration_page --write docs/configuration.md

openapi: install ## regenerate openapi/
	$(BIN)/vitrina-runtime openapi --write openapi

# What an image installs is what the tests run with: the same versions, of the extras it needs.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header
EXTRAS_indexer := indexer local sigv4
EXTRAS_runtime := runtime local gigachat redis sigv4
EXTRAS_sandbox := sample
lock: install ## resolve the lock files anew (hashes, no hosts)
	$(COMPILE) --upgrade --all-extras --group dev pyproject.toml -o locks/dev.txt
	grep -A200 '^uv==' locks/dev.txt | awk 'NR==1 || /^    --hash/ {print; next} {exit}' > locks/uv.txt
	$(COMPILE) --constraint locks/dev.txt --group images -o locks/images.txt
	$(foreach image,indexer runtime sandbox,$(COMPILE) --constraint locks/dev.txt \
	  $(addprefix --extra ,$(EXTRAS_$(image))) pyproject.toml -o locks/$(image).txt &&) true

# As the images have it, see deploy/*.Dockerfile.
sbom: install widget ## what the images are made of, as CycloneDX: build/sbom
	@mkdir -p build/sbom
	$(foreach image,indexer runtime,$(BIN)/python -m cyclonedx_py requirements --pyproject pyproject.toml \
	  --output-reproducible --output-file build/sbom/$(image).cdx.json locks/$(image).txt &&) true
	cp runtime/storefront/widget.js.cdx.json build/sbom/widget.cdx.json

audit: install $(if $(WIDGET),widget/node_modules/.package-lock.json) ## ask the advisory services about what is shipped
	@$(BIN)/python -m sandbox.audit

clean: ## remove what the commands made in this folder
	rm -rf widget/node_modules $(NODE_CLIENT)/node_modules runtime/storefront/widget.js*
	rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
