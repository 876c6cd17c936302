// What is published in the hub of one server, brought to the hubs of the others on the same store. A port:
// the default has nobody to tell.
//
// An implementation that hears of another server's element calls Hub::publish(), which tells local listeners
// only; it never passes on what it was told itself. Elements may be lost: whoever loses some, or cannot know,
// calls Hub::interrupt(), and listeners read the log from the last sequence they have seen. Thread-safe.
#pragma once

#include <string_view>

#include "server/turns/hub.hpp"

namespace parley::turns {

class LiveEvents {
 public:
  virtual ~LiveEvents() = default;

  // False when no other server could want it; cheap, for skipping the encoding.
  [[nodiscard]] virtual bool wanted(std::string_view tenant, std::string_view conversation_id) const = 0;
  // Never waits.
  virtual void publish(std::string_view tenant, const HubElement& element) = 0;
};

class NoLiveEvents final : public LiveEvents {
 public:
  [[nodiscard]] bool wanted(std::string_view /*tenant*/, std::string_view /*conversation_id*/)
      const override {
    return false;
  }
  void publish(std::string_view /*tenant*/, const HubElement& /*element*/) override {}
};

[[nodiscard]] inline LiveEvents& no_live_events() {
  static NoLiveEvents events;
  return events;
}

}  // namespace parley::turns
