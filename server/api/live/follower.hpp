// Follows one conversation for a listener: what was committed, from the log, then what happens as it happens.
// Every turn is given once, in order, whatever is missed, doubled or late on the way from where it was made:
// where the numbers of turns leave a gap, or the hub says that something may be missing, the log is read from
// the last turn that was given.
//
// Belongs to one loop. `run()` goes on until stop() is called or the log cannot be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/turns/driver.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/log/transcript.hpp"
#include "server/turns/ports.hpp"

namespace parley::api {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // `sequence` is that of the log: whoever has this one needs only what comes after it.
  virtual void event(std::string_view kind, std::string_view json, std::uint64_t sequence) = 0;
  // Words that are not final.
  virtual void provisional(std::string_view json) = 0;
};

class Follower {
 public:
  // What it refers to must outlive it.
  Follower(turns::TurnDriver& driver, turns::Store& store, std::string tenant, std::string conversation_id);

  // From now on, or from what came after a sequence of the log. False: there is no such conversation.
  turns::Awaitable<Result<bool>> begin(std::optional<std::uint64_t> after);
  turns::Awaitable<void> run(EventSink& sink);
  void stop();

 private:
  enum class Ended : std::uint8_t { stopped, missed, overflowed };

  turns::Awaitable<Result<void>> replay();
  turns::Awaitable<Ended> follow();
  void show(const turns::TranscriptTurn& turn, std::uint64_t sequence);
  void subscribe();

  turns::TurnDriver& driver_;
  turns::Store& store_;
  std::string tenant_;
  std::string id_;
  EventSink* sink_ = nullptr;  // while it runs
  std::shared_ptr<turns::Subscription> subscription_;
  bool stopped_ = false;
  bool from_log_ = false;                   // read it before anything else
  std::uint64_t seen_ = 0;                  // everything up to here was given
  std::uint64_t turn_sequence_ = 0;         // of the turn given last
  std::uint64_t last_sequence_ = 0;         // of the element given last; one commit has several
  std::optional<std::uint64_t> last_turn_;  // its number
  std::string owner_;                       // as told last
  std::string status_;
};

}  // namespace parley::api
