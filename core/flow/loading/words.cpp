// Names and words of the loader: suggestions, identifier rules, wording of kinds.
#include <algorithm>
#include <array>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr std::array kVariableRoots = std::to_array<std::string_view>({
    "slots",
    "user",
    "context",
    "message",
    "conversation",
    "flow",
    "assistant",
    "now",
    "result",
    "error",
    "review",
    "handoff",
    "event",
    "repair",
    "value",
});

// Words that CEL keeps for itself: a slot of that name could not be read in an expression.
constexpr std::array kReservedWords = std::to_array<std::string_view>({
    "true",     "false", "null",   "in",  "as",   "break",   "const",     "continue", "else", "end",  "for",
    "function", "if",    "import", "let", "loop", "package", "namespace", "return",   "var",  "void", "while",
});

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}
bool all_letters(std::string_view text) {
  return std::ranges::all_of(text, is_letter);
}

}  // namespace

void Context::error(std::string_view code, Position position, std::string message, std::string help) {
  diagnostics.push_back(
      {std::string(code), Severity::error, flow.file, position, std::move(message), std::move(help)}
  );
}

void Context::warning(std::string_view code, Position position, std::string message, std::string help) {
  diagnostics.push_back(
      {std::string(code), Severity::warning, flow.file, position, std::move(message), std::move(help)}
  );
}

std::string quote(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  if (name.size() <= kLongest) return "'" + std::string(name) + "'";
  return "'" + std::string(utf8_prefix(name, kLongest)) + "…'";
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string_view meant = nearest(name, candidates);
  return meant.empty() ? std::string() : "did you mean " + quote(meant) + "?";
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return did_you_mean(name, views);
}

std::string one_of(std::span<const std::string_view> words) {
  std::string text = "one of: ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += ", ";
    text += words[i];
  }
  return text;
}

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::scalar:
      break;
  }
  const Value value = to_value(node);
  if (value.is_bool()) return "true or false";
  if (value.is_number()) return "a number";
  return "text";
}

std::string as_clause(std::string_view sentence) {
  std::string clause(sentence);
  if (clause.ends_with('.') && !clause.ends_with("..")) clause.pop_back();
  // An abbreviation such as "CEL" keeps its capitals.
  if (clause.size() > 1 && (clause[1] == ' ' || (clause[1] >= 'a' && clause[1] <= 'z'))) {
    clause[0] = ascii_lower(clause[0]);
  }
  return clause;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 64 || is_digit(text[0])) return false;
  return std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_flow_id(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  if (!is_letter(text.front()) && text.front() != '_') return false;
  if (text.back() == '.' || text.back() == '-') return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
  });
}

// language ["-" script] ["-" region], the shapes of BCP 47 that messages need.
bool is_locale_tag(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('-', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() > 3 || parts[0].size() < 2 || parts[0].size() > 3 || !all_letters(parts[0])) return false;
  std::size_t next = 1;
  if (next < parts.size() && parts[next].size() == 4 && all_letters(parts[next])) ++next;
  if (next < parts.size()) {
    const std::string_view region = parts[next];
    const bool country = region.size() == 2 && all_letters(region);
    const bool area = region.size() == 3 && std::ranges::all_of(region, is_digit);
    if (country || area) ++next;
  }
  return next == parts.size();
}

bool is_variable_root(std::string_view name) {
  return contains(kVariableRoots, name);
}

bool check_identifier(Context& context, std::string_view name, Position position, std::string_view what) {
  if (!is_identifier(name)) {
    context.error(
        "F0206",
        position,
        quote(name) + " cannot be the name of a " + std::string(what),
        "use letters, digits and _, starting with a letter, at most 64 characters"
    );
    return false;
  }
  if (contains(kReservedWords, name) || is_variable_root(name)) {
    context.error(
        "F0207",
        position,
        quote(name) + " is a reserved word and cannot be the name of a " + std::string(what),
        "add a word to it, such as '" + std::string(name) + "_" + std::string(what) + "'"
    );
    return false;
  }
  return true;
}

bool check_fact_name(Context& context, std::string_view name, Position position) {
  if (is_identifier(name) && !contains(kReservedWords, name) && name != "id" && name != "locale") return true;
  context.error(
      "F0911",
      position,
      quote(name) + " cannot be the name of a fact about the user",
      is_identifier(name) ? "user." + std::string(name) + " is something else already; add a word to it"
                          : "use letters, digits and _, starting with a letter, at most 64 characters"
  );
  return false;
}

Position place_in(const Node& scalar, std::size_t begin, std::size_t end) {
  const Position whole = scalar.position;
  const std::size_t size = scalar.text.size();
  const std::size_t quotes = scalar.quoted ? 2 : 0;
  if (whole.length != size + quotes || begin > size || end > size || end < begin) return whole;
  return {
      whole.line,
      static_cast<std::uint32_t>(whole.column + begin + quotes / 2),
      static_cast<std::uint32_t>(std::max<std::size_t>(end - begin, 1)),
  };
}

void check_keys(Context& context, const Node& map, std::span<const Key> keys, std::string_view what) {
  for (const Node::Member& member : map.members) {
    if (std::ranges::find(keys, member.key, &Key::name) != keys.end()) continue;
    std::vector<std::string_view> names;
    for (const Key& key : keys) names.push_back(key.name);
    std::string help = did_you_mean(member.key, names);
    context.error(
        "F0109",
        member.key_position,
        "unknown key " + quote(member.key) + " in " + std::string(what),
        help.empty() ? one_of(names) : help
    );
  }
}

}  // namespace parley::flow::loading
