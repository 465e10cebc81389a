// SPDX-License-Identifier: BSL-1.0

#include <membership/wire/error_body.hpp>

int main() {
  const bool same = membership::wire::error_body("no", "No.") == R"({"code":"no","message":"No."})";
  return same ? 0 : 1;
}
