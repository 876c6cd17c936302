// The tree is built from yaml-cpp's events rather than from its Node: events carry exact marks, and the
// number of nodes is bounded while reading.
#include "assistant/yaml.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.hpp"

namespace parley::assistant {
namespace {

using flow::Diagnostic;
using flow::Diagnostics;
using flow::Node;
using flow::Position;
using flow::Severity;

// Ends the reading from inside an event; caught in read_yaml().
struct Stop {
  Diagnostic diagnostic;
};

Diagnostic error_at(
    std::string_view code,
    std::string_view file,
    Position position,
    std::string message,
    std::string help = {}
) {
  return {
      std::string(code), Severity::error, std::string(file), position, std::move(message), std::move(help)
  };
}

// yaml-cpp ends a plain text at a '?' inside brackets and braces, although YAML 1.2 lets it stand there, and
// questions are what an assistant is made of. So it gets another byte to read, one that check_text() keeps
// out of documents; what is lost is the '? key' form of maps, which has no use here.
constexpr char kQuestionMark = '\x1F';

std::string hide_question_marks(std::string_view text) {
  std::string hidden(text);
  std::ranges::replace(hidden, '?', kQuestionMark);
  return hidden;
}

std::string show_question_marks(std::string text) {
  std::ranges::replace(text, kQuestionMark, '?');
  return text;
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(
      std::string_view text, std::string_view file, Diagnostics& diagnostics, const DocumentLimits& limits
  )
      : text_(text), file_(file), diagnostics_(diagnostics), limits_(limits) {}

  [[nodiscard]] Node take() { return std::move(root_); }
  // Of the innermost list or map that is still open; line 0 when there is none.
  [[nodiscard]] Position innermost() const { return open_.empty() ? Position() : open_.back().node.position; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    throw Stop{error_at(
        "F0108",
        file_,
        {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1), 0},
        "a second document begins here",
        "keep one document a file; without a '---' line, check that this line is indented as it should be"
    )};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.position = {line_of(mark), column_of(mark), 0};
    const std::size_t begin = offset_of(mark);
    const std::string_view rest = text_.substr(begin);
    const bool written = rest.starts_with("~") || ascii_lower(rest.substr(0, 4)) == "null";
    if (written) {
      node.position.length = rest.starts_with("~") ? 1 : 4;
    } else if (last_key_.line > 0) {
      node.position = last_key_;  // nothing is written: show the key that lacks a value
    }
    finish(std::move(node), anchor);
  }

  void OnScalar(
      const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& hidden
  ) override {
    std::string value = show_question_marks(hidden);
    Node node;
    node.kind = Node::Kind::scalar;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    check_tag(mark, tag);
    node.position = {line_of(mark), column_of(mark), scalar_length(mark, value)};
    node.text = std::move(value);
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    const Position position{line_of(mark), column_of(mark), 1};
    if (found == anchors_.end()) {
      throw Stop{error_at(
          "F0113", file_, position, "an alias inside the value that it stands for", "write the value out"
      )};
    }
    count(found->second.nodes, position);
    if (open_.size() + found->second.depth > limits_.max_depth) stop_too_deep(position);
    add(found->second.node, found->second.depth);
  }

  void OnSequenceStart(
      const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value
  ) override {
    open(mark, tag, anchor, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(
      const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value
  ) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    std::size_t depth = 1;  // of what it holds
    bool has_key = false;
    bool drop_value = false;  // its key was a duplicate
    std::string key;
    Position key_position;
    std::map<std::string, std::uint32_t> keys;  // with their lines
  };
  struct Anchor {
    Node node;
    std::size_t nodes = 0;
    std::size_t depth = 0;
  };

  static std::uint32_t line_of(const YAML::Mark& mark) { return static_cast<std::uint32_t>(mark.line + 1); }
  static std::uint32_t column_of(const YAML::Mark& mark) {
    return static_cast<std::uint32_t>(mark.column + 1);
  }
  [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    diagnostics_.push_back(error_at(
        "F0117",
        file_,
        {line_of(mark), column_of(mark), 1},
        "YAML tags have no meaning here",
        "remove the tag"
    ));
  }

  // Bytes in the file, quotes included; 0 for block scalars and for those that run over several lines.
  [[nodiscard]] std::uint32_t scalar_length(const YAML::Mark& mark, const std::string& value) const {
    const std::size_t begin = offset_of(mark);
    if (begin >= text_.size()) return 0;
    const char quote = text_[begin];
    if (quote != '"' && quote != '\'') {
      const bool same = text_.substr(begin, value.size()) == value && !value.contains('\n');
      return same ? static_cast<std::uint32_t>(value.size()) : 0;
    }
    for (std::size_t at = begin + 1; at < text_.size(); ++at) {
      if (text_[at] == '\\' && quote == '"') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '\'' && at + 1 < text_.size() && text_[at + 1] == quote) {
          ++at;
          continue;
        }
        const std::string_view written = text_.substr(begin, at + 1 - begin);
        return written.contains('\n') ? 0 : static_cast<std::uint32_t>(written.size());
      }
    }
    // yaml-cpp takes the end of the file for the closing quote.
    throw Stop{error_at(
        "F0101",
        file_,
        {line_of(mark), column_of(mark), 1},
        "this quote is never closed",
        "add the closing quote"
    )};
  }

