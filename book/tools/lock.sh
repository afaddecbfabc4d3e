#!/bin/sh
# Resolves requirements.lock for Python 3.11-3.13, with hashes and without any registry address.
# `book/tools/lock.sh --upgrade` takes newer versions; without it the present ones stay.
set -eu
cd "$(dirname "$0")/../.."
exec uv pip compile pyproject.toml --extra cpu --extra book --extra lmdb --extra test \
    --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
    --output-file requirements.lock "$@"
