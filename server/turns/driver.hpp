// The turn driver: takes a message in, runs the engine, commits, publishes, carries out effects and feeds
// their results back, until the conversation waits for the user again.
//
//   admit → load → advance → commit → publish → carry out effects ↺
//
// Nothing is shown to the user before the commit that contains it, and no tool is called before the commit
// that says so. Thread-safe: any loop may call; a call resumes on the loop that made it. Arguments given as
// views must live until the call returns.
//
// Several drivers, each in its process, may work on one store that is shared: any of them takes any request.
// A conversation whose turn is open at another one that lives is waited for; one that has died is taken over.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "engine/event.hpp"
#include "engine/proposals/question.hpp"
#include "server/turns/admission.hpp"
#include "server/turns/alarms.hpp"
#include "server/turns/answer.hpp"
#include "server/turns/conversations.hpp"
#include "server/turns/in_flight.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/live/live_events.hpp"
#include "server/turns/log/record.hpp"
#include "server/turns/membership.hpp"
#include "server/turns/metrics.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/quarantine.hpp"
#include "server/turns/releases.hpp"
#include "server/turns/retry_budget.hpp"
#include "server/turns/session_cache.hpp"

namespace parley::turns {

// The event that ends the wait for a sign-in; its data name the connector.
inline constexpr std::string_view kSignedIn = "parley.signed_in";

struct ChatRequest {
  std::string tenant = "default";
  std::string conversation_id;  // empty: a new conversation
  std::string user_id;
  bool user_known = false;  // a caller with a key, or the user's token, says so
  std::string channel = "api";
  std::string flow;  // for a new conversation: the flow to start
  std::string text;
  std::string payload;     // of a pressed button
  std::string message_id;  // the channel's own id: the same id gets the first answer again
  std::string locale = "en";
  std::int32_t utc_offset_seconds = 0;
  std::string currency = "USD";
  Value context;
  Value event;  // something that happened outside, {name, data}, instead of a message
  Value style;  // how the user wants to be spoken to from here on, {tone?, length?}; null: as before
  std::optional<RequestKey> idempotency;  // the caller's key: the same request gets the first answer again
};

// A piece of a text that is not final. What was heard of the same call from character `at` on is void; so a
// text that begins anew has `at` 0.
struct Provisional {
  std::string_view call;  // the effect's id
  std::size_t at = 0;     // characters (code points) before this piece
  std::string_view text;
};

// {"call":…,"at":…,"text":…}
[[nodiscard]] std::string encode_provisional(const Provisional& words);

// Sees a turn while it runs, on the caller's loop. on_say is called only after the commit that contains it.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_turn_started(std::string_view /*conversation_id*/, std::uint64_t /*turn*/) {}
  virtual void on_say(const engine::Say& /*message*/) {}
  // Words that a model is writing, not final before on_say: they may change, and are shown as such.
  virtual void on_provisional(const Provisional& /*words*/) {}
  // state: "started", "done", "failed" or "in_doubt".
  virtual void on_effect(std::string_view /*tool*/, std::string_view /*state*/, bool /*test_mode*/) {}
};

struct ConversationView {
  ConversationSummary summary;
  engine::State state;
  std::string next_step;
};

struct TranscriptPage {
  std::vector<std::string> turns;  // JSON of each, see transcript.hpp
  bool has_more = false;
};

[[nodiscard]] std::uint32_t throw_dice();

