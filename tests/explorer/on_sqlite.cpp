// SPDX-License-Identifier: BSL-1.0

// The schedules of two actors over a file of SQLite, each with a store object of its own, as two
// processes have.
//
// the pairs that are for any store   → named_pairs; a crash in them → crashes (long)

#include "membership/store/sqlite_store.hpp"
#include "membership/testing/explorer/instances.hpp"
#include "membership/testing/schedule_explorer.hpp"
#include "support/folder.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(explorer_on_sqlite)

using namespace membership;
using namespace membership::testing;
using membership_tests::scaled;

namespace {

std::unique_ptr<SqliteStore> open(const std::string& file) {
  SqliteStoreOptions options;
  options.synchronous = SqliteSynchronous::off;
  auto opened = SqliteStore::open(file, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

/// A copy of a file, with a store object for each actor.
class FileWorld {
 public:
  using Store = SqliteStore;
  explicit FileWorld(const std::string& original) {
    std::filesystem::copy_file(original, folder_ / "store.db");
    for (auto& store : stores_) store = open(folder_ / "store.db");
  }
  Store& store(std::size_t actor) noexcept { return *stores_[actor % std::size(stores_)]; }
  Store& observer() noexcept { return *stores_[0]; }

 private:
  membership_tests::Folder folder_;
  std::unique_ptr<Store> stores_[2];
};

/// The files of the start worlds, each made once.
class Originals {
 public:
  std::string file(StartWorld world) {
    const std::string name = folder_ / std::string(to_string(world)).c_str();
    if (!std::filesystem::exists(name)) make_start_world(*open(name), world);
    return name;
  }

 private:
  membership_tests::Folder folder_;
};

Exploration explore_named_pairs(const ExplorerOptions& options, std::size_t stride) {
  static const auto instances = explorer_instances<SqliteStore>();
  Originals originals;
  Exploration all;
  std::size_t number = 0;
  for (const ExplorerPair& pair : explorer_pairs()) {
    if (number++ % stride != 0) continue;
    const std::string file = originals.file(pair.world);
    ScheduleExplorer explorer([file] { return std::make_unique<FileWorld>(file); }, options);
    const Instance<SqliteStore>* const actors[] = {&instance_of(instances, pair.first),
                                                   &instance_of(instances, pair.second)};
    const Exploration explored = explorer.explore(actors);
    BOOST_TEST(!explored.violation, pair.first << " and " << pair.second << ": " << explored);
    all += explored;
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(named_pairs) {
  const Exploration all = explore_named_pairs({}, scaled(3, 1));
  BOOST_TEST_MESSAGE("named pairs on SQLite: " << all);
}

BOOST_AUTO_TEST_CASE(crashes) {
  if (scaled(0, 1) == 0) return;
  const Exploration all = explore_named_pairs({true}, 1);
  BOOST_TEST_MESSAGE("crashes in the named pairs on SQLite: " << all);
}

BOOST_AUTO_TEST_SUITE_END()
