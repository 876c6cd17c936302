#include "wire/pin.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/json_schema.hpp"

namespace parley::wire {
namespace {

Value without_name(const Value& names, std::string_view name) {
  ListBuilder kept;
  if (names.is_list()) {
    for (const Value& each : names.as_list()) {
      if (!(each == Value(name))) kept.add(each);
    }
  }
  return kept.build();
}

}  // namespace

Value without_argument(Value parameters, std::string_view name) {
  parameters = parameters.with("properties", parameters["properties"].without(name));
  if (parameters.find("required") != nullptr) {
    Value names = without_name(parameters["required"], name);
    parameters = names.size() > 0 ? parameters.with("required", names) : parameters.without("required");
  }
  if (const Value needed = parameters["dependentRequired"]; needed.is_map()) {
    MapBuilder kept;
    for (const auto& [key, names] : needed.entries()) {
      Value rest = without_name(names, name);
      if (!(key == Value(name)) && rest.size() > 0) kept.set(key, std::move(rest));
    }
    Value map = kept.build();
    parameters =
        map.size() > 0 ? parameters.with("dependentRequired", map) : parameters.without("dependentRequired");
  }
  return parameters;
}

Result<void> pin(Tool& tool, std::string_view argument, const Value& value) {
  auto found = std::ranges::find(tool.bindings, argument, &Binding::argument);
  if (found == tool.bindings.end()) found = std::ranges::find(tool.bindings, argument, &Binding::wire_name);
  if (found == tool.bindings.end()) {
    return fail(
        ErrorCode::not_found,
        tool.name + " has no argument '" + std::string(argument) + "' to pin",
        "/" + std::string(argument)
    );
  }
  const std::string name = found->argument;
  Value alone = tool.parameters["properties"][name];
  if (alone.is_map() && tool.parameters.find("$defs") != nullptr) {
    alone = alone.with("$defs", tool.parameters["$defs"]);
  }
  const auto schema = Schema::compile(alone);
  if (schema && !schema->valid(value)) {
    return fail(
        ErrorCode::invalid_input,
        tool.name + ": the pinned " + name + ": " + schema->validate(value).front().message,
        "/" + name
    );
  }
  tool.parameters = without_argument(std::move(tool.parameters), name);
  tool.pinned.push_back({std::move(*found), value});
  tool.bindings.erase(found);
  return {};
}

Result<void> pin_all(Tool& tool, const Value& pins) {
  if (pins.is_null()) return {};
  if (!pins.is_map()) return fail(ErrorCode::invalid_input, "x-parley-pins must be a map", "/x-parley-pins");
  for (const auto& [key, value] : pins.entries()) {
    if (!key.is_string()) continue;
    if (auto done = pin(tool, key.as_string(), value); !done) return done;
  }
  return {};
}

}  // namespace parley::wire
