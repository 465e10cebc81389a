#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds what fills a store (release), measures row sizes on a PostgreSQL server of its own, and
# prints a capacity plan up to a billion memberships: see capacity.py, which gets the arguments.
set -eu
. "$(dirname "$0")/lib.sh"

require_packages build tests
export CXX=g++-12
configure capacity --buildtype=release -Dtests=enabled -Dexamples=disabled -Dbenchmarks=disabled
ninja -C build/capacity --quiet tools/capacity_fill
python3 tools/capacity.py build/capacity/tools/capacity_fill "$@"
