// What is asked of models, as far as plain code can answer it: summaries of given texts, taken from their own
// sentences, and messages in the author's words. For everything else it says that there is no model (code
// "no_model"). Pure, except that the runner is a ToolRunner; thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "server/tools/tool_table.hpp"

namespace parley::tools {

// `task` and `input` as in engine::CallModel.
[[nodiscard]] Result<Value> built_in_answer(std::string_view task, const Value& input);

class BuiltInModel : public ConnectorRunner {
 public:
  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override { return {}; }
};

}  // namespace parley::tools
