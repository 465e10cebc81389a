#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the benchmarks (release), runs them on one core, but for those that are about several
# threads, and prints the table of targets with what was measured. Writes benchmarks/results/ with
# plots. --quick: short runs without those of a million members, for .ci/run; writes nothing, and
# fails where a count of instructions, allocations, lines or instantiations is above its limit.
# Other arguments go to Google Benchmark, and then there is no table:
# tools/bench.sh --benchmark_filter=find
set -eu
. "$(dirname "$0")/lib.sh"

quick=0
arguments=()
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    *) arguments+=("$argument") ;;
  esac
done
chosen=${#arguments[@]}
if [ "$quick" -eq 1 ]; then
  arguments=(--benchmark_min_time=0.01 '--benchmark_filter=-1?[01]M' ${arguments[@]+"${arguments[@]}"})
else
  arguments=(--benchmark_repetitions=3 --benchmark_report_aggregates_only=true
    ${arguments[@]+"${arguments[@]}"})
fi

require_packages build bench
export CXX=g++-12
configure bench --buildtype=release -Db_ndebug=true -Dwerror=true -Dtests=disabled \
  -Dexamples=disabled -Dbenchmarks=enabled
ninja -C build/bench --quiet

# Files of the SQL stores lie in memory where that is possible: it is not the disk that is measured.
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm
core=$(taskset -pc $$ | sed 's/.*[ ,-]//')
measured=build/bench/measured
rm -rf "$measured" && mkdir -p "$measured"
found=0
for program in build/bench/benchmarks/bench-*; do
  [[ -f $program && -x $program ]] || continue
  found=1
  name=$(basename "$program")
  name=${name#bench-}
  if [ "$name" = hot_organization ]; then
    say "$name"
    if [ "$quick" -eq 1 ]; then "$program" --quick; else "$program"; fi
    continue
  fi
  pinned=(taskset -c "$core")
  if [ "$name" = memory_threads ]; then
    say "$name"
    pinned=()
  else
    say "$name, on core $core"
  fi
  ${pinned[@]+"${pinned[@]}"} "$program" "${arguments[@]}" \
    --benchmark_out="$measured/$name.json" --benchmark_out_format=json
done
[ "$found" -eq 1 ] || die 'no benchmark was built'
[ "$chosen" -eq 0 ] || exit 0

say 'instructions of a decision'
compilers=(g++-12)
[ "$quick" -eq 1 ] || compilers+=(clang++-19)
python3 benchmarks/instructions.py --json "$measured/instructions.json" "${compilers[@]}"
say 'cost of compiling, size of a program'
costs=(python3 benchmarks/compile_cost/compile_cost.py --json "$measured/compile_cost.json")
# Times decide nothing.
if [ "$quick" -eq 1 ]; then "${costs[@]}" --check; else "${costs[@]}"; fi

say 'targets'
if [ "$quick" -eq 1 ]; then
  python3 benchmarks/report.py "$measured" --check
else
  # Debian's Python: the plots are made by its matplotlib.
  /usr/bin/python3 benchmarks/report.py "$measured" --write benchmarks/results
fi
