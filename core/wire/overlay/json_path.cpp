#include "wire/overlay/json_path.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/json.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kMaxLocations = 100'000;
constexpr int kMaxDepth = 64;

const Value* child(const Value& value, const Value& step) {
  if (value.is_map()) return value.find(step);
  if (!value.is_list() || !step.is_int()) return nullptr;
  const auto size = static_cast<std::int64_t>(value.size());
  const std::int64_t index = step.as_int() < 0 ? step.as_int() + size : step.as_int();
  return index >= 0 && index < size ? &value.as_list()[static_cast<std::size_t>(index)] : nullptr;
}

// The test of a filter.
struct Test {
  enum class Kind : std::uint8_t { exists, equal, differs, both, either, negated };
  Kind kind = Kind::exists;
  std::vector<Value> path;  // below @
  Value operand;
  std::vector<Test> parts;

  [[nodiscard]] bool holds(const Value& value) const {
    switch (kind) {
      case Kind::both:
        return parts[0].holds(value) && parts[1].holds(value);
      case Kind::either:
        return parts[0].holds(value) || parts[1].holds(value);
      case Kind::negated:
        return !parts[0].holds(value);
      default:
        break;
    }
    const Value* found = &value;
    for (const Value& step : path) {
      found = child(*found, step);
      if (found == nullptr) return kind == Kind::differs;
    }
    return kind == Kind::exists || (*found == operand) == (kind == Kind::equal);
  }
};

struct Selector {
  bool any = false;
  bool deep = false;  // after "..": at every depth
  std::vector<Value> steps;
  std::optional<Test> test;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Selector>> run() {
    skip_space();
    if (!take("$")) return problem("a path begins with $");
    std::vector<Selector> selectors;
    for (skip_space(); at_ < text_.size(); skip_space()) {
      auto selector = segment();
      if (!selector) return std::unexpected(std::move(selector.error()));
      selectors.push_back(*std::move(selector));
    }
    return selectors;
  }

