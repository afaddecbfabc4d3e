# make book      set up, render, serve, print the address
# make html      set up and render only, into _build/html
# make lab       JupyterLab on the chapters
# make check     lint, types, fast tests (at most 3 minutes)
# make test      everything: also slow tests, every notebook, pages, browser
# make notebooks nbval over every notebook
# make weights   trains the shipped models again from their recipes (hours)
# make bench     measures ours and its peers on the same pictures (make peers: installs those)

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.setup-done
# GPU builds of Paddle come from Paddle's own index; cu126 = CUDA 12.6.
PADDLE_GPU_INDEX ?= https://www.paddlepaddle.org.cn/packages/stable/cu126/

export PADDLE_GPU_INDEX OCR_GPU PYTHON
# Children must find the tools of this environment, not those of another.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: setup book html lab lint types check test notebooks weights bench peers lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml book/tools/setup.sh
	book/tools/setup.sh
	@touch $@

html: setup
	$(PY) book/tools/build.py

book: setup
	$(PY) book/tools/build.py --lenient
	$(PY) book/tools/serve.py

# JupyterLab refuses to run as root (in a container, say) unless it is told to.
lab: setup
	$(PY) -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(PY) -m mypy

check: lint types
	$(PY) -m pytest -n 2 -m "not slow and not browser and not notebooks"

test: lint types
	$(PY) -m pytest -n 2 -m "not browser and not notebooks"
	$(PY) book/tools/notebooks.py
	$(PY) book/tools/build.py --fresh
	$(PY) -m pytest -m browser

notebooks: setup
	$(PY) book/tools/notebooks.py

# $(call train,RECIPE,BUNDLE): resumes where it was stopped; a finished run is only exported.
define train
	$(PY) -m ocrlib.cli train $(1) runs/$(1) --resume
	$(PY) -m ocrlib.cli export runs/$(1) $(2) --recipe $(1)
endef

weights: setup
	$(call train,det-lite-start,runs/det-lite-start-bundle)
	$(call train,det-lite-hard,runs/det-lite-hard-bundle)
	$(call train,det-lite,ocrlib/bundles/det-lite)
	$(call train,det-lite-word-start,runs/det-lite-word-start-bundle)
	$(call train,det-lite-word-middle,runs/det-lite-word-middle-bundle)
	$(call train,det-lite-word-third,runs/det-lite-word-third-bundle)
	$(call train,det-lite-word,ocrlib/bundles/det-lite-word)
	$(call train,rec-lite-en-start,runs/rec-lite-en-start-bundle)
	$(call train,rec-lite-en-middle,runs/rec-lite-en-middle-bundle)
	$(call train,rec-lite-en,ocrlib/bundles/rec-lite-en)
	$(call train,rec-lite-zh-start,runs/rec-lite-zh-start-bundle)
	$(call train,rec-lite-zh-middle,runs/rec-lite-zh-middle-bundle)
	$(call train,rec-lite-zh-third,runs/rec-lite-zh-third-bundle)
	$(call train,rec-lite-zh-fourth,runs/rec-lite-zh-fourth-bundle)
	$(call train,rec-lite-zh,ocrlib/bundles/rec-lite-zh)

bench: setup peers
	$(PY) -m ocrlib.cli bench

peers: .venv-peers/.setup-done

.venv-peers/.setup-done: requirements-peers.txt | $(STAMP)
	$(PY) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet -r requirements-peers.txt
	@touch $@

# Maintainers: resolve the lock again, keeping versions that still fit (needs uv on the PATH).
lock:
	book/tools/lock.sh

clean:
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
