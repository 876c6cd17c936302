#include "wire/render.hpp"

#include <algorithm>
#include <optional>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "wire/arguments.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/multipart.hpp"
#include "wire/serialise.hpp"

namespace parley::wire {
namespace {

class Renderer {
 public:
  Renderer(const Tool& tool, const Value& arguments) : tool_(tool), arguments_(arguments) {}

  Result<Request> run() {
    out_.method = tool_.method;
    if (auto url = write_url(); !url) return std::unexpected(std::move(url.error()));
    write_headers();
    write_body();
    for (const auto& [name, value] : out_.headers) {
      const bool broken = std::ranges::any_of(value, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
      });
      if (!broken) continue;
      return fail(
          ErrorCode::invalid_input,
          "the header " + name + " cannot carry control characters",
          "/" + name,
          "give it a value of one line"
      );
    }
    return std::move(out_);
  }

 private:
  // Calls `use(binding, value)` for everything that travels in one of the places.
  void each(auto&& wanted, auto&& use) const {
    for (const Pinned& pin : tool_.pinned) {
      if (wanted(pin.binding.place)) use(pin.binding, pin.value);
    }
    for (const Binding& binding : tool_.bindings) {
      if (!wanted(binding.place)) continue;
      if (const Value* value = arguments_.find(binding.argument)) use(binding, *value);
    }
  }
  static auto in(Place place) {
    return [place](Place other) { return other == place; };
  }

  [[nodiscard]] std::optional<std::string> path_value(std::string_view name) const {
    std::optional<std::string> text;
    each(in(Place::path), [&](const Binding& binding, const Value& value) {
      if (binding.wire_name == name && !text) text = path_text(binding, value);
    });
    return text;
  }

  // A segment of the path that is "." or ".." leads elsewhere: whoever takes the URL resolves it. Many decode
  // %2F and %5C before they do.
  [[nodiscard]] static bool climbs(std::string_view value) {
    const std::string decoded = replaced(replaced(std::string(value), "%2F"), "%5C");
    for (std::string_view rest = decoded;;) {
      const std::string_view segment = rest.substr(0, rest.find('/'));
      if (segment == "." || segment == "..") return true;
      if (segment.size() == rest.size()) return false;
      rest.remove_prefix(segment.size() + 1);
    }
  }

  static std::string replaced(std::string text, std::string_view slash) {
    for (std::size_t at = 0; (at = text.find(slash, at)) != std::string::npos; ++at)
      text.replace(at, slash.size(), "/");
    return text;
  }

  Result<void> write_url() {
    std::string_view rest(tool_.path);
    rest = rest.substr(0, rest.find('#'));
    std::string path;
    while (!rest.empty()) {
      const std::size_t open = rest.find('{');
      const std::size_t close = rest.find('}', std::min(open, rest.size()));
      path += literal_encoded(rest.substr(0, open));
      if (open == std::string_view::npos || close == std::string_view::npos) break;
      const std::string_view name = rest.substr(open + 1, close - open - 1);
      const auto value = path_value(name);
      if (!value || value->empty()) {
        return fail(
            ErrorCode::invalid_input,
            "the path needs a value for '" + std::string(name) + "'",
            "/" + std::string(name),
            "give it a value that is not empty"
        );
      }
      // A segment may be put together from several values and what stands between them.
      const std::size_t begin = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
      path += *value;
      rest.remove_prefix(close + 1);
      const std::string_view until = rest.substr(0, rest.find_first_of("/{?"));
      const bool whole = until.size() == rest.size() || rest[until.size()] != '{';
      const bool in_query = path.contains('?');
      if (whole && !in_query && climbs(path.substr(begin) + std::string(until))) return climbing(name);
    }
    std::vector<std::string> pairs;
    each(in(Place::query), [&](const Binding& binding, const Value& value) {
      append_pairs(pairs, binding, value);
    });
    out_.url = tool_.server;
    // A service with one address: the server is all of it.
    const bool rpc = tool_.body.kind == BodyKind::json_rpc || tool_.body.kind == BodyKind::mcp;
    const bool one_address = rpc && !tool_.server.empty();
    if (one_address) return {};
    if (!path.empty() && !path.starts_with('/')) out_.url += '/';
    out_.url += path;
    char separator = path.contains('?') ? '&' : '?';
    for (const std::string& pair : pairs) {
      out_.url += separator;
      out_.url += pair;
      separator = '&';
    }
    return {};
  }

  [[nodiscard]] static std::unexpected<Error> climbing(std::string_view name) {
    return fail(
        ErrorCode::invalid_input,
        "a path argument cannot have '.' or '..' between slashes",
        "/" + std::string(name),
        "it would lead to another path"
    );
  }

