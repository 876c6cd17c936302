# The verbs of this project. `make run` and `make test` work on a fresh Debian 12 with git and make.
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
ASSISTANT ?= examples/shop
T ?=
SECONDS_PER_TARGET ?= 60
SOAK_TURNS ?= 1000000

.PHONY: run test check bench bench-peers fuzz soak second-opinion golden fmt build release deps help

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

deps:
	@scripts/install_deps

release: deps  ## build the optimised binary, build/release/server/parley
	@mkdir -p build
	@cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build --preset release -j $(JOBS) --target parley -- --quiet

build: deps
	@mkdir -p build
	@cmake --preset dev >build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@cmake --build --preset dev -j $(JOBS) -- --quiet

run: release  ## build and serve the demo assistant (ASSISTANT=folder for another)
	@build/release/server/parley serve $(ASSISTANT)

test: build  ## build with sanitizers and run all tests (T=name for some)
	@ctest --preset dev -j $(JOBS) $(if $(T),-R $(T))

check:  ## format, dependency rules, sizes, paths named in the docs
	@scripts/check_format
	@scripts/check_deps
	@scripts/check_sizes
	@scripts/check_docs

bench: release  ## measure, with ratios, and print the tables
	@short=0; for each in bench bench_tools bench_peers bench_servers; do scripts/$$each || short=1; done; exit $$short

bench-peers: release  ## of these only: beside a hand-written FastAPI service, and with many conversations stored
	@scripts/bench_peers

fuzz: deps  ## run every fuzz target for SECONDS_PER_TARGET seconds
	@scripts/fuzz $(SECONDS_PER_TARGET)

soak: deps  ## SOAK_TURNS simulated turns, and the process faults at length
	@scripts/soak $(SOAK_TURNS)

second-opinion: deps  ## after make test: g++ and optimised clang give the same states
	@scripts/second_opinion

golden: build  ## rewrite golden files; review the diff
	@PARLEY_GOLDEN=1 ctest --preset dev -j $(JOBS) >/dev/null || true
	@git diff --stat

fmt:  ## format C++ sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i
