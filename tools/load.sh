#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the reference server (release) and puts load on it: see benchmarks/load/load.py, which gets
# the arguments. tools/load.sh --soak 600 is the long run.
set -eu
. "$(dirname "$0")/lib.sh"

require_packages build demo load
export CXX=g++-12
configure demo --buildtype=release -Dtests=disabled -Dexamples=enabled -Dbenchmarks=disabled
ninja -C build/demo --quiet examples/server/membership-server
python3 benchmarks/load/load.py build/demo/examples/server/membership-server "$@"
