// SPDX-License-Identifier: BSL-1.0

// The containers under the memory store, each beside one of the standard library.
//
// Plan
//   Slab: numbers are distinct, addresses stay, what is given back is taken first -> slab_of_cells
//   Slab: refuses beyond its capacity without allocating                         -> slab_is_finite
//   hashes: the product without 128 bits is the same, short texts are all told
//     apart, ids that count are spread over shards and places                    -> hashes
//   IndexTable: insert, erase, find, with hashes that collide and wrap around    -> index_table
//   OrderedIndex: appends, prepends, random places, erasures; both directions;
//     lower_bound at every boundary; several indexes in one slab; one emptied    -> ordered_index
//   MemberNumbers: as a vector                                                   -> member_numbers
//   EventLog: order, retention, cursors and filters in both directions           -> event_log

#include "membership/domain/hash.hpp"
#include "membership/store/memory/event_log.hpp"
#include "membership/store/memory/index_table.hpp"
#include "membership/store/memory/ordered_index.hpp"
#include "membership/store/memory/records.hpp"
#include "membership/store/memory/slab.hpp"
#include "membership/testing/fixed_ids.hpp"
#include "property/check.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(containers)

using namespace membership;
using membership_tests::scaled;
namespace store = membership::detail;

namespace {

struct Cell {
  std::uint32_t value = 0;
  std::uint32_t next_free = 0;
};

using Random = std::mt19937_64;

std::uint32_t below(Random& random, std::size_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

/// Records whose order is that of their keys.
struct Keyed {
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> nodes;
  bool less(std::uint32_t a, std::uint32_t b) const noexcept { return keys[a] < keys[b]; }
  std::uint32_t& node(std::uint32_t number) noexcept { return nodes[number]; }
};

/// What the index holds, forwards, and checks that backwards is the same and that every record
/// knows its node.
std::vector<std::uint32_t> walk(const store::OrderedIndex& index,
                                const store::OrderedIndex::Nodes& nodes, Keyed& records) {
  using Index = store::OrderedIndex;
  std::vector<std::uint32_t> forwards;
  for (auto at = index.first(); at; at = Index::next(nodes, at)) {
    forwards.push_back(Index::entry(nodes, at));
    BOOST_REQUIRE(records.node(forwards.back()) == at.node);
  }
  std::vector<std::uint32_t> backwards;
  for (auto at = index.last(nodes); at; at = Index::previous(nodes, at)) {
    backwards.push_back(Index::entry(nodes, at));
  }
  std::reverse(backwards.begin(), backwards.end());
  BOOST_REQUIRE(forwards == backwards);
  return forwards;
}

void check_index(const store::OrderedIndex& index, const store::OrderedIndex::Nodes& nodes,
                 Keyed& records, const std::map<std::uint64_t, std::uint32_t>& model,
                 std::uint64_t probe) {
  using Index = store::OrderedIndex;
  std::vector<std::uint32_t> expected;
  for (const auto& [key, number] : model) expected.push_back(number);
  BOOST_REQUIRE(walk(index, nodes, records) == expected);
  const auto at =
      index.lower_bound(nodes, [&](std::uint32_t entry) { return records.keys[entry] < probe; });
  const auto found = model.lower_bound(probe);
  BOOST_REQUIRE(static_cast<bool>(at) == (found != model.end()));
  if (at) BOOST_REQUIRE(Index::entry(nodes, at) == found->second);
}

}  // namespace

BOOST_AUTO_TEST_CASE(slab_of_cells) {
  Random random(membership_tests::seed());
  for (std::size_t round = 0; round < scaled(20, 200); ++round) {
    store::Slab<Cell> slab;
    std::map<std::uint32_t, const Cell*> taken;
    std::vector<std::uint32_t> given_back;
    std::uint32_t highest = 0;
    for (int step = 0; step < 2000; ++step) {
      if (taken.empty() || random() % 5 < 3) {
        const std::uint32_t count = 1 + below(random, 20);
        BOOST_REQUIRE(slab.reserve(count));
        for (std::uint32_t i = 0; i < count; ++i) {
          const std::uint32_t number = slab.take();
          if (given_back.empty()) {
            BOOST_REQUIRE(number == highest);
            ++highest;
          } else {
            BOOST_REQUIRE(number == given_back.back());
            given_back.pop_back();
          }
          slab[number].value = number;
          BOOST_REQUIRE(taken.emplace(number, &slab[number]).second);
        }
      } else {
        const auto chosen = std::next(taken.begin(), below(random, taken.size()));
        slab.give_back(chosen->first);
        given_back.push_back(chosen->first);
        taken.erase(chosen);
      }
      if (step % 100 == 0) {
        for (const auto& [number, address] : taken) {
          BOOST_REQUIRE(&slab[number] == address);
          BOOST_REQUIRE(slab[number].value == number);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(slab_is_finite) {
  store::Slab<Cell> slab;
  BOOST_TEST(!slab.reserve(store::Slab<Cell>::capacity + 1));
  BOOST_TEST(slab.reserve(1));
  BOOST_TEST(slab.take() == 0u);
  BOOST_TEST(!slab.reserve(store::Slab<Cell>::capacity));
}

BOOST_AUTO_TEST_CASE(hashes) {
  Random random(1);
  const std::uint64_t edges[] = {0, 1, 0xFFFF'FFFF, 0x1'0000'0000, ~std::uint64_t{0}};
  for (const std::uint64_t a : edges) {
    for (const std::uint64_t b : edges) {
      BOOST_TEST(store::folded_product(a, b) == store::folded_product_of_halves(a, b));
    }
  }
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t a = random();
    const std::uint64_t b = random();
    BOOST_REQUIRE(store::folded_product(a, b) == store::folded_product_of_halves(a, b));
  }

  std::set<std::uint64_t> of_short{store::hash_bytes("")};
  for (int first = 0; first < 256; ++first) {
    const std::string one(1, static_cast<char>(first));
    of_short.insert(store::hash_bytes(one));
    for (int second = 0; second < 256; ++second) {
      of_short.insert(store::hash_bytes(one + static_cast<char>(second)));
    }
  }
  BOOST_TEST(of_short.size() == 1u + 256u + 65'536u);

  constexpr std::size_t count = 64'000;
  for (const std::size_t digits : {5u, 8u, 12u, 16u, 26u, 40u}) {
    std::vector<std::size_t> shards(store::RecordNumber::shards);
    std::vector<std::size_t> places(64);
    std::set<std::uint64_t> distinct;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      const store::ShardHash hash(
          store::hash_bytes(std::string(digits - number.size(), '0') + number));
      distinct.insert(hash.value);
      ++shards[hash.shard];
      ++places[hash.tag % places.size()];
    }
    BOOST_TEST(distinct.size() == count);
    for (const auto* const spread : {&shards, &places}) {
      const auto [least, most] = std::minmax_element(spread->begin(), spread->end());
      BOOST_TEST(*least > 850u);  // of 1,000 each; five times the deviation
      BOOST_TEST(*most < 1'150u);
    }
  }
}

BOOST_AUTO_TEST_CASE(index_table) {
  Random random(membership_tests::seed());
  for (std::size_t round = 0; round < scaled(60, 600); ++round) {
    // Hashes out of a small set collide; those at the end of the word wrap around.
    const bool colliding = round % 2 == 0;
    const auto hash_of = [colliding](std::uint32_t number) {
      return colliding ? 0xFFFFFFF0u + number % 24 : number * 2654435761u;
    };
    store::IndexTable table;
    std::set<std::uint32_t> model;
    for (int step = 0; step < 1000; ++step) {
      const std::uint32_t number = below(random, 150);
      if (model.count(number) == 0) {
        table.reserve(1 + below(random, 3));
        table.insert(hash_of(number), number);
        model.insert(number);
      } else if (random() % 2 == 0) {
        table.erase(hash_of(number), number);
        model.erase(number);
      }
      BOOST_REQUIRE(table.size() == model.size());
      const std::uint32_t probe = below(random, 150);
      const std::uint32_t found =
          table.find(hash_of(probe), [probe](std::uint32_t entry) { return entry == probe; });
      BOOST_REQUIRE(found == (model.count(probe) == 0 ? store::IndexTable::none : probe));
    }
    for (std::uint32_t probe = 0; probe < 150; ++probe) {
      const std::uint32_t found =
          table.find(hash_of(probe), [probe](std::uint32_t entry) { return entry == probe; });
      BOOST_REQUIRE(found == (model.count(probe) == 0 ? store::IndexTable::none : probe));
    }
  }
}

BOOST_AUTO_TEST_CASE(ordered_index) {
  using Index = store::OrderedIndex;
  Random random(membership_tests::seed());
  for (std::size_t round = 0; round < scaled(40, 400); ++round) {
    // How keys come: 0 grow, 1 fall, 2 anywhere, 3 mostly grow. How often one is erased.
    const unsigned manner = below(random, 4);
    const unsigned erasing = below(random, 6);
    Index::Nodes nodes;
    Index indexes[2];
    std::map<std::uint64_t, std::uint32_t> models[2];
    Keyed records;
    std::uint64_t next = std::uint64_t{1} << 32;
    for (int step = 0; step < 600; ++step) {
      const unsigned which = below(random, 2);
      Index& index = indexes[which];
      auto& model = models[which];
      if (!model.empty() && below(random, 10) < erasing) {
        auto chosen = std::next(model.begin(), below(random, model.size()));
        if (random() % 3 == 0) chosen = model.begin();
        if (random() % 3 == 0) chosen = std::prev(model.end());
        index.erase(nodes, records, chosen->second);
        model.erase(chosen);
      } else {
        std::uint64_t key = random();
        if (manner == 0 || (manner == 3 && random() % 8 != 0)) key = next += 2;
        if (manner == 1) key = next -= 2;
        if (!model.emplace(key, static_cast<std::uint32_t>(records.keys.size())).second) continue;
        records.keys.push_back(key);
        records.nodes.push_back(Index::none);
        BOOST_REQUIRE(index.reserve(nodes, 1));
        index.insert(nodes, records, static_cast<std::uint32_t>(records.keys.size() - 1));
      }
      if (step % 7 == 0) {
        std::uint64_t probe = random();
        if (!model.empty() && random() % 4 != 0) {
          probe =
              std::next(model.begin(), below(random, model.size()))->first + below(random, 3) - 1;
        }
        check_index(index, nodes, records, model, probe);
      }
    }
    for (int which = 0; which < 2; ++which) {
      check_index(indexes[which], nodes, records, models[which], 0);
      for (const auto& [key, number] : models[which]) {
        check_index(indexes[which], nodes, records, models[which], key);
      }
    }
    // What one gives back the other can use, and stays itself.
    const auto highest_node = [&] {
      std::uint32_t highest = 0;
      for (const auto& model : models) {
        for (const auto& [key, number] : model) highest = std::max(highest, records.node(number));
      }
      return highest;
    };
    const std::uint32_t highest = highest_node();
    for (const auto& [key, number] : models[0]) indexes[0].erase(nodes, records, number);
    BOOST_REQUIRE(!indexes[0].first());
    check_index(indexes[1], nodes, records, models[1], 0);
    for (const auto& [key, number] : models[0]) {
      BOOST_REQUIRE(indexes[0].reserve(nodes, 1));
      indexes[0].insert(nodes, records, number);
    }
    check_index(indexes[0], nodes, records, models[0], 0);
    BOOST_REQUIRE(highest_node() <= highest);
  }
}

BOOST_AUTO_TEST_CASE(member_numbers) {
  Random random(membership_tests::seed());
  for (std::size_t round = 0; round < scaled(200, 2000); ++round) {
    store::MemberNumbers numbers;
    std::vector<std::uint32_t> model;
    for (std::uint32_t step = 0; step < 60; ++step) {
      if (model.empty() || random() % 3 != 0) {
        const std::uint32_t at = below(random, model.size() + 1);
        numbers.reserve(1 + below(random, 4));
        numbers.insert(at, step);
        model.insert(model.begin() + at, step);
      } else {
        const std::uint32_t at = below(random, model.size());
        numbers.erase(model[at]);
        model.erase(model.begin() + at);
      }
      BOOST_REQUIRE(numbers.size() == model.size());
      for (std::uint32_t i = 0; i < numbers.size(); ++i) BOOST_REQUIRE(numbers[i] == model[i]);
    }
    numbers.clear();
    BOOST_REQUIRE(numbers.size() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(event_log) {
  struct Event {
    EventId id;
    EventType type;
    Time at;
    std::optional<OrganizationId> organization;
  };
  Random random(membership_tests::seed());
  for (std::size_t round = 0; round < scaled(60, 600); ++round) {
    const std::size_t limits[] = {1, 2, 63, 64, 65, 130, 1000};
    const std::size_t limit = limits[round % 7];
    store::EventLog<DefaultTraits> log(limit);
    std::deque<Event> model;
    std::optional<EventId> gone;  // the last one that the log forgot
    // Ids do not grow with the order of commits.
    std::uint64_t number = random() % 1000 + 1'000'000;
    for (int step = 0; step < 40; ++step) {
      const std::size_t count = 1 + below(random, random() % 5 == 0 ? 200 : 8);
      log.reserve(count);
      for (std::size_t i = 0; i < count; ++i) {
        number += random() % 2 == 0 ? 16u : 48u;
        const EventId id{Ulid{random() % 3, (number ^ 0x40u) << 4}};
        store::EventRecord<DefaultTraits>& record = log.append(id);
        Event event{
            id, random() % 2 == 0 ? EventType::user_created : EventType::organization_created,
            Time::from_milliseconds(static_cast<std::int64_t>(random() % 50)), std::nullopt};
        record.type = event.type;
        record.created_at = event.at;
        record.other = new store::OtherEvent<DefaultTraits>(Profile{});
        if (event.type == EventType::organization_created) {
          event.organization = testing::FixedIds::numbered<OrganizationId>(random() % 3);
          record.other->organization.emplace(*event.organization);
        }
        model.push_back(event);
        if (model.size() > limit) {
          gone = model.front().id;
          model.pop_front();
        }
      }

      Page<EventId> page;
      page.limit = 1 + below(random, 12);
      page.direction = random() % 2 == 0 ? Direction::ascending : Direction::descending;
      const bool ascending = page.direction == Direction::ascending;
      const auto cursor = [&] {
        return gone && random() % 4 == 0 ? *gone : model[below(random, model.size())].id;
      };
      if (random() % 2 == 0) page.after = cursor();
      if (random() % 3 == 0) page.until = cursor();
      EventFilter filter;
      if (random() % 3 == 0) {
        filter.types = EventTypes();
        filter.types.insert(EventType::organization_created);
      }
      if (random() % 3 == 0) {
        filter.organization = testing::FixedIds::numbered<OrganizationId>(random() % 3);
      }
      if (random() % 3 == 0) filter.from = Time::from_milliseconds(10);
      if (random() % 3 == 0) filter.before = Time::from_milliseconds(40);

      std::vector<Event> order(model.begin(), model.end());
      if (!ascending) std::reverse(order.begin(), order.end());
      std::vector<EventId> expected;
      // What is gone came before all that is kept.
      bool begun = !page.after || (ascending && page.after == gone);
      bool more = false;
      for (const Event& event : order) {
        if (page.until && (event.id == *page.until || (ascending && page.until == gone))) break;
        if (!begun) {
          begun = event.id == *page.after;
          continue;
        }
        if (!filter.types.contains(event.type)) continue;
        if (filter.organization && event.organization != filter.organization) continue;
        if (filter.from && event.at < *filter.from) continue;
        if (filter.before && !(event.at < *filter.before)) continue;
        if (expected.size() == page.limit) {
          more = true;
          break;
        }
        expected.push_back(event.id);
      }
      std::vector<EventId> seen;
      const ListEnd end = log.list(*EventQuery::make(page, filter),
                                   [&](const EventRow& row) { seen.push_back(row.id); });
      BOOST_REQUIRE(seen == expected);
      BOOST_REQUIRE(end.more == more);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
