// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_FLAT_JSON_HPP
#define MEMBERSHIP_STORE_SQL_FLAT_JSON_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// Writes a JSON object whose values are all strings: how the SQL stores keep what has no column of
/// its own, so that people and the databases' own functions can read it.
class FlatJsonWriter {
 public:
  FlatJsonWriter() {
    text_.reserve(512);
    text_ += '{';
  }

  void add(std::string_view key, std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    quote(key);
    text_ += ':';
    quote(value);
  }
  void add(std::string_view key, std::int64_t value) {
    add(key, std::string_view(std::to_string(value)));
  }

  std::string take() && {
    text_ += '}';
    return std::move(text_);
  }

 private:
  void quote(std::string_view value) {
    constexpr char digits[] = "0123456789abcdef";
    text_ += '"';
    std::size_t written = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char c = value[i];
      const bool control = static_cast<unsigned char>(c) < 0x20;
      if (!control && c != '"' && c != '\\') continue;
      text_.append(value, written, i - written);
      written = i + 1;
      if (control) {
        text_ += "\\u00";
        text_ += digits[static_cast<unsigned char>(c) >> 4];
        text_ += digits[static_cast<unsigned char>(c) & 15u];
      } else {
        text_ += '\\';
        text_ += c;
      }
    }
    text_.append(value, written, value.size() - written);
    text_ += '"';
  }

  std::string text_;
};

/// Such an object, read.
class FlatJson {
 public:
  using Member = std::pair<std::string, std::string>;

  /// Nothing where the text is anything but an object of strings, also as other programs write
  /// one: with white space and with any escape but half a surrogate pair.
  [[nodiscard]] static std::optional<FlatJson> parse(std::string_view text) {
    Reader reader{text};
    FlatJson result;
    if (!reader.skip('{')) return std::nullopt;
    if (!reader.skip('}')) {
      do {
        Member& member = result.members_.emplace_back();
        if (!reader.string(member.first) || !reader.skip(':') || !reader.string(member.second)) {
          return std::nullopt;
        }
      } while (reader.skip(','));
      if (!reader.skip('}')) return std::nullopt;
    }
    if (!reader.at_end()) return std::nullopt;
    return result;
  }

  const std::vector<Member>& members() const noexcept { return members_; }
  /// The value of a key; null where there is none.
  const std::string* find(std::string_view key) const noexcept {
    for (const Member& member : members_) {
      if (member.first == key) return &member.second;
    }
    return nullptr;
  }

 private:
  struct Reader {
    std::string_view text;
    std::size_t at = 0;

    void skip_space() noexcept {
      while (at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) ++at;
    }
    bool at_end() noexcept {
      skip_space();
      return at == text.size();
    }
    bool skip(char c) noexcept {
      skip_space();
      if (at == text.size() || text[at] != c) return false;
      ++at;
      return true;
    }
    bool string(std::string& out) {
      if (!skip('"')) return false;
      while (at < text.size()) {
        const char c = text[at++];
        if (c == '"') return true;
        if (c != '\\') {
          out += c;
        } else if (!escape(out)) {
          return false;
        }
      }
      return false;
    }
    bool escape(std::string& out) {
      constexpr std::string_view names = "\"\\/bfnrt";
      constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
      if (at == text.size()) return false;
      const char c = text[at++];
      if (c != 'u') {
        const std::size_t place = names.find(c);
        if (place == std::string_view::npos) return false;
        out += meant[place];
        return true;
      }
      std::uint32_t code = 0;
      if (!hex(code)) return false;
      if (code >= 0xD800 && code < 0xDC00) {
        std::uint32_t low = 0;
        if (text.substr(at, 2) != "\\u") return false;
        at += 2;
        if (!hex(low) || low < 0xDC00 || low > 0xDFFF) return false;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else if (code >= 0xDC00 && code < 0xE000) {
        return false;
      }
      append_utf8(out, code);
      return true;
    }
    bool hex(std::uint32_t& code) noexcept {
      if (text.size() - at < 4) return false;
      for (int i = 0; i < 4; ++i) {
        const char c = text[at++];
        const std::uint32_t digit =
            c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
            : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a' + 10)
            : c >= 'A' && c <= 'F' ? static_cast<std::uint32_t>(c - 'A' + 10)
                                   : 16;
        if (digit == 16) return false;
        code = code * 16 + digit;
      }
      return true;
    }
    static void append_utf8(std::string& out, std::uint32_t code) {
      const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
      if (code < 0x80) {
        put(code);
      } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
      } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
      } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
      }
    }
  };

  std::vector<Member> members_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
