// States of conversations that all servers on one store share, so that a server which has not seen a
// conversation lately need not load it. A port: the default keeps nothing.
//
// What comes from here is never authority: a turn that begins on a state that is not the latest loses at its
// commit, and is then begun anew on what the store has. Only states between turns are put in. An
// implementation authenticates what it keeps (tenant, conversation, sequence and bytes together): what others
// wrote there is as good as nothing.
//
// Thread-safe: any loop may call; get() resumes on the loop that made the call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/turns/ports.hpp"

namespace parley::turns {

struct CachedSession {
  std::uint64_t sequence = 0;  // of the last record that the state contains
  std::string bytes;           // see session_state.hpp
};

class SessionCache {
 public:
  virtual ~SessionCache() = default;

  // False: nothing is kept, so nothing need be encoded or asked for.
  [[nodiscard]] virtual bool keeps() const = 0;

  // The state when it is newer than sequence `newer_than`; nothing when it is not, is not known, cannot be
  // trusted, or does not come within some milliseconds.
  virtual Awaitable<std::optional<CachedSession>> get(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t newer_than
  ) = 0;
  // These two never wait, and may fail unheard. An older state never replaces a newer one.
  virtual void put(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t sequence, std::string bytes
  ) = 0;
  // The conversation is not there any more: nothing of it is kept, also of a state that is put before this
  // and comes later.
  virtual void remove(std::string_view tenant, std::string_view conversation_id) = 0;
};

class NoSessionCache final : public SessionCache {
 public:
  [[nodiscard]] bool keeps() const override { return false; }
  Awaitable<std::optional<CachedSession>> get(
      std::string_view /*tenant*/, std::string_view /*conversation_id*/, std::uint64_t /*newer_than*/
  ) override {
    co_return std::nullopt;
  }
  void put(
      std::string_view /*tenant*/,
      std::string_view /*conversation_id*/,
      std::uint64_t /*sequence*/,
      std::string /*bytes*/
  ) override {}
  void remove(std::string_view /*tenant*/, std::string_view /*conversation_id*/) override {}
};

[[nodiscard]] inline SessionCache& no_session_cache() {
  static NoSessionCache cache;
  return cache;
}

}  // namespace parley::turns
