// Ports of the turn driver: what it needs from the world, in its own words. Adapters (stores, tools)
// implement these and know nothing of each other.
//
// All calls are made from a loop thread and resume on it. Errors that depend on the request come back as
// Result; a lost database is ErrorCode::unavailable with `commit` having done all or nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "server/net/loop.hpp"

namespace parley::turns {

template <typename T = void>
using Awaitable = net::Awaitable<T>;

// ---- store
// -------------------------------------------------------------------------------------------------

// What lists show of a conversation, kept beside its log.
struct ConversationSummary {
  std::string id;
  std::string user_id;
  std::string channel;
  std::string release;
  std::string flow;    // running or last
  std::string owner;   // "bot", "pending_human", "human", "returning"
  std::string status;  // "waiting", "working", "pending_human", "human", "ended"
  std::string outcome;
  std::uint64_t turn = 0;
  std::uint64_t sequence = 0;  // of the last record
  Timestamp created_at;
  Timestamp updated_at;
};

// One commit's addition to a conversation's log: the events consumed and the effects they had, as typed JSON
// {"events":[…],"effects":[…]}. Sequences start at 1 and have no gaps.
struct LogRecord {
  std::uint64_t sequence = 0;
  std::uint64_t turn = 0;
  Timestamp at;
  std::string body;
};

enum class EffectState : std::uint8_t { planned, started, done, failed, in_doubt };

// A tool call on its way. `request` is the exact text that every attempt sends.
struct OutboxEntry {
  std::string effect_id;  // unique within the conversation
  std::string tool;
  std::string request;
  std::string idempotency_key;
  EffectState state = EffectState::planned;
  std::uint32_t attempt = 0;
};

struct TimerEntry {
  std::string timer_id;          // unique within the conversation
  std::optional<Timestamp> due;  // empty: cancel
};

// The answer that a repeated request gets again. `scope` separates callers ("user:ana", "key:k_1").
struct InboxEntry {
  std::string scope;
  std::string key;
  std::string fingerprint;  // of the request's body
  std::string conversation_id;
  std::string answer;  // empty while the turn runs
};

// What a person is asked to decide, listed beside the conversation that waits for it.
struct ReviewEntry {
  std::string review_id;        // unique in the tenant
  std::string conversation_id;  // filled in by reads
  std::string kind;             // "form", "approval", "outcome"
  std::string status = "open";  // then "approved", "rejected", "answered", "expired" or "withdrawn"
  std::string assignee;
  std::string request;   // JSON {title, text, subject, form, digest, people, replaces, call: {words, effect,
                         // request, fingerprint}}
  std::string decision;  // JSON {reviewer, note, values}; while open empty, or {approvals: [reviewer]}
  Timestamp requested_at;
  std::optional<Timestamp> due;
  std::optional<Timestamp> decided_at;
};

// Closes an open review; one that is closed already keeps its decision. With the status "open" it only notes
// who has approved so far.
struct ReviewDecision {
  std::string review_id;
  std::string status;
  std::string decision;
  Timestamp at;
};

// What is remembered of a user beyond one conversation.
struct MemoryEntry {
  std::string name;                  // empty: of everything that is remembered, to forget it
  std::optional<std::string> value;  // typed JSON; empty: forget
  Timestamp at;
};

// A process that serves turns from a store; see Store::enroll(). 0: nobody.
using WorkerId = std::uint64_t;

// Why a commit was refused, as the error's pointer; nothing has been changed then.
inline constexpr std::string_view kMovedOn = "moved_on";        // another sequence is next
inline constexpr std::string_view kKeySpent = "key_spent";      // on another request, or on this one before
inline constexpr std::string_view kWorkerDead = "worker_dead";  // the worker is not registered any more
inline constexpr std::string_view kTakenOver = "taken_over";    // the open turn is another worker's
// Why a release was: another one is active than the one that it was made from.
inline constexpr std::string_view kReleaseChanged = "release_changed";
// Why a setting was not replaced: it is not what it was taken for.
inline constexpr std::string_view kSettingChanged = "setting_changed";

// What a model made of a text, so that it is not asked again.
struct StoredVector {
  std::string key;    // a digest of the model and the text
  std::string bytes;  // little-endian floats

