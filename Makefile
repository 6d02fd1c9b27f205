# Tests that need a real tracker are called TestLive... and read a variable each:
#   SLABRIDGE_LIVE_REDMINE  the directory of a running instance (connectors/redmine/testdata/lab/redmine up DIR);
#                           DIR/lab.json has its address, version, keys and ids. Unset: the test skips and says so in
#                           capitals. Set: an instance that is not there is a failure, never a skip.
#   SLABRIDGE_LIVE_CLOCK    likewise one made with --clock, in which the stories of contracts are played
#   SLABRIDGE_CHROMIUM      a browser, in which the pages are looked at, and SLABRIDGE_AXE the folder in which axe-core was
#                           installed; 'make browser' sets both. Unset: the tests skip and say so in capitals.
#   SLABRIDGE_JIRA_DOCS     the directory that holds Atlassian's OpenAPI documents in jira-openapi/, which the project does
#                           not carry: tests of Jira hold its traffic against them. Unset: they say in capitals that they do not.

RELEASES  ?= host
FUZZTIME  ?= 10s
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOLANGCI  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
# a pipe fails when its first command does
SHELL         := bash
.SHELLFLAGS   := -o pipefail -c
.PHONY: help build man release test faults live mutants second-opinion browser fuzz bench scale update zones lint demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

build: ## bin/slabridge, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/slabridge ./cmd/slabridge

man: ## bin/man, a page for each command, made from its help
	go run -tags man -ldflags '-X main.version=$(VERSION)' ./cmd/slabridge man bin/man

# From the checkout and Go modules alone; RELEASE_TARGETS="linux/amd64" for this machine's only.
RELEASE_TARGETS ?= linux/amd64,linux/arm64,windows/amd64,darwin/amd64,darwin/arm64
release: ## dist: archives, deb and rpm packages, an OCI image, lists of what is inside, checksums
	go run -C cmd/release . -targets $(RELEASE_TARGETS)

# The tests that play the whole program at many points of death and under many faults; `test` takes a sample of them.
SWEEPS := ^Test(KillSweep|KillSweepOfFirstRun|KillSweepOnJira|FaultsBySeed|FaultsBySeedOnJira)$$
# Long plays and sweeps, which `test` makes without the race detector: under it SQLite, compiled to Go, is some fifteen
# times slower. What they play is under it in other tests.
LONG   := ^Test(KillSweep|KillSweepOfFirstRun|KillSweepOnJira|FaultsBySeed|FaultsBySeedOnJira|ContractStoriesOnJira|CutWrites|Refusals|StoriesNeedEveryObligation|RestoredBackupsRepeatNothing|RestoredBackupsRepeatNothingOnJira|HostileText|TheKeyIsNowhere|StrangeAnswersOfJira|EvidenceIsTamperedWith|BoardGivesWhatTheCommandsGive|WhatEveryCommandSays|PagesInRussian|DeskOfTenThousandRows|WritesTurnedAway|ThirdLanguage|ManPages|ExactlyOnceUnderFaults|ExactlyOnceWhenKilled|ExactlyOnceWhenACommitFails|DutiesExactlyOnceUnderFaults|DutiesExactlyOnceWhenKilled|ViewsAgree|ViewsAgreeOnAllContracts|StrangeAnswersWhileReadsAreStale|StrangeAnswersToMaking|StrangeAnswersToWrites|Quarter|DamagedPagesRepeatNothing|RenamedInAPass|CronPeriodsOccurOnce|NoFailureOfTheLedgerIsPassedOver|NoFailureOfTheLedgerStopsAMessageUnseen|CrashAfterEveryStatement|TamperingIsFound)$$
LONG_IN := ./cmd/slabridge ./enforcer/engine ./enforcer/ledger ./enforcer/outbox
FAULTS ?= 10000

test: ## all tests that need nothing from outside, with the race detector, in random order
	@unset SLABRIDGE_LIVE_REDMINE SLABRIDGE_LIVE_CLOCK; { \
	  go test -v -race -shuffle=on -timeout 45m -skip '$(LONG)' ./... && go test -v -timeout 30m -run '$(LONG)' $(LONG_IN); \
	} 2>&1 | awk -f .ci/summary.awk

faults: ## every fault and kill point of the engine; the program killed at every point; FAULTS (10000) faults by seed
	go test -count=1 -timeout 30m ./enforcer/engine
	go test -count=1 -timeout 60m -v -run '$(SWEEPS)' ./cmd/slabridge -every-kill-point -faults $(FAULTS)