struct DriverOptions {
  std::size_t cached_conversations = 10'000;
  std::uint64_t snapshot_every = 16;  // records
  std::uint32_t max_tool_calls = 16;  // a turn; further ones fail with "limit_exceeded"
  AdmissionRules admission;
  std::chrono::milliseconds upkeep_every{500};
  Alarms* alarms = &system_alarms();
  std::function<std::uint32_t()> dice = throw_dice;  // 0…engine::kDiceSides-1; from any loop
  std::function<void(std::string_view)> log_problem = [](std::string_view) {};  // from any loop
  // Whether a model is asked what a message means when the matchers are not sure; from any loop.
  std::function<bool()> understands_with_model = [] { return false; };
  std::uint32_t understanding_timeout_ms = 10'000;
  // What is remembered of users from before this is forgotten; the first moment: nothing is. From any loop.
  std::function<Timestamp()> keep_memory_since = [] { return Timestamp{}; };
  // Whether the person who published a flow may approve its calls without another; from any loop.
  std::function<bool()> author_approves_alone = [] { return true; };
  // What a user writes may be the code by which a sign-in at a service begins to count: the connector that
  // may act now; nothing: it is a message like others. From any loop.
  std::function<Awaitable<Result<std::optional<std::string>>>(std::string conversation_id, std::string text)>
      confirm_sign_in = nullptr;
  // In a store that is shared: what this process is called there, and how long a request waits for a turn
  // that is open at another one.
  std::string worker_name;
  std::chrono::milliseconds patience{20'000};
};

class TurnDriver {
 public:
  struct World {
    Store& store;
    ToolRunner& tools;
    ReleaseTable& releases;
    Clock& clock;
    IdSource& ids;
    Hub& hub;
    SessionCache& sessions = no_session_cache();
    LiveEvents& live = no_live_events();
  };

  explicit TurnDriver(World world, DriverOptions options = {});
  TurnDriver(const TurnDriver&) = delete;
  TurnDriver& operator=(const TurnDriver&) = delete;

  // One message. Errors: not_found (conversation, flow), conflict with pointer "idempotency_key_reused",
  // unavailable (queue full, store lost), invalid_input (nothing said).
  Awaitable<Result<Answer>> chat(ChatRequest request, Observer* observer = nullptr);
  // A new conversation that speaks first; text and payload are ignored.
  Awaitable<Result<Answer>> start(ChatRequest request, Observer* observer = nullptr);
  // Something that happens to a conversation besides a message: an operator's doing, feedback, a timer.
  Awaitable<Result<Answer>> event(std::string tenant, std::string conversation_id, engine::EventBody body);
  Awaitable<Result<Answer>> feedback(
      std::string tenant, std::string conversation_id, std::int32_t stars, std::string comment
  );

  // Something happened outside. It starts a conversation, or enters the one that `request` names or its user
  // is in. Errors: not_found when no flow of the assistant wants it.
  Awaitable<Result<Answer>> arrive(ChatRequest request, Observer* observer = nullptr);
  // A person's decision about a review. Errors: not_found, conflict (decided already, too late, of other
  // content), invalid_input (the values); nothing has changed then.
  Awaitable<Result<Answer>> decide(std::string tenant, engine::ReviewDecided decision);

  // Waits until no turn of a conversation runs, lets go of its state, and keeps turns out of it as long as
  // the lease lives: for who erases it. Errors: unavailable (queue full).
  Awaitable<Result<ConversationTable::Lease>> set_aside(std::string tenant, std::string conversation_id);
  // Of a conversation that is not there any more: nothing of it stays in memory, here or where all servers
  // share it.
  void let_go(std::string_view tenant, std::string_view conversation_id);
  // Those in memory here.
  [[nodiscard]] std::vector<std::string> kept_conversations(std::string_view tenant) const;

  Awaitable<Result<ConversationView>> conversation(std::string tenant, std::string conversation_id);
  // Turns after number `after_turn`, oldest first; from the driver's own store, or from one that is as new.
  Awaitable<Result<TranscriptPage>> turns(
      std::string tenant, std::string conversation_id, std::uint64_t after_turn, std::uint32_t limit
  ) {
    return turns(world_.store, std::move(tenant), std::move(conversation_id), after_turn, limit);
  }
  static Awaitable<Result<TranscriptPage>> turns(
      Store& from,
      std::string tenant,
      std::string conversation_id,
      std::uint64_t after_turn,
      std::uint32_t limit
  );

  // Registers in a store that is shared, before the first request. Nothing otherwise.
  Awaitable<Result<void>> join();
  // No more turns; what was left open is free for others at once.
  Awaitable<void> leave() { return membership_.leave(); }

