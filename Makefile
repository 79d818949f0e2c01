# The workflow, executable. `make test` is the whole test run.

CARGO ?= cargo

.PHONY: bench check deny fuzz golden powercut prepare test worst

# Most tests wait for a socket or a process most of the time.
test: tools prepare
	BROWSER_REQUIRED=1 RUST_TEST_THREADS=$${RUST_TEST_THREADS:-$$(( $$(nproc) * 2 ))} $(CARGO) test --locked

# Some tests boot a real systemd, and some open pages in a real browser. Installs what they need on Debian as root; elsewhere those of
# the service are skipped, and say so, and those of pages fail until a browser is there.
prepare: browser
	@command -v systemd-nspawn >/dev/null && command -v systemd-analyze >/dev/null && command -v nsenter >/dev/null || \
	{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends systemd systemd-container util-linux; } || \
	echo "tests of the service are skipped: install systemd-container (systemd-nspawn), and run them as root"

.PHONY: browser
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver; } || \
	echo "tests of pages will fail: install chromium and chromedriver (on Debian: apt install chromium chromium-driver)"

# Format, lints as errors, documentation.
check: tools
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps

# Writes the corpus' expected files anew, to be read in review; adds a store of today's schema, where there is none yet.
golden: tools
	GOLDEN=1 $(CARGO) test --locked --test it corpus
	GOLDEN=1 $(CARGO) test --locked --test it upgrade::the_schema_of_today_has_a_store

# What a source and a document cost beside their floors (feed-rs, SQLite), as ratios.
bench: tools
	$(CARGO) bench --locked --bench line --bench parse

# Mutants of the corpus against the laws of parsing and publishing, as long as wanted; what breaks one is named.
MINUTES ?= 10
SEED ?= 1
fuzz: tools
	$(CARGO) bench --locked --bench fuzz -- minutes=$(MINUTES) seed=$(SEED)

# Cuts the power in many more states of a run than `make test` does, and says which one loses something.
STATES ?= 20000
powercut: tools
	POWERCUT_STATES=$(STATES) POWERCUT_SEED=$(SEED) $(CARGO) test --locked --test it powercut:: -- --nocapture

# Time and peak memory of the worst documents, read by the release binary; fails where a bound is broken.
worst: tools
	$(CARGO) bench --locked --bench worst

# Licences, advisories, sources of the dependencies.
deny:
	@$(CARGO) deny --version >/dev/null 2>&1 || { echo "install cargo-deny first: $(CARGO) install cargo-deny"; exit 1; }
	$(CARGO) deny check

.PHONY: tools
tools:
	@$(CARGO) --version >/dev/null 2>&1 || { echo "install Rust 1.95 or newer first: see https://rustup.rs/"; exit 1; }
	@cc --version >/dev/null 2>&1 || { echo "install a C compiler first, for SQLite: on Debian, apt install build-essential"; exit 1; }
