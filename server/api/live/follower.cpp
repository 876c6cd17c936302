#include "server/api/live/follower.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace parley::api {

namespace {

constexpr std::uint32_t kReplayPage = 200;
constexpr std::string_view kTurnHead = "{\"turn\":";

// The number of an encoded turn, which it begins with.
std::optional<std::uint64_t> turn_number(std::string_view json) {
  if (!json.starts_with(kTurnHead)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(json.data() + kTurnHead.size(), json.data() + json.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::string owner_json(std::string_view owner) {
  return "{\"owner\":\"" + std::string(owner) + "\"}";
}

std::string status_json(std::string_view status) {
  return "{\"status\":\"" + std::string(status) + "\"}";
}

}  // namespace

Follower::Follower(
    turns::TurnDriver& driver, turns::Store& store, std::string tenant, std::string conversation_id
)
    : driver_(driver), store_(store), tenant_(std::move(tenant)), id_(std::move(conversation_id)) {
  subscribe();
}

void Follower::subscribe() {
  subscription_ = driver_.hub().subscribe(tenant_, id_);
}

void Follower::stop() {
  stopped_ = true;
  subscription_->close();
}

turns::Awaitable<Result<bool>> Follower::begin(std::optional<std::uint64_t> after) {
  const auto standing = co_await store_.standing(tenant_, id_);
  if (!standing) co_return std::unexpected(standing.error());
  if (!*standing) co_return false;
  from_log_ = after.has_value();
  // A client may remember more than there is: of a log that was restored from a backup.
  seen_ = std::min(after.value_or((*standing)->sequence), (*standing)->sequence);
  if (from_log_ || seen_ == 0) co_return true;
  const auto last = co_await store_.records(tenant_, id_, seen_ - 1, 1);
  if (!last) co_return std::unexpected(last.error());
  if (!last->empty()) last_turn_ = last->front().turn;
  co_return true;
}

turns::Awaitable<void> Follower::run(EventSink& sink) {
  sink_ = &sink;
  while (!stopped_) {
    if (from_log_ && !(co_await replay())) co_return;
    const Ended ended = co_await follow();
    if (ended == Ended::stopped) co_return;
    from_log_ = true;
    seen_ = std::max(seen_, turn_sequence_);
    if (ended == Ended::overflowed) subscribe();
  }
}

// What was committed since, whole turns, then where things stand. A turn that is still going on comes when it
// is over, as it does for those who listen.
turns::Awaitable<Result<void>> Follower::replay() {
  const auto view = co_await driver_.conversation(tenant_, id_);
  if (!view) co_return std::unexpected(view.error());
  const std::uint64_t until = view->summary.sequence;
  std::uint64_t sequence = seen_ > 0 ? seen_ - 1 : 0;
  std::optional<std::uint64_t> known;
  std::vector<turns::TranscriptTurn> turn;  // the last one
  std::uint64_t before = seen_;             // of the last record before it
  std::uint64_t last = seen_;
  while (last < until) {
    const auto records = co_await store_.records(tenant_, id_, sequence, kReplayPage);
    if (!records) co_return std::unexpected(records.error());
    for (const turns::LogRecord& record : *records) {
      if (record.sequence > until) break;
      sequence = record.sequence;
      if (record.sequence <= seen_) {
        known = last_turn_ = record.turn;
        continue;
      }
      const bool told = known && record.turn == *known;
      if (!told && (turn.empty() || turn.back().turn != record.turn)) {
        if (!turn.empty()) show(turn.back(), last);
        turn.clear();
        before = last;
      }
      last = record.sequence;
      if (told) continue;
      if (auto added = turns::add_to_transcript(turn, record); !added) co_return added;
    }
    if (records->size() < kReplayPage) break;
  }
  if (!turn.empty() && view->summary.status == "working") {
    last = before;
  } else if (!turn.empty()) {
    show(turn.back(), last);
  }
  seen_ = std::max(seen_, last);
  const auto tell = [&](std::string_view kind, std::string& told, std::string now) {
    if (std::exchange(told, now) != now) sink_->event(kind, now, seen_);
  };
  tell("owner", owner_, owner_json(view->summary.owner));
  tell("status", status_, status_json(view->summary.status));
  co_return Result<void>();
}

void Follower::show(const turns::TranscriptTurn& turn, std::uint64_t sequence) {
  last_turn_ = turn.turn;
  seen_ = sequence;
  // A rating, for instance, is a turn in which nobody says anything.
  if (turn.user.by_user || !turn.messages.empty())
    sink_->event("turn", turns::encode_transcript_turn(turn), sequence);
}

turns::Awaitable<Follower::Ended> Follower::follow() {
  const auto subscription = subscription_;
  while (const auto element = co_await subscription->next()) {
    if (stopped_) break;
    if (element->sequence == turns::kProvisional) {
      sink_->provisional(element->json);
      continue;
    }
    if (element->sequence <= seen_) continue;
    if (element->kind == "turn") {
      // Twice the same commit: on two ways, or a part of it again from the log.
      if (element->sequence == last_sequence_) continue;
      const auto number = turn_number(element->json);
      if (number && last_turn_ && *number != *last_turn_ + 1) co_return Ended::missed;
      last_turn_ = number;
      turn_sequence_ = element->sequence;
    }
    // All of a commit but its last element may be followed by others of the same sequence.
    if (element->sequence != last_sequence_) seen_ = std::max(seen_, last_sequence_);
    last_sequence_ = element->sequence;
    if (element->kind == "owner") owner_ = element->json;
    if (element->kind == "status") status_ = element->json;
    sink_->event(element->kind, element->json, element->sequence);
  }
  if (stopped_ || !subscription->overflowed()) co_return Ended::stopped;
  co_return Ended::overflowed;
}

}  // namespace parley::api
