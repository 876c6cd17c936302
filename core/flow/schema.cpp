// The JSON Schema of a flow document, made from the same tables that the loader reads by.
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "flow/load.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow {
namespace {

Value json(std::string_view text) {
  auto value = parse_json(text);
  INVARIANT(value.has_value(), "schema fragments in the tables are JSON");
  return *std::move(value);
}

Value with_doc(Value schema, std::string_view doc) {
  return doc.empty() ? schema : schema.with("description", doc);
}

Value properties_of(std::span<const loading::Key> keys) {
  MapBuilder properties;
  for (const loading::Key& key : keys) properties.set(key.name, with_doc(json(key.schema), key.doc));
  return properties.build();
}

Value closed_object(Value properties, std::vector<Value> required) {
  MapBuilder object;
  object.set("type", "object").set("properties", std::move(properties));
  if (!required.empty()) object.set("required", Value::list(std::move(required)));
  return object.set("additionalProperties", false).build();
}

// ["name", content]
Value named(std::string_view content) {
  return ListBuilder().add("name").add(content).build();
}

constexpr std::string_view kDurations = R"({"oneOf":[{"type":"string","pattern":"^[0-9]"},
  {"type":"array","minItems":1,"items":{"type":"string","pattern":"^[0-9]"}}]})";
constexpr std::string_view kRetry =
    R"({"type":"object","properties":{"max":{"type":"integer","minimum":1,"maximum":100},
  "backoff":{"type":"string","pattern":"^[0-9]"},"factor":{"type":"number","minimum":1},
  "max_backoff":{"type":"string","pattern":"^[0-9]"},"jitter":{"type":"number","minimum":0,"maximum":1},
  "on":{"oneOf":[{"type":"string"},{"type":"array","minItems":1,"items":{"type":"string"}}]}},
  "additionalProperties":false})";
constexpr std::string_view kToolNames = R"({"oneOf":[{"type":"string","pattern":"^[^.]+\\..+$"},
  {"type":"array","minItems":1,"items":{"type":"string","pattern":"^[^.]+\\..+$"}}]})";
constexpr std::string_view kForm =
    R"({"oneOf":[{"type":"object","minProperties":1,"additionalProperties":{"oneOf":[
        {"$ref":"#/$defs/slot_type"},{"$ref":"#/$defs/slot"}]}},
        {"type":"array","minItems":1,"items":{"type":"object","minProperties":1,"maxProperties":1,
        "additionalProperties":{"oneOf":[{"$ref":"#/$defs/slot_type"},{"$ref":"#/$defs/slot"}]}}}]})";
constexpr std::string_view kNames =
    R"({"oneOf":[{"type":"string"},{"type":"array","minItems":1,"items":{"type":"string"}}]})";

std::string_view kind_schema(FieldKind kind) {
  switch (kind) {
    case FieldKind::text:
      return R"({"$ref":"#/$defs/text"})";
    case FieldKind::expression:
      return R"({"$ref":"#/$defs/expression"})";
    case FieldKind::slot_names:
    case FieldKind::fact_names:
      return kNames;
    case FieldKind::identifier:
    case FieldKind::step_name:
    case FieldKind::flow_name:
    case FieldKind::choice:
      return R"({"type":"string"})";
    case FieldKind::tool_name:
      return R"({"type":"string","pattern":"^[^.]+\\..+$"})";
    case FieldKind::tool_names:
      return kToolNames;
    case FieldKind::duration:
      return R"({"type":"string","pattern":"^[0-9]"})";
    case FieldKind::durations:
      return kDurations;
    case FieldKind::retry:
      return kRetry;
    case FieldKind::integer:
      return R"({"type":"integer","minimum":0})";
    case FieldKind::boolean:
      return R"({"type":"boolean"})";
    case FieldKind::data:
      return "{}";
    case FieldKind::assignments:
    case FieldKind::facts:
      return R"({"type":"object","minProperties":1})";
    case FieldKind::branches:
      return R"({"type":"array","minItems":1,"items":{"oneOf":[
        {"type":"object","properties":{"when":{"$ref":"#/$defs/expression"},"next":{"type":"string"}},
         "required":["when","next"],"additionalProperties":false},
        {"type":"object","properties":{"else":{"type":"string"}},"required":["else"],"additionalProperties":false}]}})";
    case FieldKind::buttons:
      return R"({"type":"array","items":{"oneOf":[{"type":"string"},
        {"type":"object","properties":{"label":{"$ref":"#/$defs/text"},"payload":{}},
         "required":["label"],"additionalProperties":false},{"$ref":"#/$defs/text"}]}})";
    case FieldKind::compensation:
      return R"({"oneOf":[{"type":"string","pattern":"^[^.]+\\..+$"},
        {"type":"object","properties":{"call":{"type":"string","pattern":"^[^.]+\\..+$"},"with":{"type":"object"}},
         "required":["call"],"additionalProperties":false}]})";
    case FieldKind::join:
      return R"({"oneOf":[{"enum":["all","any"]},{"type":"integer","minimum":1}]})";
    case FieldKind::steps:
      return R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/step"}})";
    case FieldKind::step_lists:
      return R"({"type":"array","minItems":1,"items":{"type":"object","properties":{"id":{"type":"string"},
        "steps":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/step"}}},
        "required":["steps"],"additionalProperties":false}})";
    case FieldKind::catches:
      return R"({"type":"array","minItems":1,"items":{"type":"object","properties":{
        "match":{"oneOf":[{"type":"string"},{"type":"array","minItems":1,"items":{"type":"string"}}]},
        "as":{"type":"string"},"steps":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/step"}}},
        "required":["steps"],"additionalProperties":false}})";
    case FieldKind::form:
      return kForm;
    case FieldKind::experiment:
      return R"({"$ref":"#/$defs/experiment"})";
    case FieldKind::card:
      return R"({"oneOf":[{"$ref":"#/$defs/card"},{"type":"array","minItems":1,"maxItems":10,"items":{"$ref":"#/$defs/card"}}]})";
  }
  return "{}";
}