  [[noreturn]] void stop_too_deep(Position position) const {
    throw Stop{error_at(
        "F0105",
        file_,
        position,
        "the document is nested more than " + std::to_string(limits_.max_depth) + " levels deep",
        "split it into several flows"
    )};
  }

  void count(std::size_t nodes, Position position) {
    nodes_ += nodes;
    if (nodes_ <= limits_.max_nodes) return;
    throw Stop{error_at(
        "F0105",
        file_,
        position,
        "the document has more than " + std::to_string(limits_.max_nodes) + " values, aliases written out",
        "aliases of aliases multiply: write fewer"
    )};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    check_tag(mark, tag);
    const Position position{line_of(mark), column_of(mark), 1};
    if (open_.size() >= limits_.max_depth) stop_too_deep(position);
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) refuse_key(mark);
    Open opened;
    opened.node.kind = kind;
    opened.node.position = position;
    opened.anchor = anchor;
    opened.nodes_before = nodes_;
    count(1, position);
    open_.push_back(std::move(opened));
    last_key_ = {};
  }

  [[noreturn]] void refuse_key(const YAML::Mark& mark) const {
    const std::size_t begin = offset_of(mark);
    const bool braces = begin > 0 && text_[begin - 1] == '{';
    const auto column = static_cast<std::uint32_t>(mark.column + (braces ? 0 : 1));
    throw Stop{error_at(
        "F0118",
        file_,
        {line_of(mark), column, braces ? 2U : 1U},
        braces ? "text that begins with {{ needs quotes in YAML" : "a key must be text",
        braces ? "write \"{{ … }}\"" : "write the key as a plain word; if this is a value, close its bracket"
    )};
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    const std::size_t nodes = nodes_ - closed.nodes_before;
    if (closed.anchor != 0)
      anchors_.insert_or_assign(closed.anchor, Anchor{closed.node, nodes, closed.depth});
    add(std::move(closed.node), closed.depth);
  }

  void finish(Node node, YAML::anchor_t anchor) {
    count(1, node.position);
    if (anchor != 0) anchors_.insert_or_assign(anchor, Anchor{node, 1, 0});
    add(std::move(node), 0);
  }

  void add(Node node, std::size_t depth) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    parent.depth = std::max(parent.depth, depth + 1);
    if (parent.node.is_list()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      take_key(parent, std::move(node));
    } else {
      parent.has_key = false;
      if (!parent.drop_value) {
        parent.node.members.push_back({std::move(parent.key), parent.key_position, std::move(node)});
      }
    }
  }

  void take_key(Open& parent, Node node) {
    parent.has_key = true;
    parent.key = node.is_null() ? std::string() : std::move(node.text);
    parent.key_position = node.position;
    last_key_ = node.position;
    const auto [first, fresh] = parent.keys.emplace(parent.key, parent.key_position.line);
    parent.drop_value = !fresh;
    if (!parent.drop_value) return;
    diagnostics_.push_back(error_at(
        "F0103",
        file_,
        parent.key_position,
        "the key '" + parent.key + "' is given twice",
        "the first is on line " + std::to_string(first->second) + "; keep one of the two"
    ));
  }

  std::string_view text_;
  std::string_view file_;
  Diagnostics& diagnostics_;
  const DocumentLimits& limits_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchor> anchors_;
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
  Position last_key_;
};

