#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Static checks of the sources. Each prints its time, and what it found. An argument picks the
# checks whose name contains it: tools/lint.sh tidy
set -u
. "$(dirname "$0")/lib.sh"

require_packages build tests ci
work=build/lint
CXX=clang++-19 configure lint --buildtype=debug -Dtests=enabled -Dexamples=enabled \
  -Dbenchmarks=disabled || die "could not configure $work"

sources() { # pathspec...
  git ls-files -co --exclude-standard "$@" | while read -r file; do
    [ ! -f "$file" ] || echo "$file"
  done
}

licensed() {
  local file bad=0
  while read -r file; do
    if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSL-1.0'; then
      echo "$file: no SPDX line"
      bad=1
    fi
  done < <(sources ':!LICENSE' ':!*.json')
  return "$bad"
}

# One place for each file is enough.
formatted() {
  local messages
  messages=$(sources '*.cpp' '*.hpp' | xargs clang-format-14 --dry-run --Werror 2>&1) && return 0
  echo 'to be formatted: clang-format-14 -i FILE'
  grep -E '(error|warning): ' <<<"$messages" | sort -t: -k1,1 -u
  return 1
}

# Words that are right: to and fro, tl::unexpect, and bytes that are no word.
spelled() { sources ':!*package-lock.json' | xargs codespell -L fro,nin,unexpect; }

shell() {
  sources '*.sh' .ci/run | xargs shellcheck --shell=bash --external-sources --source-path=SCRIPTDIR
}

# Debian's Python has Debian's pyflakes.
python() { sources '*.py' | xargs /usr/bin/python3 -m pyflakes; }

# Includes that are not used: of each header by itself, of examples and tools. Those that are
# missing are not asked for, as a header may rely on what its base brings. Tests are left out: they
# would take longer than all the rest. What is ignored, and why:
# - boost/asio, boost/json, boost/system, fmt: their headers only include those that hold the names;
# - compare, coroutine, initializer_list, new: `<=>`, co_await, braces after `for (... :` and
#   placement new name nothing of them; nor does what interop/ specializes;
# - rapidcheck.h, conformance/world.hpp: used by names that depend on template parameters, or
#   through what they include.
unused_in() { # file, argument of clang-include-cleaner-19...
  local file=$1 said
  shift
  said=$(clang-include-cleaner-19 --print=changes "$@" 2>&1) || { echo "$said" && return 1; }
  ! grep '^- ' <<<"$said" | sed "s|^- |$file: unused: |" | grep .
}
included() {
  local libpq ignored
  libpq=$(pkg-config --cflags libpq)
  ignored='--ignore-headers=boost/asio/.*,boost/json/value_.*,boost/system/.*,compare,coroutine'
  ignored+=',fmt/format.h,initializer_list,interop/.*,new,rapidcheck.h,conformance/world.hpp'
  export -f unused_in
  {
    # Debian's standard library for it has no std::format.
    sources 'include/*.hpp' 'examples/*.hpp' ':!*/interop/format.hpp' | while read -r file; do
      echo "$file $ignored $file -- $libpq -std=c++20 -xc++ -Iinclude -Iexamples/server"
    done
    sources 'examples/*.cpp' 'tools/*.cpp' | while read -r file; do
      echo "$file $ignored -p $work $file"
    done
  } | xargs -P "$(nproc)" -L 1 bash -c 'unused_in "$@"' unused_in
}

# All headers in one file, then examples and tools without them. store_conformance.hpp is left out:
# cppcheck does not parse its lambdas with template parameters only.
analyzed() {
  local headers=$work/headers.cpp
  sources 'include/*.hpp' ':!*/store_conformance.hpp' |
    sed 's|include/\(.*\)|#include <\1>|' >"$headers"
  set -- --quiet --std=c++20 --language=c++ --enable=warning,portability,performance \
    --error-exitcode=1 --suppressions-list=.cppcheck
  cppcheck "$@" -Iinclude "$headers" || return 1
  sources 'examples/*.cpp' 'tools/*.cpp' | xargs cppcheck "$@" -Iexamples/server
}

# Headers by group, then what the static tests instantiate.
tidy() {
  python3 tests/support/check_headers.py --build "$work" --include include --mode tidy \
    --clang-tidy clang-tidy-19
  local headers=$?
  sources 'tests/static/*.cpp' | xargs -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p "$work" &&
    return "$headers"
}

for name in licensed formatted spelled shell python included analyzed tidy; do
  case $name in *"${1:-}"*) ;; *) continue ;; esac
  start=$SECONDS
  if messages=$("$name" 2>&1); then
    passed=$((passed + 1))
    result=ok
  else
    add_failure "$name"
    result=FAILED$'\n'$messages
  fi
  printf '%-9s %4d s  %s\n' "$name" "$((SECONDS - start))" "$result"
done
finish
