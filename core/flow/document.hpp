// A parsed YAML or JSON document with the position of everything in it. This is how documents enter the core:
// the YAML library lives outside and builds this tree; JSON is read here (document_json.cpp).
// Plain values; no thread affinity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::flow {

// Lines and columns count from 1; columns are bytes into the line. length is in bytes, 0 when unknown.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;

  bool operator==(const Position&) const = default;
};

struct Node {
  enum class Kind : std::uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  Position position;
  std::string text;         // of a scalar, unquoted and unescaped
  bool quoted = false;      // a quoted or block scalar is a string whatever it looks like
  std::vector<Node> items;  // of a list
  struct Member;
  std::vector<Member> members;  // of a map, in order, keys unique

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Member {
  std::string key;
  Position key_position;
  Node value;
};

// Scalars typed by the YAML 1.2 core schema (null, true/false, int, float); quoted ones stay strings.
[[nodiscard]] Value to_value(const Node& node);

// Strict JSON with positions. Error::pointer is "line:column".
[[nodiscard]] Result<Node> parse_json_document(std::string_view text);

}  // namespace parley::flow
