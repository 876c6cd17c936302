// One turn on its way through the driver. Private to the driver's source files.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/log/transcript.hpp"

namespace parley::turns {

// Who hears the words of a model that works for a turn. The turn owns it; calls that outlive the turn find it
// gone.
struct ProvisionalHearers {
  Hub& hub;
  LiveEvents& live;
  std::string tenant;
  std::string conversation_id;
  Observer* observer = nullptr;
};

// A message that the matchers are not sure of.
struct UnsureMessage {
  engine::CommandsUnderstood by_matchers;
  std::string text;
};

// What a model has made of the message in one state of its conversation; equal logs are equal states.
struct Understood {
  std::uint64_t sequence = 0;
  std::string release;
  engine::CommandsUnderstood commands;
};

struct TurnDriver::Turn {
  std::string_view tenant;
  Observer* observer = nullptr;
  std::optional<RequestKey> request;  // whose answer is stored with the last commit
  std::vector<RequestKey> merged;     // of messages that became part of this turn
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

  ConversationTable::Lease lease;
  std::unique_ptr<Hot> hot;    // put back into the lease when the turn has succeeded
  bool cached = false;         // hot came from a cache, so it may be stale
  bool from_store = false;     // it must not
  WorkerId worker = 0;         // under which the turn is made, see Membership
  std::uint32_t attempts = 0;  // that found newer state in the store

  // What the next commit will contain.
  Timestamp at;
  std::vector<engine::Event> events;
  engine::Effects effects;
  std::vector<OutboxEntry> outbox;  // changed entries
  std::vector<TimerEntry> timers;

  // What the turn has come to so far.
  std::uint32_t commits = 0;
  std::deque<OutboxEntry> calls;  // started, to be made after the commit
  std::size_t under_way = 0;      // of them, made and not yet answered
  std::uint32_t tool_calls = 0;
  std::uint32_t look_ups = 0;  // in the memory, as every question to a model may need one
  struct FirstAttempt {
    std::uint32_t attempt = 0;
    Timestamp at;
  };
  std::map<std::string, FirstAttempt> first_attempts;  // of a resumed turn: effect → as the engine wanted it
  Answer answer;
  Said said;                                                 // what started the turn, for listeners
  std::vector<std::pair<std::string, std::string>> reviews;  // opened or closed: (id, status)
  std::string status_before;
  std::string owner_before;
  std::optional<UnsureMessage> unsure;   // a model is asked before anything else
  std::optional<Understood> understood;  // what it said, in an attempt that was refused
  std::shared_ptr<ProvisionalHearers> hearers;

  void keep_answer(Commit& commit, bool last) const;
  void note_reviews(const Commit& commit) {
    for (const ReviewEntry& review : commit.reviews) reviews.emplace_back(review.review_id, review.status);
    for (const ReviewDecision& closed : commit.decisions)
      reviews.emplace_back(closed.review_id, closed.status);
  }

  // Forgets an attempt whose commit found newer state in the store.
  void start_over() {
    hot.reset();
    events.clear();
    effects.clear();
    outbox.clear();
    timers.clear();
    calls.clear();
    reviews.clear();
    unsure.reset();
    answer = {};
  }
};

struct TurnDriver::ToolOutcome {
  Result<ToolAnswer> answer;
  bool in_doubt = false;      // it failed, but may have happened
  bool unrepeatable = false;  // the service would not know a repetition for one any more
};

struct TurnDriver::FinishedCalls : std::deque<std::pair<OutboxEntry, ToolOutcome>> {};

// Kept by the calls that a turn has made, all on one loop. The turn itself keeps only `finished`: it waits in
// here, and must not keep alive what keeps it.
struct TurnDriver::CallsUnderWay {
  std::shared_ptr<FinishedCalls> finished;
  net::Event something_finished;
};

}  // namespace parley::turns
