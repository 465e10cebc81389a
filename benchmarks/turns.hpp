// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_BENCHMARKS_TURNS_HPP
#define MEMBERSHIP_BENCHMARKS_TURNS_HPP

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <time.h>
#include <vector>

namespace benchmarks {

/// Measures sides beside each other: in short blocks that take turns, so that whatever else the
/// machine does meets all alike. What is told are medians over the blocks: the time of a call of
/// each, and the ratio of the first one's block to its neighbours'.
template <std::size_t count>
class Turns {
 public:
  /// `units` in a second, and what they are called. `clock`: real time where others work for a
  /// side, else this thread's, which does not count who else uses the core.
  Turns(const std::array<std::string, count>& names, double units, const std::string& unit,
        clockid_t clock)
      : names_(names), units_(units), unit_(unit), clock_(clock) {}

  /// One iteration: a block of calls of each side, of which the first is not measured. A side may
  /// have `rewind()`, which is called after its block.
  template <class... Sides>
  void measure(std::size_t calls, Sides&&... sides) {
    static_assert(sizeof...(Sides) == count);
    Round spent{};
    for (std::size_t turn = 0; turn < count; ++turn) {
      const std::size_t now = (turn + rounds_.size()) % count;
      std::size_t at = 0;
      ((at++ == now ? static_cast<void>(spent[now] = block(calls, sides)) : void()), ...);
    }
    rounds_.push_back(spent);
  }

  /// Tells `NAME_UNIT` of each side, `ratio` of the first to the second and `NAME_ratio` of the
  /// first to each behind.
  void tell(benchmark::State& state) const {
    for (std::size_t side = 0; side < count; ++side) {
      state.counters[names_[side] + '_' + unit_] =
          median([&](const Round& round) { return round[side] * units_; });
      if (side == 0) continue;
      state.counters[side == 1 ? "ratio" : names_[side] + "_ratio"] =
          median([&](const Round& round) { return round[0] / round[side]; });
    }
  }

 private:
  using Round = std::array<double, count>;  ///< seconds of a call

  double now() const noexcept {
    timespec time{};
    clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  template <class Call>
  double block(std::size_t calls, Call& call) const {
    call();
    const double begin = now();
    for (std::size_t i = 0; i < calls; ++i) call();
    const double spent = (now() - begin) / static_cast<double>(calls);
    if constexpr (requires { call.rewind(); }) call.rewind();
    return spent;
  }
  template <class Value>
  double median(Value value) const {
    std::vector<double> values;
    for (const Round& round : rounds_) values.push_back(value(round));
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  std::array<std::string, count> names_;
  double units_;
  std::string unit_;
  clockid_t clock_;
  std::vector<Round> rounds_;
};

/// Goes through a list again and again.
template <class V>
class Round {
 public:
  explicit Round(const std::vector<V>& values) noexcept : values_(&values) {}
  const V& next() noexcept {
    if (at_ == values_->size()) at_ = 0;
    return (*values_)[at_++];
  }

 private:
  const std::vector<V>* values_;
  std::size_t at_ = 0;
};

/// Runs what is registered, for `seconds` each where the arguments do not say how long; false where
/// they are not understood.
inline bool run_turns(int argc, char** argv, const char* seconds) {
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
