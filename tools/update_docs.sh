#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Writes what is generated and checked in: docs/lifecycle.md and docs/lifecycle.svg from the
# status x command table, docs/reference/api.txt and the single header from the headers.
set -eu
. "$(dirname "$0")/lib.sh"

[ -f tools/lifecycle_doc.cpp ] || die 'there is no tools/lifecycle_doc.cpp'
require_packages build docs
export CXX=g++-12
configure docs --buildtype=debug -Dtests=auto -Dexamples=disabled -Dbenchmarks=disabled
ninja -C build/docs --quiet tools/lifecycle_doc
python3 tools/lifecycle_docs.py write build/docs/tools/lifecycle_doc docs
python3 tools/docs/api.py write docs/reference/api.txt include
python3 tools/single_header.py write
