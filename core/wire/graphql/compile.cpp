#include "wire/graphql/compile.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "wire/arguments.hpp"
#include "wire/graphql/selection.hpp"
#include "wire/names.hpp"
#include "wire/prose.hpp"

namespace parley::wire::graphql {
namespace {

constexpr std::string_view kPath = "/graphql";

class Compiler {
 public:
  Compiler(const Schema& schema, const CompileOptions& options) : schema_(schema), options_(options) {}

  Connector run() {
    add_root(schema_.query, "query");
    add_root(schema_.mutation, "mutation");
    name_tools();
    std::ranges::sort(out_.tools, {}, &Tool::id);
    return std::move(out_);
  }

 private:
  void add_root(const std::string& name, std::string_view operation) {
    const Type* root = schema_.find(name);
    if (root == nullptr) return;
    for (const Field& field : root->fields) add_field(field, operation);
  }

  void add_field(const Field& field, std::string_view operation) {
    if (!unknown_type(field).empty()) {
      out_.dropped.push_back(
          {field.name,
           "the type " + unknown_type(field) + " is not in the schema",
           "/" + std::string(operation) + "/" + field.name}
      );
      return;
    }
    Tool tool;
    tool.method = "POST";
    tool.path = kPath;
    tool.alias = field.name;
    tool.id = clean_name(field.name);
    tool.effect = operation == "query" ? "read" : "unsafe";
    tool.deprecated = field.deprecated;
    tool.description = tool_description({}, field.description);
    tool.about = beyond(tool.description, field.description);
    if (tool.description.empty()) tool.description = std::string(operation) + " " + field.name;
    if (tool.deprecated) tool.description = plain_text("Deprecated. " + tool.description);
    tool.body.kind = BodyKind::graphql;
    tool.body.media_type = "application/json";
    tool.body.required = true;
    tool.body.operation = field.name;
    tool.body.document = document_of(field, operation);
    ArgumentTable arguments;
    for (const InputValue& argument : field.arguments) {
      arguments.add(
          {.argument = {}, .wire_name = argument.name, .place = Place::variable, .style = Style::json},
          described(argument),
          argument.must_be_given()
      );
    }
    tool.parameters = arguments.build(tool.bindings);
    if (Value definitions = all_definitions(); definitions.size() > 0) {
      tool.parameters = tool.parameters.with("$defs", std::move(definitions));
    }
    out_.tools.push_back(std::move(tool));
  }

  [[nodiscard]] std::string unknown_type(const Field& field) const {
    constexpr std::array<std::string_view, 5> kBuiltIn{"Int", "Float", "String", "Boolean", "ID"};
    const auto is_known = [&](const std::string& name) {
      return schema_.find(name) != nullptr || std::ranges::find(kBuiltIn, name) != kBuiltIn.end();
    };
    if (!is_known(field.type.name)) return field.type.name;
    for (const InputValue& argument : field.arguments) {
      if (!is_known(argument.type.name)) return argument.type.name;
    }
    return {};
  }

  [[nodiscard]] std::string document_of(const Field& field, std::string_view operation) const {
    std::string variables;
    std::string arguments;
    for (const InputValue& argument : field.arguments) {
      const std::string_view separator = variables.empty() ? "" : ", ";
      variables += std::string(separator) + "$" + argument.name + ": " + argument.type.text();
      arguments += std::string(separator) + argument.name + ": $" + argument.name;
    }
    std::string out = std::string(operation) + " " + field.name;
    if (!variables.empty()) out += "(" + variables + ")";
    out += " { " + field.name;
    if (!arguments.empty()) out += "(" + arguments + ")";
    return out + selection_of(schema_, field) + " }";
  }

  // --- schemas of arguments

  Value described(const InputValue& value) {
    Value schema = schema_of(value.type);
    const std::string text = plain_text(value.description);
    return text.empty() || schema.find("description") != nullptr ? schema : schema.with("description", text);
  }

