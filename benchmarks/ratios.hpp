// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_RATIOS_HPP
#define MEMBERSHIP_BENCHMARKS_RATIOS_HPP

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <time.h>
#include <vector>

namespace benchmarks {

/// Measures two sides beside each other: in short blocks that take turns, so that whatever else the
/// machine does meets both alike. What is told are medians over the blocks: microseconds of a call,
/// the ratio of a block to its neighbour, and the same of this process' processor time.
class Ratio {
 public:
  /// One iteration: a block of each side. `ours` and `plain` make one call; the first of a block is
  /// not measured.
  template <class Side, class Other>
  void measure(std::size_t calls, Side&& ours, Other&& plain) {
    Spent by_ours;
    Spent by_plain;
    if (pairs_.size() % 2 == 0) {
      by_ours = block(calls, ours);
      by_plain = block(calls, plain);
    } else {
      by_plain = block(calls, plain);
      by_ours = block(calls, ours);
    }
    pairs_.push_back({by_ours, by_plain});
  }

  void tell(benchmark::State& state) const {
    state.counters["ours_us"] = median([](const Pair& pair) { return pair.ours.real * 1e6; });
    state.counters["plain_us"] = median([](const Pair& pair) { return pair.plain.real * 1e6; });
    state.counters["ratio"] =
        median([](const Pair& pair) { return pair.ours.real / pair.plain.real; });
    state.counters["ours_cpu_us"] = median([](const Pair& pair) { return pair.ours.cpu * 1e6; });
    state.counters["plain_cpu_us"] = median([](const Pair& pair) { return pair.plain.cpu * 1e6; });
    state.counters["cpu_ratio"] =
        median([](const Pair& pair) { return pair.ours.cpu / pair.plain.cpu; });
  }

 private:
  /// Seconds of one call.
  struct Spent {
    double real = 0;
    double cpu = 0;
  };
  struct Pair {
    Spent ours;
    Spent plain;
  };

  static double at(clockid_t clock) noexcept {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  template <class Call>
  static Spent block(std::size_t calls, Call& call) {
    call();
    const double real = at(CLOCK_MONOTONIC);
    const double cpu = at(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t i = 0; i < calls; ++i) call();
    const auto count = static_cast<double>(calls);
    return {(at(CLOCK_MONOTONIC) - real) / count, (at(CLOCK_PROCESS_CPUTIME_ID) - cpu) / count};
  }
  template <class Value>
  double median(Value value) const {
    std::vector<double> values;
    for (const Pair& pair : pairs_) values.push_back(value(pair));
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  std::vector<Pair> pairs_;
};

/// Runs what is registered, for `seconds` each where the arguments do not say how long; false where
/// they are not understood.
inline bool run_ratios(int argc, char** argv, const char* seconds) {
  std::vector<std::string> texts{argv[0], std::string("--benchmark_min_time=") + seconds};
  texts.insert(texts.end(), argv + 1, argv + argc);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return false;
  benchmark::RunSpecifiedBenchmarks();
  return true;
}

}  // namespace benchmarks

#endif
