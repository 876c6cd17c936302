// What is published in the hub of one server, brought to the hubs of the others on the same store. A port:
// the default has nobody to tell.
//
// An implementation that hears of another server's element calls Hub::publish(), which tells local listeners
// only; it never passes on what it was told itself. Elements may be lost: whoever loses some, or cannot know,
// calls Hub::interrupt(), and listeners read the log from the last sequence they have seen. Besides, servers
// may give each other hints that something has changed, which spare them waiting until they look again.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "server/turns/alarms.hpp"
#include "server/turns/live/hub.hpp"

namespace parley::turns {

// What may have changed besides conversations, which go by their ids.
inline constexpr std::string_view kReleases = "*releases";
inline constexpr std::string_view kKeys = "*keys";

class LiveEvents {
 public:
  virtual ~LiveEvents() = default;

  // False when no other server could want it; cheap, for skipping the encoding.
  [[nodiscard]] virtual bool wanted(std::string_view tenant, std::string_view conversation_id) const = 0;
  // Never waits.
  virtual void publish(std::string_view tenant, const HubElement& element) = 0;

  // Something that other servers look at now and then has changed, which is committed; a conversation up to
  // this sequence. Never waits, and may reach nobody.
  virtual void changed(
      std::string_view /*tenant*/, std::string_view /*subject*/, std::uint64_t /*sequence*/
  ) {}
  // Waits for so long, or until another server says that this has changed.
  virtual Awaitable<void> wait(
      Alarms& alarms,
      std::string_view /*tenant*/,
      std::string_view /*subject*/,
      std::chrono::milliseconds most
  ) {
    return pause(alarms, most);
  }
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