  Value schema_of(const TypeRef& type) {
    if (type.is_list()) {
      return MapBuilder().set("type", "array").set("items", schema_of(type.item.front())).build();
    }
    if (type.name == "Int") {
      constexpr std::int64_t kLargest = 2147483647;
      return MapBuilder()
          .set("type", "integer")
          .set("minimum", -kLargest - 1)
          .set("maximum", kLargest)
          .build();
    }
    if (type.name == "Float") return MapBuilder().set("type", "number").build();
    if (type.name == "Boolean") return MapBuilder().set("type", "boolean").build();
    if (type.name == "String" || type.name == "ID") return MapBuilder().set("type", "string").build();
    const Type* known = schema_.find(type.name);
    if (known == nullptr || known->kind == TypeKind::scalar) return scalar_schema(type.name);
    wanted_.insert(type.name);
    return MapBuilder().set("$ref", "#/$defs/" + type.name).build();
  }

  static Value scalar_schema(const std::string& name) {
    constexpr std::array<std::string_view, 5> kAnything{"JSON", "JSONObject", "Any", "Map", "Object"};
    if (std::ranges::find(kAnything, name) != kAnything.end()) {
      return MapBuilder().set("description", name).build();
    }
    return MapBuilder().set("type", "string").set("description", name).build();
  }

  // Everything that the arguments name, and what that names.
  Value all_definitions() {
    std::map<std::string, Value> done;
    while (!wanted_.empty()) {
      const std::string name = wanted_.extract(wanted_.begin()).value();
      if (done.contains(name)) continue;
      auto& known = shared_[name];
      if (known.schema.is_null()) {
        const std::set<std::string> outer = std::exchange(wanted_, {});
        known.schema = definition_of(*schema_.find(name));
        known.uses = std::exchange(wanted_, outer);
      }
      done.emplace(name, known.schema);
      wanted_.insert(known.uses.begin(), known.uses.end());
    }
    MapBuilder out;
    for (auto& [name, schema] : done) out.set(name, std::move(schema));
    return out.build();
  }

  Value definition_of(const Type& type) {
    MapBuilder out;
    if (type.kind == TypeKind::enumeration) {
      ListBuilder choices;
      for (const std::string& value : type.members) choices.add(value);
      return out.set("type", "string").set("enum", choices.build()).build();
    }
    out.set("type", "object");
    if (std::string text = plain_text(type.description); !text.empty())
      out.set("description", std::move(text));
    MapBuilder properties;
    ListBuilder required;
    for (const InputValue& input : type.inputs) {
      properties.set(input.name, described(input));
      if (input.must_be_given()) required.add(input.name);
    }
    out.set("properties", properties.build());
    if (required.size() > 0) out.set("required", required.build());
    if (type.exactly_one) out.set("minProperties", 1).set("maxProperties", 1);
    return out.set("additionalProperties", false).build();
  }

  void name_tools() {
    std::vector<NameRequest> requests;
    for (Tool& tool : out_.tools) requests.push_back({std::move(tool.id), tool.effect + tool.alias});
    const std::vector<std::string> ids = unique_names(requests, {});
    const std::vector<std::string> names = unique_names(requests, name_prefix(options_.prefix));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      out_.tools[i].id = options_.connector.empty() ? ids[i] : options_.connector + "." + ids[i];
      out_.tools[i].name = names[i];
    }
  }

  struct Shared {
    Value schema;
    std::set<std::string> uses;
  };

  const Schema& schema_;
  const CompileOptions& options_;
  Connector out_;
  std::set<std::string> wanted_;
  std::map<std::string, Shared> shared_;
};

}  // namespace

Result<Connector> compile(Schema schema, const CompileOptions& options) {
  if (schema.find(schema.query) == nullptr && schema.find(schema.mutation) == nullptr) {
    return fail(ErrorCode::invalid_input, "the GraphQL schema has neither a query nor a mutation type");
  }
  Connector connector = Compiler(schema, options).run();
  connector.name = options.connector;
  connector.title = options.connector;
  connector.warnings = std::move(schema.warnings);
  return connector;
}

}  // namespace parley::wire::graphql
