#include "wire/openapi/conversion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/json.hpp"
#include "base/regex.hpp"
#include "wire/prose.hpp"

namespace parley::wire::openapi {
namespace {

constexpr int kMaxDepth = 100;

// What authors write for a type, and the type.
constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {"string", "string"},   {"integer", "integer"}, {"number", "number"},   {"boolean", "boolean"},
    {"array", "array"},     {"object", "object"},   {"null", "null"},       {"file", "string"},
    {"int", "integer"},     {"int32", "integer"},   {"int64", "integer"},   {"long", "integer"},
    {"float", "number"},    {"double", "number"},   {"decimal", "number"},  {"bool", "boolean"},
    {"list", "array"},      {"date", "string"},     {"datetime", "string"}, {"date-time", "string"},
    {"dateTime", "string"}, {"uuid", "string"},     {"text", "string"},     {"String", "string"},
    {"Integer", "integer"}, {"Number", "number"},   {"Boolean", "boolean"}, {"Object", "object"},
    {"Array", "array"},     {"binary", "string"},   {"byte", "string"},     {"timestamp", "string"},
};

// A number, or the text of one.
std::optional<Value> number_in(const Value& value) {
  if (value.is_number()) return value;
  if (!value.is_string()) return std::nullopt;
  auto parsed = parse_json(value.as_string());
  return parsed && parsed->is_number() ? std::optional(*std::move(parsed)) : std::nullopt;
}

std::optional<Value> count_in(const Value& value) {
  const auto number = number_in(value);
  if (!number) return std::nullopt;
  constexpr double kLargest = 9e15;
  const double real = number->to_double();
  if (!(real >= 0) || real > kLargest || std::floor(real) != real) return std::nullopt;
  return Value(static_cast<std::int64_t>(real));
}

std::optional<bool> truth_in(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_string() && value.as_string() == "true") return true;
  if (value.is_string() && value.as_string() == "false") return false;
  return std::nullopt;
}

bool is_pattern(std::string_view text) {
  return Regex::compile(text, {.dialect = RegexDialect::ecma}).has_value();
}

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// {"type": "null"} or {"enum": [null]}, the branch by which 3.1 says nullable.
bool is_null_schema(const Value& schema) {
  if (schema.text("type") == "null") return true;
  const Value& choices = schema["enum"];
  return choices.is_list() && choices.size() == 1 && choices.as_list()[0].is_null();
}

}  // namespace

void Conversion::put(std::string_view name, Value value) {
  out_.push_back({name, std::move(value)});
}

Result<Value> Conversion::run(const Value& schema) {
  if (schema.is_bool()) return schema;
  if (!schema.is_map() || scope_.depth > kMaxDepth) return Value::map();
  if (const Value* target = schema.find("$ref"); target != nullptr && target->is_string()) {
    return reference(schema, target->as_string());
  }
  if (schema.find("$recursiveRef") != nullptr && !scope_.reference.empty()) {
    return reference(schema, scope_.reference);
  }
  // Where several schemas answer to the name, which is meant hangs on the way here: then it may be anything.
  if (const Value* target = schema.find("$dynamicRef"); target != nullptr && target->is_string()) {
    if (compiler_.document_.at(target->as_string())) return reference(schema, target->as_string());
  }
  for (const auto& [key, value] : schema.entries()) {
    if (!key.is_string()) continue;
    if (auto done = keyword(key.as_string(), value); !done) return std::unexpected(std::move(done.error()));
  }
  finish_enum();
  finish_limits();
  finish_required();
  finish_text();
  finish_nullable();
  return Value::map(std::move(out_));
}

// What stands beside a $ref counts only since 3.1; a description never harms.
Result<Value> Conversion::reference(const Value& schema, std::string_view target) {
  SchemaCompiler::Definition* definition = compiler_.define(target, scope_);
  if (std::ranges::find(*scope_.uses, definition) == scope_.uses->end()) scope_.uses->push_back(definition);
  const Value name("#/$defs/" + definition->name);
  if (compiler_.document_.version() == Version::v31 && schema.size() > 1) {
    const Value beside = schema.without("$ref").without("$recursiveRef").without("$dynamicRef");
    auto converted = below(beside);
    if (!converted) return converted;
    if (converted->is_map()) return converted->with("$ref", name);
  }
  MapBuilder out;
  out.set("$ref", name);
  if (const Value& said = schema["description"]; said.is_string()) {
    out.set("description", plain_text(said.as_string()));
  }
  return out.build();
}

Result<Value> Conversion::below(const Value& schema) {
  return compiler_.convert(
      schema, {scope_.carrier, scope_.reference, scope_.depth + 1, scope_.uses, scope_.resource}
  );
}

