#include "server/api/fields.hpp"

#include <algorithm>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/json.hpp"

namespace parley::api {

namespace {

constexpr JsonLimits kLimits{.max_depth = 64, .max_members = 10'000};

std::string_view expected_type(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "a string";
    case FieldType::integer:
      return "a whole number";
    case FieldType::boolean:
      return "true or false";
    case FieldType::object:
    case FieldType::schema:
      return "an object";
    case FieldType::list_of_text:
    case FieldType::list_of_schema:
      return "a list";
    case FieldType::any:
      return "anything";
  }
  return "anything";
}

bool has_type(const Value& value, FieldType type) {
  switch (type) {
    case FieldType::text:
      return value.is_string();
    case FieldType::integer:
      return value.is_int();
    case FieldType::boolean:
      return value.is_bool();
    case FieldType::object:
    case FieldType::schema:
      return value.is_map();
    case FieldType::list_of_schema:
      return value.is_list();
    case FieldType::list_of_text:
      return value.is_list() &&
             std::ranges::all_of(value.as_list(), [](const Value& item) { return item.is_string(); });
    case FieldType::any:
      return true;
  }
  return false;
}

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> out;
  while (!choices.empty()) {
    const std::string_view choice = choices.substr(0, choices.find('|'));
    out.push_back(choice);
    choices.remove_prefix(std::min(choice.size() + 1, choices.size()));
  }
  return out;
}

Problem unknown_field(std::string_view name, const Schema& schema) {
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  return {
      "unknown_field",
      "There is no field " + quoted(name) + " here.",
      instead_of(name, names, "the fields are "),
      std::string(name)
  };
}

std::expected<void, Problem> check_value(const Value& value, const Field& field) {
  const std::string param(field.name);
  if (!has_type(value, field.type)) {
    return std::unexpected(Problem{
        "invalid_field",
        quoted(field.name) + " must be " + std::string(expected_type(field.type)) + ", not " +
            std::string(parley::name(value.type())) + ".",
        std::string(field.doc),
        param
    });
  }
  if (field.max_bytes != 0 && value.is_string() && value.as_string().size() > field.max_bytes) {
    return std::unexpected(Problem{
        "invalid_field",
        quoted(field.name) + " may have at most " + std::to_string(field.max_bytes) + " bytes.",
        {},
        param
    });
  }
  if (!field.choices.empty()) {
    if (auto ok = check_choice(field.name, value.as_string(), field.choices); !ok) return ok;
  }
  if (field.maximum != 0 && value.is_int() &&
      (value.as_int() < field.minimum || value.as_int() > field.maximum)) {
    return std::unexpected(Problem{
        "invalid_field",
        quoted(field.name) + " must be from " + std::to_string(field.minimum) + " to " +
            std::to_string(field.maximum) + ".",
        {},
        param
    });
  }
  return {};
}

Value type_document(const Field& field) {
  MapBuilder map;
  const auto reference = [&] {
    return MapBuilder().set("$ref", "#/components/schemas/" + std::string(field.schema->name)).build();
  };
  const auto typed = [&](const char* type) {
    if (field.nullable) {
      map.set("type", Value::list({Value(type), Value("null")}));
    } else {
      map.set("type", type);
    }
  };
  switch (field.type) {
    case FieldType::text:
      typed("string");
      break;
    case FieldType::integer:
      typed("integer");
      break;
    case FieldType::boolean:
      typed("boolean");
      break;
    case FieldType::object:
      typed("object");
      break;
    case FieldType::schema:
      if (!field.nullable) return reference();
      return MapBuilder()
          .set("anyOf", Value::list({reference(), MapBuilder().set("type", "null").build()}))
          .build();
    case FieldType::list_of_text:
      typed("array");
      map.set("items", MapBuilder().set("type", "string").build());
      break;
    case FieldType::list_of_schema:
      typed("array");
      map.set("items", reference());
      break;
    case FieldType::any:
      break;
  }
  if (field.max_bytes != 0) map.set("maxLength", static_cast<std::int64_t>(field.max_bytes));
  if (!field.choices.empty()) {
    map.set("enum", choice_list(field.choices));
  }
  if (field.maximum != 0) map.set("minimum", field.minimum).set("maximum", field.maximum);
  if (!field.doc.empty()) map.set("description", field.doc);
  return map.build();
}

}  // namespace

Value choice_list(std::string_view choices) {
  ListBuilder list;
  for (const std::string_view choice : split_choices(choices)) list.add(choice);
  return list.build();
}

std::string instead_of(
    std::string_view name, std::span<const std::string_view> names, std::string_view what
) {
  const std::string_view near = nearest(name, names);
  if (!near.empty()) return "did you mean " + quoted(near) + "?";
  std::string all;
  for (const std::string_view each : names) all.append(all.empty() ? what : ", ").append(each);
  return all;
}

std::expected<void, Problem> check_choice(
    std::string_view name, std::string_view value, std::string_view choices
) {
  const auto all = split_choices(choices);
  if (std::ranges::find(all, value) != all.end()) return {};
  std::string listed;
  for (const std::string_view choice : all) listed.append(listed.empty() ? "" : ", ").append(choice);
  const std::string_view near = nearest(value, all);
  return std::unexpected(Problem{
      "invalid_field",
      quoted(name) + " must be one of " + listed + ".",
      near.empty() ? "" : "did you mean " + quoted(near) + "?",
      std::string(name)
  });
}

std::expected<void, Problem> check_fields(const Value& body, const Schema& schema) {
  if (!body.is_map()) {
    return std::unexpected(Problem{
        "invalid_request",
        "The body must be a JSON object.",
        "send something like {\"" + std::string(schema.fields.front().name) + "\": …}"
    });
  }
  for (const auto& [key, value] : body.entries()) {
    const auto field = std::ranges::find(schema.fields, key.as_string(), &Field::name);
    if (field == schema.fields.end()) return std::unexpected(unknown_field(key.as_string(), schema));
    if (value.is_null()) continue;
    if (auto checked = check_value(value, *field); !checked) return checked;
  }
  for (const Field& field : schema.fields) {
    if (!field.required || !body[field.name].is_null()) continue;
    return std::unexpected(Problem{
        "missing_field", quoted(field.name) + " is missing.", std::string(field.doc), std::string(field.name)
    });
  }
  return {};
}

std::expected<Value, Problem> read_body(std::string_view text, const Schema& schema) {
  auto body = parse_json(text, kLimits);
  if (!body) {
    const bool empty = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    return std::unexpected(Problem{
        "invalid_json",
        empty ? "The body is empty; it must be a JSON object."
              : "The body is not JSON: " + body.error().message,
        empty ? "" : "at line:column " + body.error().pointer
    });
  }
  if (auto checked = check_fields(*body, schema); !checked)
    return std::unexpected(std::move(checked.error()));
  return std::move(*body);
}

Value schema_document(const Schema& schema) {
  MapBuilder properties;
  ListBuilder required;
  for (const Field& field : schema.fields) {
    properties.set(field.name, type_document(field));
    if (field.required) required.add(field.name);
  }
  MapBuilder map;
  map.set("type", "object").set("description", schema.doc).set("properties", properties.build());
  if (required.size() != 0) map.set("required", required.build());
  return map.build();
}

}  // namespace parley::api
