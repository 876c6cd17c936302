// The schemas that a schema refers to, and which of them are the same as those of another schema. Lives as
// long as the schema.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.hpp"

namespace parley::wire {

class Definitions {
 public:
  // `name` tells the schema itself from all others.
  Definitions(const Value& schema, std::string name) : schema_(&schema), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  // What "#", "#/$defs/a" and the like stand for; null when that is nothing, or outside of the schema.
  [[nodiscard]] const Value* target(std::string_view reference) const;
  [[nodiscard]] bool is_whole(const Value* target) const { return target == schema_; }
  // The same text exactly for references of one name that lead to the same, however far one follows them.
  [[nodiscard]] const std::string& identity(const std::string& reference);

 private:
  // Of the graph of references; see visit().
  struct Node {
    std::string reference;
    std::string own;  // its text without what it refers to
    std::vector<std::string> next;
    int index = -1;
    int low = 0;
    std::string identity;
  };

  [[nodiscard]] Node& node(const std::string& reference);
  void visit(Node& node);
  void close(Node& first);

  const Value* schema_;
  std::string name_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::vector<Node*> open_;
  int visited_ = 0;
};

}  // namespace parley::wire
