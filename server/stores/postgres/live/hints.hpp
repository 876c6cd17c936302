// Servers on one database tell each other that something has changed, by LISTEN and NOTIFY: that
// conversations have got so far, that flows were published. What changed is read from the database; a hint
// only says that it is time to look.
//
// Hints go out after the commit, over a connection of their own, and those that gather within `every` as one
// statement, so no turn waits for one: a NOTIFY in a turn's transaction would make all commits wait for each
// other. They are digests under a key made from the servers' secret and tell nobody else anything. A hint may
// be lost, so nothing rests on it: logs that somebody listens to are looked at every second while this server
// cannot hear or another one does not speak, and every tenth anyway. Behind a pooler nobody can listen: then
// it stays at that, which is nothing to complain of while this server is the only one. Thread-safe, except
// where it is said.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"
#include "server/stores/postgres/connection.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/live/live_events.hpp"
#include "server/turns/live/log_watch.hpp"
#include "server/turns/live/wakeups.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores::postgres {

struct HintOptions {
  std::string url;  // of the database itself
  std::string tenant;
  std::chrono::milliseconds every{20};
  std::chrono::milliseconds beat{1000};       // servers say that they are there
  std::chrono::milliseconds silent{3000};     // after which one that is registered is missed
  std::chrono::milliseconds welcome{30'000};  // so long one that has come is told without being registered
  std::size_t most_pending = 4096;            // conversations; of more it is only told that there are
  std::uint32_t careful_looks = 10;           // between looks at the log when nothing seems to be wrong
  std::function<void(const std::string&)> log = [](const std::string&) {};  // when it begins and ends to hear
};

class Hints final : public turns::LiveEvents {
 public:
  // Listens to the hub's interest, before anybody subscribes.
  Hints(turns::Hub& hub, HintOptions options);
  ~Hints() override;
  Hints(const Hints&) = delete;
  Hints& operator=(const Hints&) = delete;

  void start(std::string_view server_secret);
  // Looks, when that is due, whether conversations that are listened to have gone on. For one loop, once a
  // beat.
  turns::Awaitable<void> look_at_log(turns::Store& store);
  // Whether other servers' hints are heard; why not.
  [[nodiscard]] Result<void> check() const;

  // turns::LiveEvents: there are no contents.
  [[nodiscard]] bool wanted(std::string_view /*tenant*/, std::string_view /*conversation_id*/)
      const override {
    return false;
  }
  void publish(std::string_view /*tenant*/, const turns::HubElement& /*element*/) override {}
  void changed(std::string_view tenant, std::string_view subject, std::uint64_t sequence) override;
  turns::Awaitable<void> wait(
      turns::Alarms& alarms, std::string_view tenant, std::string_view subject, std::chrono::milliseconds most
  ) override;

  struct Counts {
    std::atomic<std::uint64_t> told{0};
    std::atomic<std::uint64_t> statements{0};  // in which they went out
    std::atomic<std::uint64_t> heard{0};
    std::atomic<std::uint64_t> looks{0};
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;

  void on_interest(std::string_view tenant, std::string_view conversation_id, bool wanted);
  [[nodiscard]] std::string key_of(std::string_view subject) const;
  void wake_thread() const;
  // What is logged when it becomes another one; by default the problem itself.
  void set_problem(std::string why, std::string_view words = {});

  // Of the thread.
  void run();
  void talk(Connection& db);
  void watch_for_company(Connection& db);
  void send(Connection& db);
  void beat(Connection& db);
  void say_here();
  void hear(int process, std::string_view text);
  void hear_hint(std::string_view key, std::uint64_t sequence);
  void tell_all_of_tenant();
  void wait_for_word(int socket, Clock::time_point until);

  turns::Hub& hub_;
  const HintOptions options_;
  std::string secret_;
  std::string channel_;
  Counts counts_;
  turns::LogWatch watch_;
  turns::Wakeups wakeups_;
  int wake_ = -1;  // an eventfd
  std::thread thread_;

  std::atomic<bool> stopping_{false};
  std::atomic<bool> hears_{false};
  std::atomic<bool> company_{false};  // another server may hear
  std::atomic<bool> missed_{false};   // one that is registered does not speak
  std::atomic<bool> alone_{false};    // it cannot hear, and there is nobody to be heard
  std::uint32_t beats_ = 0;           // of look_at_log() alone

  mutable std::mutex mutex_;
  std::string problem_ = "other servers are not heard yet";        // guarded by mutex_
  std::map<std::string, std::uint64_t, std::less<>> pending_;      // guarded by mutex_: key → sequence
  std::map<std::string, std::string, std::less<>> conversations_;  // guarded by mutex_: key → id
  bool everything_ = false;  // guarded by mutex_: somebody listens to all
  bool lost_ = false;        // guarded by mutex_: something was not told

  // The thread's alone.
  std::map<int, Clock::time_point> others_;  // by process of their connection: when they spoke last
  Clock::time_point told_all_;
  Clock::time_point welcome_until_;
  bool all_due_ = false;
};

}  // namespace parley::stores::postgres
