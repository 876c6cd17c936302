// The explanations of diagnostic codes, in tables by topic. Internal to core/flow; see explain().
#pragma once

#include <span>
#include <string_view>

namespace parley::flow {

struct Explanation {
  std::string_view code;
  std::string_view text;  // title, explanation, wrong and right example
};

[[nodiscard]] std::span<const Explanation> analysis_explanations();
[[nodiscard]] std::span<const Explanation> block_explanations();
[[nodiscard]] std::span<const Explanation> type_explanations();
[[nodiscard]] std::span<const Explanation> tool_explanations();
[[nodiscard]] std::span<const Explanation> people_explanations();
[[nodiscard]] std::span<const Explanation> word_explanations();
[[nodiscard]] std::span<const Explanation> version_explanations();
[[nodiscard]] std::span<const Explanation> memory_explanations();

}  // namespace parley::flow
