// What every assistant has beside its own connectors. Until a model is configured, the built-in one answers
// what plain code can (see built_in_model.hpp); until a memory or knowledge is, steps that ask for one get a
// failure that says so, with a code that a flow can catch ("no_memory", "no_knowledge"). Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/tools/tool_table.hpp"

namespace parley::tools {

class AbsentRunner : public ConnectorRunner {
 public:
  AbsentRunner(std::string code, std::string message)
      : code_(std::move(code)), message_(std::move(message)) {}

  [[nodiscard]] bool has(std::string_view /*tool*/) const override { return true; }
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& /*call*/) override {
    co_return fail(ErrorCode::unavailable, message_, code_);
  }
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }

 private:
  std::string code_;
  std::string message_;
};

// By name: text, model, memory, knowledge, sign_ins (without any), tools (which knows none yet, see
// tool_finder.hpp).
[[nodiscard]] Connectors built_in_connectors();

}  // namespace parley::tools