Value keyword_schema(const Keyword& keyword) {
  if (keyword.kind != FieldKind::choice) return with_doc(json(kind_schema(keyword.kind)), keyword.doc);
  ListBuilder choices;
  for (const std::string_view choice : keyword.choices) choices.add(choice);
  return with_doc(MapBuilder().set("enum", choices.build()).build(), keyword.doc);
}

Value step_schema(const StepSpec& spec) {
  MapBuilder properties;
  std::vector<Value> required{Value("type")};
  for (const loading::Key& key : loading::step_keys()) {
    Value schema = key.name == "type" ? MapBuilder().set("const", spec.type).build() : json(key.schema);
    properties.set(key.name, with_doc(std::move(schema), key.name == "type" ? spec.doc : key.doc));
  }
  for (const Keyword& keyword : spec.keywords) {
    properties.set(keyword.name, keyword_schema(keyword));
    if (keyword.required && keyword.unless.empty()) required.emplace_back(keyword.name);
  }
  Value schema = closed_object(properties.build(), std::move(required));
  if (!spec.one_of.empty()) {
    ListBuilder either;
    for (const std::string_view name : spec.one_of) {
      either.add(MapBuilder().set("required", Value::list({Value(name)})).build());
    }
    schema = schema.with("oneOf", either.build());
  }
  return with_doc(std::move(schema), spec.doc);
}

// if/then by type, so that an editor complains about the keyword and not about all types at once.
Value any_step(std::span<const StepSpec* const> specs) {
  ListBuilder types;
  ListBuilder rules;
  for (const StepSpec* spec : specs) {
    types.add(spec->type);
    const Value is_type = MapBuilder().set("const", spec->type).build();
    const Value properties = MapBuilder().set("type", is_type).build();
    const std::string reference = "#/$defs/step_" + std::string(spec->type);
    rules.add(MapBuilder()
                  .set("if", MapBuilder().set("properties", properties).build())
                  .set("then", MapBuilder().set("$ref", reference).build())
                  .build());
  }
  const Value type = MapBuilder().set("enum", types.build()).build();
  return MapBuilder()
      .set("type", "object")
      .set("required", json(R"(["type"])"))
      .set("properties", MapBuilder().set("type", type).build())
      .set("allOf", rules.build())
      .build();
}

Value slot_type_schema() {
  ListBuilder names;
  for (const std::string_view name : slot_kind_names()) names.add(name);
  for (const std::string_view name : slot_kind_names()) {
    if (name != "list") names.add("list of " + std::string(name));
  }
  return MapBuilder().set("enum", names.build()).build();
}

Value trigger_schema() {
  return closed_object(properties_of(loading::trigger_keys()), {})
      .with(
          "anyOf",
          json(
              R"([{"required":["command"]},{"required":["phrases"]},{"required":["event"]},{"required":["schedule"]}])"
          )
      );
}