  bool operator==(const StoredVector&) const = default;
};

// One transaction. It succeeds only if the conversation's last sequence is record.sequence - 1 (0: it does
// not exist yet), otherwise ErrorCode::conflict and nothing is changed.
struct Commit {
  ConversationSummary conversation;
  LogRecord record;
  std::optional<std::string> snapshot;  // state after this record
  std::vector<OutboxEntry> outbox;      // inserted or updated by effect_id
  std::vector<TimerEntry> timers;
  std::optional<InboxEntry> inbox;   // inserted or updated by (scope, key)
  std::vector<ReviewEntry> reviews;  // inserted
  std::vector<ReviewDecision> decisions;
  std::vector<MemoryEntry> memory;  // of conversation.user_id, inserted or updated by name
  std::vector<InboxEntry> merged;   // of further requests that the same turn answers; like inbox
  bool claims_keys = false;  // the keys of inbox and merged must be new: this is the turn's first commit
  WorkerId worker = 0;       // whose commit it is, in a store that is shared
  bool open = false;  // the turn goes on; until its last commit the conversation belongs to this worker
};

struct StoredConversation {
  ConversationSummary summary;
  std::string snapshot;  // empty when none was taken yet
  std::uint64_t snapshot_sequence = 0;
  std::vector<LogRecord> records;  // after the snapshot, in order
  bool unsettled = false;          // some of its effects are planned or started
  WorkerId worker = 0;             // whose open turn that is
  bool worker_lives = false;
};

// How far a conversation is, and who works on it.
struct Standing {
  std::uint64_t sequence = 0;
  WorkerId worker = 0;  // whose turn is open; 0: none is
  bool worker_lives = false;
};

struct ConversationFilter {
  std::string user_id;
  std::string status;
  std::string flow;
  std::string before;  // page cursor: id of the last conversation seen; newest first
  std::uint32_t limit = 50;
};

struct ReviewFilter {
  std::string status;
  std::string assignee;
  std::string conversation_id;
  std::string before;  // page cursor: id of the last review seen; newest first
  std::uint32_t limit = 50;
};

struct PendingEffect {
  std::string conversation_id;
  OutboxEntry entry;
};

struct DueTimer {
  std::string conversation_id;
  std::string timer_id;
  Timestamp due;
};

// A published version of a flow. `hash` is its identity.
struct FlowVersion {
  std::string flow_id;
  std::string hash;
  std::string version;    // the author's label
  std::string canonical;  // canonical JSON
  std::string source;     // as the author wrote it
  std::string author;
  Timestamp published_at;
};

struct StoredRelease {
  std::string hash;
  std::string settings;                                    // JSON
  std::vector<std::pair<std::string, std::string>> flows;  // id → hash
};

// An entry in the history of what new conversations run on. Entries are only ever added.
struct PublicationEntry {
  std::string flow_id;
  std::string hash;    // empty: the flow was withdrawn
  std::string action;  // "published", "rolled_back", "withdrawn"
  std::string author;
  std::string reason;   // as its author gave it; may be empty
  std::string release;  // of which it became part
  Timestamp at;
};

// What was erased for good: who did it, when and how much; never whose it was.
struct ErasureEntry {
  std::string erasure_id;
  std::string cause;  // "user", "retention"
  std::string author;
  Timestamp begun_at;
  std::optional<Timestamp> finished_at;  // empty: it goes on, or broke off and is to be made again
  std::uint64_t conversations = 0;
  std::uint64_t rows = 0;  // of all tables
};

// A piece of an erasure; one transaction. Its counts are added to those of earlier pieces, the entry's own
// are not looked at.
struct Erase {
  ErasureEntry entry;
  std::vector<std::string> conversations;  // with everything that belongs to them
  // Of them only those whose last record is older, when it is written: any server may have added one since
  // somebody looked.
  std::optional<Timestamp> before = {};
  std::string user_id = {};  // not empty: also what is remembered of that user
  std::vector<std::string> settings = {};
};

// Conversations that are past, of a page of all that there are.
struct ExpiredPage {
  std::vector<std::string> conversations;
  std::optional<std::uint64_t> next;  // where the next page begins; empty at the end
};

// Rather read than a snapshot that contains them.
inline constexpr std::uint64_t kFewRecords = 16;

class Store {
 public:
  virtual ~Store() = default;

