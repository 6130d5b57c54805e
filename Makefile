# What a person can do with this tree. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help notebook test check race crash bench bench-studio bench-compute bench-images bench-classify bench-acquire bench-backbone bench-pretrain golden tools jupyter clean

GO ?= go
# A folder named testdata is not part of ./...
PACKAGES := ./... ./testdata/scenes/...
export PATH := $(CURDIR)/bin:$(PATH)
OPEN ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  OPEN=1 make notebook   the same, then start Jupyter on notebooks/"

notebook: tools jupyter ## set everything up and run the quickstart: build/quickstart.ipynb and .html
	@echo "== Installing the kernel \"Go (patchwork)\" (the first time it compiles for a minute) ..."
	@$(GO) run ./patchwork/cmd/patchwork kernel install --repo "$(CURDIR)"
	@scripts/run-notebook notebooks/quickstart.ipynb build/quickstart
	@if [ -n "$(OPEN)" ]; then exec scripts/open-notebook notebooks; fi

test: tools format ## all tests: units, notebooks, browser (what is missing is named and skipped, in CI it fails)
	@echo "== go vet"
	@$(GO) vet $(PACKAGES)
	@echo "== Unit tests, then notebooks and browser"
	@{ $(GO) test -json -timeout 15m $$($(GO) list $(PACKAGES) | grep -v '/e2e$$') || true; \
	   $(GO) test -json -timeout 30m -count=1 ./e2e || true; } | $(GO) run ./internal/testreport

check: format ## format, vet, import rules, quick tests; no network, under two minutes
	@echo "== go vet"
	@$(GO) vet $(PACKAGES)
	@echo "== Quick tests"
	@{ $(GO) test -short -json $(PACKAGES) || true; } | $(GO) run ./internal/testreport

race: ## the concurrent packages under the race detector
	@{ $(GO) test -race -short -json ./widgets/... ./patchwork/imageset ./patchwork/augment/stream ./patchwork/labels ./patchwork/studio || true; } | $(GO) run ./internal/testreport

CRASH_TRIALS ?= 1000
crash: ## kill the writer of labels a thousand times at random moments: no acknowledged label may be lost
	@PATCHWORK_CRASH_TRIALS=$(CRASH_TRIALS) $(GO) test -count=1 -timeout 60m -run TestKillLosesNothingAcknowledged -v ./patchwork/labels

bench: ## the figures that README promises, as a table
	@$(GO) run ./internal/bench

bench-studio: ## the studio at 100,000 images: labels, batches, pages and the map, as a table
	@$(GO) run ./internal/bench -run "^(label|socket|page|map)$$"

bench-compute: ## the backend beside PyTorch and GoMLX's own: ratios, as a table
	@$(GO) run ./internal/benchcompute

bench-images: ## augmentation and decoding beside torchvision and Pillow: ratios, as a table
	@$(GO) run ./internal/benchimages

bench-classify: ## the heads beside scikit-learn, and a round of the loop at 27,000 and 1,000,000 images, as a table
	@$(GO) run ./internal/benchclassify

IMAGES ?= ../shared/data/ucm10
NETWORK ?= ../shared/models/keras_mobilenet_v2_0.35_224_no_top.fp32.onnx
bench-acquire: ## what strategies cost, labels that the default saves, label errors and doubles found, as a table, on scenes and on IMAGES, a folder for each class
	@$(GO) run ./internal/benchacquire
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; $(GO) run ./testdata/scenes/cmd/scenes -out "$$dir" -n 1000 -seed 7; \
	 $(GO) run ./internal/benchacquire -images "$$dir" -truth "$$dir/truth.csv"; \
	 if [ -f "$(NETWORK)" ]; then $(GO) run ./internal/benchacquire -images "$$dir" -truth "$$dir/truth.csv" -extractor "$(NETWORK)" -run policy; else echo "skipped: there is no file $(NETWORK); give one by NETWORK="; fi
	@if [ -d "$(IMAGES)" ]; then $(GO) run ./internal/benchacquire -images "$(IMAGES)"; \
	 if [ -f "$(NETWORK)" ]; then $(GO) run ./internal/benchacquire -images "$(IMAGES)" -extractor "$(NETWORK)" -run policy; fi; \
	 else echo "skipped: there is no folder $(IMAGES); give one by IMAGES="; fi

bench-backbone: ## the networks of package backbone: sizes, images a second in use and in training, as a table
	@$(GO) run ./internal/benchbackbone

bench-pretrain: ## a SimCLR step beside PyTorch, and for hours what the features of every method are worth on IMAGES, a folder for each class
	@$(GO) run ./internal/benchpretrain
	@if [ -d "$(IMAGES)" ]; then $(GO) run ./internal/benchpretrain -images "$(IMAGES)"; else echo "skipped: there is no folder $(IMAGES); give one by IMAGES="; fi

golden: ## run the generators of expected values again and show what changed
	@scripts/golden

tools: ## GoNB, goimports and gopls, pinned, into bin/
	@scripts/setup-tools

jupyter: ## Jupyter, if there is none
	@scripts/setup-jupyter

.PHONY: format
format:
	@echo "== gofmt"
	@bad=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -l 2>/dev/null); \
	 if [ -n "$$bad" ]; then echo "error: not formatted (run gofmt -w): $$bad" >&2; exit 1; fi

clean: ## delete what was built here (bin/, build/, .venv/)
	@rm -rf bin build .venv
