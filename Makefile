# The manual: `make help` lists every verb.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
GO ?= go
VENV := .venv
PY := $(VENV)/bin/python
TOOLS := build/tools
export GOFLAGS ?= -mod=readonly
export GOBIN := $(CURDIR)/$(TOOLS)
PROTOC_GEN_GO := 1.36.12
STATICCHECK := 0.8.2

.PHONY: help
help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-16s %s\n", $$1, $$2}'

# ---- environments -------------------------------------------------------------------------------------------------

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	$(PY) -m pip install --quiet --editable '.[onnx,pandas,skops]' --group test --group lint
	@touch $@

$(TOOLS)/protoc-gen-go-$(PROTOC_GEN_GO):
	$(GO) install google.golang.org/protobuf/cmd/protoc-gen-go@v$(PROTOC_GEN_GO)
	@touch $@

$(TOOLS)/staticcheck-$(STATICCHECK):
	$(GO) install honnef.co/go/tools/cmd/staticcheck@v$(STATICCHECK)
	@touch $@

build/generate/.ready: pyproject.toml
	$(PYTHON) -m venv build/generate
	build/generate/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	build/generate/bin/python -m pip install --quiet --group generate
	@touch $@

# ---- verbs --------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.ready ## Make the virtual environment with all that development needs

.PHONY: build
build: ## Build bin/modelx-go
	@mkdir -p bin
	cd interop && $(GO) build -trimpath -o ../bin/modelx-go ./cmd/modelx-go

PROTOS := $(sort $(wildcard proto/modelx/v1/*.proto))

.PHONY: generate
generate: build/generate/.ready $(TOOLS)/protoc-gen-go-$(PROTOC_GEN_GO) ## Regenerate the Python and Go code from proto/
	rm -f modelx/v1/*_pb2.py modelx/v1/*_pb2.pyi interop/modelxpb/*.pb.go
	build/generate/bin/python -m grpc_tools.protoc -I proto --python_out=. --pyi_out=. \
	  --plugin=protoc-gen-go=$(TOOLS)/protoc-gen-go --go_out=interop \
	  --go_opt=module=github.com/modelx-dev/modelx/interop $(PROTOS)
