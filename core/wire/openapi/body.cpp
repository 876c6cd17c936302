// Bodies: the members of a plain object become arguments of their own; anything else is one argument.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "wire/openapi/operation.hpp"
#include "wire/openapi/security.hpp"
#include "wire/prose.hpp"

namespace parley::wire::openapi {
namespace {

constexpr int kMaxDepth = 16;
constexpr int kMaxParts = 10'000;  // parts may name parts: many times over when written out

bool truth(const Value& value) {
  return value.is_bool() && value.as_bool();
}

bool is_object_type(const Value& type) {
  if (type.is_string()) return type.as_string() == "object";
  return type.is_list() && std::ranges::find(type.as_list(), Value("object")) != type.as_list().end();
}

// {} and true allow anything, as leaving the keyword out does.
bool allows_anything(const Value& schema) {
  return schema.is_bool() || (schema.is_map() && schema.size() == 0);
}

}  // namespace

void OperationCompiler::add_member(Members& members, std::string_view name, const Value& schema) {
  const auto [place, fresh] = members.places.try_emplace(std::string(name), members.properties.size());
  if (fresh) {
    members.properties.push_back({name, schema});
    return;
  }
  Value& known = members.properties[place->second].value;
  if (write_canonical(known) != write_canonical(schema))
    known = MapBuilder().set("allOf", Value::list({known, schema})).build();
}

bool OperationCompiler::is_read_only(const Value& source, std::string_view name, int depth, int& budget) {
  const auto schema = shared_.document.follow(source);
  if (!schema || !(*schema)->is_map() || depth > kMaxDepth || --budget < 0) return false;
  const Value* property = (**schema)["properties"].find(name);
  if (property != nullptr) return shared_.requests.is_hidden(*property, Carrier::json);
  const Value& parts = (**schema)["allOf"];
  return parts.is_list() && std::ranges::any_of(parts.as_list(), [&](const Value& part) {
           return is_read_only(part, name, depth + 1, budget);
         });
}

void OperationCompiler::add_undescribed(const Value& source, Members& members) {
  std::erase_if(members.required, [&](const std::string& name) {
    if (members.places.contains(name)) return false;
    int budget = kMaxParts;
    if (is_read_only(source, name, 0, budget)) {
      members.needed.erase(name);
      return true;
    }
    add_member(members, name, MapBuilder().set("type", "string").build());
    return false;
  });
}

Result<bool> OperationCompiler::flatten_parts(const Value& parts, Members& members, int depth) {
  for (const Value& part : parts.as_list()) {
    auto plain = flatten(part, members, depth + 1);
    if (!plain || !*plain) return plain;
  }
  return true;
}

Result<bool> OperationCompiler::flatten(const Value& compiled, Members& members, int depth) {
  if (!compiled.is_map() || depth > kMaxDepth || ++members.parts > kMaxParts) return false;
  if (compiled.find("$ref") != nullptr) {
    auto target = shared_.requests.resolved(compiled);
    if (!target) return std::unexpected(std::move(target.error()));
    if (auto plain = flatten(**target, members, depth + 1); !plain || !*plain) return plain;
  }
  for (const auto& [key, value] : compiled.entries()) {
    const std::string_view name = key.as_string();
    if (name == "type") {
      if (!is_object_type(value)) return false;
      members.is_object = true;
    } else if (name == "properties") {
      members.is_object = true;
      for (const auto& [property, schema] : value.entries())
        add_member(members, property.as_string(), schema);
    } else if (name == "required") {
      for (const Value& needed : value.as_list()) {
        if (members.needed.emplace(needed.as_string()).second)
          members.required.emplace_back(needed.as_string());
      }
    } else if (name == "allOf") {
      if (auto plain = flatten_parts(value, members, depth); !plain || !*plain) return plain;
    } else if (name == "additionalProperties") {
      if (!allows_anything(value)) return false;
      if (value.is_bool() && !value.as_bool()) members.closed = true;
    } else if (members.is_form && name == "minProperties" && value == Value(1)) {
      continue;
    } else if (name != "description" && name != "default" && name != "$ref" && name != "format") {
      return false;
    }
  }
  return true;
}

Result<void> OperationCompiler::add_body() {
  const Value* declared = source_.find("requestBody");
  if (declared == nullptr || declared->is_null()) return {};
  auto body = shared_.document.follow(*declared);
  if (!body) return std::unexpected(std::move(body.error()));
  const MediaChoice choice = choose_media(shared_.document, (**body)["content"]);
  if (choice.media == nullptr) return {};
  out_.body.kind = choice.kind;
  out_.body.media_type = choice.media_type;
  out_.body.required = truth((**body)["required"]);
  switch (choice.kind) {
    case BodyKind::json:
      return add_json_body(choice, **body);
    case BodyKind::form:
    case BodyKind::multipart:
      return add_form_body(choice, **body);
    default:
      return add_plain_body(choice, **body);
  }
}

void OperationCompiler::add_whole_body(Value schema, const Value& body, Style style) {
  if (body["description"].is_string() && schema.is_map() && schema.find("description") == nullptr) {
    schema = schema.with("description", plain_text(body.text("description")));
  }
  arguments_.add(
      {.argument = {}, .wire_name = "body", .place = Place::body, .style = style},
      std::move(schema),
      out_.body.required
  );
}

Result<void> OperationCompiler::add_json_body(const MediaChoice& choice, const Value& body) {
  auto schema = shared_.requests.compile((*choice.media)["schema"], Carrier::json);
  if (!schema) return std::unexpected(std::move(schema.error()));
  Members members;
  auto plain = flatten(*schema, members, 0);
  if (!plain) return std::unexpected(std::move(plain.error()));
  if (*plain && members.is_object && members.properties.empty() && members.required.empty() &&
      members.closed) {
    return {};  // nothing can be said in it
  }
  if (!*plain || (members.properties.empty() && members.required.empty())) {
    add_whole_body(std::move(*schema), body, Style::json);
    return {};
  }
  add_undescribed((*choice.media)["schema"], members);
  for (auto& [name, property] : members.properties) {
    const bool needed = members.needed.contains(std::string(name.as_string()));
    arguments_.add(
        {.argument = {},
         .wire_name = std::string(name.as_string()),
         .place = Place::member,
         .style = Style::json},
        std::move(property),
        out_.body.required && needed
    );
  }
  if (!out_.body.required) arguments_.require_together(std::move(members.required));
  return {};
}

Result<bool> OperationCompiler::is_file(const Value& compiled) {
  auto target = shared_.requests.resolved(compiled);
  if (!target) return std::unexpected(std::move(target.error()));
  const Value& schema = **target;
  if (schema.text("format") == "binary") return true;
  const std::string_view media = schema.text("contentMediaType");
  if (!media.empty() && !media.starts_with("text/") && !is_json(media)) return true;
  if (schema["items"].is_map()) return is_file(schema["items"]);
  return false;
}

Result<Binding> OperationCompiler::field_binding(
    std::string_view wire_name, const Value& schema, const Value& encoding, bool multipart
) {
  Binding binding{
      .argument = {},
      .wire_name = std::string(wire_name),
      .place = multipart ? Place::part : Place::field,
      .style = Style::form,
  };
  if (encoding["explode"].is_bool()) binding.explode = encoding["explode"].as_bool();
  const std::string_view style = encoding.text("style");
  if (style == "deepObject") binding.style = Style::deep_object;
  if (style == "spaceDelimited" || style == "tabDelimited" || style == "pipeDelimited") {
    binding.style = style == "spaceDelimited" ? Style::space_delimited
                    : style == "tabDelimited" ? Style::tab_delimited
                                              : Style::pipe_delimited;
    if (!encoding["explode"].is_bool()) binding.explode = false;
  }
  const std::string_view media = encoding.text("contentType");
  if (multipart) {
    auto file = is_file(schema);
    if (!file) return std::unexpected(std::move(file.error()));
    binding.is_file = *file;
    // "image/png, image/jpeg" allows either: the first is sent.
    binding.media_type = media.substr(0, media.find(','));
    if (binding.media_type.contains('*')) binding.media_type.clear();
  } else if (is_json(media)) {
    binding.style = Style::json;
  }
  return binding;
}

Result<void> OperationCompiler::add_form_body(const MediaChoice& choice, const Value& body) {
  const bool multipart = choice.kind == BodyKind::multipart;
  auto schema = shared_.requests.compile((*choice.media)["schema"], Carrier::text);
  if (!schema) return std::unexpected(std::move(schema.error()));
  Members members{.is_form = true};
  auto plain = flatten(*schema, members, 0);
  if (!plain) return std::unexpected(std::move(plain.error()));
  const Value& encodings = (*choice.media)["encoding"];
  add_undescribed((*choice.media)["schema"], members);
  const Value& schemes = security_schemes(shared_.document);
  const bool split = *plain && !members.properties.empty();
  for (auto& [key, property] : members.properties) {
    const std::string_view name = key.as_string();
    if (split && is_credential(schemes, name, "formData", property.text("description"), secured_)) {
      std::erase(members.required, name);
      continue;
    }
    auto binding = field_binding(name, property, encodings[name], multipart);
    if (!binding) return std::unexpected(std::move(binding.error()));
    if (!split) {
      out_.body.fields.push_back(*std::move(binding));
      continue;
    }
    const bool required = out_.body.required && members.needed.contains(std::string(name));
    arguments_.add(*std::move(binding), std::move(property), required);
  }
  if (split) {
    if (!out_.body.required) arguments_.require_together(std::move(members.required));
    return {};
  }
  // Stripe declares an empty form for every GET.
  if (*plain && members.properties.empty() && (members.is_object || schema->size() == 0)) {
    if (members.closed || (*choice.media)["schema"]["properties"].is_map() || schema->size() == 0) return {};
  }
  add_whole_body(std::move(*schema), body, Style::form);
  return {};
}

Result<void> OperationCompiler::add_plain_body(const MediaChoice& choice, const Value& body) {
  auto schema = shared_.requests.compile((*choice.media)["schema"], Carrier::json);
  if (!schema) return std::unexpected(std::move(schema.error()));
  auto target = shared_.requests.resolved(*schema);
  if (!target) return std::unexpected(std::move(target.error()));
  if ((**target).text("type") != "string") {
    // The model writes the text; nothing here could turn an object into XML.
    schema = MapBuilder().set("type", "string").set("description", choice.media_type + " text").build();
  }
  add_whole_body(std::move(*schema), body, Style::simple);
  return {};
}

}  // namespace parley::wire::openapi