  // Finishes what an earlier process, another one that has died, or a lost store left half done. Gives the
  // number of conversations resumed; in a store that is shared they are only begun to be.
  Awaitable<Result<std::size_t>> recover(std::string tenant);
  Awaitable<Result<std::size_t>> fire_due_timers(std::string tenant);
  // Starts the flows whose schedule is due, each once, however long the server was away. Gives how many.
  Awaitable<Result<std::size_t>> start_scheduled(std::string tenant);
  // Forgets what is remembered of users for longer than it is to be.
  Awaitable<Result<void>> forget_old(std::string tenant);
  // Calls the four above, as needed, and keeps up with the other processes, until stop_upkeep(). What hangs
  // in one of them, on a tool perhaps, holds up none of the others.
  Awaitable<void> run_upkeep(std::string tenant);
  void stop_upkeep() { stopping_.store(true, std::memory_order_relaxed); }
  // Lets go of the requests that wait for others, unanswered: before the loops are destroyed, which they
  // belong to, and after those have stopped.
  void abandon_waiting();

  [[nodiscard]] const TurnMetrics& metrics() const { return metrics_; }
  [[nodiscard]] const Membership& membership() const { return membership_; }
  [[nodiscard]] Hub& hub() { return world_.hub; }
  [[nodiscard]] ReleaseTable& releases() const { return world_.releases; }
  [[nodiscard]] LiveEvents& live() { return world_.live; }
  [[nodiscard]] std::size_t cached_conversations() const { return conversations_.cached(); }

 private:
  struct Turn;
  struct ToolOutcome;
  struct FinishedCalls;
  struct CallsUnderWay;
  using Deadline = std::chrono::steady_clock::time_point;

  // Idempotency (driver_requests.cpp).
  Awaitable<Result<Answer>> answer_once(ChatRequest request, Observer* observer);
  Awaitable<Result<std::optional<Answer>>> earlier_answer(const ChatRequest& request);
  Awaitable<Result<Answer>> answer_of_other(const ChatRequest& request, Result<Answer> refused, bool looked);
  Awaitable<Result<void>> check_is_new(std::string_view tenant, const std::optional<RequestKey>& request);
  Awaitable<Result<Answer>> take_message(ChatRequest request, Observer* observer);
  Awaitable<Result<bool>> confirms_sign_in(ChatRequest& request);
  Awaitable<Result<Answer>> take_burst(ChatRequest request, Observer* observer, Duration window);
  Awaitable<Result<Answer>> take_turn(
      const ChatRequest& request, Observer* observer, AdmissionMode mode, std::vector<RequestKey> merged = {}
  );
  // The flow that waits for the review was published by the person who decides.
  Awaitable<Result<bool>> decides_as_author(const Turn& turn, const engine::ReviewDecided& decision);
  Awaitable<Result<void>> complete(const Turn& turn, engine::ReviewDecided& decision);
  Awaitable<Result<void>> open_turn(Turn& turn, const ChatRequest& request, std::string_view conversation_id);
  Awaitable<Result<Answer>> take_event(
      std::string_view tenant, std::string_view conversation_id, engine::EventBody body
  );
  // What of a turn comes after its first commit.
  Awaitable<Result<Answer>> complete(Turn& turn);

  // The turn, in the order things happen (driver.cpp).
  Awaitable<Result<void>> admit(
      Turn& turn, std::string_view conversation_id, AdmissionMode mode = AdmissionMode::queue
  );
  Awaitable<Result<void>> load(Turn& turn, std::string_view conversation_id);
  Awaitable<Result<std::unique_ptr<Hot>>> read_for(
      const Turn& turn, std::string_view conversation_id, std::unique_ptr<Hot> older
  );
  Awaitable<Result<void>> begin_conversation(Turn& turn, const ChatRequest& request);
  void adopt_release(Turn& turn);
  void advance(Turn& turn, engine::EventBody body);
  Awaitable<Result<void>> commit(Turn& turn);
  Commit describe(Turn& turn);
  void show(Turn& turn, std::size_t messages_before);
  Awaitable<Result<void>> carry_out_effects(Turn& turn);
  // What a call is given besides what is recorded of it.
  struct CallContext {
    std::shared_ptr<TextListener> listener;
    Caller caller;
  };
  [[nodiscard]] static Caller caller_of(const Turn& turn);
  Awaitable<void> make_call(std::shared_ptr<CallsUnderWay> calls, OutboxEntry entry, CallContext context);
  Awaitable<Result<void>> still_what_was_approved(const ToolCall& call);
  Awaitable<ToolOutcome> call_tool(const OutboxEntry& entry, CallContext context);
  void feed_back(Turn& turn, OutboxEntry entry, ToolOutcome outcome);
  // By a listener here or at another server.
  [[nodiscard]] bool wanted(std::string_view tenant, std::string_view conversation_id) const {
    return world_.hub.wanted(tenant, conversation_id) || world_.live.wanted(tenant, conversation_id);
  }
  void publish(Turn& turn);
  Answer finish(Turn& turn);

