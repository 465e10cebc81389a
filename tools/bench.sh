#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the benchmarks (release) and runs them on one core, but for the one that is about many
# writers. --quick: short runs, to see that they work, without those of a million members. Other
# arguments go to Google Benchmark: tools/bench.sh --benchmark_filter=decide
set -eu
. "$(dirname "$0")/lib.sh"

arguments=()
quick=()
for argument in "$@"; do
  case $argument in
    --quick)
      arguments=(--benchmark_min_time=0.01 --benchmark_filter=-1M ${arguments[@]+"${arguments[@]}"})
      quick=(--quick)
      ;;
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
  if [ "$(basename "$program")" = bench-hot_organization ]; then
    say bench-hot_organization
    "$program" ${quick[@]+"${quick[@]}"}
    continue
  fi
  say "$(basename "$program"), on core $core"
  taskset -c "$core" "$program" ${arguments[@]+"${arguments[@]}"}
done
[ "$found" -eq 1 ] || echo 'no benchmarks yet'