  void write_headers() {
    each(in(Place::header), [&](const Binding& binding, const Value& value) {
      set_header(binding.wire_name, header_text(binding, value));
    });
    std::vector<std::string> cookies;
    each(in(Place::cookie), [&](const Binding& binding, const Value& value) {
      append_pairs(cookies, binding, value);
    });
    std::string line;
    for (const std::string& cookie : cookies) line += (line.empty() ? "" : "; ") + cookie;
    if (!line.empty()) set_header("Cookie", std::move(line));
  }

  void set_header(std::string_view name, std::string value) {
    for (auto& [known, text] : out_.headers) {
      if (ascii_lower(known) != ascii_lower(name)) continue;
      text = std::move(value);
      return;
    }
    out_.headers.emplace_back(name, std::move(value));
  }

  void set_body(std::string text, std::string_view media_type) {
    out_.body = std::move(text);
    out_.has_body = true;
    // A constant of the description may be more exact: "application/vnd.example+json;version=2".
    const bool is_text = tool_.body.kind == BodyKind::json || tool_.body.kind == BodyKind::text ||
                         tool_.body.kind == BodyKind::binary;
    for (const auto& [name, value] : out_.headers) {
      if (is_text && ascii_lower(name) == "content-type" && agrees(value, media_type)) return;
    }
    set_header("Content-Type", std::string(media_type));
  }

  static bool agrees(std::string_view fixed, std::string_view media_type) {
    return fixed.contains("json") == media_type.contains("json");
  }

  [[nodiscard]] const Value* whole_body() const {
    const Value* whole = nullptr;
    each(in(Place::body), [&](const Binding&, const Value& value) { whole = &value; });
    return whole;
  }

  [[nodiscard]] Value members(Place place) const {
    MapBuilder map;
    each(in(place), [&](const Binding& binding, const Value& value) { map.set(binding.wire_name, value); });
    return map.build();
  }

  void write_body() {
    switch (tool_.body.kind) {
      case BodyKind::none:
      case BodyKind::worker:
        return;
      case BodyKind::json:
        return write_json_body();
      case BodyKind::form:
        return write_form();
      case BodyKind::multipart:
        return write_parts();
      case BodyKind::text:
      case BodyKind::binary:
        if (const Value* whole = whole_body()) set_body(text_of(*whole), tool_.body.media_type);
        return;
      case BodyKind::graphql:
        return write_graphql();
      case BodyKind::json_rpc:
        return write_json_rpc();
      case BodyKind::mcp:
        return write_mcp();
    }
  }

  void write_json_body() {
    if (const Value* whole = whole_body()) return set_body(write_json(*whole), tool_.body.media_type);
    const Value map = members(Place::member);
    const bool splits = std::ranges::any_of(tool_.bindings, [](const Binding& binding) {
      return binding.place == Place::member;
    });
    if (map.size() > 0 || (tool_.body.required && splits)) set_body(write_json(map), tool_.body.media_type);
  }

  // Every field with its binding, also those of a body that is one argument.
  void each_field(Place place, auto&& use) const {
    each(in(place), use);
    const Value* whole = whole_body();
    if (whole == nullptr || !whole->is_map()) return;
    for (const auto& [key, value] : whole->entries()) {
      const auto known = std::ranges::find(tool_.body.fields, key.as_string(), &Binding::wire_name);
      const Binding usual{.argument = {}, .wire_name = std::string(key.as_string()), .place = place};
      use(known == tool_.body.fields.end() ? usual : *known, value);
    }
  }

  void write_form() {
    std::vector<std::string> pairs;
    each_field(Place::field, [&](const Binding& binding, const Value& value) {
      append_pairs(pairs, binding, value);
    });
    if (pairs.empty() && !tool_.body.required) return;
    std::string text;
    for (const std::string& pair : pairs) text += (text.empty() ? "" : "&") + pair;
    set_body(std::move(text), tool_.body.media_type);
  }

  void write_parts() {
    std::vector<Part> parts;
    const auto add = [&](const Binding& binding, const Value& value) {
      const bool container = value.is_list() || value.is_map() || binding.style == Style::json;
      Part part{binding.wire_name, {}, binding.media_type, text_of(value)};
      if (binding.is_file) {
        part.file_name = binding.wire_name;
        if (part.media_type.empty()) part.media_type = "application/octet-stream";
      } else if (container && part.media_type.empty()) {
        part.media_type = "application/json";
      }
      parts.push_back(std::move(part));
    };
    each_field(Place::part, [&](const Binding& binding, const Value& value) {
      if (!value.is_list()) return add(binding, value);
      for (const Value& item : value.as_list()) add(binding, item);
    });
    if (parts.empty() && !tool_.body.required) return;
    Multipart written = write_multipart(parts);
    set_body(std::move(written.body), tool_.body.media_type + "; boundary=" + written.boundary);
  }

