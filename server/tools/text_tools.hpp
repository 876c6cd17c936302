// The built-in connector `text`: works in this process, reads only, is never in test mode.
// Stateless, so thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "server/tools/tool_table.hpp"

namespace parley::tools {

// text.summarise {texts or tickets, sentences} → {summary, count}: the most telling sentences, word for word.
// text.analyze_sentiment {text} → {label: negative | neutral | positive, score: -1 … 1}.
class TextTools : public ConnectorRunner {
 public:
  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;
};

}  // namespace parley::tools
