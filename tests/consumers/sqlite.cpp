// SPDX-License-Identifier: BSL-1.0

#include <membership/store/sqlite_store.hpp>

int main() { return membership::SqliteStore::open(":memory:").has_value() ? 0 : 1; }