Result<void> Conversion::keyword(std::string_view name, const Value& value) {
  if (name == "type") {
    set_type(value);
  } else if (name == "description") {
    if (value.is_string()) put(name, plain_text(value.as_string()));
  } else if (name == "properties") {
    return schema_map(name, value);
  } else if (name == "required") {
    set_required(value);
  } else if (name == "nullable" || name == "x-nullable") {
    nullable_ = nullable_ || truth_in(value).value_or(false);
  } else if (name == "enum") {
    if (value.is_list() && value.size() > 0) {
      has_choices_ = true;
      choices_.assign(value.as_list().begin(), value.as_list().end());
    }
  } else if (name == "items" && value.is_list()) {
    return subschemas("prefixItems", value);
  } else if (one_of(
                 name,
                 {"items",
                  "not",
                  "contains",
                  "propertyNames",
                  "if",
                  "then",
                  "else",
                  "additionalProperties",
                  "unevaluatedProperties",
                  "unevaluatedItems"}
             )) {
    return subschema(name, value);
  } else if (one_of(name, {"allOf", "anyOf", "oneOf", "prefixItems"})) {
    return subschemas(name, value);
  } else if (one_of(name, {"patternProperties", "dependentSchemas"})) {
    return schema_map(name, value);
  } else if (limit_keyword(name, value)) {
    return {};
  } else if (name == "pattern") {
    if (value.is_string() && is_pattern(value.as_string())) put(name, value);
  } else if (one_of(name, {"format", "contentMediaType", "contentEncoding"})) {
    if (value.is_string()) put(name, value);
  } else if (name == "const" || name == "default") {
    if (!(is_text() && value.is_null())) put(name, value);
  } else if (name == "dependentRequired" && value.is_map()) {
    const bool sound = std::ranges::all_of(value.entries(), [](const Value::Entry& entry) {
      return entry.value.is_list() && std::ranges::all_of(entry.value.as_list(), &Value::is_string);
    });
    if (sound) put(name, value);
  }
  return {};
}

bool Conversion::limit_keyword(std::string_view name, const Value& value) {
  if (name == "minimum") {
    least_ = number_in(value).value_or(Value());
  } else if (name == "maximum") {
    most_ = number_in(value).value_or(Value());
  } else if (name == "exclusiveMinimum") {
    above_ = value;
  } else if (name == "exclusiveMaximum") {
    under_ = value;
  } else if (name == "multipleOf") {
    if (const auto step = number_in(value); step && step->to_double() > 0) put(name, *step);
  } else if (one_of(
                 name,
                 {"minLength",
                  "maxLength",
                  "minItems",
                  "maxItems",
                  "minProperties",
                  "maxProperties",
                  "minContains",
                  "maxContains"}
             )) {
    if (auto count = count_in(value)) put(name, *std::move(count));
  } else if (name == "uniqueItems") {
    if (const auto unique = truth_in(value); unique && *unique) put(name, true);
  } else {
    return false;
  }
  return true;
}

Result<void> Conversion::subschema(std::string_view name, const Value& value) {
  if (const auto flag = truth_in(value)) {
    if (name != "items") put(name, *flag);
    return {};
  }
  if (!value.is_map()) return {};
  auto converted = below(value);
  if (!converted) return std::unexpected(std::move(converted.error()));
  put(name, *std::move(converted));
  return {};
}

Result<void> Conversion::subschemas(std::string_view name, const Value& value) {
  if (!value.is_list()) return {};
  const bool choice = name == "anyOf" || name == "oneOf";
  std::vector<Value> parts;
  parts.reserve(value.size());
  for (const Value& part : value.as_list()) {
    if (!part.is_map() && !part.is_bool()) continue;
    if (choice && is_null_schema(part)) {
      null_branch_ = true;
      if (is_text()) continue;
    }
    auto converted = below(part);
    if (!converted) return std::unexpected(std::move(converted.error()));
    parts.push_back(*std::move(converted));
  }
  if (!parts.empty()) put(name, Value::list(std::move(parts)));
  return {};
}

Result<void> Conversion::schema_map(std::string_view name, const Value& value) {
  if (!value.is_map()) return {};
  std::vector<Value::Entry> members;
  members.reserve(value.size());
  for (const auto& [key, member] : value.entries()) {
    const std::string property = key.is_string() ? std::string(key.as_string()) : write_json(key);
    if (name == "properties" && compiler_.is_hidden(member, scope_.carrier)) {
      if (key.is_string()) hidden_.push_back(key.as_string());
      continue;
    }
    if (name == "patternProperties" && !is_pattern(property)) continue;
    auto converted = below(member);
    if (!converted) return std::unexpected(std::move(converted.error()));
    members.push_back({property, *std::move(converted)});
  }
  Value map = Value::map(std::move(members));
  if (name == "properties") properties_ = map;
  put(name, std::move(map));
  return {};
}

void Conversion::add_type(std::string_view name) {
  if (name == "file") put("format", "binary");
  for (const auto& [written, type] : kTypes) {
    if (written != name) continue;
    if (!has_type(type)) types_.push_back(type);
    return;
  }
}

void Conversion::set_type(const Value& value) {
  if (value.is_string()) {
    add_type(value.as_string());
  } else if (value.is_null()) {
    types_.push_back("null");
  } else if (value.is_list()) {
    for (const Value& option : value.as_list()) {
      if (option.is_string()) add_type(option.as_string());
      if (option.is_null()) add_type("null");
    }
  }
}

bool Conversion::has_type(std::string_view name) const {
  return std::ranges::find(types_, name) != types_.end();
}

