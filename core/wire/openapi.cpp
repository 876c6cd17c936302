#include "wire/openapi.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/openapi_schema.hpp"

namespace parley::wire {

namespace {

constexpr std::array<std::string_view, 7> kMethods{
    "get", "put", "post", "delete", "patch", "head", "options"
};
constexpr std::array<std::string_view, 5> kEffects{"read", "keyed", "natural", "reconcile", "unsafe"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

bool truth(const Value& value) {
  return value.is_bool() && value.as_bool();
}

// "POST /rest/api/2/issue/{id}" → "post_rest_api_2_issue_id", for operations without an operationId.
std::string derived_id(std::string_view method, std::string_view path) {
  std::string id(method);
  for (const char c : path) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (word) {
      id += c;
    } else if (id.back() != '_') {
      id += '_';
    }
  }
  while (id.back() == '_') id.pop_back();
  return id;
}

// Tool names are used in flows and expressions: letters, digits, '_' and '-'.
std::string clean_id(std::string_view operation_id) {
  std::string id;
  for (const char c : operation_id) {
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    id += word ? c : '_';
  }
  return id;
}

std::optional<ArgumentPlace> place_of(std::string_view in) {
  if (in == "path") return ArgumentPlace::path;
  if (in == "query") return ArgumentPlace::query;
  if (in == "header") return ArgumentPlace::header;
  if (in == "cookie") return ArgumentPlace::cookie;
  return std::nullopt;
}

// The JSON entry of a `content` map, else its first one.
std::pair<std::string_view, const Value*> pick_content(const Value& content) {
  std::pair<std::string_view, const Value*> first{{}, nullptr};
  if (!content.is_map()) return first;
  for (const auto& [key, media] : content.entries()) {
    if (!key.is_string()) continue;
    const std::string_view type = key.as_string();
    if (type.starts_with("application/json") || type.find("+json") != std::string_view::npos)
      return {type, &media};
    if (first.second == nullptr) first = {type, &media};
  }
  return first;
}

std::optional<Value> example_in(const Value& media, SchemaResolver& resolver) {
  if (const Value* example = media.find("example")) return *example;
  const Value& examples = media["examples"];
  if (examples.is_map()) {
    for (const auto& entry : examples.entries()) {
      auto resolved = resolver.follow(entry.value);
      if (!resolved) continue;
      if (const Value* value = (*resolved)->find("value")) return *value;
    }
  }
  return std::nullopt;
}

// Builds one operation; any step may fail, which drops the operation.
class OperationBuilder {
 public:
  OperationBuilder(const Value& document, const Value& path_item, const Value& source, Operation& out)
      : resolver_(document), path_item_(path_item), source_(source), out_(out) {}

  Result<void> build() {
    if (auto effect = read_effect(); !effect) return effect;
    // The operation's own parameters replace those of its path.
    if (auto own = add_parameters(source_["parameters"]); !own) return own;
    if (auto shared = add_parameters(path_item_["parameters"]); !shared) return shared;
    if (auto body = add_body(); !body) return body;
    if (auto path = check_path(); !path) return path;
    finish_parameters();
    return read_response();
  }

 private:
  Result<void> read_effect() {
    const Value* declared = source_.find("x-parley-effect");
    if (declared == nullptr) {
      out_.effect = out_.method == "GET" || out_.method == "HEAD" ? "read" : "unsafe";
      return {};
    }
    if (!declared->is_string() || std::ranges::find(kEffects, declared->as_string()) == kEffects.end()) {
      return fail(
          ErrorCode::invalid_input,
          "x-parley-effect must be read, keyed, natural, reconcile or unsafe",
          "/x-parley-effect"
      );
    }
    out_.effect = declared->as_string();
    return {};
  }

  Result<void> add_parameters(const Value& list) {
    if (list.is_null()) return {};
    if (!list.is_list()) return fail(ErrorCode::invalid_input, "parameters must be a list", "/parameters");
    for (const Value& item : list.as_list()) {
      auto parameter = resolver_.follow(item);
      if (!parameter) return std::unexpected(std::move(parameter.error()));
      if (auto added = add_parameter(**parameter); !added) return added;
    }
    return {};
  }

