#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Writes what is generated of docs/: lifecycle.md and lifecycle.svg from the status x command table,
# reference/api.txt from the headers.
set -eu
. "$(dirname "$0")/lib.sh"

[ -f tools/lifecycle_doc.cpp ] || die 'there is no tools/lifecycle_doc.cpp'
require_packages build docs
export CXX=g++-12
configure docs --buildtype=debug -Dtests=auto -Dexamples=disabled -Dbenchmarks=disabled
ninja -C build/docs --quiet tools/lifecycle_doc
python3 tools/lifecycle_docs.py write build/docs/tools/lifecycle_doc docs
python3 tools/docs/api.py write docs/reference/api.txt include
