// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_PAGE_BLOCKS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_PAGE_BLOCKS_HPP

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace membership_tests {

/// The text of each block of a language in a page of docs/, so that tests run what it shows.
inline std::vector<std::string> page_blocks(const std::string& page, std::string_view language) {
  std::ifstream in(MEMBERSHIP_TESTS_INCLUDE "/../docs/" + page);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::string begin = "\n```" + std::string(language) + "\n";
  const std::string_view end = "\n```\n";
  std::vector<std::string> blocks;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::size_t length = text.find(end, at) - at;
    blocks.push_back(text.substr(at, length + 1));
    at += length;
  }
  if (blocks.empty()) throw std::runtime_error("no such block in " + page);
  return blocks;
}

}  // namespace membership_tests

#endif