  void write_graphql() {
    const Value body = MapBuilder()
                           .set("query", tool_.body.document)
                           .set("operationName", tool_.body.operation)
                           .set("variables", members(Place::variable))
                           .build();
    set_body(write_json(body), tool_.body.media_type);
  }

  void write_json_rpc() {
    MapBuilder body;
    body.set("jsonrpc", "2.0").set("id", 1).set("method", tool_.body.operation);
    if (!tool_.body.positional) {
      if (Value params = members(Place::variable); params.size() > 0) body.set("params", std::move(params));
    } else {
      body.set("params", positions());
    }
    set_body(write_json(body.build()), tool_.body.media_type);
  }

  void write_mcp() {
    Value params =
        MapBuilder().set("name", tool_.body.operation).set("arguments", members(Place::variable)).build();
    const Value body = MapBuilder()
                           .set("jsonrpc", "2.0")
                           .set("id", 1)
                           .set("method", "tools/call")
                           .set("params", std::move(params))
                           .build();
    set_body(write_json(body), tool_.body.media_type);
  }

  // What is not given is left out at the end, and null in between.
  [[nodiscard]] Value positions() const {
    std::vector<Value> params;
    each(in(Place::variable), [&](const Binding& binding, const Value& value) {
      if (params.size() <= binding.position) params.resize(binding.position + std::size_t{1});
      params[binding.position] = value;
    });
    return Value::list(std::move(params));
  }

  const Tool& tool_;
  const Value& arguments_;
  Request out_;
};

std::string argument_hint(const Tool& tool, const SchemaProblem& problem) {
  if (problem.keyword != "additionalProperties" ||
      problem.instance_pointer.find('/', 1) != std::string::npos) {
    return "see the tool's parameters";
  }
  std::vector<std::string_view> names;
  for (const Binding& binding : tool.bindings) names.push_back(binding.argument);
  std::string list;
  for (const std::string_view name : names) {
    constexpr std::size_t kLong = 300;
    if (list.size() > kLong) {
      list += ", …";
      break;
    }
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return names.empty() ? "it takes no arguments" : "it takes " + list;
}

}  // namespace

Result<Request> render(const Tool& tool, const Value& arguments) {
  if (tool.body.kind == BodyKind::worker) {
    return fail(
        ErrorCode::unsupported,
        tool.name + " is carried out by a worker; nothing is sent",
        {},
        "see docs/reference/workers.md"
    );
  }
  return Renderer(tool, arguments).run();
}

Result<void> ToolCaller::check(const Tool& tool, const Value& arguments) {
  auto schema = schemas_.find(&tool);
  if (schema == schemas_.end()) schema = schemas_.emplace(&tool, Schema::compile(tool.parameters)).first;
  if (!schema->second) {
    return fail(
        ErrorCode::invalid_input,
        "the schema of the arguments of " + tool.name + " cannot be used: " + schema->second.error().message,
        schema->second.error().pointer,
        "correct the description of the service, with an overlay if it is not yours"
    );
  }
  const std::vector<SchemaProblem> problems = schema->second->validate(arguments);
  if (problems.empty()) return {};
  const SchemaProblem& first = problems.front();
  std::string message = tool.name + ": ";
  if (!first.instance_pointer.empty()) message += first.instance_pointer.substr(1) + ": ";
  message += first.message;
  if (problems.size() > 1) message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return fail(
      ErrorCode::invalid_input, std::move(message), first.instance_pointer, argument_hint(tool, first)
  );
}

Result<Request> ToolCaller::call(std::string_view tool_name, const Value& arguments) {
  const Tool* tool = connector_.find_named(tool_name);
  if (tool == nullptr) tool = connector_.find(tool_name);
  if (tool == nullptr) {
    return fail(
        ErrorCode::not_found,
        "there is no tool '" + std::string(tool_name) + "'",
        {},
        "parley tool compile lists the tools of a document"
    );
  }
  if (auto sound = check(*tool, arguments); !sound) return std::unexpected(std::move(sound.error()));
  const auto sent = arguments_sent(*tool, arguments, marker_of("rendered"));
  if (!sent) return std::unexpected(sent.error());
  return render(*tool, *sent);
}

}  // namespace parley::wire
