// The engine behind a text interface, for places where only WebAssembly runs: one conversation per session.
//
// Requests and answers are JSON in the typed form (base/json.hpp):
//   {"do":"open","flows":[flow documents],"settings":{…}}          → {"release":hash}
//   {"do":"event","event":{…}}                                     → {"effects":[…],"state_hash":hex}
//   {"do":"message","at":time,"text":"…","payload":"…"}            →
//   {"events":[…],"effects":[…],"state_hash":hex}
//   {"do":"stub","result":value}                                   → {}
//   {"do":"snapshot"} → {"snapshot":text}    {"do":"restore","snapshot":text} → {"state_hash":hex}
// Mistakes answer {"error":{"code":…,"message":…}} and change nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"

namespace parley::edge {

class Session {
 public:
  [[nodiscard]] std::string handle(std::string_view request);

  // One whole message, without JSON on the way; for measuring the engine alone. Tools answer with the stub,
  // if there is one. Returns how many effects it had.
  std::size_t message(std::string_view text, std::int64_t at_seconds);

 private:
  Result<Value> answer(const Value& request);
  Result<Value> open(const Value& request);
  Result<Value> event(const Value& request);
  Result<Value> message(const Value& request);
  Result<Value> restore(const Value& request);

  engine::ReleasePtr release_;
  engine::State state_;
  std::optional<Value> stub_;
};

}  // namespace parley::edge
