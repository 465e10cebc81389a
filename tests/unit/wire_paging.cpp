// SPDX-License-Identifier: BSL-1.0

// Plan
//   parse_page_request: defaults, the list's own order        -> defaults
//   parse_page_request: every limit from 0 to 1000            -> limits
//   parse_page_request: limits that are no numbers            -> refused_limits
//   parse_page_request: each order, there and back; refusals  -> orders
//   parse_page_request: cursors as they are, empty ones       -> cursors
//   refused_parameter: both forms; limit before order         -> forms_of_refusal

#include "membership/wire/paging.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace wire = membership::wire;
using wire::ListOrder;
using wire::PagingRefusal;

BOOST_AUTO_TEST_SUITE(wire_paging)

namespace {

auto page(std::string_view raw, PagingRefusal refusal = PagingRefusal::unprocessable) {
  const auto query = wire::QueryString::parse(raw);
  BOOST_TEST_REQUIRE(query.has_value());
  return wire::parse_page_request(*query, refusal);
}

}  // namespace

BOOST_AUTO_TEST_CASE(defaults) {
  for (const std::string_view raw : {"", "limit=&order=&before=&after=", "x=1&Limit=0"}) {
    const auto request = page(raw);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST(request->limit == 10u);
    BOOST_TEST((request->order == ListOrder::desc));
    BOOST_TEST(!request->before.has_value());
    BOOST_TEST(!request->after.has_value());
  }
  const auto events =
      wire::parse_page_request(wire::QueryString(), PagingRefusal::unprocessable, ListOrder::asc);
  BOOST_TEST((events->order == ListOrder::asc));
}

BOOST_AUTO_TEST_CASE(limits) {
  for (unsigned limit = 0; limit <= 1000; ++limit) {
    const auto request = page("limit=" + std::to_string(limit));
    BOOST_TEST(request.has_value() == (limit >= 1 && limit <= 100), limit);
    if (request) BOOST_TEST(request->limit == limit);
  }
  BOOST_TEST(page("limit=007")->limit == 7u);
  BOOST_TEST(page("limit=0&limit=5")->limit == 5u);
}

BOOST_AUTO_TEST_CASE(refused_limits) {
  for (const std::string_view raw :
       {"limit=-1", "limit=abc", "limit=5.0", "limit=%205", "limit=5%20", "limit=+5", "limit=%2B5",
        "limit=0x5", "limit=1e1", "limit=4294967297", "limit=18446744073709551617",
        "limit=99999999999999999999999999", "limit=5%00", "limit=%D9%A5", "limit=5&limit=0"}) {
    BOOST_TEST(!page(raw).has_value(), raw);
  }
}

BOOST_AUTO_TEST_CASE(orders) {
  for (const ListOrder order : {ListOrder::asc, ListOrder::desc, ListOrder::normal}) {
    const auto request = page("order=" + std::string(to_string(order)));
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST((request->order == order));
  }
  for (const std::string_view raw : {"order=ASC", "order=descending", "order=asc%20", "order=1"}) {
    BOOST_TEST(!page(raw).has_value(), raw);
  }
}

BOOST_AUTO_TEST_CASE(cursors) {
  const auto request = page("before=om_1&after=a%20b&after=om_2");
  BOOST_TEST_REQUIRE(request.has_value());
  BOOST_TEST(request->before.value_or("") == "om_1");
  BOOST_TEST(request->after.value_or("") == "om_2");
}

BOOST_AUTO_TEST_CASE(forms_of_refusal) {
  const auto unprocessable = page("limit=0&order=x");
  BOOST_TEST(unprocessable.error().status == 422);
  BOOST_TEST(unprocessable.error().code == "invalid_request_parameters");
  BOOST_TEST(unprocessable.error().message == "Validation failed");
  BOOST_TEST_REQUIRE(unprocessable.error().errors.size() == 1u);
  BOOST_TEST(unprocessable.error().errors[0].code == "limit_invalid");
  BOOST_TEST(unprocessable.error().errors[0].message ==
             "Limit should be an integer from 1 to 100.");

  const auto bad_request = page("order=x", PagingRefusal::bad_request);
  BOOST_TEST(bad_request.error().status == 400);
  BOOST_TEST(bad_request.error().code == "invalid_request_parameters");
  BOOST_TEST(bad_request.error().message == "Order should be one of asc, desc, normal.");
  BOOST_TEST(bad_request.error().errors.empty());

  const auto cursor = wire::refused_parameter("after", PagingRefusal::unprocessable);
  BOOST_TEST(cursor.errors[0].code == "after_invalid");
  BOOST_TEST(cursor.errors[0].message == "After is invalid.");
}

BOOST_AUTO_TEST_SUITE_END()
