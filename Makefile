# Every target installs what is missing by itself. `make` prints this help.
# Node 24 comes with the packages; any Node with npm is enough to fetch them.
SHELL := /bin/bash
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
unexport MAKEFLAGS MAKELEVEL MFLAGS
MAKEFLAGS += --no-print-directory

JUDGES := chromium qpdf poppler-utils openssl postgresql-15 fonts-noto-cjk zbar-tools fonts-hanazono icc-profiles-free libbcpkix-java default-jdk-headless apache2 libapache2-mod-auth-openidc nginx-light
INSTALLED := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench bench-large doctor keys-dev clean judges

help: ## say what there is
	@echo 'make TARGET'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

run: $(INSTALLED) ## start the house for development: database, rooms, two business systems; Ctrl-C stops it
	@XINJI_MODE=development node bin/xinji.ts serve

demo: $(INSTALLED) ## tell the whole story against the running house, or one started for it; leaves out/demo/
	@XINJI_MODE=development node bin/xinji.ts demo

test: $(INSTALLED) judges ## run the tests on a throw-away PostgreSQL (or on DATABASE_URL); FILES="test/…" for some
	@npm test --silent -- $(FILES)

check: $(INSTALLED) judges ## types, lint, architecture, generated docs, tests: what CI runs
	@echo 'types' && tsc -p .
	@echo 'lint' && biome check --error-on-warnings .
	@echo 'generated docs' && node bin/docs/generate.ts --check
	@echo 'architecture and tests' && npm test --silent

bench: $(INSTALLED) ## measure against floors of the same run; results in bench/results/
	@node bench/run.ts
	@node bench/license-large.ts

bench-large: $(INSTALLED) ## the registry with 5 million licenses against 10,000: about 35 minutes and 33 GB of disk
	@node bench/license-large.ts 5000000

doctor: $(INSTALLED) ## say in words what is wrong with this installation and what to do
	@XINJI_MODE=$${XINJI_MODE:-development} node bin/xinji.ts doctor

keys-dev: $(INSTALLED) ## make the development PKI in keys-dev/pem/ unless it is there
	@node bin/xinji.ts keys dev

clean: ## remove everything that was made: data, development keys, output, packages
	@if [ -e $(INSTALLED) ]; then node bin/clean.ts; \
	elif [ -e .data ]; then echo '.data stays: its database can only be stopped with the packages (make run)'; fi
	rm -rf out keys-dev/pem node_modules

# npm ci only when the lock file changed, by the Node of the system: the one in node_modules goes away meanwhile.
$(INSTALLED): package-lock.json
	PATH="$(SYSTEM_PATH)" npm ci --no-audit --no-fund
	@touch $@

# As root: the Debian packages that judge. Otherwise tests whose judge is missing are skipped by name and counted.
judges:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  missing=; for package in $(JUDGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q '^install ok' || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    echo "apt-get install$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	      || echo "could not install$$missing: tests that need them are skipped"; \
	  fi; \
	fi
