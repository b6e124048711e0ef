# The manual: `make help` lists every verb.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
GO ?= go
VENV := .venv
OLDEST := .venv-oldest
PY := $(VENV)/bin/python
TOOLS := build/tools
export GOFLAGS ?= -mod=readonly
export GOBIN := $(CURDIR)/$(TOOLS)
# Tests run side by side; BLAS and OpenMP threads on top of that only wait for each other.
TEST_ENV := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# Tests of one group, which share what is slow to build, run in one process.
SPREAD := -n 2 --dist loadgroup
PROTOC_GEN_GO := 1.36.12
PROTOC_GEN_GO_GRPC := 1.6.2
STATICCHECK := 0.8.2

.PHONY: help
help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-16s %s\n", $$1, $$2}'

# ---- environments -------------------------------------------------------------------------------------------------

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	$(PY) -m pip install --quiet --editable '.[onnx,otel,pandas,serve,skops]' --group test --group lint
	@touch $@

$(TOOLS)/protoc-gen-go-$(PROTOC_GEN_GO):
	$(GO) install google.golang.org/protobuf/cmd/protoc-gen-go@v$(PROTOC_GEN_GO)
	@touch $@

$(TOOLS)/protoc-gen-go-grpc-$(PROTOC_GEN_GO_GRPC):
	$(GO) install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v$(PROTOC_GEN_GO_GRPC)
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
	cd interop && CGO_ENABLED=0 $(GO) build -trimpath -o ../bin/modelx-go ./cmd/modelx-go