  Result<void> add_parameter(const Value& parameter) {
    const std::string_view name = parameter.text("name");
    const auto place = place_of(parameter.text("in"));
    if (name.empty() || !place) {
      return fail(ErrorCode::invalid_input, "a parameter needs `name` and `in`", "/parameters");
    }
    for (const Argument& known : out_.arguments) {
      if (known.wire_name == name && known.place == *place) return {};
    }
    const Value* source = parameter.find("schema");
    if (source == nullptr) source = pick_content(parameter["content"]).second;
    auto schema = source == nullptr ? Result<Value>(Value::map()) : resolver_.inlined(*source);
    if (!schema) return std::unexpected(std::move(schema.error()));
    if (parameter["description"].is_string() && schema->is_map() && schema->find("description") == nullptr) {
      *schema = schema->with("description", parameter["description"]);
    }
    const bool exploded = parameter["explode"].is_bool() ? parameter["explode"].as_bool() : true;
    add_argument(
        name, *place, std::move(*schema), *place == ArgumentPlace::path || truth(parameter["required"])
    );
    out_.arguments.back().explode = exploded;
    return {};
  }

  // A name that another place has taken already gets the place in front ("body_id").
  void add_argument(std::string_view wire_name, ArgumentPlace place, Value schema, bool required) {
    std::string name(wire_name);
    const auto taken = [&] {
      return std::ranges::any_of(out_.arguments, [&](const Argument& a) { return a.name == name; });
    };
    while (taken()) {
      name =
          (place == ArgumentPlace::body_member || place == ArgumentPlace::body ? "body_" : "other_") + name;
    }
    if (required) required_.add(name);
    properties_.set(name, std::move(schema));
    out_.arguments.push_back({std::move(name), std::string(wire_name), place});
  }

  Result<void> add_body() {
    const Value* declared = source_.find("requestBody");
    if (declared == nullptr) return {};
    auto body = resolver_.follow(*declared);
    if (!body) return std::unexpected(std::move(body.error()));
    const auto [media_type, media] = pick_content((**body)["content"]);
    if (media == nullptr) return {};
    out_.body_media_type = media_type;
    auto schema = resolver_.inlined((*media)["schema"]);
    if (!schema) return std::unexpected(std::move(schema.error()));
    const bool required = truth((**body)["required"]);
    const Value& properties = (*schema)["properties"];
    if (!properties.is_map()) {
      add_argument("body", ArgumentPlace::body, schema->is_null() ? Value::map() : *schema, required);
      return {};
    }
    const Value& needed = (*schema)["required"];
    for (const auto& [key, property] : properties.entries()) {
      if (!key.is_string()) continue;
      const bool is_needed =
          required && needed.is_list() && std::ranges::any_of(needed.as_list(), [&](const Value& n) {
            return n.is_string() && n.as_string() == key.as_string();
          });
      add_argument(key.as_string(), ArgumentPlace::body_member, property, is_needed);
    }
    return {};
  }

  // Every {name} of the path must be an argument, or the URL could not be made.
  Result<void> check_path() {
    std::string_view rest = out_.path;
    for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
      const std::size_t close = rest.find('}', open);
      if (close == std::string_view::npos) {
        return fail(ErrorCode::invalid_input, "the path has a '{' without '}'");
      }
      const std::string_view name = rest.substr(open + 1, close - open - 1);
      const bool known = std::ranges::any_of(out_.arguments, [&](const Argument& a) {
        return a.place == ArgumentPlace::path && a.wire_name == name;
      });
      if (!known) add_argument(name, ArgumentPlace::path, MapBuilder().set("type", "string").build(), true);
      rest.remove_prefix(close + 1);
    }
    return {};
  }

  void finish_parameters() {
    MapBuilder schema;
    schema.set("type", "object").set("properties", properties_.build());
    if (required_.size() > 0) schema.set("required", required_.build());
    schema.set("additionalProperties", false);
    out_.parameters = schema.build();
  }

