#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Compiler x standard x (default | without exceptions and RTTI) x (debug | release), other machines and
# the single header; suites in their short form. All but the rows `apart` are unity builds, which take
# less than half the time; what a build type cannot change is run once. An argument picks the rows that
# contain it: tools/matrix.sh clang-14
set -u
. "$(dirname "$0")/lib.sh"

require_packages build tests ci libcxx cross
require_sdk

# The files of a unity build are included ones, in which g++ warns of types without linkage.
included=-Wno-subobject-linkage
compilers="
g++-12           g++-12      $included
clang-14         clang++-14
clang-16         clang++-16
clang-19         clang++-19
clang-19-libc++  clang++-19  -stdlib=libc++
"
# Meson 1.0 knows no C++23: there the flag goes with the compiler's.
standards='
c++20 -Dcpp_std=c++20
c++23 -Dcpp_std=none   -std=c++2b
'
forms='
default  -Dcpp_eh=default -Dcpp_rtti=true
bare     -Dcpp_eh=none -Dcpp_rtti=false
'
# These with g++ 12 and C++20, in the suites that are named.
others='
apart  --unity=off                         static unit
i686   --cross-file=tools/cross/i686.ini   static unit
s390x  --cross-file=tools/cross/s390x.ini  static unit
'
# With the suites that are left out of it: they compile or compare, and run nothing of ours.
buildtypes='
debug
release  headers compile-fail consumers docs generated tree
'

picked=${1:-}
summary=()
row() { # name, compiler, its flags and the standard's, meson options, meson test argument...
  local name=$1 cxx=$2 flags=$3 standard_flag=$4 options=$5 before=$failed
  shift 5
  case $name in *"$picked"*) ;; *) return ;; esac
  say "$name"
  CXX=$cxx CXXFLAGS="$flags $standard_flag" LDFLAGS=$flags run_tests "matrix-${name// /-}" \
    "--unity=on $options -Dwerror=true -Dbenchmarks=disabled" "$@" </dev/null
  summary+=("$([ "$failed" -eq "$before" ] && echo ok || echo FAILED) $name")
}

while read -r buildtype left_out; do
  [ -n "$buildtype" ] || continue
  # shellcheck disable=SC2206
  left_out=($left_out)
  while read -r compiler cxx flags; do
    [ -n "$compiler" ] || continue
    while read -r standard standard_option standard_flag; do
      [ -n "$standard" ] || continue
      while read -r form form_options; do
        [ -n "$form" ] || continue
        row "$compiler $standard $form $buildtype" "$cxx" "$flags" "$standard_flag" \
          "--buildtype=$buildtype $standard_option $form_options" "${left_out[@]/#/--no-suite=}"
      done <<<"$forms"
    done <<<"$standards"
  done <<<"$compilers"
  while read -r other option suites; do
    [ -n "$other" ] || continue
    # shellcheck disable=SC2206
    suites=($suites)
    row "$other $buildtype" g++-12 "$included" '' "--buildtype=$buildtype $option" "${suites[@]/#/--suite=}"
  done <<<"$others"
done <<<"$buildtypes"

# The single header in place of those that it is made of.
python3 tools/single_header.py tree build/single-tree
row single g++-12 "$included" '' 'build/single-tree --buildtype=debug' \
  --suite=static --suite=unit --suite=examples

printf '\n'
printf '%s\n' ${summary[@]+"${summary[@]}"}
finish