  virtual Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) = 0;
  virtual Awaitable<Result<std::optional<StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) = 0;
  // For who has the conversation as of record `known`: what leads to there may be left out, and then
  // `snapshot` is empty and `snapshot_sequence` is `known`. All of it, like load(), where `known` is 0, or
  // kFewRecords behind the snapshot, or the store has not got that far.
  virtual Awaitable<Result<std::optional<StoredConversation>>> load_since(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t known
  );
  virtual Awaitable<Result<std::vector<LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) = 0;
  virtual Awaitable<Result<std::vector<ConversationSummary>>> list(
      std::string_view tenant, ConversationFilter filter
  ) = 0;
  // Of these conversations, those that are not there, in no order.
  virtual Awaitable<Result<std::vector<std::string>>> missing_conversations(
      std::string_view tenant, std::vector<std::string> ids
  ) = 0;
  virtual Awaitable<Result<std::optional<InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) = 0;

  // Work left over: effects planned or started, oldest first; those of one conversation; timers due up to a
  // time.
  virtual Awaitable<Result<std::vector<PendingEffect>>> pending_effects(
      std::string_view tenant, std::uint32_t limit
  ) = 0;
  virtual Awaitable<Result<std::vector<OutboxEntry>>> open_effects(
      std::string_view tenant, std::string_view conversation_id
  ) = 0;
  virtual Awaitable<Result<std::vector<DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) = 0;

  // Newest first.
  virtual Awaitable<Result<std::vector<ReviewEntry>>> reviews(
      std::string_view tenant, ReviewFilter filter
  ) = 0;
  virtual Awaitable<Result<std::optional<ReviewEntry>>> review(
      std::string_view tenant, std::string_view review_id
  ) = 0;

  virtual Awaitable<Result<std::vector<MemoryEntry>>> memory(
      std::string_view tenant, std::string_view user_id
  ) = 0;
  // With the vectors of what the user said.
  virtual Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) = 0;
  // Of all users: what was remembered before a time and not since, and the vectors that old.
  virtual Awaitable<Result<void>> forget_before(std::string_view tenant, Timestamp time) = 0;

  // Of the texts of one user, or of none of them (""). Those that are not there are left out, in no order.
  virtual Awaitable<Result<std::vector<StoredVector>>> vectors(
      std::string_view tenant, std::string_view user_id, std::vector<std::string> keys
  ) = 0;
  // A key that is there already keeps its vector.
  virtual Awaitable<Result<void>> put_vectors(
      std::string_view tenant, std::string_view user_id, std::vector<StoredVector> vectors, Timestamp at
  ) = 0;

  virtual Awaitable<Result<void>> erase(std::string_view tenant, Erase piece) = 0;
  // Newest first.
  virtual Awaitable<Result<std::vector<ErasureEntry>>> erasures(
      std::string_view tenant, std::uint32_t limit
  ) = 0;
  // Conversations whose last record is older than `before`, of which no timer runs and no call is open. Looks
  // at `limit` conversations, in the order of their creation, from `after` on (0: the first).
  virtual Awaitable<Result<ExpiredPage>> expired(
      std::string_view tenant, Timestamp before, std::uint64_t after, std::uint32_t limit
  ) = 0;

  // Flow versions and releases are kept for ever: running conversations need them.
  virtual Awaitable<Result<void>> put_flow(
      std::string_view tenant, FlowVersion version
  ) = 0;  // same hash again: no change
  virtual Awaitable<Result<std::vector<FlowVersion>>> flow_versions(
      std::string_view tenant, std::string_view flow_id
  ) = 0;
  virtual Awaitable<Result<std::optional<FlowVersion>>> flow_by_hash(
      std::string_view tenant, std::string_view hash
  ) = 0;
  // `history` is written only together with the activation. `base` is the hash of the active release that
  // this one was made from, empty when there was none: should another one be active by now, and not this very
  // one, it is a conflict and nothing is changed. Without a base nobody looks.
  virtual Awaitable<Result<void>> put_release(
      std::string_view tenant,
      StoredRelease release,
      bool activate,
      std::vector<PublicationEntry> history,
      std::optional<std::string> base = std::nullopt
  ) = 0;
  // Of one flow, newest first.
  virtual Awaitable<Result<std::vector<PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) = 0;
  virtual Awaitable<Result<std::optional<StoredRelease>>> release(
      std::string_view tenant, std::string_view hash
  ) = 0;
  virtual Awaitable<Result<std::optional<StoredRelease>>> active_release(std::string_view tenant) = 0;

  // Small settings of the server itself: set-up token, API keys, secret key fingerprint.
  virtual Awaitable<Result<std::optional<std::string>>> setting(
      std::string_view tenant, std::string_view name
  ) = 0;
  // The names of those that begin with a text that is not empty, in their order.
  virtual Awaitable<Result<std::vector<std::string>>> setting_names(
      std::string_view tenant, std::string_view beginning
  ) = 0;
  virtual Awaitable<Result<void>> put_setting(
      std::string_view tenant, std::string_view name, std::string_view value
  ) = 0;
  // Only while it is `before`, or is not there where that is nothing; otherwise a conflict that changes
  // nothing. Of several at once, at whatever servers, one succeeds.
  virtual Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) = 0;

  // For /readyz: an error says what is wrong.
  virtual Awaitable<Result<void>> check() = 0;

  // ---- several processes on one store. The defaults are those of a store that one process has for itself:
  // what was left over is its own.
  [[nodiscard]] virtual bool is_shared() const { return false; }

  // Registers a process that is about to serve turns; ids are never given twice. It lives as long as its last
  // beat is not older than kWorkerLeaseMs, by the store's clock; once it has been declared dead it stays
  // dead.
  virtual Awaitable<Result<WorkerId>> enroll(std::string_view name);
  // False: it has been declared dead.
  virtual Awaitable<Result<bool>> beat(WorkerId worker);
  // It ends as it should: what it has left open is free at once.
  virtual Awaitable<Result<void>> retire(WorkerId worker);

  virtual Awaitable<Result<std::optional<Standing>>> standing(
      std::string_view tenant, std::string_view conversation_id
  );
  // The open turn of `from`, which is dead (or 0), becomes that of `to`. False: it was not so any more.
  virtual Awaitable<Result<bool>> take_over(
      std::string_view tenant, std::string_view conversation_id, WorkerId from, WorkerId to
  );
  // Conversations with an open turn whose worker is dead become those of `worker`. Two who ask at once share
  // them.
  virtual Awaitable<Result<std::vector<std::string>>> claim_left_over(
      std::string_view tenant, WorkerId worker, std::uint32_t limit
  );
  // Like due_timers(), but nobody else is given the same ones for kTimerClaimMs.
  virtual Awaitable<Result<std::vector<DueTimer>>> claim_timers(
      std::string_view tenant, Timestamp now, WorkerId worker, std::uint32_t limit
  );
};

