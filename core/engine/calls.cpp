#include "engine/calls.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"

namespace parley::engine {

EmittedCall emit_call(Run& run, CallTool call) {
  if (call.effect_id.empty()) call.effect_id = run.next_effect_id();
  if (call.attempt == 1) {
    const std::string digest = sha256_hex(call.tool + " " + write_canonical(call.arguments)).substr(0, 16);
    call.occurrence = run.state().occurrences[digest]++;
  }
  EmittedCall emitted{call.effect_id, call.occurrence};
  run.emit(std::move(call));
  return emitted;
}

}  // namespace parley::engine
