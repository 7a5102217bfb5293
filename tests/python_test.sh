#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# python_test.sh BUILD: the Python package as its users get it: installed by pip into an environment of its own, which has
# Debian's pyzmq, msgpack and PyNaCl; its types are checked, and its tests run against what was installed.
set -eu
build=$(cd "$1" && pwd)
python=/usr/bin/python3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

if ! $python -c 'import zmq, msgpack, nacl, setuptools, wheel, pip, venv, ensurepip' 2>"$dir/why"; then
	echo "skipped: $(tail -1 "$dir/why")"
	echo "python_test: 0 passed, 0 failed, 1 skipped"
	exit 0
fi

# What pip builds it builds beside the sources: those are a copy.
cp -R clients/python "$dir/source"
$python -m venv --system-site-packages "$dir/venv"
"$dir/venv/bin/python" -W ignore -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index \
	"$dir/source"
mkdir "$dir/run"
cp -R clients/python/tests "$dir/run/tests"
cp clients/python/README.md clients/python/pyproject.toml "$dir/run"
ln -s "$(pwd)/proto" "$(pwd)/clients" "$dir/run"
cd "$dir/run"
if command -v mypy >/dev/null; then
	mypy --config-file pyproject.toml --python-executable "$dir/venv/bin/python" --cache-dir "$dir/mypy" "$dir/source/lift"
	mypy --config-file pyproject.toml --python-executable "$dir/venv/bin/python" --cache-dir "$dir/mypy" tests
else
	echo "skipped: the types are not checked, since there is no mypy"
	echo "python_test: 0 passed, 0 failed, 1 skipped"
fi
LIFT_BUILD="$build" "$dir/venv/bin/python" -B -W error::ResourceWarning -m unittest discover -t . -s tests ${LIFT_FILTER:+-k "$LIFT_FILTER"}
