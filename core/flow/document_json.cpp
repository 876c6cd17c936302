// Strict JSON to document nodes. Separate from base/json: here every key and value keeps its place in the
// text.
#include <set>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "flow/document.hpp"

namespace parley::flow {
namespace {

constexpr std::uint32_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 100'000;
constexpr std::size_t kMaxBytes = 1 << 20;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Node> read_document() {
    Node root;
    if (!read_value(root, 0)) return std::unexpected(error_);
    skip_space();
    if (at_ < text_.size()) {
      problem(
          "there is more text after the end of the document", "remove it, or put both values in one list"
      );
      return std::unexpected(error_);
    }
    return root;
  }

 private:
  [[nodiscard]] Position here(std::size_t begin, std::size_t length) const {
    return {
        line_,
        static_cast<std::uint32_t>(begin - line_begin_ + 1),
        static_cast<std::uint32_t>(length),
    };
  }

  bool problem(std::string message, std::string hint = {}, ErrorCode code = ErrorCode::invalid_input) {
    error_ = Error{
        code,
        std::move(message),
        std::to_string(line_) + ":" + std::to_string(at_ - line_begin_ + 1),
        std::move(hint),
    };
    return false;
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_begin_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
      ++at_;
    }
  }

  [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool read_value(Node& node, std::uint32_t depth) {
    skip_space();
    if (depth > kMaxDepth) {
      return problem("the document is nested more than 64 levels deep", {}, ErrorCode::too_large);
    }
    if (++nodes_ > kMaxNodes) {
      return problem("the document has more than 100,000 values", {}, ErrorCode::too_large);
    }
    if (at_ == text_.size()) return problem("the document ends where a value should be");
    const char c = text_[at_];
    if (c == '{') return read_map(node, depth);
    if (c == '[') return read_list(node, depth);
    const std::size_t begin = at_;
    if (c == '"') {
      node.kind = Node::Kind::scalar;
      node.quoted = true;
      if (!read_string(node.text)) return false;
      node.position = here(begin, at_ - begin);
      return true;
    }
    return read_bare(node);
  }

  bool read_bare(Node& node) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n,]}:").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    node.position = here(begin, word.size());
    if (word == "null") return true;
    node.kind = Node::Kind::scalar;
    node.text = word;
    if (word == "true" || word == "false" || is_number(word)) return true;
    at_ = begin;
    return problem(
        word.empty() ? "expected a value, got '" + std::string(1, text_[at_]) + "'"
                     : "'" + std::string(utf8_prefix(word, 40)) + "' is not a JSON value",
        "text needs double quotes in JSON"
    );
  }

  // -? ( 0 | [1-9][0-9]* ) ( \.[0-9]+ )? ( [eE][-+]?[0-9]+ )?
  static bool is_number(std::string_view word) {
    std::size_t at = 0;
    const auto digits = [&] {
      const std::size_t begin = at;
      while (at < word.size() && word[at] >= '0' && word[at] <= '9') ++at;
      return at - begin;
    };
    if (at < word.size() && word[at] == '-') ++at;
    const bool zero = at < word.size() && word[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (at < word.size() && word[at] == '.') {
      ++at;
      if (digits() == 0) return false;
    }
    if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
      ++at;
      if (at < word.size() && (word[at] == '+' || word[at] == '-')) ++at;
      if (digits() == 0) return false;
    }
    return at == word.size();
  }

  bool read_list(Node& node, std::uint32_t depth) {
    node.kind = Node::Kind::list;
    node.position = here(at_, 1);
    ++at_;
    skip_space();
    if (next_is(']')) {
      ++at_;
      return true;
    }
    while (true) {
      node.items.emplace_back();
      if (!read_value(node.items.back(), depth + 1)) return false;
      skip_space();
      if (next_is(']')) {
        ++at_;
        return true;
      }
      if (!next_is(',')) return problem("expected ',' or ']' in a list");
      ++at_;
    }
  }

  bool read_map(Node& node, std::uint32_t depth) {
    node.kind = Node::Kind::map;
    node.position = here(at_, 1);
    ++at_;
    skip_space();
    if (next_is('}')) {
      ++at_;
      return true;
    }
    std::set<std::string> keys;
    while (true) {
      if (!read_member(node, keys, depth)) return false;
      skip_space();
      if (next_is('}')) {
        ++at_;
        return true;
      }
      if (!next_is(',')) return problem("expected ',' or '}' in a map");
      ++at_;
    }
  }

  bool read_member(Node& node, std::set<std::string>& keys, std::uint32_t depth) {
    skip_space();
    if (!next_is('"')) return problem("expected a key in double quotes");
    const std::size_t begin = at_;
    Node::Member member;
    if (!read_string(member.key)) return false;
    member.key_position = here(begin, at_ - begin);
    if (!keys.insert(member.key).second) {
      at_ = begin;
      return problem(
          "the key '" + member.key + "' is given twice in one map", "keep one of the two", ErrorCode::conflict
      );
    }
    skip_space();
    if (!next_is(':')) return problem("expected ':' after the key");
    ++at_;
    if (!read_value(member.value, depth + 1)) return false;
    node.members.push_back(std::move(member));
    return true;
  }

  bool read_string(std::string& out) {
    ++at_;
    while (true) {
      const std::size_t end = text_.find_first_of("\"\\", at_);
      const std::string_view run = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
      for (std::size_t i = 0; i < run.size(); ++i) {
        if (static_cast<unsigned char>(run[i]) < 0x20) {
          at_ += i;
          return problem("a control character inside a string", "write it as an escape, such as \\n");
        }
      }
      if (end == std::string_view::npos) return problem("the string is never closed");
      out += run;
      at_ = end + 1;
      if (text_[end] == '"') return true;
      if (!read_escape(out)) return false;
    }
  }

  bool read_escape(std::string& out) {
    if (at_ == text_.size()) return problem("the string is never closed");
    const char c = text_[at_++];
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t index = kNames.find(c); index != std::string_view::npos) {
      out += kMeanings[index];
      return true;
    }
    if (c != 'u') {
      --at_;
      return problem(
          "unknown escape in a string", "JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX"
      );
    }
    std::uint32_t unit = 0;
    if (!read_hex(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      std::uint32_t low = 0;
      if (!read_hex(low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return problem("half of a surrogate pair in a string");
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xD800 && unit <= 0xDFFF) {
      return problem("half of a surrogate pair in a string");
    }
    append_utf8(out, unit);
    return true;
  }

  bool read_hex(std::uint32_t& unit) {
    for (int i = 0; i < 4; ++i) {
      const char c = at_ < text_.size() ? ascii_lower(text_[at_]) : ' ';
      const bool digit = c >= '0' && c <= '9';
      if (!digit && (c < 'a' || c > 'f')) return problem("\\u needs four hexadecimal digits");
      unit = unit * 16 + static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
      ++at_;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  std::size_t nodes_ = 0;
  Error error_;
};

}  // namespace

Result<Node> parse_json_document(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return fail(
        ErrorCode::too_large, "the document is larger than 1 MiB", "1:1", "split it into several files"
    );
  }
  if (!is_utf8(text)) {
    return fail(ErrorCode::invalid_input, "the document is not UTF-8 text", "1:1", "save the file as UTF-8");
  }
  return Reader(text).read_document();
}

}  // namespace parley::flow
