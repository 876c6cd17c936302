#include "server/turns/log/replay.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/state.hpp"
#include "server/turns/log/record.hpp"
#include "server/turns/releases.hpp"

namespace parley::turns {

namespace {

std::string_view release_named_by(const engine::Event& event, const engine::State& state) {
  if (const auto* started = std::get_if<engine::ConversationStarted>(&event.body)) return started->release;
  if (const auto* adopted = std::get_if<engine::ReleaseAdopted>(&event.body)) return adopted->release;
  return state.release;
}

class Replay {
 public:
  Replay(const StoredLog& log, const ReleaseLookup& release) : log_(log), lookup_(release) {}

  ReplayReport run() {
    for (const LogRecord& record : log_.records) {
      if (!play(record)) break;
    }
    if (report_.same) report_.state_hash = engine::state_hash(state_);
    return std::move(report_);
  }

 private:
  bool differs(std::string what, std::string recorded, std::string replayed) {
    report_.same = false;
    report_.what = std::move(what);
    report_.recorded = std::move(recorded);
    report_.replayed = std::move(replayed);
    return false;
  }

  bool play(const LogRecord& record) {
    report_.sequence = record.sequence;
    if (record.sequence != ++report_.records) {
      return differs("sequence", std::to_string(record.sequence), std::to_string(report_.records));
    }
    auto body = decode_record(record.body);
    if (!body) return differs("record", body.error().message, {});
    engine::Effects effects;
    for (const engine::Event& event : body->events) {
      const std::string_view hash = release_named_by(event, state_);
      if (release_ == nullptr || release_->hash() != hash) release_ = lookup_(hash);
      if (release_ == nullptr) return differs("release", std::string(hash), "unknown");
      engine::advance(*release_, state_, event, effects);
      ++report_.events;
    }
    if (!same_effects(body->effects, effects)) return false;
    if (record.turn != state_.turn)
      return differs("turn", std::to_string(record.turn), std::to_string(state_.turn));
    if (record.sequence == log_.snapshot_sequence && !log_.snapshot.empty()) {
      std::string snapshot = engine::snapshot(state_);
      if (snapshot != log_.snapshot) return differs("snapshot", log_.snapshot, std::move(snapshot));
    }
    return true;
  }

  bool same_effects(const engine::Effects& recorded, const engine::Effects& replayed) {
    const std::size_t common = std::min(recorded.size(), replayed.size());
    for (std::size_t i = 0; i < common; ++i) {
      std::string was = write_typed(engine::to_value(recorded[i]));
      std::string is = write_typed(engine::to_value(replayed[i]));
      if (was != is) return differs("effect " + std::to_string(i + 1), std::move(was), std::move(is));
      ++report_.effects;
    }
    if (recorded.size() == replayed.size()) return true;
    return differs("number of effects", std::to_string(recorded.size()), std::to_string(replayed.size()));
  }

  const StoredLog& log_;
  const ReleaseLookup& lookup_;
  engine::State state_;
  engine::ReleasePtr release_;
  ReplayReport report_;
};

}  // namespace

ReplayReport replay(const StoredLog& log, const ReleaseLookup& release) {
  return Replay(log, release).run();
}

Awaitable<Result<ReplayReport>> replay_stored(
    Store& store, ReleaseTable& releases, std::string tenant, std::string conversation_id
) {
  constexpr std::uint32_t kPage = 500;
  StoredLog log{.conversation_id = conversation_id};
  auto stored = co_await store.load(tenant, conversation_id);
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return fail(ErrorCode::not_found, "there is no conversation '" + conversation_id + "'");
  log.snapshot = std::move((*stored)->snapshot);
  log.snapshot_sequence = (*stored)->snapshot_sequence;

  std::map<std::string, engine::ReleasePtr, std::less<>> known;
  for (;;) {
    auto page = co_await store.records(tenant, conversation_id, log.records.size(), kPage);
    if (!page) co_return std::unexpected(std::move(page.error()));
    for (LogRecord& record : *page) {
      const auto body = decode_record(record.body);
      if (body) {
        for (const engine::Event& event : body->events) {
          const std::string hash(release_named_by(event, {}));
          if (hash.empty() || known.contains(hash)) continue;
          auto release = co_await releases.by_hash(tenant, hash);
          if (release) known.emplace(hash, std::move(*release));
        }
      }
      log.records.push_back(std::move(record));
    }
    if (page->size() < kPage) break;
  }
  co_return replay(log, [&](std::string_view hash) {
    const auto found = known.find(hash);
    return found == known.end() ? nullptr : found->second;
  });
}

}  // namespace parley::turns
