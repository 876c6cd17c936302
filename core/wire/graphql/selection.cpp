#include "wire/graphql/selection.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace parley::wire::graphql {
namespace {

class Selection {
 public:
  Selection(const Schema& schema, const SelectionLimits& limits) : schema_(schema), limits_(limits) {}

  std::string root(const Field& field) {
    const Type* type = schema_.find(field.type.name);
    if (type == nullptr || is_leaf(*type)) return {};
    if (is_connection(*type)) return connection_page(*type);
    return of(*type, 0);
  }

 private:
  static bool is_leaf(const Type& type) {
    return type.kind == TypeKind::scalar || type.kind == TypeKind::enumeration;
  }
  static bool is_connection(const Type& type) {
    return type.name.ends_with("Connection") &&
           (type.find("nodes") != nullptr || type.find("edges") != nullptr);
  }

  std::string of(const Type& type, int depth) {
    open_.push_back(type.name);
    std::string text = " { __typename";
    if (type.kind == TypeKind::one_of_types) {
      text += fragments(type, depth);
    } else {
      text += leaves(type) + objects(type, depth);
    }
    open_.pop_back();
    return text + " }";
  }

  // The first page of a connection that the caller asked for.
  std::string connection_page(const Type& type) {
    open_.push_back(type.name);
    std::string text = " { __typename" + leaves(type);
    if (const Type* page = schema_.find("PageInfo"); page != nullptr && type.find("pageInfo") != nullptr) {
      text += " pageInfo { __typename" + leaves(*page) + " }";
    }
    if (const Field* nodes = type.find("nodes")) {
      const Type* node = schema_.find(nodes->type.name);
      if (node != nullptr) text += is_leaf(*node) ? " nodes" : " nodes" + of(*node, 1);
    } else if (const Field* edges = type.find("edges")) {
      const Type* edge = schema_.find(edges->type.name);
      if (edge != nullptr) text += " edges" + of(*edge, 0);
    }
    open_.pop_back();
    return text + " }";
  }

  std::string leaves(const Type& type) {
    std::string text;
    for (const Field& field : type.fields) {
      const Type* target = schema_.find(field.type.name);
      // Int, String… need no definition.
      const bool leaf = target == nullptr || is_leaf(*target);
      if (!leaf || field.deprecated || field.needs_arguments() || taken_ >= limits_.leaves) continue;
      text += " " + field.name;
      ++taken_;
    }
    return text;
  }

  std::string objects(const Type& type, int depth) {
    std::string text;
    for (const Field& field : type.fields) {
      const Type* target = schema_.find(field.type.name);
      if (target == nullptr || is_leaf(*target) || field.deprecated || field.needs_arguments()) continue;
      if (taken_ >= limits_.leaves || std::ranges::find(open_, target->name) != open_.end()) continue;
      if (is_connection(*target)) {
        if (target->find("totalCount") == nullptr) continue;
        text += " " + field.name + " { __typename totalCount }";
        ++taken_;
      } else if (depth < limits_.depth) {
        text += " " + field.name + of(*target, depth + 1);
      }
    }
    return text;
  }

  // Members of a union may have fields of one name and different types, which must not share a key.
  std::string fragments(const Type& type, int depth) {
    std::string text;
    std::map<std::string, std::string> types;
    for (const std::string& name : type.members) {
      const Type* member = schema_.find(name);
      if (member == nullptr || taken_ >= limits_.leaves) continue;
      std::string fields;
      for (const Field& field : member->fields) {
        const Type* target = schema_.find(field.type.name);
        const bool leaf = target == nullptr || is_leaf(*target);
        if (!leaf || field.deprecated || field.needs_arguments() || taken_ >= limits_.leaves) continue;
        const auto [known, fresh] = types.emplace(field.name, field.type.text());
        const bool clashes = !fresh && known->second != field.type.text();
        fields += clashes ? " " + field.name + "_" + name + ": " + field.name : " " + field.name;
        ++taken_;
      }
      if (!fields.empty() && depth <= limits_.depth) text += " ... on " + name + " {" + fields + " }";
    }
    return text;
  }

  const Schema& schema_;
  const SelectionLimits& limits_;
  std::vector<std::string> open_;
  std::size_t taken_ = 0;
};

}  // namespace

std::string selection_of(const Schema& schema, const Field& root, const SelectionLimits& limits) {
  return Selection(schema, limits).root(root);
}

}  // namespace parley::wire::graphql
