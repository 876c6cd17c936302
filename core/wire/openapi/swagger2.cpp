#include "wire/openapi/swagger2.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace parley::wire::openapi {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kMultipart = "multipart/form-data";

bool consumes(const Value& types, std::string_view wanted) {
  return types.is_list() && std::ranges::any_of(types.as_list(), [&](const Value& type) {
           return type.is_string() && type.as_string().starts_with(wanted);
         });
}

Value content_of(const Value& types, const Value& schema) {
  const Value media = MapBuilder().set("schema", schema).build();
  MapBuilder content;
  if (types.is_list()) {
    for (const Value& type : types.as_list()) {
      // A body parameter is no form, whatever the document says it consumes.
      if (type.is_string() && !type.as_string().starts_with(kForm) &&
          !type.as_string().starts_with(kMultipart)) {
        content.set(type, media);
      }
    }
  }
  if (content.size() == 0) content.set("application/json", media);
  return content.build();
}

// 2.0 writes the schema's keywords into the parameter itself. `required: true` is none of a schema.
Value schema_of(const Value& parameter) {
  Value schema = parameter;
  for (const std::string_view key : {"name", "in", "required", "collectionFormat", "allowEmptyValue"}) {
    if (schema.find(key) != nullptr) schema = schema.without(key);
  }
  return schema;
}

void set_style(MapBuilder& out, std::string_view in, std::string_view format) {
  const bool query = in == "query" || in == "formData";
  if (format == "multi") {
    out.set("style", "form").set("explode", true);
  } else if (format == "ssv") {
    out.set("style", query ? "spaceDelimited" : "simple").set("explode", false);
  } else if (format == "tsv") {
    out.set("style", query ? "tabDelimited" : "simple").set("explode", false);
  } else if (format == "pipes") {
    out.set("style", query ? "pipeDelimited" : "simple").set("explode", false);
  } else {
    out.set("style", query ? "form" : "simple").set("explode", false);
  }
}

Value upgraded_parameter(const Value& parameter) {
  MapBuilder out;
  out.set("name", parameter["name"]).set("in", parameter["in"]);
  for (const std::string_view key : {"required", "description"}) {
    if (const Value* value = parameter.find(key)) out.set(key, *value);
  }
  if (parameter["schema"].is_map()) {
    out.set("schema", parameter["schema"]);  // invalid in 2.0, and written nevertheless
  } else {
    out.set("schema", schema_of(parameter));
  }
  // Lists are joined with commas unless told otherwise; nothing else has a format.
  if (parameter.find("collectionFormat") != nullptr || parameter["type"] == Value("array")) {
    set_style(out, parameter.text("in"), parameter.text("collectionFormat", "csv"));
  }
  return out.build();
}

// The form fields of an operation as one object, and how each travels.
class Form {
 public:
  void add(const Value& parameter) {
    const Value& name = parameter["name"];
    properties_.set(name, schema_of(parameter));
    if (parameter["required"].is_bool() && parameter["required"].as_bool()) required_.add(name);
    if (parameter.text("type") == "file") has_file_ = true;
    if (parameter["type"] == Value("array")) {
      MapBuilder style;
      set_style(style, "formData", parameter.text("collectionFormat", "csv"));
      encoding_.set(name, style.build());
    }
  }

  [[nodiscard]] bool empty() const { return properties_.size() == 0; }

  [[nodiscard]] Value request_body(const Value& types) {
    const bool needed = required_.size() > 0;
    MapBuilder schema;
    schema.set("type", "object").set("properties", properties_.build());
    if (needed) schema.set("required", required_.build());
    const Value media = MapBuilder().set("schema", schema.build()).set("encoding", encoding_.build()).build();
    const bool multipart = has_file_ || (consumes(types, kMultipart) && !consumes(types, kForm));
    return MapBuilder()
        .set("required", needed)
        .set("content", MapBuilder().set(multipart ? kMultipart : kForm, media).build())
        .build();
  }

 private:
  MapBuilder properties_;
  MapBuilder encoding_;
  ListBuilder required_;
  bool has_file_ = false;
};

}  // namespace

Result<Value> upgraded_operation(Document& document, const Value& path_item, const Value& operation) {
  std::vector<const Value*> all;
  for (const Value* list : {operation.find("parameters"), path_item.find("parameters")}) {
    if (list == nullptr || list->is_null()) continue;
    if (!list->is_list()) return fail(ErrorCode::invalid_input, "parameters must be a list", "/parameters");
    for (const Value& item : list->as_list()) {
      auto parameter = document.follow(item);
      if (!parameter) return std::unexpected(std::move(parameter.error()));
      const bool known = std::ranges::any_of(all, [&](const Value* other) {
        return (*other)["name"] == (**parameter)["name"] && (*other)["in"] == (**parameter)["in"];
      });
      if (!known) all.push_back(*parameter);
    }
  }
  const Value* types = operation.find("consumes");
  if (types == nullptr) types = &document.root()["consumes"];
  ListBuilder parameters;
  Form form;
  Value body;
  for (const Value* parameter : all) {
    const std::string_view in = parameter->text("in");
    if (in == "formData") {
      form.add(*parameter);
    } else if (in == "body") {
      body = MapBuilder()
                 .set("required", (*parameter)["required"])
                 .set("description", (*parameter)["description"])
                 .set("content", content_of(*types, (*parameter)["schema"]))
                 .build();
    } else {
      parameters.add(upgraded_parameter(*parameter));
    }
  }
  if (body.is_null() && !form.empty()) body = form.request_body(*types);
  Value upgraded = operation.with("parameters", parameters.build());
  if (!body.is_null()) upgraded = upgraded.with("requestBody", std::move(body));
  return upgraded;
}

std::string swagger2_server(const Value& root, const Value& operation) {
  const std::string_view host = root.text("host");
  const std::string_view base = root.text("basePath");
  std::string path(base == "/" ? std::string_view() : base);
  if (!path.empty() && !path.starts_with('/')) path.insert(path.begin(), '/');
  if (host.empty()) return path;
  const Value* schemes = operation.find("schemes");
  if (schemes == nullptr) schemes = &root["schemes"];
  std::string_view scheme = "https";
  if (schemes->is_list() && schemes->size() > 0) {
    const auto secure = std::ranges::find(schemes->as_list(), Value("https"));
    if (secure == schemes->as_list().end() && schemes->as_list()[0].is_string()) {
      scheme = schemes->as_list()[0].as_string();
    }
  }
  return std::string(scheme) + "://" + std::string(host) + path;
}

}  // namespace parley::wire::openapi
