#include "wire/typescript/definitions.hpp"

#include <algorithm>
#include <functional>

#include "base/json.hpp"
#include "base/json_pointer.hpp"

namespace parley::wire {
namespace {

// Every "$ref" in a schema, however deep.
void references_of(const Value& schema, std::vector<std::string>& out) {
  if (schema.is_list()) {
    for (const Value& item : schema.as_list()) references_of(item, out);
  } else if (schema.is_map()) {
    for (const auto& [key, value] : schema.entries()) {
      if (key.is_string() && key.as_string() == "$ref" && value.is_string()) {
        out.emplace_back(value.as_string());
      } else {
        references_of(value, out);
      }
    }
  }
}

std::string digest(std::string_view text) {
  return std::to_string(std::hash<std::string_view>{}(text)) + "/" + std::to_string(text.size());
}

}  // namespace

const Value* Definitions::target(std::string_view reference) const {
  if (reference == "#") return schema_;
  if (!reference.starts_with("#/")) return nullptr;
  const Value* at = schema_;
  for (std::string_view rest = reference.substr(1); at != nullptr && !rest.empty();) {
    const std::size_t end = rest.find('/', 1);
    const std::string_view token = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    at = at->is_map() ? at->find(unescape_pointer_token(token)) : nullptr;
    rest.remove_prefix(token.size() + 1);
  }
  return at;
}

Definitions::Node& Definitions::node(const std::string& reference) {
  const auto [place, fresh] = nodes_.try_emplace(reference);
  Node& made = place->second;
  if (!fresh) return made;
  made.reference = reference;
  const Value* stands_for = target(reference);
  if (stands_for == nullptr) {
    made.own = "nothing";
  } else if (is_whole(stands_for)) {
    made.own = "whole " + name_;
  } else {
    made.own = digest(write_canonical(*stands_for));
    references_of(*stands_for, made.next);
  }
  return made;
}

const std::string& Definitions::identity(const std::string& reference) {
  Node& wanted = node(reference);
  if (wanted.index < 0) visit(wanted);
  return wanted.identity;
}

// Tarjan's strongly connected components: those that lead to each other are told apart together.
void Definitions::visit(Node& at) {
  at.index = at.low = visited_++;
  open_.push_back(&at);
  for (const std::string& reference : at.next) {
    Node& next = node(reference);
    if (next.index < 0) {
      visit(next);
      at.low = std::min(at.low, next.low);
    } else if (next.identity.empty()) {
      at.low = std::min(at.low, next.index);
    }
  }
  if (at.low == at.index) close(at);
}

void Definitions::close(Node& first) {
  const auto begin = std::ranges::find(open_, &first);
  const std::vector<Node*> members(begin, open_.end());
  open_.erase(begin, open_.end());
  std::vector<std::string> lines;
  for (Node* member : members) {
    lines.push_back(member->reference + " " + member->own);
    for (const std::string& reference : member->next) {
      const Node& next = node(reference);
      if (!next.identity.empty()) lines.push_back("> " + next.identity);
    }
  }
  std::ranges::sort(lines);
  lines.erase(std::ranges::unique(lines).begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  const std::string together = digest(all);
  for (Node* member : members) member->identity = member->reference + " " + together;
}

}  // namespace parley::wire
