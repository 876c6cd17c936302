#include "server/tools/built_in_model.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "language/summarise.hpp"

namespace parley::tools {

namespace {

constexpr std::string_view kPrefix = "model.";
constexpr std::string_view kName = "builtin";
constexpr std::size_t kSentences = 3;
constexpr std::size_t kMostTexts = 1000;

std::unexpected<Error> no_model() {
  return fail(
      ErrorCode::unavailable,
      "this assistant has no model to ask",
      "no_model",
      "name one under model: in parley.yaml"
  );
}

// The prompt asks for a summary of what it brings along.
bool wants_summary(std::string_view prompt) {
  constexpr auto kWords =
      std::to_array<std::string_view>({"summarise", "summarize", "summary", "sum up", "zusammenfass", "fasse"}
      );
  const std::string lower = ascii_lower(prompt);
  for (const std::string_view word : kWords) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

// The texts in the facts, in their order. Words without a space are names and ids, not texts.
void collect_texts(const Value& value, std::vector<std::string>& texts) {
  if (texts.size() >= kMostTexts) return;
  if (value.is_string() && value.as_string().find(' ') != std::string_view::npos) {
    texts.emplace_back(value.as_string());
  } else if (value.is_list()) {
    for (const Value& item : value.as_list()) collect_texts(item, texts);
  } else if (value.is_map()) {
    for (const auto& [key, member] : value.entries()) collect_texts(member, texts);
  }
}

Result<Value> generated(const Value& input) {
  if (!wants_summary(input.text("prompt"))) return no_model();
  std::vector<std::string> texts;
  collect_texts(input["facts"], texts);
  std::string summary = language::summarise(texts, kSentences);
  if (summary.empty()) return no_model();
  return Value(std::move(summary));
}

}  // namespace

Result<Value> built_in_answer(std::string_view task, const Value& input) {
  if (task == "generate") return generated(input);
  if (task == "rephrase" && !input.text("text").empty()) return Value(input.text("text"));
  return no_model();
}

bool BuiltInModel::has(std::string_view tool) const {
  return tool.starts_with(kPrefix);
}

turns::Awaitable<Result<turns::ToolAnswer>> BuiltInModel::run(const turns::ToolCall& call) {
  const std::string_view tool = call.tool;
  auto answer = built_in_answer(tool.substr(std::min(tool.size(), kPrefix.size())), call.arguments);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return turns::ToolAnswer{.result = std::move(*answer), .use = {.model = std::string(kName)}};
}

}  // namespace parley::tools