Value experiment_schema(std::string_view content, std::string_view schema) {
  const Value variant = json(
      R"({"type":"object","properties":{"name":{"type":"string"},"weight":{"type":"integer","minimum":0}},"required":["name"],"additionalProperties":false})"
  );
  const Value properties = variant["properties"].with(content, json(schema));
  return json(
             R"({"description":"Several ways, divided between users or conversations by weight.","type":"object","required":["id","variants"],"additionalProperties":false})"
  )
      .with(
          "properties",
          MapBuilder()
              .set("id", json(R"({"type":"string","description":"Unique in the assistant."})"))
              .set("unit", json(R"({"enum":["conversation","user"]})"))
              .set(
                  "variants",
                  MapBuilder()
                      .set("type", "array")
                      .set("minItems", 2)
                      .set("items", variant.with("properties", properties).with("required", named(content)))
                      .build()
              )
              .set("metric", json(R"({"type":"string","description":"What is compared; only recorded."})"))
              .set("guard", json(R"({"$ref":"#/$defs/expression"})"))
              .build()
      );
}

Value text_schema() {
  const Value languages = json(
      R"({"type":"object","minProperties":1,"additionalProperties":false,"patternProperties":{"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$":{"$ref":"#/$defs/text"}},"not":{"required":["key"]}})"
  );
  const Value experiment = experiment_schema("text", R"({"$ref":"#/$defs/text"})");
  return MapBuilder()
      .set(
          "description",
          "A text with {{ expressions }}, or a choice between texts: by language, tone, turn, message key or "
          "experiment."
      )
      .set(
          "oneOf",
          ListBuilder()
              .add(json(R"({"type":["string","number","boolean"]})"))
              .add(languages)
              .add(json(
                  R"({"type":"object","properties":{"key":{"type":"string"},"with":{"type":["object","array"]}},"required":["key"],"additionalProperties":false})"
              ))
              .add(json(
                  R"({"type":"object","properties":{"variants":{"type":"array","minItems":2,"items":{"$ref":"#/$defs/text"}}},"required":["variants"],"additionalProperties":false})"
              ))
              .add(json(
                  R"({"type":"object","properties":{"tone":{"type":"object","minProperties":1,"additionalProperties":{"$ref":"#/$defs/text"}}},"required":["tone"],"additionalProperties":false})"
              ))
              .add(closed_object(MapBuilder().set("experiment", experiment).build(), {Value("experiment")}))
              .build()
      )
      .build();
}

Value card_schema() {
  return json(R"({"type":"object","properties":{
    "title":{"$ref":"#/$defs/text"},
    "subtitle":{"$ref":"#/$defs/text"},
    "image":{"type":"string","description":"An https address, or {{ an expression }} that gives one."},
    "alt":{"$ref":"#/$defs/text"},
    "facts":{"type":"array","maxItems":20,"items":{"type":"object","properties":{"label":{"$ref":"#/$defs/text"},"value":{}},
      "required":["label","value"],"additionalProperties":false}},
    "actions":{"type":"array","maxItems":10,"items":{"oneOf":[{"type":"string"},
      {"type":"object","properties":{"label":{"$ref":"#/$defs/text"},"payload":{}},"required":["label"],"additionalProperties":false},
      {"$ref":"#/$defs/text"}]}}},
    "required":["title"],"additionalProperties":false})");
}

}  // namespace

Value flow_schema(std::span<const StepSpec* const> step_specs) {
  MapBuilder definitions;
  definitions.set("text", text_schema())
      .set("experiment", experiment_schema("next", R"({"type":"string"})"))
      .set("card", card_schema())
      .set(
          "expression",
          json(R"({"description":"An expression, without braces.","type":["string","boolean","number"]})")
      )
      .set("slot_type", slot_type_schema())
      .set("slot", closed_object(properties_of(loading::slot_keys()), {}))
      .set("trigger", trigger_schema())
      .set("migration", closed_object(properties_of(loading::migration_keys()), {Value("from")}))
      .set("limits", closed_object(properties_of(loading::limit_keys()), {}))
      .set("step", any_step(step_specs));
  for (const StepSpec* spec : step_specs)
    definitions.set("step_" + std::string(spec->type), step_schema(*spec));
  return closed_object(properties_of(loading::flow_keys()), {Value("steps")})
      .with("$schema", "https://json-schema.org/draft/2020-12/schema")
      .with("title", "Parley flow")
      .with("$defs", definitions.build());
}

}  // namespace parley::flow
