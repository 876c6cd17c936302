#include "server/tools/arguments.hpp"

#include <string>
#include <utility>
#include <vector>

namespace parley::tools {

ArgumentCheck::ArgumentCheck(Value parameters)
    : parameters_(std::move(parameters)), schema_(Schema::compile(parameters_)) {}

Result<Value> ArgumentCheck::taken(std::string_view tool, const Value& arguments) const {
  if (!schema_) {
    return fail(
        ErrorCode::invalid_input,
        std::string(tool) + ": the schema of its arguments cannot be used: " + schema_.error().message,
        "invalid_schema"
    );
  }
  MapBuilder known;
  if (arguments.is_map()) {
    const Value& properties = parameters_["properties"];
    for (const auto& [key, value] : arguments.entries()) {
      if (key.is_string() && properties.find(key.as_string()) != nullptr) known.set(key, value);
    }
  }
  Value taken = known.build();
  const std::vector<SchemaProblem> problems = schema_->validate(taken);
  if (problems.empty()) return taken;
  std::string message(tool);
  message += ": ";
  if (!problems.front().instance_pointer.empty())
    message += problems.front().instance_pointer.substr(1) + ": ";
  message += problems.front().message;
  if (problems.size() > 1) message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return fail(ErrorCode::invalid_input, std::move(message), "invalid_arguments");
}

Result<void> ArgumentCheck::exact(std::string_view tool, const Value& arguments) const {
  if (!arguments.is_map())
    return fail(ErrorCode::invalid_input, std::string(tool) + " takes a map of arguments", "values");
  auto known = taken(tool, arguments);
  if (!known) {
    known.error().pointer = "values";
    return std::unexpected(std::move(known.error()));
  }
  for (const auto& [key, value] : arguments.entries()) {
    if (key.is_string() && known->find(key.as_string()) != nullptr) continue;
    return fail(
        ErrorCode::invalid_input,
        std::string(tool) + " has no argument '" + (key.is_string() ? std::string(key.as_string()) : "") +
            "'",
        "values"
    );
  }
  return {};
}

}  // namespace parley::tools
