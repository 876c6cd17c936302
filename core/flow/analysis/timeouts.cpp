// Time limits that nobody has thought to the end: what waits fails when its time is over.
#include <algorithm>
#include <string>

#include "flow/analysis/checks.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

bool catches(const Flow& flow, const Step& owner, StepIndex index, StepIndex step, std::string_view code) {
  const auto* handlers = find_field<Blocks>(owner, "catch");
  const auto* tried = find_field<Blocks>(owner, "steps");
  if (handlers == nullptr || tried == nullptr || tried->empty()) return false;
  if (!flow.contains(index, tried->front().number, step)) return false;
  return std::ranges::any_of(*handlers, [&](const Block& handler) {
    return handler.match.empty() || std::ranges::any_of(handler.match, [&](const Name& match) {
             return match.text == "*" || match.text == code;
           });
  });
}

bool is_caught(const Flow& flow, StepIndex step, std::string_view code) {
  for (StepIndex around = flow.steps[step].parent; around != kNoStep; around = flow.steps[around].parent) {
    if (catches(flow, flow.steps[around], around, step, code)) return true;
  }
  return false;
}

}  // namespace

void check_timeouts(const Flow& flow, Diagnostics& diagnostics) {
  for (StepIndex i = 0; i < flow.steps.size(); ++i) {
    const Step& step = flow.steps[i];
    const std::string_view code = step.spec->late;
    if (code.empty() || find_field<Name>(step, "on_timeout") != nullptr) continue;
    const bool limited =
        find_field<Value>(step, "timeout") != nullptr || find_field<Value>(step, "expires") != nullptr;
    if (!limited || is_caught(flow, i, code)) continue;
    Findings{diagnostics, flow}.warning(
        "F0518",
        step.position,
        "step " + loading::quote(step.id) + " waits for a limited time, and nothing says what happens then",
        "add on_timeout: with a step; without it the flow fails with " + loading::quote(code)
    );
  }
}

}  // namespace parley::flow::analysis