PROTOS := $(sort $(wildcard proto/modelx/*/*.proto))
SERVICES := proto/modelx/v1/service.proto proto/modelx/inference/open_inference.proto
GENERATED := modelx/v1/*_pb2* modelx/inference/*_pb2* interop/modelxpb/*.pb.go interop/inferencepb/*.pb.go

.PHONY: generate
generate: build/generate/.ready $(TOOLS)/protoc-gen-go-$(PROTOC_GEN_GO) $(TOOLS)/protoc-gen-go-grpc-$(PROTOC_GEN_GO_GRPC) ## Regenerate the Python and Go code from proto/
	rm -f $(GENERATED)
	build/generate/bin/python -m grpc_tools.protoc -I proto --python_out=. --pyi_out=. \
	  --plugin=protoc-gen-go=$(TOOLS)/protoc-gen-go --go_out=interop \
	  --go_opt=module=github.com/modelx-dev/modelx/interop $(PROTOS)
	build/generate/bin/python -m grpc_tools.protoc -I proto --grpc_python_out=. \
	  --plugin=protoc-gen-go-grpc=$(TOOLS)/protoc-gen-go-grpc --go-grpc_out=interop \
	  --go-grpc_opt=module=github.com/modelx-dev/modelx/interop $(SERVICES)

.PHONY: demo
demo: setup build ## Train on real data, export, predict every row in Go, compare: the main job
	$(PY) examples/demo.py --modelx-go bin/modelx-go

.PHONY: test
test: ## Everything that CI runs
	@$(MAKE) -j4 --output-sync lint environments
	@$(MAKE) drift breaking test-python test-go interop-marked test-oldest fuzz-go-short

# Everything that is downloaded or built once; side by side, as they mostly wait for the network.
.PHONY: environments
environments: setup build tritonclient kserve-schemas $(OLDEST)/.ready build/generate/.ready \
  $(TOOLS)/protoc-gen-go-$(PROTOC_GEN_GO) $(TOOLS)/protoc-gen-go-grpc-$(PROTOC_GEN_GO_GRPC)

.PHONY: test-python
test-python: setup tritonclient kserve-schemas ## The Python tests, without the ones that need Go
	$(TEST_ENV) $(PY) -m pytest tests $(SPREAD) -m "not interop"

.PHONY: test-go
test-go: ## The Go tests, with the race detector
	cd interop && $(GO) test -race ./...

.PHONY: interop-test
interop-test: setup build tritonclient kserve-schemas ## The cross-language part alone: vectors and the serving contract in both languages
	$(TEST_ENV) $(PY) -m pytest tests/conformance tests/interop tests/compat tests/test_go_consumer.py $(SPREAD) -m "not interop"
	@$(MAKE) interop-marked

# What test-python leaves out.
.PHONY: interop-marked
interop-marked: setup build tritonclient kserve-schemas
	$(TEST_ENV) $(PY) -m pytest tests/conformance tests/interop tests/compat tests/contract tests/deploy tests/client tests/cli tests/docs \
	  $(SPREAD) -m interop
	cd interop && $(GO) test -count=1 -run 'Conformance|Compat|Invalid' .
	$(TEST_ENV) $(PY) tests/matrix/matrix.py --modelx-go bin/modelx-go --check

# An existing client of the Open Inference Protocol pins protobuf 6, so it has an environment of its own.
TRITONCLIENT := build/tritonclient
$(TRITONCLIENT)/.ready:
	$(PYTHON) -m venv $(TRITONCLIENT)
	$(TRITONCLIENT)/bin/python -m pip install --quiet 'tritonclient[grpc,http]>=2.60'
	@touch $@

.PHONY: tritonclient
tritonclient: $(TRITONCLIENT)/.ready

# KServe's definitions of its kinds come with its Go module; only they are used.
.PHONY: kserve-schemas
kserve-schemas:
	@cd /tmp && $(GO) mod download github.com/kserve/kserve@v0.15.2

.PHONY: contract
contract: setup build tritonclient ## Run the serving contract's cases against both engines
	$(TEST_ENV) $(PY) -m pytest tests/contract $(SPREAD)

$(OLDEST)/.ready: pyproject.toml
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(OLDEST)/bin/python -m pip install --quiet --editable '.[pandas]' --group test \
	  'scikit-learn==1.5.0' 'numpy==1.26.4' 'protobuf==6.33.5' 'pandas==2.2.0'
	@touch $@

.PHONY: test-oldest
test-oldest: $(OLDEST)/.ready ## The core tests under the oldest supported scikit-learn, numpy and protobuf
	$(TEST_ENV) $(OLDEST)/bin/python -m pytest tests/estimators tests/evidence tests/compat tests/fuzz tests/test_api.py \
	  tests/test_errors.py $(SPREAD) -m "not interop"

# Runs, not seconds: go test calls it a failure when the time is up in the middle of a run.
FUZZRUNS ?= 5000000x
.PHONY: fuzz-short
fuzz-short: setup ## Each fuzz target of both languages for some seconds
	@$(MAKE) fuzz FUZZRUNS=8000x FUZZSECONDS=5

# Python's run in test-python, for some seconds too.
.PHONY: fuzz-go-short
fuzz-go-short:
	@$(MAKE) fuzz-go FUZZRUNS=8000x

FUZZSECONDS ?= 300
.PHONY: fuzz
fuzz: setup fuzz-go ## Each fuzz target for long: make fuzz FUZZRUNS=9000000x FUZZSECONDS=600
	$(TEST_ENV) $(PY) -m pytest tests/fuzz $(SPREAD) --fuzz-seconds $(FUZZSECONDS)

.PHONY: fuzz-go
fuzz-go:
	@cd interop && for dir in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z]+' $$dir/*_test.go | cut -d' ' -f2); do \
	    echo "$$dir $$target $(FUZZRUNS)"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZRUNS) -fuzzminimizetime 1x $$dir; \
	  done; done

.PHONY: lint
lint: setup $(TOOLS)/staticcheck-$(STATICCHECK) ## ruff, mypy --strict, buf lint, gofmt, go vet, staticcheck
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/buf lint
	$(VENV)/bin/buf format --diff --exit-code
	@test -z "$$(gofmt -l interop benchmarks tests)" || { gofmt -d interop benchmarks tests; exit 1; }
	cd interop && $(GO) vet ./... && ../$(TOOLS)/staticcheck ./...

# buf breaking compares with the newest release's tag; before the first one there is nothing to compare with.
RELEASE := $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null)
.PHONY: breaking
breaking: setup ## Check that the schema still reads the files of the newest release
	$(if $(RELEASE),$(VENV)/bin/buf breaking --against '.git#tag=$(RELEASE)',@echo "no release yet: nothing to compare with")

.PHONY: drift
drift: ## Check that the generated code is what proto/ generates
	@before=$$(cat $(GENERATED) | sha256sum); $(MAKE) generate >/dev/null; \
	after=$$(cat $(GENERATED) | sha256sum); \
	test "$$before" = "$$after" || { echo "the generated code has drifted from proto/: commit what 'make generate' wrote"; exit 1; }
	@echo "generated code: no drift"

.PHONY: coverage-matrix
coverage-matrix: setup build ## Fit, export and verify in Go every estimator of scikit-learn, and write docs/estimators.md's table
	$(TEST_ENV) $(PY) tests/matrix/matrix.py --modelx-go bin/modelx-go

.PHONY: conformance
conformance: setup ## Rewrite the conformance vectors from their cases
	$(PY) tests/conformance/generate.py

build/columnsbench: $(wildcard benchmarks/go/columns/*.go interop/*.go)
	@mkdir -p build
	cd benchmarks/go && CGO_ENABLED=1 $(GO) build -o ../../build/columnsbench ./columns

build/gobench: $(wildcard benchmarks/go/*) $(wildcard interop/*.go)
	@mkdir -p build
	cd benchmarks/go && CGO_ENABLED=1 $(GO) build -o ../../build/gobench .

.PHONY: bench
bench: setup build build/gobench build/columnsbench ## Speed against scikit-learn, onnxruntime and joblib, side by side, with ratios
	$(PY) benchmarks/predict.py --gobench build/gobench
	$(PY) benchmarks/ensembles.py --gobench build/gobench
	$(PY) benchmarks/histograms.py --gobench build/gobench
	$(PY) benchmarks/columns.py --columns build/columnsbench
	$(PY) benchmarks/files.py

build/load: $(wildcard benchmarks/serve/*) interop/modelxpb/service.pb.go
	@mkdir -p build
	cd benchmarks/serve && $(GO) build -o ../../build/load .

# MLServer pins protobuf 6; it runs the very estimator, from a pickle.
build/mlserver/.ready:
	$(PYTHON) -m venv build/mlserver
	build/mlserver/bin/python -m pip install --quiet 'mlserver>=1.7' 'mlserver-sklearn>=1.7'
	@touch $@

.PHONY: bench-serve
bench-serve: setup build build/load build/mlserver/.ready ## Requests a second beside bare gRPC servers and MLServer; memory over 10,000 reloads
	$(PY) benchmarks/serve.py
	$(PY) benchmarks/serve_memory.py

.PHONY: clean
clean: ## Remove what make has built, the environments too
	rm -rf $(VENV) $(OLDEST) bin build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
