#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the benchmarks (release) and runs them on one core. --quick: short runs, to see that they
# work. Other arguments go to Google Benchmark: tools/bench.sh --benchmark_filter=decide
set -eu
. "$(dirname "$0")/lib.sh"

arguments=()
for argument in "$@"; do
  case $argument in
    --quick) arguments+=(--benchmark_min_time=0.01) ;;
    *) arguments+=("$argument") ;;
  esac
done

require_packages build bench
export CXX=g++-12
configure bench --buildtype=release -Db_ndebug=true -Dwerror=true -Dtests=disabled \
  -Dexamples=disabled -Dbenchmarks=enabled
ninja -C build/bench --quiet

core=$(taskset -pc $$ | sed 's/.*[ ,-]//')
found=0
for program in build/bench/benchmarks/bench-*; do
  [ -f "$program" ] && [ -x "$program" ] || continue
  found=1
  say "$(basename "$program"), on core $core"
  taskset -c "$core" "$program" ${arguments[@]+"${arguments[@]}"}
done
[ "$found" -eq 1 ] || echo 'no benchmarks yet'
