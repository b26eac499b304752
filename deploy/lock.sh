#!/bin/sh
# Resolves both lock files: hashes, every platform, no index address.
set -eu
.venv/bin/python -m pip install --quiet uv
build=$(mktemp)
trap 'rm -f "$build"' EXIT
printf 'hatchling\neditables\n' >"$build"
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
        --extra postgresql "$@" pyproject.toml "$build"
}
compile -o requirements.lock
compile --group dev -o requirements-dev.lock
# What is measured against, and what judges, have environments of their own.
for group in bench judges; do
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command 'make lock' \
        --group "$group" -o "requirements-$group.lock"
done
