# SPDX-License-Identifier: Apache-2.0
# Short names for what is done often. What they do is in meson.build, .ci/ and tests/.

B ?= build
DESTDIR ?=
STRIP ?=
DEMO ?=
SETUP ?=
# Eight sources at once compile in a third of the time; with UNITY=off a change compiles only its own file.
UNITY ?= on
SEEDS ?= 10000
FUZZ_SECONDS ?= 60
FUZZ_TARGET ?=

.PHONY: help deps build setup programs demo run test unit builds simulate asan tsan fuzz bench fresh format tidy \
	install uninstall dist clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

deps: ## install the Debian packages that are missing, with sudo when not root
	@.ci/install-packages

build: setup ## build into $(B)/, with warnings as errors
	@ninja -C $(B)

setup:
	@.ci/install-packages build
	@test -f $(B)/build.ninja || meson setup $(B) -Dwerror=true -Dunity=$(UNITY) -Dunity_size=8 $(SETUP)

# What the demo runs, without the tests.
programs: setup
	@ninja -C $(B) daemon/app/cliod agent-client/clioctl tests/sandbox/clio-sandbox

demo: programs ## watch the whole of it at work; DEMO=--quick for the short form
	@.ci/install-packages run
	@tests/demo/demo $(DEMO) $(B)

run: programs ## build and run cliod in the foreground, with your configuration and state
	@.ci/install-packages run
	@$(B)/daemon/app/cliod

test: setup ## every test
	@.ci/install-packages run test
	@began=$$(date +%s) && ninja -C $(B) && BUILD_SECONDS=$$(($$(date +%s) - began)) tests/run $(B)

unit: build ## the unit tests
	@meson test -C $(B) --no-rebuild --suite unit

builds: ## release, debug and LTO builds, each with its unit tests
	@$(MAKE) unit B=build-release SETUP='--buildtype=release'
	@$(MAKE) unit B=build-debug SETUP='--buildtype=debug'
	@$(MAKE) unit B=build-lto SETUP='--buildtype=release -Db_lto=true'

simulate: build ## the core in a simulated world; SEEDS=100000 for long
	@$(B)/tests/simulation/simulate --count $(SEEDS)

asan: ## every test, under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) test B=build-asan SETUP='--buildtype=debug -Db_sanitize=address,undefined -Db_lundef=false'

tsan: ## every test, under ThreadSanitizer
	@$(MAKE) test B=build-tsan SETUP='--buildtype=debug -Db_sanitize=thread -Db_lundef=false'

fuzz: ## what comes from outside, by libFuzzer; FUZZ_SECONDS=600 for each, FUZZ_TARGET=config for one
	@.ci/install-packages build fuzz
	@test -f build-fuzz/build.ninja || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true \
		-Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false
	@ninja -C build-fuzz fuzz-targets
	@tests/fuzz/run build-fuzz $(FUZZ_SECONDS) $(FUZZ_TARGET)

bench: build ## speed and memory, beside what they can be compared with
	@.ci/install-packages run
	@tests/bench/bench $(B)

fresh: ## make demo and make test in a new Debian 12 that has only make and git
	@.ci/install-packages develop
	@tests/fresh/run

format: ## clang-format everything
	@.ci/install-packages test
	@find daemon agent-client tests -name '*.cpp' -o -name '*.h' | xargs clang-format -i

# In a folder of its own: g++'s precompiled headers are not clang's.
tidy: ## clang-tidy everything
	@.ci/install-packages develop
	@$(MAKE) setup B=build-tidy SETUP=-Db_pch=false
	@run-clang-tidy -quiet -j 2 -p build-tidy -extra-arg=-Wno-unknown-warning-option

install: build ## install; STRIP=1 without symbols, DESTDIR= for packagers
	@meson install -C $(B) --no-rebuild $(if $(STRIP),--strip) $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

# meson removes what its last installation listed, which may have been one into another DESTDIR: so list first.
uninstall: ## remove the files that "make install" installs; DESTDIR= as there
	@meson install -C $(B) --no-rebuild --dry-run --quiet $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))
	@ninja -C $(B) uninstall

# From a commit, and by options that leave no time, user or file name in it.
dist: ## a source tarball of the last commit, the same bytes each time
	@version=$$(git show HEAD:meson.build | sed -n "s/^  version: '\(.*\)',/\1/p") && name=clio-agent-$$version && \
		git -c tar.umask=0022 archive --format=tar --prefix=$$name/ --output=$$name.tar HEAD && \
		gzip --no-name --best --force $$name.tar && sha256sum $$name.tar.gz

clean: ## remove the build folders
	@rm -rf build build-asan build-tsan build-tidy build-fuzz build-release build-debug build-lto