inline constexpr std::int64_t kWorkerLeaseMs = 5'000;
inline constexpr std::int64_t kTimerClaimMs = 30'000;

inline Awaitable<Result<std::optional<StoredConversation>>> Store::load_since(
    std::string_view tenant, std::string_view conversation_id, std::uint64_t /*known*/
) {
  return load(tenant, conversation_id);
}

inline Awaitable<Result<WorkerId>> Store::enroll(std::string_view /*name*/) {
  co_return WorkerId{0};
}

inline Awaitable<Result<bool>> Store::beat(WorkerId /*worker*/) {
  co_return true;
}

inline Awaitable<Result<void>> Store::retire(WorkerId /*worker*/) {
  co_return Result<void>();
}

inline Awaitable<Result<std::optional<Standing>>> Store::standing(
    std::string_view tenant, std::string_view conversation_id
) {
  auto stored = co_await load(tenant, conversation_id);
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return std::nullopt;
  co_return Standing{.sequence = (*stored)->summary.sequence};
}

inline Awaitable<Result<bool>> Store::take_over(
    std::string_view /*tenant*/, std::string_view /*conversation_id*/, WorkerId /*from*/, WorkerId /*to*/
) {
  co_return true;
}

inline Awaitable<Result<std::vector<std::string>>> Store::claim_left_over(
    std::string_view tenant, WorkerId /*worker*/, std::uint32_t limit
) {
  const auto pending = co_await pending_effects(tenant, limit);
  if (!pending) co_return std::unexpected(pending.error());
  std::vector<std::string> conversations;
  for (const PendingEffect& effect : *pending) {
    if (std::ranges::find(conversations, effect.conversation_id) == conversations.end())
      conversations.push_back(effect.conversation_id);
  }
  co_return conversations;
}