live: ## TestLive... against a real Redmine each; RELEASES="host trixie sid" (5.0, 6.0, 6.1)
	@LEAVE_OUT='$(LEAVE_OUT)' connectors/redmine/testdata/lab/live $(RELEASES)

# Each package with those whose tests use it most, where these take no more than seconds.
MUTANTS ?= ./enforcer/calendar+./enforcer ./enforcer+./enforcer/decide+./mapping+./config ./enforcer/decide+./enforcer \
	./enforcer/outbox+./enforcer/engine ./enforcer/ledger ./mapping+./config ./connectors/redmine
# Tests of the engine that take minutes, once for each mutant.
MINUTES := ^Test(ExactlyOnceUnderFaults|ExactlyOnceWhenKilled|ExactlyOnceWhenACommitFails|Quarter|CronPeriodsOccurOnce|FirstRunOnALargeTracker|PeopleWinWheneverTheyAct|ARefusalIsTriedAgainWhenSomethingChanged|StormIsHeldWhole|DamagedPagesRepeatNothing|RestoredLedgerIsNoStorm|OutageOfThreeDays|ViewsAgree|ViewsAgreeOnAllContracts|DutiesExactlyOnceUnderFaults|DutiesExactlyOnceWhenKilled)$$
SAMPLE  ?= 60
SEED    ?= 1

mutants: ## how many small changes of the code the tests notice; SAMPLE (60) of each package, chosen by SEED (1)
	go build -o bin/mutants ./cmd/mutants
	exec bin/mutants -least 88 -sample $(SAMPLE) -seed $(SEED) -skip '$(MINUTES)' $(MUTANTS)

second-opinion: ## jirasim driven by jira.js, a client that shares nothing with it (needs Node and npm)
	npm ci --prefix connectors/jira/testdata/second-opinion
	SLABRIDGE_SECOND_OPINION=1 go test -count=1 -v -run '^TestSecondOpinion$$' ./connectors/jira/jirasim

# axe-core is not in the tree: npm fetches what package-lock.json names, once. Without npm its part is skipped, and says so.
AXE      := cmd/slabridge/testdata/browser
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
browser: ## the pages in a real browser (needs chromium; with npm also axe-core); SHOTS=DIR writes pictures of them
	@[ -n "$(CHROMIUM)" ] || { echo 'no browser: apt install chromium'; exit 1; }
	@[ -d $(AXE)/node_modules ] || ! command -v npm >/dev/null || npm ci --no-audit --no-fund --prefix $(AXE) || echo 'axe-core: NOT FETCHED'
	@SLABRIDGE_CHROMIUM=$(CHROMIUM) SLABRIDGE_AXE=$$([ ! -d $(AXE)/node_modules ] || echo $(CURDIR)/$(AXE)) \
	  go test -count=1 -v -timeout 10m -run 'InABrowser$$|KeepsNobodyOut$$|ByKeyboard$$' ./cmd/slabridge \
	  $(if $(SHOTS),-args -shots $(abspath $(SHOTS))) 2>&1 | awk -f .ci/summary.awk

fuzz: ## every fuzz target for FUZZTIME (10s; before a release FUZZTIME=10m)
	@grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort | while IFS=: read -r file func; do \
	  echo "$${file%/*} $${func#func }"; \
	  go test -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) "$${file%/*}" || exit 1; \
	done

bench: ## every benchmark, with allocations
	go test -run '^$$' -bench . -benchmem ./...

N ?= 20000
scale: ## each command beside a stand-in with N (20000) requests: processor time, memory, disk; it holds ratios, not times
	go test -count=1 -v -timeout 60m -run '^TestScale$$' ./cmd/slabridge -scale $(N)

# Not the fingerprints of contracts: one that changes without its contract makes every version in the evidence a stranger.
update: ## write golden files, schemas and docs/clauses.md anew from what the code says; read the difference
	go test ./config ./enforcer ./enforcer/calendar ./mapping -skip Fingerprint -update
	go test ./cmd/slabridge -run '^Test(Script|ContractStories|Combinations)$$' -update
	go test ./cmd/slabridge -run '^TestClauses$$' -update

zones: ## renew the zone data inside the program, from Debian's newest tzdata (needs apt and zic)
	enforcer/calendar/zonedata/renew

lint: ## formatting, go vet and the linters of .golangci.yml (their first run builds them)
	@bad=$$(gofmt -l .) && [ -z "$$bad" ] || { echo "gofmt: $$bad"; exit 1; }
	go vet ./...
	go run $(GOLANGCI) run ./...

demo: ## some days of a support desk in half a minute, without any set-up
	go run ./cmd/slabridge demo
