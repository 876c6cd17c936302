// What is published at one server, brought to the listeners of the others through Redis' channels.
//
// Each conversation that somebody here listens to is a channel that this server subscribes to. Messages are
// sealed. Redis delivers them at most once and only while it is there, so nothing rests on it: whenever some
// may have been missed, listeners read the log from what they have seen last. That is so when a subscription
// begins or comes back, when another server says that it could not tell something, and every second for as
// long as Redis is away or another server is silent; every ten seconds anyway. Servers know each other by
// their heartbeats; one that is alone tells nobody anything. Thread-safe, except where it is said.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/stores/redis/client.hpp"
#include "server/stores/redis/seal.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/live/live_events.hpp"
#include "server/turns/live/log_watch.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores::redis {

struct LiveEventsOptions {
  std::string server_id;  // one of its own for each process, of letters and digits
  std::chrono::milliseconds beat{1000};
  std::chrono::milliseconds silent{3000};       // after which a server that was there is missed
  std::chrono::milliseconds forgotten{60'000};  // and after which it is not
  std::uint32_t careful_beats = 10;             // between looks at the log when nothing seems to be wrong
};

class RedisLiveEvents final : public turns::LiveEvents, public Client::Subscriber {
 public:
  // Listens to the hub's interest; before the client is started and before anybody subscribes. Stops the
  // client when it is destroyed.
  RedisLiveEvents(Client& client, const Seal& seal, turns::Hub& hub, LiveEventsOptions options);
  ~RedisLiveEvents() override { client_.stop(); }

  [[nodiscard]] bool wanted(std::string_view tenant, std::string_view conversation_id) const override;
  void publish(std::string_view tenant, const turns::HubElement& element) override;

  // Looks, when that is due, whether conversations that are listened to have gone on, and wakes their
  // listeners. For one loop, once a beat.
  turns::Awaitable<void> look_at_log(turns::Store& store);
  // Says good-bye, so that nobody misses this server.
  void leave();

  struct Counts {
    std::atomic<std::uint64_t> told{0};
    std::atomic<std::uint64_t> heard{0};
    std::atomic<std::uint64_t> forged{0};  // what was heard is not ours
    std::atomic<std::uint64_t> looks{0};   // at the log, because something may have been missed
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }
  // How many other servers have been heard so far. From any thread.
  [[nodiscard]] std::size_t others_heard() const;

  // Client::Subscriber
  void on_message(std::string_view channel, std::string_view payload, bool by_pattern) override;
  void on_subscribed(std::string_view channel) override;
  void on_away() override;

 private:
  struct Topic {
    std::string tenant;
    std::string conversation_id;  // empty: all of the tenant
    bool heard = false;           // whatever is published there comes here
  };
  struct Other {
    Clock::time_point heard;
    bool left = false;
  };
  enum class Message : std::uint8_t { beat, lost, bye };

  void on_interest(std::string_view tenant, std::string_view conversation_id, bool wanted);
  void beat();
  void say(Message what);
  [[nodiscard]] std::optional<Topic> topic_of(
      std::string_view channel, std::uint64_t sequence, bool by_pattern
  );
  void hear_server(std::string_view payload);
  [[nodiscard]] bool somebody_is_missed(Clock::time_point now);

  Client& client_;
  const Seal& seal_;
  turns::Hub& hub_;
  const LiveEventsOptions options_;
  const Clock::time_point begun_ = Clock::now();
  Counts counts_;

  turns::LogWatch watch_;
  mutable std::mutex mutex_;
  std::map<std::string, Topic, std::less<>> topics_;  // by channel; guarded by mutex_
  std::map<std::string, Other, std::less<>> others_;  // by id; guarded by mutex_
  std::atomic<bool> company_{true};                   // another server may listen
  std::atomic<bool> lost_{false};                     // something could not be told
  std::atomic<bool> left_{false};
  std::uint32_t beats_ = 0;  // of look_at_log() alone
};

}  // namespace parley::stores::redis
