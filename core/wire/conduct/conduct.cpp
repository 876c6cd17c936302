#include "wire/conduct/conduct.hpp"

#include <algorithm>
#include <utility>

#include "base/sha256.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "wire/conduct/fill.hpp"
#include "wire/conduct/pages.hpp"
#include "wire/pin.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kMarkerDigits = 16;

std::unexpected<Error> wrong(std::string_view key, std::string why) {
  return fail(ErrorCode::invalid_input, std::string(key) + " " + std::move(why), "/" + std::string(key));
}

const Value& setting(const Value& operation, const Value& document, std::string_view key) {
  const Value* own = operation.find(key);
  return own == nullptr ? document[key] : *own;
}

Result<void> check_expression(std::string_view key, std::string_view source) {
  const auto compiled = expr::Expression::compile(source);
  if (compiled) return {};
  return wrong(key, "has an expression that cannot be read: " + compiled.error().message);
}

// Are all of its expressions right? Does one of them read args.<name>?
Result<bool> reads_argument(std::string_view key, const Value& data, std::string_view name) {
  if (data.is_string()) {
    const auto compiled = expr::Template::compile(data.as_string());
    if (!compiled) return wrong(key, "has a text that cannot be read: " + compiled.error().message);
    const std::string path = "args." + std::string(name);
    return std::ranges::any_of(compiled->references(), [&](const expr::Reference& reference) {
      return reference.path == path || reference.path.starts_with(path + ".");
    });
  }
  bool reads = false;
  const auto look = [&](const Value& part) -> Result<void> {
    auto inside = reads_argument(key, part, name);
    if (!inside) return std::unexpected(std::move(inside.error()));
    reads = reads || *inside;
    return {};
  };
  if (data.is_list()) {
    for (const Value& item : data.as_list()) {
      if (auto done = look(item); !done) return std::unexpected(std::move(done.error()));
    }
  } else if (data.is_map()) {
    for (const auto& entry : data.entries()) {
      if (auto done = look(entry.value); !done) return std::unexpected(std::move(done.error()));
    }
  }
  return reads;
}

// What is pinned is an argument to the expressions like any other.
void adopt_pins(const Value& source, Tool& tool) {
  MapBuilder constants;
  for (auto pin = tool.pinned.begin(); pin != tool.pinned.end();) {
    const std::string name = pin->binding.argument;
    if (!name.empty()) constants.set(name, pin->value);
    if (name.empty() || source.find(name) == nullptr) {
      ++pin;
      continue;
    }
    tool.bindings.push_back(std::move(pin->binding));
    pin = tool.pinned.erase(pin);
  }
  if (Value all = constants.build(); all.size() > 0) tool.constants = std::move(all);
}

Result<void> read_send(const Value& source, Tool& tool) {
  constexpr std::string_view kKey = "x-parley-send";
  if (source.is_null()) return {};
  if (!source.is_map()) return wrong(kKey, "must be a map of arguments to what is sent");
  adopt_pins(source, tool);
  for (const auto& entry : source.entries()) {
    const std::string name(entry.key.is_string() ? entry.key.as_string() : "");
    if (std::ranges::find(tool.bindings, name, &Binding::argument) == tool.bindings.end())
      return wrong(kKey, "names '" + name + "', which is no argument");
    const auto reads = reads_argument(kKey, source, name);
    if (!reads) return std::unexpected(reads.error());
    if (!*reads) tool.parameters = without_argument(std::move(tool.parameters), name);
  }
  tool.send = source;
  return {};
}

Result<void> read_reconciliation(const Value& source, Tool& tool) {
  constexpr std::string_view kKey = "x-parley-reconcile";
  if (source.is_null()) return {};
  Reconciliation plan{
      .tool = std::string(source.text("ask")),
      .with = source["with"],
      .found = std::string(source.text("found")),
      .absence_proves = source["absence_proves"] == Value(true),
  };
  if (plan.tool.empty() || plan.found.empty())
    return wrong(kKey, "needs 'ask', an operation that reads, and 'found', an expression over its answer");
  if (auto sound = check_expression(kKey, plan.found); !sound) return sound;
  if (auto sound = reads_argument(kKey, plan.with, ""); !sound)
    return std::unexpected(std::move(sound.error()));
  tool.reconciliation = std::move(plan);
  return {};
}

