#include "wire/openapi/operation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/conduct/effect.hpp"
#include "wire/kept.hpp"
#include "wire/openapi/security.hpp"
#include "wire/openapi/swagger2.hpp"
#include "wire/pin.hpp"
#include "wire/prose.hpp"

namespace parley::wire::openapi {
namespace {

// Headers that say how a request travels: whoever sends it knows, and no caller.
constexpr std::array<std::string_view, 11> kTransport{
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
};

bool truth(const Value& value) {
  return value.is_bool() && value.as_bool();
}

std::optional<Place> place_of(std::string_view in) {
  if (in == "path") return Place::path;
  if (in == "query") return Place::query;
  if (in == "header") return Place::header;
  if (in == "cookie") return Place::cookie;
  return std::nullopt;
}

// A style that the place does not have counts as the usual one.
Style style_of(std::string_view given, Place place) {
  const bool query = place == Place::query || place == Place::cookie;
  if (place == Place::path && given == "label") return Style::label;
  if (place == Place::path && given == "matrix") return Style::matrix;
  if (!query) return Style::simple;
  if (given == "spaceDelimited") return Style::space_delimited;
  if (given == "tabDelimited") return Style::tab_delimited;
  if (given == "pipeDelimited") return Style::pipe_delimited;
  if (given == "deepObject") return Style::deep_object;
  if (given == "cookie" && place == Place::cookie) return Style::cookie;
  return Style::form;
}

const Value* only_choice(const Value& schema) {
  if (const Value* constant = schema.find("const")) return constant;
  const Value& choices = schema["enum"];
  return choices.is_list() && choices.size() == 1 ? &choices.as_list()[0] : nullptr;
}

// What a server's URL says with the defaults of its variables.
std::string server_url(const Value& server) {
  std::string url;
  std::string_view rest = server.text("url");
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    url += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      url += rest.substr(open);
      break;
    }
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const Value& variable = server["variables"][name];
    // Without a default nobody but the settings knows which of several places is meant.
    if (const Value* chosen = variable.find("default")) {
      url += chosen->is_string() ? std::string(chosen->as_string()) : write_json(*chosen);
    } else {
      url += rest.substr(open, close + 1 - open);
    }
    rest.remove_prefix(close + 1);
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<void> OperationCompiler::run() {
  if (auto effect = read_effect(); !effect) return effect;
  read_servers();
  out_.deprecated = truth(source_["deprecated"]);
  out_.description = tool_description(source_.text("summary"), source_.text("description"));
  out_.about = beyond(out_.description, source_.text("description"), source_["tags"]);
  if (out_.description.empty()) out_.description = out_.method + " " + out_.path;
  if (out_.deprecated) out_.description = plain_text("Deprecated. " + out_.description);
  out_.security = security_ways(shared_.document, source_);
  // A document that declares no requirement may still have keys among its parameters.
  secured_ = !out_.security.empty() || source_.find("security") == nullptr;
  // The operation's own parameters replace those of its path.
  if (auto own = add_parameters(source_["parameters"]); !own) return own;
  if (shared_.document.version() != Version::swagger2) {
    if (auto shared = add_parameters(path_item_["parameters"]); !shared) return shared;
  }
  fix_accept();
  if (auto path = check_path(); !path) return path;
  if (auto body = add_body(); !body) return body;
  Value parameters = arguments_.build(out_.bindings);
  auto complete = shared_.requests.with_definitions(std::move(parameters));
  if (!complete) return std::unexpected(std::move(complete.error()));
  out_.parameters = *std::move(complete);
  if (auto pinned = pin_all(out_, source_["x-parley-pins"]); !pinned) return pinned;
  if (auto fields = read_fields(source_["x-parley-fields"], out_.fields); !fields) return fields;
  if (auto conduct = read_conduct(source_, shared_.document.root(), out_); !conduct) return conduct;
  if (!shared_.with_results) return {};
  // Who cannot describe his answers can be called nevertheless.
  if (auto answer = read_response(); !answer) {
    shared_.warnings.push_back(
        out_.method + " " + out_.path + ": what it answers is not known: " + answer.error().message
    );
    out_.result_schema = {};
  }
  return {};
}

Result<void> OperationCompiler::read_effect() {
  constexpr std::array<std::string_view, 4> kReading{"GET", "HEAD", "OPTIONS", "QUERY"};
  const bool reads = std::ranges::find(kReading, out_.method) != kReading.end();
  auto effect = wire::read_effect(source_, reads ? "read" : "unsafe");
  if (!effect) return std::unexpected(std::move(effect.error()));
  out_.effect = *std::move(effect);
  return {};
}

void OperationCompiler::read_servers() {
  if (shared_.document.version() == Version::swagger2) {
    out_.server = swagger2_server(shared_.document.root(), source_);
    return;
  }
  for (const Value* holder : {&source_, &path_item_, &shared_.document.root()}) {
    const Value& servers = (*holder)["servers"];
    if (!servers.is_list() || servers.size() == 0) continue;
    out_.server = server_url(servers.as_list()[0]);
    return;
  }
}

Result<void> OperationCompiler::add_parameters(const Value& list) {
  if (list.is_null()) return {};
  if (!list.is_list()) return fail(ErrorCode::invalid_input, "parameters must be a list", "/parameters");
  for (const Value& item : list.as_list()) {
    auto parameter = shared_.document.follow(item);
    if (!parameter) return std::unexpected(std::move(parameter.error()));
    if (auto added = add_parameter(**parameter); !added) return added;
  }
  return {};
}

void OperationCompiler::fix_header(std::string_view name, const Value& parameter) {
  const auto resolved = shared_.document.follow(parameter["schema"]);
  const Value& schema = resolved ? **resolved : parameter;
  const Value* text = only_choice(schema);
  for (const std::string_view key : {"default", "example"}) {
    if (text == nullptr) text = schema.find(key);
    if (text == nullptr) text = parameter.find(key);
  }
  if (text == nullptr && schema["enum"].is_list() && schema["enum"].size() > 0) {
    text = &schema["enum"].as_list()[0];
  }
  const Value fixed =
      text != nullptr && text->is_string() && text->size() > 0 ? *text : Value("application/json");
  const bool exists = std::ranges::any_of(out_.pinned, [&](const Pinned& pin) {
    return pin.binding.place == Place::header && ascii_lower(pin.binding.wire_name) == ascii_lower(name);
  });
  if (exists) return;
  out_.pinned.push_back(
      {{.argument = {}, .wire_name = std::string(name), .place = Place::header, .style = Style::simple}, fixed
      }
  );
}

bool OperationCompiler::is_handled(const Value& parameter, std::string_view name, Place place) {
  const std::string lower = ascii_lower(name);
  if (place == Place::header) {
    if (lower == "accept" || lower == "content-type") {
      fix_header(name, parameter);
      return true;
    }
    if (std::ranges::find(kTransport, lower) != kTransport.end()) return true;
    // Whoever repeats the call must send the same key, and nobody the key of another call.
    if (lower == "idempotency-key" && out_.effect == "keyed") return true;
  }
  return is_credential(
      security_schemes(shared_.document), name, parameter.text("in"), parameter.text("description"), secured_
  );
}

std::optional<std::string> OperationCompiler::placeholder(std::string_view name) const {
  std::string_view rest(out_.path);
  rest = rest.substr(0, rest.find('#'));
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view written = rest.substr(open + 1, close - open - 1);
    std::string_view bare = written;  // of what RFC 6570 adds: {+path}, {path*}
    if (bare.starts_with('+')) bare.remove_prefix(1);
    if (bare.ends_with('*')) bare.remove_suffix(1);
    if (ascii_lower(bare) == ascii_lower(name)) return std::string(written);
    rest.remove_prefix(close + 1);
  }
  return std::nullopt;
}

Result<void> OperationCompiler::add_query(const Value& parameter) {
  const MediaChoice content = choose_media(shared_.document, parameter["content"]);
  if (content.media == nullptr)
    return fail(ErrorCode::invalid_input, "a parameter in querystring needs `content`", "/parameters");
  const bool form = content.kind == BodyKind::form;
  auto schema = shared_.requests.compile((*content.media)["schema"], form ? Carrier::text : Carrier::json);
  if (!schema) return std::unexpected(std::move(schema.error()));
  const bool required = truth(parameter["required"]);
  Members members{.is_form = true};
  const auto plain = form ? flatten(*schema, members, 0) : Result<bool>(false);
  if (!plain) return std::unexpected(plain.error());
  if (!*plain || members.properties.empty()) {
    Binding whole{.argument = std::string(parameter.text("name")), .wire_name = {}, .place = Place::query};
    whole.style = content.kind == BodyKind::json ? Style::json : Style::form;
    arguments_.add(std::move(whole), *std::move(schema), required);
    return {};
  }
  for (auto& [key, property] : members.properties) {
    const std::string_view name = key.as_string();
    auto binding = field_binding(name, property, (*content.media)["encoding"][name], false);
    if (!binding) return std::unexpected(std::move(binding.error()));
    binding->place = Place::query;
    const bool needed = required && members.needed.contains(std::string(name));
    arguments_.add(*std::move(binding), std::move(property), needed);
  }
  return {};
}

Result<void> OperationCompiler::add_parameter(const Value& parameter) {
  const std::string_view name = parameter.text("name");
  if (parameter.text("in") == "querystring") return add_query(parameter);
  const auto place = place_of(parameter.text("in"));
  if (name.empty() || !place) {
    return fail(ErrorCode::invalid_input, "a parameter needs `name` and `in`", "/parameters");
  }
  const bool repeated = std::ranges::any_of(seen_, [&](const Value* other) {
    return other->text("name") == name && other->text("in") == parameter.text("in");
  });
  if (repeated) return {};
  seen_.push_back(&parameter);
  if (is_handled(parameter, name, *place)) return {};
  const auto written = *place == Place::path ? placeholder(name) : std::string(name);
  if (!written) {
    shared_.warnings.push_back(
        out_.method + " " + out_.path + ": the path has no place for '" + std::string(name) + "'"
    );
    return {};
  }
  Binding binding{
      .argument = std::string(name),
      .wire_name = *written,
      .place = *place,
      .style = style_of(parameter.text("style"), *place),
      .allow_reserved = truth(parameter["allowReserved"]),
  };
  const Value& explode = parameter["explode"];
  binding.explode =
      explode.is_bool() ? explode.as_bool() : binding.style == Style::form || binding.style == Style::cookie;
  Carrier carrier = *place == Place::query ? Carrier::text : Carrier::segment;
  // 2.0 in a 3.0 document: the keywords stand in the parameter.
  const Value* source = parameter.find("schema");
  if (source == nullptr) source = &parameter;
  if (const auto content = choose_media(shared_.document, parameter["content"]); content.media != nullptr) {
    source = &(*content.media)["schema"];
    if (content.kind == BodyKind::json) {
      binding.style = Style::json;
      carrier = Carrier::json;
    }
  }
  auto schema = shared_.requests.compile(*source, carrier);
  if (!schema) return std::unexpected(std::move(schema.error()));
  const bool required = *place == Place::path || truth(parameter["required"]);
  if (required && schema->is_map()) {
    const auto target = shared_.requests.resolved(*schema);
    if (!target) return std::unexpected(target.error());
    if (const Value* constant = only_choice(**target)) {
      binding.argument.clear();
      out_.pinned.push_back({std::move(binding), *constant});
      return {};
    }
  }
  if (parameter["description"].is_string() && schema->is_map()) {
    *schema = schema->with("description", plain_text(parameter.text("description")));
  }
  arguments_.add(std::move(binding), std::move(*schema), required);
  return {};
}

// Every {name} of the path must be an argument, or the URL could not be made. What comes after '#' is never
// sent: some documents tell operations of one path apart with it.
Result<void> OperationCompiler::check_path() {
  std::string_view rest(out_.path);
  const std::size_t hash = std::min(rest.find('#'), rest.size());
  if (rest.find('{', hash) != std::string_view::npos)
    return fail(
        ErrorCode::invalid_input, "the path has a place for an argument after '#', which is never sent"
    );
  rest = rest.substr(0, hash);
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::invalid_input, "the path has a '{' without '}'");
    }
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const bool pinned = std::ranges::any_of(out_.pinned, [&](const Pinned& pin) {
      return pin.binding.place == Place::path && pin.binding.wire_name == name;
    });
    if (!pinned && !arguments_.has(Place::path, name)) {
      arguments_.add(
          {.argument = {},
           .wire_name = std::string(name),
           .place = Place::path,
           .style = Style::simple,
           .explode = false},
          MapBuilder().set("type", "string").set("minLength", 1).build(),
          true
      );
    }
    rest.remove_prefix(close + 1);
  }
  return {};
}

}  // namespace parley::wire::openapi