  // Models (driver_models.cpp).
  [[nodiscard]] bool leaves_to_model(
      Turn& turn, const engine::CommandsUnderstood& understood, std::span<const engine::Effect> caused
  ) const;
  Awaitable<void> ask_what_is_meant(Turn& turn);
  Awaitable<std::vector<engine::proposals::PastTurn>> recent_turns(const Turn& turn);
  Awaitable<std::string> context_of(const Turn& turn);
  [[nodiscard]] std::shared_ptr<TextListener> listener_for(Turn& turn, const OutboxEntry& entry);

  // The clock (driver_upkeep.cpp).
  Awaitable<void> start_one(std::string_view tenant, const engine::Candidate& candidate, std::size_t& begun);
  Awaitable<Result<bool>> start_if_due(
      std::string_view tenant, const engine::Candidate& candidate, std::string key
  );
  // Other processes on the same store (driver_sharing.cpp).
  Awaitable<void> look_for_newer(Turn& turn, std::string_view conversation_id);
  Awaitable<Result<void>> wait_for_other(
      std::string_view tenant, std::string_view conversation_id, WorkerId other, Deadline deadline
  );
  Awaitable<bool> is_stale(const Turn& turn);
  Awaitable<Result<void>> begin_again(Turn& turn, const Error& refused);
  Awaitable<Result<std::size_t>> share_recovery(std::string tenant);
  Awaitable<void> recover_apart(std::string tenant, std::string conversation_id);
  Awaitable<void> run_beats();
  Awaitable<void> run_sharing(std::string tenant);
  void left_unfinished(std::string_view conversation_id);

  // Upkeep (driver_upkeep.cpp).
  using Task = std::function<Awaitable<Result<void>>()>;
  Awaitable<void> keep_doing(Task task, std::chrono::milliseconds every);
  Awaitable<void> fire(std::string_view tenant, const DueTimer& timer, Deadline until, std::size_t& fired);
  bool gives_up(std::string_view name, const Error& error);

  // After a crash (driver_recovery.cpp).
  Awaitable<Result<void>> resume(Turn& turn);
  Awaitable<Result<void>> remember_open_turn(Turn& turn);
  Awaitable<Result<void>> resume_effect(Turn& turn, OutboxEntry entry);
  void set_aside_or_retry(
      std::string_view name, std::string_view conversation_id, std::string what, const Error& error
  );
  Awaitable<Result<bool>> recover_conversation(std::string_view tenant, std::string_view conversation_id);
  Awaitable<void> recover_one(
      std::string_view tenant, const std::string& conversation_id, std::size_t& resumed
  );

  // From the store; `older` is what is known of it, or null.
  Awaitable<Result<std::unique_ptr<Hot>>> read(
      std::string_view tenant, std::string_view conversation_id, std::unique_ptr<Hot> older = nullptr
  );

  World world_;
  DriverOptions options_;
  Membership membership_;
  ConversationTable conversations_;
  InFlightRequests in_flight_;
  Bursts bursts_;
  TurnMetrics metrics_;
  RetryBudget retries_;
  Quarantine quarantine_;                       // of what upkeep tries again; of upkeep alone
  std::map<std::string, Timestamp> schedules_;  // when each was last looked at; of start_scheduled() alone
  Timestamp memory_kept_since_;                 // of forget_old() alone
  std::atomic<bool> unfinished_{false};         // a turn broke off after its first commit
  std::mutex broken_mutex_;
  std::set<std::string, std::less<>> broken_;  // in which; only of a store that is shared
  std::size_t recovering_ = 0;                 // conversations apart from upkeep; of upkeep's loop
  std::atomic<bool> stopping_{false};
};

}  // namespace parley::turns
