#include "engine/spending.hpp"

#include <algorithm>

namespace parley::engine::spending {

namespace {

using Limit = std::optional<std::uint32_t>;

// Calls `use(frame, flow)` for the top frame and its callers, down to the flow that the user knows, where
// there are limits.
template <typename Use>
void for_each_run(Run& run, Use use) {
  auto& stack = run.state().stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    const flow::Flow& flow = run.flow_of(stack[i]);
    if (flow.limits) use(stack[i], flow);
    if (stack[i].kind == Frame::Kind::flow) return;
  }
}

std::string words(const flow::Flow& flow, std::string_view what, std::uint32_t limit) {
  return "limits." + std::string(what) + " of the flow '" + flow.id + "' is " + std::to_string(limit);
}

// Only what is limited is counted, so a flow without limits has the same state as ever.
std::optional<std::string> reserve(
    Run& run, Limit flow::Limits::* limit, std::uint32_t Spent::* spent, std::string_view what
) {
  std::optional<std::string> refusal;
  for_each_run(run, [&](const Frame& frame, const flow::Flow& flow) {
    const Limit& most = (*flow.limits).*limit;
    if (!refusal && most && frame.spent.*spent >= *most) refusal = words(flow, what, *most);
  });
  if (refusal) return refusal;
  for_each_run(run, [&](Frame& frame, const flow::Flow& flow) {
    if ((*flow.limits).*limit) ++(frame.spent.*spent);
  });
  return std::nullopt;
}

}  // namespace

std::optional<std::string> reserve_tool_call(Run& run) {
  return reserve(run, &flow::Limits::tool_calls, &Spent::tool_calls, "tool_calls");
}

std::optional<std::string> reserve_model_call(Run& run, std::uint32_t tokens) {
  std::optional<std::string> refusal;
  for_each_run(run, [&](const Frame& frame, const flow::Flow& flow) {
    const Limit& most = flow.limits->model_tokens;
    if (refusal || !most) return;
    if (frame.spent.model_tokens >= *most || tokens > *most - frame.spent.model_tokens)
      refusal = words(flow, "model_tokens", *most);
  });
  if (refusal) return refusal;
  return reserve(run, &flow::Limits::model_calls, &Spent::model_calls, "model_calls");
}

void settle(Run& run, const ModelReturned& answer) {
  const std::uint64_t tokens = std::uint64_t{answer.input_tokens} + answer.output_tokens;
  for_each_run(run, [&](Frame& frame, const flow::Flow& flow) {
    if (!flow.limits->model_tokens) return;
    frame.spent.model_tokens =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(frame.spent.model_tokens + tokens, UINT32_MAX));
  });
}

}  // namespace parley::engine::spending
