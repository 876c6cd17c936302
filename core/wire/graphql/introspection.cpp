#include <utility>

#include "wire/graphql/schema.hpp"

namespace parley::wire::graphql {
namespace {

TypeRef type_ref(const Value& value, int depth) {
  constexpr int kMaxDepth = 16;
  if (depth > kMaxDepth) return {};
  const std::string_view kind = value.text("kind");
  if (kind == "NON_NULL") {
    TypeRef inner = type_ref(value["ofType"], depth + 1);
    inner.required = true;
    return inner;
  }
  if (kind == "LIST") {
    TypeRef inner = type_ref(value["ofType"], depth + 1);
    TypeRef list;
    list.name = inner.name;
    list.item.push_back(std::move(inner));
    return list;
  }
  TypeRef named;
  named.name = value.text("name");
  return named;
}

std::vector<InputValue> input_values(const Value& list) {
  std::vector<InputValue> out;
  if (!list.is_list()) return out;
  for (const Value& value : list.as_list()) {
    out.push_back(
        {std::string(value.text("name")),
         std::string(value.text("description")),
         type_ref(value["type"], 0),
         value["defaultValue"].is_string()}
    );
  }
  return out;
}

std::vector<Field> fields_of(const Value& list) {
  std::vector<Field> out;
  if (!list.is_list()) return out;
  for (const Value& value : list.as_list()) {
    const Value& deprecated = value["isDeprecated"];
    out.push_back(
        {std::string(value.text("name")),
         std::string(value.text("description")),
         type_ref(value["type"], 0),
         input_values(value["args"]),
         deprecated.is_bool() && deprecated.as_bool()}
    );
  }
  return out;
}

TypeKind kind_named(std::string_view kind) {
  if (kind == "OBJECT") return TypeKind::object;
  if (kind == "INTERFACE") return TypeKind::interface;
  if (kind == "UNION") return TypeKind::one_of_types;
  if (kind == "ENUM") return TypeKind::enumeration;
  if (kind == "INPUT_OBJECT") return TypeKind::input;
  return TypeKind::scalar;
}

void add_names(std::vector<std::string>& names, const Value& list) {
  if (!list.is_list()) return;
  for (const Value& value : list.as_list()) names.emplace_back(value.text("name"));
}

}  // namespace

Result<Schema> read_introspection(const Value& answer) {
  const Value* data = answer.find("data");
  const Value& described = (data == nullptr ? answer : *data)["__schema"];
  if (!described["types"].is_list()) {
    return fail(ErrorCode::invalid_input, "this is no introspection result: `__schema.types` is missing");
  }
  Schema schema;
  schema.query = described["queryType"].text("name");
  schema.mutation = described["mutationType"].text("name");
  for (const Value& value : described["types"].as_list()) {
    Type type;
    type.kind = kind_named(value.text("kind"));
    type.name = value.text("name");
    type.description = value.text("description");
    if (type.name.empty() || type.name.starts_with("__")) continue;
    type.fields = fields_of(value["fields"]);
    type.inputs = input_values(value["inputFields"]);
    type.exactly_one = value["isOneOf"].is_bool() && value["isOneOf"].as_bool();
    if (type.kind == TypeKind::enumeration) add_names(type.members, value["enumValues"]);
    if (type.kind == TypeKind::one_of_types) add_names(type.members, value["possibleTypes"]);
    schema.add(std::move(type), false);
  }
  return schema;
}

}  // namespace parley::wire::graphql