 private:
  std::unexpected<Error> problem(std::string message) const {
    return fail(
        ErrorCode::invalid_input,
        "in the path " + std::string(text_) + ": " + std::move(message),
        std::to_string(at_ + 1),
        "names, indices, *, .. and filters with == and != are understood"
    );
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<Selector> segment() {
    Selector selector;
    selector.deep = take("..");
    if (!selector.deep && text_[at_] != '[' && !take(".")) return problem("expected '.' or '['");
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') {
      ++at_;
      if (auto read = bracket(selector); !read) return std::unexpected(std::move(read.error()));
      return selector;
    }
    if (take("*")) {
      selector.any = true;
      return selector;
    }
    auto name = word();
    if (name.empty()) return problem("expected a name");
    selector.steps.emplace_back(std::move(name));
    return selector;
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '_' || c == '-' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
      if (!part) break;
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<void> bracket(Selector& selector) {
    skip_space();
    if (take("?")) {
      auto test = either(0);
      if (!test) return std::unexpected(std::move(test.error()));
      selector.test = *std::move(test);
    } else if (take("*")) {
      selector.any = true;
    } else {
      do {
        skip_space();
        auto step = literal();
        if (!step) return std::unexpected(std::move(step.error()));
        if (!step->is_string() && !step->is_int()) return problem("expected a name in quotes or an index");
        selector.steps.push_back(*std::move(step));
        skip_space();
      } while (take(","));
    }
    skip_space();
    if (!take("]")) return problem("expected ']'");
    return {};
  }

  // A string in either kind of quotes, a number, true, false or null.
  Result<Value> literal() {
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const char quote = text_[at_++];
      std::string out;
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        out += text_[at_++];
      }
      if (!take(std::string_view(&quote, 1))) return problem("a quote is never closed");
      return Value(out);
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && (word_character(text_[at_]) || text_[at_] == '.' || text_[at_] == '-'))
      ++at_;
    auto value = parse_json(text_.substr(begin, at_ - begin));
    if (!value) return problem("expected a value");
    return value;
  }
  static bool word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  Result<Test> either(int depth) { return chain(depth, "||", Test::Kind::either); }

  Result<Test> chain(int depth, std::string_view sign, Test::Kind kind) {
    if (depth > kMaxDepth) return problem("the filter is nested too deep");
    auto left = kind == Test::Kind::either ? chain(depth, "&&", Test::Kind::both) : primary(depth);
    while (left) {
      skip_space();
      if (!take(sign)) break;
      auto right = kind == Test::Kind::either ? chain(depth, "&&", Test::Kind::both) : primary(depth);
      if (!right) return right;
      Test joined{.kind = kind};
      joined.parts.push_back(*std::move(left));
      joined.parts.push_back(*std::move(right));
      left = std::move(joined);
    }
    return left;
  }

  Result<Test> primary(int depth) {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '!' && !text_.substr(at_).starts_with("!=")) {
      ++at_;
      if (depth > kMaxDepth) return problem("the filter is nested too deep");
      auto inner = primary(depth + 1);
      if (!inner) return inner;
      Test negated{.kind = Test::Kind::negated};
      negated.parts.push_back(*std::move(inner));
      return negated;
    }
    if (take("(")) {
      auto inner = either(depth + 1);
      skip_space();
      if (inner && !take(")")) return problem("expected ')'");
      return inner;
    }
    return comparison();
  }

  Result<Test> comparison() {
    Test test;
    if (!take("@")) return problem("a filter compares something below @");
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      auto selector = segment();
      if (!selector) return std::unexpected(std::move(selector.error()));
      if (selector->deep || selector->any || selector->test || selector->steps.size() != 1) {
        return problem("below @ only names and indices are understood");
      }
      test.path.push_back(std::move(selector->steps[0]));
    }
    skip_space();
    if (take("==")) {
      test.kind = Test::Kind::equal;
    } else if (take("!=")) {
      test.kind = Test::Kind::differs;
    } else {
      return test;
    }
    skip_space();
    auto operand = literal();
    if (!operand) return std::unexpected(std::move(operand.error()));
    test.operand = *std::move(operand);
    return test;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Search {
 public:
  explicit Search(const std::vector<Selector>& selectors) : selectors_(selectors) {}

  bool walk(const Value& value, std::size_t depth) {
    if (found_.size() > kMaxLocations) return false;
    if (depth == selectors_.size()) {
      if (std::ranges::find(found_, here_) == found_.end() || !has_deep()) found_.push_back(here_);
      return true;
    }
    const Selector& selector = selectors_[depth];
    if (!apply(selector, value, depth)) return false;
    if (!selector.deep || here_.size() > 2 * kMaxDepth) return true;
    return children(value, [&](const Value& member) { return walk(member, depth); });
  }

  std::vector<Location> take() { return std::move(found_); }

 private:
  [[nodiscard]] bool has_deep() const {
    return std::ranges::count_if(selectors_, [](const Selector& selector) { return selector.deep; }) > 1;
  }

  bool apply(const Selector& selector, const Value& value, std::size_t depth) {
    if (selector.any || selector.test) {
      return children(value, [&](const Value& member) {
        return selector.test && !selector.test->holds(member) ? true : walk(member, depth + 1);
      });
    }
    for (const Value& step : selector.steps) {
      const Value* member = child(value, step);
      if (member == nullptr) continue;
      const bool from_end = value.is_list() && step.as_int() < 0;
      here_.push_back(from_end ? Value(step.as_int() + static_cast<std::int64_t>(value.size())) : step);
      const bool more = walk(*member, depth + 1);
      here_.pop_back();
      if (!more) return false;
    }
    return true;
  }

  bool children(const Value& value, auto&& visit) {
    if (value.is_map()) {
      for (const auto& [key, member] : value.entries()) {
        here_.push_back(key);
        const bool more = visit(member);
        here_.pop_back();
        if (!more) return false;
      }
    } else if (value.is_list()) {
      std::int64_t index = 0;
      for (const Value& member : value.as_list()) {
        here_.emplace_back(index++);
        const bool more = visit(member);
        here_.pop_back();
        if (!more) return false;
      }
    }
    return true;
  }

  const std::vector<Selector>& selectors_;
  Location here_;
  std::vector<Location> found_;
};

}  // namespace

Result<std::vector<Location>> select(const Value& root, std::string_view path) {
  auto selectors = Parser(path).run();
  if (!selectors) return std::unexpected(std::move(selectors.error()));
  Search search(*selectors);
  if (!search.walk(root, 0)) {
    return fail(ErrorCode::too_large, "the path " + std::string(path) + " names too many places");
  }
  return search.take();
}

const Value* at(const Value& root, const Location& location) {
  const Value* value = &root;
  for (const Value& step : location) {
    value = child(*value, step);
    if (value == nullptr) return nullptr;
  }
  return value;
}

}  // namespace parley::wire
