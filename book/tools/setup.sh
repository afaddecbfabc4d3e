#!/bin/sh
# Creates .venv and installs the locked packages. Called by `make setup`; safe to run again.
#
#   PYTHON            the interpreter to use (default: the first of 3.11, 3.12, 3.13 that works)
#   OCR_GPU=0|1       leave the CPU build in place / insist on the GPU build (default: look)
#   PADDLE_GPU_INDEX  where GPU builds of Paddle come from (set by the Makefile)
set -eu
cd "$(dirname "$0")/../.."
venv=.venv
gpu_version=3.3.1

fail() { echo "setup: $*" >&2; exit 1; }

suitable() {  # a pyenv shim may exist and still not run: only trying tells
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
        >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suitable "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11-3.13 with venv and ensurepip."
        echo "$PYTHON"; return
    fi
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        if suitable "$candidate"; then echo "$candidate"; return; fi
    done
    fail "no Python 3.11-3.13 with venv and ensurepip found.
  Debian, Ubuntu: sudo apt-get install python3 python3-venv
  macOS:          brew install python@3.12
  or say which:   make setup PYTHON=/path/to/python3.11"
}

if ! suitable "$venv/bin/python"; then
    python=$(find_python)
    echo "setup: creating $venv with $($python --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
pip="$venv/bin/python -m pip --disable-pip-version-check"

# The lock is complete, so pip need not resolve anything; compiling comes later, on all cores.
locked() {
    $pip install --quiet --progress-bar off --no-deps --no-compile --require-hashes \
        -r requirements.lock
}

echo "setup: installing the locked packages (about 1.5 GB on disk; a few minutes the first time)"
locked
# setuptools is in the lock, so building our own package fetches nothing.
$pip install --quiet --no-deps --no-build-isolation --editable .

has_gpu() { command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L 2>/dev/null | grep -q GPU; }

if [ "${OCR_GPU:-}" = 1 ] || { [ "${OCR_GPU:-}" != 0 ] && has_gpu; }; then
    [ -n "${PADDLE_GPU_INDEX:-}" ] || fail "PADDLE_GPU_INDEX is not set: run make setup."
    echo "setup: NVIDIA GPU found, swapping in paddlepaddle-gpu $gpu_version"
    # Both builds own the folder paddle/, so one has to go before the other comes.
    $pip uninstall --quiet --yes paddlepaddle
    if ! $pip install --quiet --progress-bar off --extra-index-url "$PADDLE_GPU_INDEX" \
            "paddlepaddle-gpu==$gpu_version"; then
        locked  # leave a working CPU set behind
        fail "the GPU build could not be installed from $PADDLE_GPU_INDEX.
  The CPU build is back in place. To go on with it: make setup OCR_GPU=0
  Other CUDA versions: make setup PADDLE_GPU_INDEX=..."
    fi
fi

if ! message=$("$venv/bin/python" -c 'import cv2' 2>&1); then
    missing=$(echo "$message" | sed -n 's/.*ImportError: \(lib[^:]*\.so[.0-9]*\):.*/\1/p')
    case "$missing" in
        libGL*) package="libgl1 (Debian, Ubuntu), mesa-libGL (Fedora)" ;;
        libgthread*|libglib*) package="libglib2.0-0 (Debian, Ubuntu), glib2 (Fedora)" ;;
        "") fail "OpenCV does not import:
$message" ;;
        *) package="the one that holds $missing" ;;
    esac
    fail "OpenCV needs the system library $missing. Install the package $package, then make setup."
fi

# Python would compile each module when it is first imported; where it may not keep what it compiled
# (PYTHONDONTWRITEBYTECODE, a read-only folder), every program would start a second later.
echo "setup: compiling the packages"
"$venv/bin/python" -m compileall -q -j 0 "$venv" ocrlib >/dev/null || true  # some hold templates
echo "setup: done"
