#include "flow/type_names.hpp"

#include <utility>
#include <vector>

namespace parley::flow {
namespace {

using expr::Type;
using Kind = expr::Type::Kind;

Type texts(std::initializer_list<std::string_view> names) {
  std::vector<Type::Field> fields;
  for (std::string_view name : names) fields.emplace_back(std::string(name), Kind::string);
  return Type::object_of(std::move(fields), true);
}

constexpr int kMaxDepth = 20;

Type schema_type(const Value& schema, int depth);

Type object_of_schema(const Value& schema, int depth) {
  const Value& properties = schema["properties"];
  if (!properties.is_map()) return Type::map_of(Kind::string, Type());
  std::vector<Type::Field> fields;
  for (const Value::Entry& property : properties.entries()) {
    if (!property.key.is_string()) continue;
    fields.emplace_back(std::string(property.key.as_string()), schema_type(property.value, depth + 1));
  }
  // Descriptions of real services often leave fields out: only a closed schema makes a closed object.
  const Value& more = schema["additionalProperties"];
  return Type::object_of(std::move(fields), more.is_bool() && !more.as_bool());
}

Type schema_type(const Value& schema, int depth) {
  if (depth > kMaxDepth) return Type();
  for (const char* choice : {"$ref", "anyOf", "oneOf", "allOf", "if", "not"}) {
    if (schema.find(choice) != nullptr) return Type();
  }
  // JSON does not tell 12 from 12.0, and "number" may come as either.
  const std::string_view type = schema.text("type");
  if (type == "string") return Kind::string;
  if (type == "boolean") return Kind::boolean;
  if (type == "integer" || type == "number") return Kind::number;
  if (type == "array") return Type::list_of(schema_type(schema["items"], depth + 1));
  if (type == "object") return object_of_schema(schema, depth);
  return Type();
}

}  // namespace

const expr::TypeNames& builtin_names() {
  static const expr::TypeNames names = {
      {"user", texts({"id", "locale"})},
      {"conversation",
       Type::object_of(
           {{"id", Kind::string},
            {"turn", Kind::integer},
            {"channel", Kind::string},
            {"utc_offset", Kind::string}},
           true
       )},
      {"assistant", texts({"name"})},
      {"flow", texts({"id", "version", "description"})},
      {"message", Kind::string},
      {"now", Kind::timestamp},
  };
  return names;
}

Type type_of(const SlotType& slot) {
  switch (slot.kind) {
    case SlotKind::text:
    case SlotKind::date:
    case SlotKind::time:
    case SlotKind::email:
    case SlotKind::phone:
    case SlotKind::url:
    case SlotKind::choice:
      return Kind::string;
    case SlotKind::number:
      return Kind::number;
    case SlotKind::integer:
      return Kind::integer;
    case SlotKind::boolean:
      return Kind::boolean;
    case SlotKind::money:
      return Type::money();
    case SlotKind::datetime:
      return Kind::timestamp;
    case SlotKind::duration:
      return Kind::duration;
    case SlotKind::item:
      return Type::object_of({{"item", Kind::string}, {"quantity", Kind::number}}, true, "item");
    case SlotKind::list:
      return Type::list_of(slot.element == nullptr ? Type() : type_of(*slot.element));
    case SlotKind::object:
      return Type::map_of(Kind::string, Type());
  }
  return Type();
}

std::string_view code_of(expr::TypeProblem::Kind kind) {
  switch (kind) {
    case expr::TypeProblem::Kind::condition:
      return "F0351";
    case expr::TypeProblem::Kind::operands:
      return "F0352";
    case expr::TypeProblem::Kind::arguments:
      return "F0353";
    case expr::TypeProblem::Kind::unknown_field:
      return "F0354";
    case expr::TypeProblem::Kind::unlisted_field:
      return "F0355";
    case expr::TypeProblem::Kind::never_equal:
      return "F0356";
  }
  return {};
}

bool is_certain(expr::TypeProblem::Kind kind) {
  return kind != expr::TypeProblem::Kind::never_equal && kind != expr::TypeProblem::Kind::unlisted_field;
}

Type type_of_schema(const Value& schema) {
  return schema_type(schema, 0);
}

}  // namespace parley::flow
