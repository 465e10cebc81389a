#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Installs what is missing, builds with g++ 12 and runs all suites in their short form.
# Arguments go to `meson test`: tools/test.sh --suite unit
set -u
. "$(dirname "$0")/lib.sh"

require_packages build tests
require_sdk
export CXX=g++-12
say 'build and test, g++ 12'
run_tests test '--buildtype=debug -Dwerror=true -Dtests=enabled -Dexamples=enabled -Dbenchmarks=disabled' "$@"
finish