void Conversion::set_required(const Value& value) {
  if (!value.is_list()) return;
  for (const Value& name : value.as_list()) {
    if (!name.is_string()) continue;
    if (std::ranges::find(required_, name.as_string()) == required_.end())
      required_.push_back(name.as_string());
  }
}

// YAML and careless authors write numbers for texts and the other way round.
Value Conversion::fitting(const Value& choice) const {
  if (types_.size() != 1) return choice;
  const std::string_view type = types_.front();
  if (type == "string" && (choice.is_number() || choice.is_bool())) return write_json(choice);
  if (type == "integer" || type == "number") return number_in(choice).value_or(choice);
  if (type == "boolean") {
    if (const auto flag = truth_in(choice)) return *flag;
  }
  return choice;
}

void Conversion::finish_enum() {
  if (!has_choices_) return;
  std::vector<Value> kept;
  std::unordered_multimap<std::uint64_t, std::size_t> places;  // by hash: some lists of choices are very long
  for (const Value& choice : choices_) {
    Value fit = fitting(choice);
    if (is_text() && fit.is_null()) continue;
    if (scope_.carrier == Carrier::segment && fit.is_string() && fit.size() == 0) continue;
    const auto [begin, end] = places.equal_range(fit.hash());
    if (std::any_of(begin, end, [&](const auto& place) { return kept[place.second] == fit; })) continue;
    places.emplace(fit.hash(), kept.size());
    kept.push_back(std::move(fit));
  }
  const bool has_null = std::ranges::any_of(kept, &Value::is_null);
  if (nullable_ && !is_text() && !has_null) kept.emplace_back();
  // null among the choices of a type that does not have it was never a choice.
  if (has_null && !nullable_ && !types_.empty() && !has_type("null"))
    std::erase_if(kept, [](const Value& choice) { return choice.is_null(); });
  if (!kept.empty()) put("enum", Value::list(std::move(kept)));
}

void Conversion::finish_limits() {
  const auto limit =
      [this](std::string_view inclusive, std::string_view exclusive, Value edge, const Value& strict) {
        const auto flag = truth_in(strict);
        if (flag && *flag && !edge.is_null()) return put(exclusive, std::move(edge));
        if (!flag) {
          if (auto number = number_in(strict)) put(exclusive, *std::move(number));
        }
        if (!edge.is_null()) put(inclusive, std::move(edge));
      };
  limit("minimum", "exclusiveMinimum", std::move(least_), above_);
  limit("maximum", "exclusiveMaximum", std::move(most_), under_);
}

void Conversion::finish_required() {
  const auto closed = std::ranges::find_if(out_, [](const Value::Entry& entry) {
    return entry.key.as_string() == "additionalProperties" && entry.value.is_bool() && !entry.value.as_bool();
  });
  std::vector<Value> names;
  for (const std::string_view name : required_) {
    if (std::ranges::find(hidden_, name) != hidden_.end()) continue;
    // Nothing could ever satisfy this.
    if (closed != out_.end() && properties_.find(name) == nullptr) continue;
    names.emplace_back(name);
  }
  if (!names.empty()) put("required", Value::list(std::move(names)));
}

// A query cannot say null, nor an empty list, and an empty path segment asks for something else: such a value
// would silently get lost.
void Conversion::finish_text() {
  if (!is_text()) return;
  std::erase(types_, "null");
  nullable_ = false;
  const auto at_least_one = [this](std::string_view name) {
    const auto given =
        std::ranges::find_if(out_, [&](const Value::Entry& entry) { return entry.key.as_string() == name; });
    if (given == out_.end()) {
      put(name, 1);
    } else if (given->value.is_int() && given->value.as_int() < 1) {
      given->value = 1;
    }
  };
  const bool only_texts = has_choices_ || std::ranges::any_of(out_, [](const Value::Entry& entry) {
                            return entry.key.as_string() == "const";
                          });
  if (has_type("array")) at_least_one("minItems");
  if (has_type("object")) at_least_one("minProperties");
  if (scope_.carrier == Carrier::segment && has_type("string") && !only_texts) at_least_one("minLength");
}

void Conversion::finish_nullable() {
  if (nullable_ && !has_type("null") && !null_branch_) {
    if (!types_.empty()) {
      types_.push_back("null");
    } else {
      const bool combined = std::ranges::any_of(out_, [](const Value::Entry& entry) {
        return one_of(entry.key.as_string(), {"allOf", "anyOf", "oneOf", "properties", "items"});
      });
      if (combined) {
        const Value null_type = MapBuilder().set("type", "null").build();
        Value whole = Value::map(std::move(out_));
        out_.clear();
        if (const Value* said = whole.find("description")) {
          put("description", *said);
          whole = whole.without("description");
        }
        put("anyOf", Value::list({std::move(whole), null_type}));
      }
    }
  }
  if (types_.size() == 1) {
    out_.insert(out_.begin(), {"type", types_.front()});
  } else if (types_.size() > 1) {
    std::vector<Value> types(types_.begin(), types_.end());
    out_.insert(out_.begin(), {"type", Value::list(std::move(types))});
  }
}

}  // namespace parley::wire::openapi
