#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Compiler x standard x (default | without exceptions and RTTI) x (debug | release), all suites in
# their short form. An argument picks the rows that contain it: tools/matrix.sh clang-14
set -u
. "$(dirname "$0")/lib.sh"

require_packages build tests ci libcxx
require_sdk

compilers='
g++-12           g++-12
clang-14         clang++-14
clang-16         clang++-16
clang-19         clang++-19
clang-19-libc++  clang++-19  -stdlib=libc++
'
# Meson 1.0 knows no C++23: there the flag goes with the compiler's.
standards='
c++20 -Dcpp_std=c++20
c++23 -Dcpp_std=none   -std=c++2b
'
forms='
default  -Dcpp_eh=default -Dcpp_rtti=true
bare     -Dcpp_eh=none -Dcpp_rtti=false
'
buildtypes='debug release'

summary=()
while read -r compiler cxx flags; do
  [ -n "$compiler" ] || continue
  while read -r standard standard_option standard_flag; do
    [ -n "$standard" ] || continue
    while read -r form form_options; do
      [ -n "$form" ] || continue
      for buildtype in $buildtypes; do
        row="$compiler $standard $form $buildtype"
        case $row in *"${1:-}"*) ;; *) continue ;; esac
        say "$row"
        before=$failed
        CXX=$cxx CXXFLAGS="$flags $standard_flag" LDFLAGS=$flags run_tests "matrix-${row// /-}" \
          "-Dwerror=true -Dbenchmarks=disabled --buildtype=$buildtype $standard_option $form_options" \
          </dev/null
        summary+=("$([ "$failed" -eq "$before" ] && echo ok || echo FAILED) $row")
      done
    done <<<"$forms"
  done <<<"$standards"
done <<<"$compilers"

# The single header in place of those that it is made of.
row='g++-12 single'
case $row in *"${1:-}"*)
  say "$row"
  before=$failed
  python3 tools/single_header.py tree build/single-tree
  CXX=g++-12 run_tests matrix-single \
    'build/single-tree -Dwerror=true -Dbenchmarks=disabled --buildtype=debug' \
    --suite static --suite unit --suite examples
  summary+=("$([ "$failed" -eq "$before" ] && echo ok || echo FAILED) $row")
  ;;
esac

printf '\n'
printf '%s\n' ${summary[@]+"${summary[@]}"}
finish
