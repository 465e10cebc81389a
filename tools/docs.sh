#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the documentation site in build/site/site, to be opened as files: no server, no network.
# With --look every page is opened in headless Chromium, and screenshots go to build/site/look.
set -eu
. "$(dirname "$0")/lib.sh"

require_packages docs
# The one for which Debian's packages are.
/usr/bin/python3 tools/docs/site.py . build/site
if [ "${1:-}" = --look ]; then
  require_packages look
  rm -rf build/site/look
  /usr/bin/python3 tools/docs/look.py build/site/site build/site/look
fi
