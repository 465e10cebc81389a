// SPDX-License-Identifier: BSL-1.0

#include <membership/store/postgres_store.hpp>

using namespace membership;

// No server is there: that the store says so shows that it is linked.
int main() {
  const auto opened = PostgresStore::open({.target = "host=/nonexistent"});
  return !opened && opened.error().fault == PostgresFault::cannot_connect ? 0 : 1;
}
