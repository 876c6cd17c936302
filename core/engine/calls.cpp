#include "engine/calls.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"

namespace parley::engine {

namespace {

std::string digest_of(const CallTool& call) {
  return sha256_hex(call.tool + " " + write_canonical(call.arguments)).substr(0, 16);
}

}  // namespace

std::uint32_t next_occurrence(const State& state, const CallTool& call) {
  const auto made = state.occurrences.find(digest_of(call));
  return made == state.occurrences.end() ? 0 : made->second;
}

EmittedCall emit_call(Run& run, CallTool call) {
  if (call.effect_id.empty()) call.effect_id = run.next_effect_id();
  if (call.attempt == 1) call.occurrence = run.state().occurrences[digest_of(call)]++;

  EmittedCall emitted{call.effect_id, call.occurrence};
  run.emit(std::move(call));
  return emitted;
}

}  // namespace parley::engine