  Result<void> read_response() {
    const Value& responses = source_["responses"];
    if (!responses.is_map()) return {};
    const Value* best = nullptr;
    int best_status = 1000;
    for (const auto& [key, response] : responses.entries()) {
      const int status = success_status(key);
      if (status < best_status) {
        best_status = status;
        best = &response;
      }
    }
    if (best == nullptr) return {};
    out_.success_status = static_cast<std::uint16_t>(best_status > 299 ? 200 : best_status);
    auto response = resolver_.follow(*best);
    if (!response) return std::unexpected(std::move(response.error()));
    const Value* media = pick_content((**response)["content"]).second;
    if (media == nullptr) return {};
    out_.example = example_in(*media, resolver_);
    auto schema = resolver_.inlined((*media)["schema"]);
    if (!schema) return std::unexpected(std::move(schema.error()));
    out_.result_schema = std::move(*schema);
    return {};
  }

  // 200…299; 300 for "2XX", 301 for "default", 1000 for everything else. Unquoted YAML keys are numbers.
  static int success_status(const Value& key) {
    if (key.is_int())
      return key.as_int() >= 200 && key.as_int() < 300 ? static_cast<int>(key.as_int()) : 1000;
    if (!key.is_string()) return 1000;
    const std::string_view text = key.as_string();
    if (text == "default") return 301;
    if (text.size() != 3 || text[0] != '2') return 1000;
    if (upper(text) == "2XX") return 300;
    const bool digits = text[1] >= '0' && text[1] <= '9' && text[2] >= '0' && text[2] <= '9';
    return digits ? 200 + (text[1] - '0') * 10 + (text[2] - '0') : 1000;
  }

  SchemaResolver resolver_;
  const Value& path_item_;
  const Value& source_;
  Operation& out_;
  MapBuilder properties_;
  ListBuilder required_;
};

std::string escape_pointer(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void add_operation(
    Connector& connector,
    const Value& document,
    std::string_view path,
    const Value& path_item,
    std::string_view method
) {
  const Value& source = path_item[method];
  Operation operation;
  operation.method = upper(method);
  operation.path = path;
  const std::string_view given = source.text("operationId");
  operation.id = connector.name + "." + (given.empty() ? derived_id(method, path) : clean_id(given));
  operation.summary = source.text("summary", source.text("description"));

  const auto drop = [&](std::string reason, std::string_view within) {
    std::string pointer = "/paths/" + escape_pointer(path) + "/" + std::string(method) + std::string(within);
    connector.dropped.push_back({operation.id, std::move(reason), std::move(pointer)});
  };
  if (!source.is_map()) return drop("an operation must be a map", {});
  if (auto built = OperationBuilder(document, path_item, source, operation).build(); !built) {
    return drop(std::move(built.error().message), built.error().pointer);
  }
  if (connector.find(operation.id) != nullptr) return drop("another operation has the same operationId", {});
  connector.operations.push_back(std::move(operation));
}

}  // namespace

const Operation* Connector::find(std::string_view operation_id) const {
  const auto found = std::ranges::find(operations, operation_id, &Operation::id);
  return found == operations.end() ? nullptr : &*found;
}

Result<Connector> compile_connector(std::string_view name, const Value& document) {
  const Value& paths = document["paths"];
  if (!paths.is_map()) {
    return fail(
        ErrorCode::invalid_input,
        "connector '" + std::string(name) + "' has no `paths`",
        "/paths",
        "a connector is an OpenAPI document; its operations stand under `paths`"
    );
  }
  Connector connector;
  connector.name = name;
  connector.title = document["info"].text("title", name);
  if (const Value& servers = document["servers"]; servers.is_list()) {
    for (const Value& server : servers.as_list()) {
      if (!server.text("url").empty()) connector.servers.emplace_back(server.text("url"));
    }
  }
  connector.security_schemes = document["components"]["securitySchemes"];

  for (const auto& [key, item] : paths.entries()) {
    if (!key.is_string() || !key.as_string().starts_with('/')) continue;  // "x-…" extensions
    auto path_item = SchemaResolver(document).follow(item);
    if (!path_item) {
      connector.dropped.push_back(
          {std::string(key.as_string()),
           path_item.error().message,
           "/paths/" + escape_pointer(key.as_string())}
      );
      continue;
    }
    for (const std::string_view method : kMethods) {
      if ((*path_item)->find(method) == nullptr) continue;
      add_operation(connector, document, key.as_string(), **path_item, method);
    }
  }
  std::ranges::sort(connector.operations, {}, &Operation::id);
  return connector;
}

}  // namespace parley::wire