std::string_view line_at(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// yaml-cpp's own message says "illegal map value" for a tab: the first line that is indented with one, up to
// the place of the failure, is the cause.
std::optional<Position> tab_in_indentation(std::string_view text, std::uint32_t last_line) {
  for (std::uint32_t number = 1; number <= last_line; ++number) {
    const std::string_view line = line_at(text, number);
    const std::size_t tab = line.find_first_not_of(' ');
    if (tab != std::string_view::npos && line[tab] == '\t') {
      return Position{number, static_cast<std::uint32_t>(tab + 1), 1};
    }
  }
  return std::nullopt;
}

Diagnostic syntax_error(
    std::string_view text, std::string_view file, const YAML::Exception& problem, Position innermost
) {
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n') + 1);
  const auto line = std::clamp(static_cast<std::uint32_t>(std::max(problem.mark.line, 0) + 1), 1U, lines);
  const auto column = static_cast<std::uint32_t>(std::max(problem.mark.column, 0) + 1);
  if (const auto tab = tab_in_indentation(text, line)) {
    return error_at(
        "F0102", file, *tab, "a tab in the indentation", "indent with spaces: YAML does not allow tabs"
    );
  }
  const Position position{line, column, 1};
  const std::string& said = problem.msg;
  if (dynamic_cast<const YAML::DeepRecursion*>(&problem) != nullptr) {
    return error_at(
        "F0105", file, position, "the document is nested too deep", "split it into several flows"
    );
  }
  if (said.contains("map value")) {
    return error_at(
        "F0101",
        file,
        position,
        "a ':' that YAML cannot place",
        "put text that contains ': ' in quotes, and indent keys of one map alike"
    );
  }
  if (said.contains("anchor is not defined")) {
    return error_at(
        "F0113",
        file,
        position,
        "an alias to an anchor that does not exist",
        "put text that begins with * in quotes"
    );
  }
  if (said.contains("unknown token")) {
    return error_at(
        "F0101",
        file,
        position,
        "a character that cannot begin a value",
        "put text that begins with @, ` or % in quotes"
    );
  }
  if (said.contains("end of sequence flow")) {
    return error_at("F0101", file, innermost, "the list is never closed", "add the missing ']'");
  }
  if (said.contains("end of map flow")) {
    return error_at(
        "F0101",
        file,
        innermost,
        "the map is never closed",
        "add the missing '}', and quotes around text with {{ }}"
    );
  }
  if (said.contains("end of map not found") || said.contains("end of sequence not found")) {
    return error_at(
        "F0101", file, position, "this line does not continue what stands above it", "check its indentation"
    );
  }
  return error_at("F0101", file, position, "not valid YAML: " + said);
}

// What yaml-cpp would stumble over silently: it reads U+0004 as the end of the file, for one.
std::optional<Diagnostic> check_text(
    std::string_view text, std::string_view file, const DocumentLimits& limits
) {
  if (text.size() > limits.max_bytes) {
    return error_at(
        "F0104",
        file,
        {},
        "the file has " + std::to_string(text.size()) + " bytes; at most " +
            std::to_string(limits.max_bytes) + " are read",
        "split it into several files"
    );
  }
  std::uint32_t line = 1;
  std::size_t line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const DecodedCodePoint decoded = decode_utf8(text, at);
    const Position position{line, static_cast<std::uint32_t>(at - line_begin + 1), 1};
    if (decoded.length == 0) {
      return error_at("F0106", file, position, "the file is not UTF-8 text", "save it as UTF-8");
    }
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      return error_at(
          "F0106", file, position, "a control character", "remove it, or write it as an escape in quotes"
      );
    }
    if (c == '\n') {
      ++line;
      line_begin = at + 1;
    }
    at += decoded.length;
  }
  return std::nullopt;
}

std::optional<Node> read_json(std::string_view text, std::string_view file, Diagnostics& diagnostics) {
  auto node = flow::parse_json_document(text);
  if (node) return *std::move(node);
  const Error& problem = node.error();
  Position position{1, 1, 1};
  const std::size_t colon = problem.pointer.find(':');
  if (colon != std::string::npos) {
    const char* begin = problem.pointer.data();
    std::from_chars(begin, begin + colon, position.line);
    std::from_chars(begin + colon + 1, begin + problem.pointer.size(), position.column);
  }
  const bool twice = problem.code == ErrorCode::conflict;
  const bool large = problem.code == ErrorCode::too_large;
  diagnostics.push_back(error_at(
      twice   ? "F0103"
      : large ? "F0105"
              : "F0101",
      file,
      position,
      problem.message,
      problem.hint
  ));
  return std::nullopt;
}

}  // namespace

std::optional<Node> read_yaml(
    std::string_view text, std::string_view file, Diagnostics& diagnostics, const DocumentLimits& limits
) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto problem = check_text(text, file, limits)) {
    diagnostics.push_back(*std::move(problem));
    return std::nullopt;
  }
  Builder builder(text, file, diagnostics, limits);
  try {
    std::istringstream stream(hide_question_marks(text));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Stop& stop) {
    diagnostics.push_back(stop.diagnostic);
  } catch (const YAML::Exception& problem) {
    diagnostics.push_back(syntax_error(text, file, problem, builder.innermost()));
  }
  return std::nullopt;
}

std::optional<Node> read_document(
    std::string_view text, std::string_view file, Diagnostics& diagnostics, const DocumentLimits& limits
) {
  if (!file.ends_with(".json")) return read_yaml(text, file, diagnostics, limits);
  if (auto problem = check_text(text, file, limits)) {
    diagnostics.push_back(*std::move(problem));
    return std::nullopt;
  }
  return read_json(text, file, diagnostics);
}

}  // namespace parley::assistant