Result<void> read_failure(const Value& source, Tool& tool) {
  constexpr std::string_view kKey = "x-parley-failure";
  if (source.is_null()) return {};
  FailureSign sign{std::string(source.text("when")), std::string(source.text("code"))};
  if (sign.when.empty() || sign.code.empty())
    return wrong(kKey, "needs 'when' and 'code', expressions over the answer");
  for (const std::string& expression : {sign.when, sign.code}) {
    if (auto sound = check_expression(kKey, expression); !sound) return sound;
  }
  tool.failure = std::move(sign);
  return {};
}

Value names(const Value& arguments, std::string_view marker) {
  return MapBuilder().set("args", arguments).set("marker", marker).build();
}

Result<Value> evaluated(std::string_view source, const Value& scope) {
  const auto compiled = expr::Expression::compile(source);
  if (!compiled) return fail(ErrorCode::evaluation, compiled.error().message);
  return compiled->evaluate(expr::Scope::of_map(scope));
}

}  // namespace

Result<void> read_conduct(const Value& operation, const Value& document, Tool& tool) {
  if (auto read = read_send(operation["x-parley-send"], tool); !read) return read;
  if (auto read = read_reconciliation(operation["x-parley-reconcile"], tool); !read) return read;
  if (auto read = read_failure(setting(operation, document, "x-parley-failure"), tool); !read) return read;
  return read_paging(operation["x-parley-pages"], tool);
}

std::string marker_of(std::string_view idempotency_key) {
  return "parley-" + sha256_hex(idempotency_key).substr(0, kMarkerDigits);
}

Result<Value> arguments_sent(const Tool& tool, const Value& arguments, std::string_view marker) {
  if (tool.send.is_null()) return arguments;
  Value given = arguments;
  if (tool.constants.is_map()) {
    for (const auto& [key, value] : tool.constants.entries()) given = given.with(key.as_string(), value);
  }
  const Value scope = names(given, marker);
  auto changed = filled_strictly(tool.send, expr::Scope::of_map(scope));
  if (!changed) {
    return fail(ErrorCode::invalid_input, tool.id + ": " + changed.error().message, "invalid_arguments");
  }
  Value all = arguments;
  for (const auto& [key, data] : tool.send.entries()) {
    const Value* value = changed->find(key.as_string());
    all = value == nullptr ? all.without(key.as_string()) : all.with(key.as_string(), *value);
  }
  return all;
}

Result<Value> look_up_arguments(const Tool& tool, const Value& arguments, std::string_view marker) {
  const Value scope = names(arguments, marker);
  auto given = filled_strictly(tool.reconciliation->with, expr::Scope::of_map(scope));
  if (given && given->is_null()) return Value::map();
  return given;
}

Result<std::optional<Value>> found_in(
    const Tool& tool, const Value& answer, const Value& arguments, std::string_view marker
) {
  const auto list = evaluated(tool.reconciliation->found, names(arguments, marker).with("answer", answer));
  if (!list) return std::unexpected(list.error());
  if (!list->is_list()) return fail(ErrorCode::evaluation, "what 'found' gives is no list");
  return list->size() == 0 ? std::nullopt : std::optional(list->as_list()[0]);
}

std::optional<std::string> refusal_in(const Tool& tool, const Value& answer) {
  if (!tool.failure) return std::nullopt;
  const Value scope = MapBuilder().set("answer", answer).build();
  const auto refused = evaluated(tool.failure->when, scope);
  if (!refused || *refused != Value(true)) return std::nullopt;
  const auto code = evaluated(tool.failure->code, scope);
  return code && code->is_string() ? std::string(code->as_string()) : std::string("refused");
}

}  // namespace parley::wire
