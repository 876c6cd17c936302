#include "engine/outside_calls.hpp"

#include <utility>

namespace parley::engine {

namespace {

constexpr std::string_view kModel = "model.";
constexpr std::string_view kMemory = "memory.";
constexpr std::string_view kKnowledge = "knowledge.";

bool is_look_up(std::string_view tool) {
  return tool.starts_with(kMemory) || tool.starts_with(kKnowledge);
}

CallTool call_of(const CallModel& ask) {
  Value arguments = ask.input;
  if (!ask.model.empty()) arguments = arguments.with("model", ask.model);
  if (ask.max_tokens != 0)
    arguments = arguments.with("max_tokens", static_cast<std::int64_t>(ask.max_tokens));
  return {
      .effect_id = ask.effect_id,
      .tool = std::string(kModel) + ask.task,
      .arguments = std::move(arguments),
      .timeout_ms = ask.timeout_ms,
  };
}

CallTool call_of(const Recall& recall) {
  return {
      .effect_id = recall.effect_id,
      .tool = recall.source.empty() ? "memory.recall" : std::string(kKnowledge) + recall.source,
      .arguments = MapBuilder()
                       .set("k", static_cast<std::int64_t>(recall.k))
                       .set("min_score", recall.min_score)
                       .set("query", recall.query)
                       .build(),
      .timeout_ms = recall.timeout_ms,
  };
}

}  // namespace

std::optional<CallTool> as_call(const Effect& effect) {
  if (const auto* call = std::get_if<CallTool>(&effect)) return *call;
  if (const auto* ask = std::get_if<CallModel>(&effect)) return call_of(*ask);
  if (const auto* recall = std::get_if<Recall>(&effect)) return call_of(*recall);
  return std::nullopt;
}

Value with_effects(const Value& answer, const std::function<bool(std::string_view)>& only_reads) {
  const Value& calls = answer["calls"];
  if (!calls.is_list()) return answer;
  ListBuilder known;
  for (const Value& call : calls.as_list()) {
    const std::string_view tool = call.text("tool");
    known.add(MapBuilder()
                  .set("tool", tool)
                  .set("arguments", call["arguments"])
                  .set("effect", only_reads(tool) ? "read" : "write")
                  .build());
  }
  return answer.with("calls", known.build());
}

EventBody returned(std::string_view tool, std::string effect_id, Value result, bool test_mode) {
  if (tool.starts_with(kModel))
    return ModelReturned{.effect_id = std::move(effect_id), .result = std::move(result)};
  if (is_look_up(tool)) return Recalled{std::move(effect_id), std::move(result)};
  return ToolReturned{std::move(effect_id), std::move(result), test_mode};
}

EventBody failed(
    std::string_view tool,
    std::string effect_id,
    std::string code,
    std::string message,
    bool in_doubt,
    std::uint32_t dice
) {
  if (tool.starts_with(kModel)) return ModelFailed{std::move(effect_id), std::move(code), std::move(message)};
  if (is_look_up(tool)) return RecallFailed{std::move(effect_id), std::move(code), std::move(message)};
  return ToolFailed{std::move(effect_id), std::move(code), std::move(message), in_doubt, dice};
}

}  // namespace parley::engine