inline Awaitable<Result<std::vector<DueTimer>>> Store::claim_timers(
    std::string_view tenant, Timestamp now, WorkerId /*worker*/, std::uint32_t limit
) {
  return due_timers(tenant, now, limit);
}

// ---- tools
// -------------------------------------------------------------------------------------------------

// What repeating a call does: read — nothing · keyed — the remote recognises the key · natural — the same
// again · reconcile — ask first · unsafe — never repeat. Unknown is unsafe.
enum class EffectClass : std::uint8_t { read, keyed, natural, reconcile, unsafe };

// Making the call again does no harm.
[[nodiscard]] constexpr bool may_repeat(EffectClass effect_class) {
  return effect_class == EffectClass::read || effect_class == EffectClass::keyed ||
         effect_class == EffectClass::natural;
}

// Hears a text while a model writes it. What was heard may never become the answer. Loop thread only.
class TextListener {
 public:
  virtual ~TextListener() = default;
  virtual void on_piece(std::string_view piece) = 0;
  // The text begins anew: somebody else writes it, or the same model once more.
  virtual void on_restart() = 0;
};

// For whom a call is made. What is looked up belongs to them.
struct Caller {
  std::string tenant;
  std::string user_id;
  std::string conversation_id;
  std::uint64_t turn = 0;
  bool user_known = false;  // a caller with a key, or the user's token, says who the user is
};

struct ToolCall {
  std::string tool;
  Value arguments;
  std::string idempotency_key;
  std::uint32_t attempt = 1;
  std::uint32_t timeout_ms = 30'000;
  std::shared_ptr<TextListener> listener = {};  // may be null
  Caller caller = {};
  std::string review_id = {};  // of the review that approved it, or empty
};

// A call as it would go out, for the person who decides about it. No credential is in it.
struct CallPreview {
  std::string words;        // what it does, in a sentence
  std::string effect;       // what repeating it does: "read", "keyed"…
  Value request;            // {method, url, headers, body}; null when how it travels is not known
  std::string fingerprint;  // SHA-256 of the request without its idempotency key; empty without a request
};

// Which model answered, to which version of a prompt, and what that took. `passed_over` as of
// engine::ModelReturned.
struct ModelUse {
  std::string model;
  std::string prompt;
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  Value passed_over = {};
};

struct ToolAnswer {
  Value result;
  bool test_mode = false;
  ModelUse use = {};  // of a call "model.…"
};

// Failures: Error::message for the log; `pointer` carries the stable code ("timeout", "http_402",
// "in_doubt").
class ToolRunner {
 public:
  virtual ~ToolRunner() = default;
  [[nodiscard]] virtual bool has(std::string_view tool) const = 0;
  [[nodiscard]] virtual EffectClass effect_class(std::string_view tool) const = 0;
  // Nothing when the runner cannot say. The arguments need not fit.
  [[nodiscard]] virtual std::optional<CallPreview> preview(const ToolCall& /*call*/) const {
    return std::nullopt;
  }
  // Whether a person's arguments, or a person's answer in its place, are what the tool takes and gives, as
  // far as its description says. Error::message names what does not fit.
  [[nodiscard]] virtual Result<void> check_arguments(
      std::string_view /*tool*/, const Value& /*arguments*/
  ) const {
    return {};
  }
  [[nodiscard]] virtual Result<void> check_result(std::string_view /*tool*/, const Value& /*result*/) const {
    return {};
  }
  virtual Awaitable<Result<ToolAnswer>> run(const ToolCall& call) = 0;
};

// ---- the world's clock and dice
// ------------------------------------------------------------------------------

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() = 0;
};

// Identifiers sort by time: prefix + 26 characters of Crockford base32.
class IdSource {
 public:
  virtual ~IdSource() = default;
  [[nodiscard]] virtual std::string next(std::string_view prefix) = 0;
};

}  // namespace parley::turns
