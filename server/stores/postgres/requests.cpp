#include "server/stores/postgres/requests.hpp"

#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/stores/checksum.hpp"
#include "server/stores/nanoseconds.hpp"
#include "server/stores/postgres/rows.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores::postgres {

namespace {

using Texts = Parameters::Texts;
using Numbers = Parameters::Numbers;

// $1…$35; with people $36…$52. The names of the parameters are those of the functions in migrations/postgres.
#define PARLEY_TURN                                                                                      \
  "parley.commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, " \
  "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)"

constexpr Statement kTurn{"turn", "SELECT t.outcome, t.last FROM " PARLEY_TURN " t"};
constexpr Statement kTurnWithPeople{
    "turn_with_people",
    "SELECT t.outcome, t.last, CASE WHEN t.outcome = 0 THEN parley.commit_people($1, $11, $36, $37, $38, "
    "$39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52) END FROM " PARLEY_TURN " t"
};
#undef PARLEY_TURN

constexpr Statement kPutFlow{
    "put_flow",
    "INSERT INTO parley.flow_version (flow_id, hash, version, canonical, source, author, published_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, hash) DO NOTHING"
};
constexpr Statement kPutRelease{
    "put_release", "SELECT parley.put_release_on($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
};
constexpr Statement kPutSetting{
    "put_setting",
    "INSERT INTO parley.setting (name, value) VALUES ($1, $2) "
    "ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value"
};
// The conversations are locked first, in the order in which turns are written: a turn that another server is
// about to commit goes with the rest, or keeps its conversation from being past.
constexpr Statement kErase{
    "erase",
    "SELECT parley.erase($1, $2, $3, $4, $5, CASE WHEN $9::bigint IS NULL THEN $6 ELSE coalesce(l.ids, '{}') "
    "END, $7, $8) FROM (SELECT array_agg(c.id) AS ids FROM (SELECT c.id FROM parley.conversation c WHERE "
    "c.tenant = parley.tenant() AND c.id = ANY($6::bytea[]) AND ($9::bigint IS NULL OR c.updated_at < $9) "
    "ORDER BY c.id FOR UPDATE) c) l"
};
// Both give a row when they did; whoever comes second waits for the first and finds another value.
constexpr Statement kNewSetting{
    "new_setting",
    "INSERT INTO parley.setting (name, value) VALUES ($1, $2) ON CONFLICT (tenant, name) DO NOTHING "
    "RETURNING true"
};
constexpr Statement kReplaceSetting{
    "replace_setting",
    "UPDATE parley.setting SET value = $2 WHERE tenant = parley.tenant() AND name = $1 AND value = $3 "
    "RETURNING true"
};
constexpr Statement kForgetUser{"forget_user", "SELECT parley.forget_user($1)"};
constexpr Statement kForgetBefore{"forget_before", "SELECT parley.forget_before($1)"};
constexpr Statement kPutVectors{
    "put_vectors",
    "INSERT INTO parley.vector (user_id, key, bytes, at, checksum) "
    "SELECT $1, n.key, n.bytes, $2, n.checksum FROM unnest($3::bytea[], $4::bytea[], $5::bigint[]) "
    "AS n (key, bytes, checksum) ON CONFLICT (tenant, user_id, key) DO NOTHING"
};

std::optional<std::int64_t> stored(const std::optional<Timestamp>& time) {
  return time ? to_nanoseconds(*time) : std::nullopt;
}

// One statement writes a list at once, and a row only once: of entries with the same name the last one
// counts.
template <typename Entry, typename Name>
std::vector<const Entry*> last_of_each(const std::vector<Entry>& entries, Name name) {
  std::vector<const Entry*> kept;
  std::set<std::string_view> seen;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (seen.insert(name(*entry)).second) kept.push_back(&*entry);
  }
  return {kept.rbegin(), kept.rend()};
}

template <typename Entry, typename Field>
Texts texts(const std::vector<const Entry*>& entries, Field field) {
  Texts out;
  out.reserve(entries.size());
  for (const Entry* entry : entries) out.emplace_back(std::string_view(entry->*field));
  return out;
}

void add_outbox(Parameters& out, const turns::Commit& commit) {
  using Entry = turns::OutboxEntry;
  const auto entries =
      last_of_each(commit.outbox, [](const Entry& e) -> std::string_view { return e.effect_id; });
  Numbers states;
  Numbers attempts;
  Numbers checksums;
  for (const Entry* entry : entries) {
    states.emplace_back(static_cast<std::int64_t>(entry->state));
    attempts.emplace_back(entry->attempt);
    checksums.emplace_back(checksum_of(commit.conversation.id, *entry));
  }
  out.add(texts(entries, &Entry::effect_id))
      .add(texts(entries, &Entry::tool))
      .add(texts(entries, &Entry::request))
      .add(texts(entries, &Entry::idempotency_key))
      .add(states)
      .add(attempts)
      .add(checksums);
}

void add_timers(Parameters& out, const turns::Commit& commit) {
  using Entry = turns::TimerEntry;
  const auto entries =
      last_of_each(commit.timers, [](const Entry& e) -> std::string_view { return e.timer_id; });
  Numbers dues;
  for (const Entry* entry : entries) dues.push_back(stored(entry->due));
  out.add(texts(entries, &Entry::timer_id)).add(dues);
}

void add_inbox(Parameters& out, const turns::Commit& commit) {
  using Entry = turns::InboxEntry;
  std::vector<const Entry*> entries;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (auto entry = commit.merged.rbegin(); entry != commit.merged.rend(); ++entry) {
    if (seen.emplace(entry->scope, entry->key).second) entries.push_back(&*entry);
  }
  if (commit.inbox && seen.emplace(commit.inbox->scope, commit.inbox->key).second)
    entries.push_back(&*commit.inbox);
  Numbers checksums;
  for (const Entry* entry : entries) checksums.emplace_back(checksum_of(*entry));
  out.add(texts(entries, &Entry::scope))
      .add(texts(entries, &Entry::key))
      .add(texts(entries, &Entry::fingerprint))
      .add(texts(entries, &Entry::conversation_id))
      .add(texts(entries, &Entry::answer))
      .add(checksums);
}

void add_people(Parameters& out, const turns::Commit& commit) {
  out.add(commit.conversation.user_id);
  using Review = turns::ReviewEntry;
  std::vector<const Review*> reviews;
  for (const Review& review : commit.reviews) reviews.push_back(&review);
  Numbers requested;
  Numbers dues;
  Numbers decided;
  for (const Review* review : reviews) {
    requested.push_back(stored(review->requested_at));
    dues.push_back(stored(review->due));
    decided.push_back(stored(review->decided_at));
  }
  out.add(texts(reviews, &Review::review_id))
      .add(texts(reviews, &Review::kind))
      .add(texts(reviews, &Review::status))
      .add(texts(reviews, &Review::assignee))
      .add(texts(reviews, &Review::request))
      .add(texts(reviews, &Review::decision))
      .add(requested)
      .add(dues)
      .add(decided);
  using Decision = turns::ReviewDecision;
  std::vector<const Decision*> decisions;
  for (const Decision& decision : commit.decisions) decisions.push_back(&decision);
  Numbers times;
  for (const Decision* decision : decisions) times.push_back(stored(decision->at));
  out.add(texts(decisions, &Decision::review_id))
      .add(texts(decisions, &Decision::status))
      .add(texts(decisions, &Decision::decision))
      .add(times);
  Texts names;
  Texts values;
  Numbers ats;
  for (const turns::MemoryEntry& entry : commit.memory) {
    names.emplace_back(entry.name);
    values.push_back(entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt);
    ats.push_back(stored(entry.at));
  }
  out.add(names).add(values).add(ats);
}

Result<Request> request(const turns::Commit& commit) {
  if (auto ok = check_storable(commit); !ok) return std::unexpected(ok.error());
  const turns::ConversationSummary& c = commit.conversation;
  const turns::LogRecord& record = commit.record;
  Request out{.statement = &kTurn, .parameters = {}};
  Parameters& p = out.parameters;
  p.add(c.id).add(c.user_id).add(c.channel).add(c.release).add(c.flow).add(c.owner).add(c.status).add(
      c.outcome
  );
  p.add(*to_nanoseconds(c.created_at)).add(checksum_of(c));
  p.add(static_cast<std::int64_t>(record.sequence)).add(static_cast<std::int64_t>(record.turn));
  p.add(*to_nanoseconds(record.at)).add(record.body).add(checksum_of(c.id, record));
  if (commit.snapshot) {
    p.add(*commit.snapshot).add(RowChecksum(c.id, record.sequence, *commit.snapshot).value());
  } else {
    p.add_null().add_null();
  }
  add_outbox(p, commit);
  add_timers(p, commit);
  add_inbox(p, commit);
  p.add(commit.claims_keys).add(static_cast<std::int64_t>(commit.worker)).add(commit.open);
  if (!commit.reviews.empty() || !commit.decisions.empty() || !commit.memory.empty()) {
    out.statement = &kTurnWithPeople;
    add_people(p, commit);
  }
  return out;
}

Result<Request> request(const turns::FlowVersion& version) {
  if (auto ok = check_storable(version); !ok) return std::unexpected(ok.error());
  Request out{.statement = &kPutFlow, .parameters = {}};
  out.parameters.add(version.flow_id)
      .add(version.hash)
      .add(version.version)
      .add(version.canonical)
      .add(version.source)
      .add(version.author)
      .add(*to_nanoseconds(version.published_at));
  return out;
}

Result<Request> request(const PutRelease& put) {
  if (auto ok = check_storable(put); !ok) return std::unexpected(ok.error());
  Texts flow_ids;
  Texts hashes;
  for (const auto& [flow_id, hash] : put.release.flows) {
    flow_ids.emplace_back(flow_id);
    hashes.emplace_back(hash);
  }
  using Entry = turns::PublicationEntry;
  std::vector<const Entry*> history;
  Numbers ats;
  for (const Entry& entry : put.history) {
    history.push_back(&entry);
    ats.push_back(stored(entry.at));
  }
  Request out{.statement = &kPutRelease, .parameters = {}};
  if (put.base) {
    out.parameters.add(*put.base);
  } else {
    out.parameters.add_null();
  }
  out.parameters.add(put.release.hash)
      .add(put.release.settings)
      .add(flow_ids)
      .add(hashes)
      .add(put.activate)
      .add(texts(history, &Entry::flow_id))
      .add(texts(history, &Entry::hash))
      .add(texts(history, &Entry::action))
      .add(texts(history, &Entry::author))
      .add(texts(history, &Entry::reason))
      .add(texts(history, &Entry::release))
      .add(ats);
  return out;
}

Result<Request> request(const PutSetting& put) {
  Request out{.statement = &kPutSetting, .parameters = {}};
  out.parameters.add(put.name).add(put.value);
  return out;
}

Result<Request> request(const ReplaceSetting& replace) {
  Request out{.statement = replace.before ? &kReplaceSetting : &kNewSetting, .parameters = {}};
  out.parameters.add(replace.name).add(replace.value);
  if (replace.before) out.parameters.add(*replace.before);
  return out;
}

Result<Request> request(const ForgetBefore& forget) {
  Request out{.statement = &kForgetBefore, .parameters = {}};
  out.parameters.add(to_nanoseconds(forget.time).value_or(0));
  return out;
}

Result<Request> request(const PutVectors& put) {
  if (auto ok = check_storable(put); !ok) return std::unexpected(ok.error());
  using Vector = turns::StoredVector;
  const auto vectors = last_of_each(put.vectors, [](const Vector& v) -> std::string_view { return v.key; });
  Numbers checksums;
  for (const Vector* vector : vectors)
    checksums.emplace_back(RowChecksum(put.user_id, vector->key, vector->bytes).value());
  Request out{.statement = &kPutVectors, .parameters = {}};
  out.parameters.add(put.user_id)
      .add(*to_nanoseconds(put.at))
      .add(texts(vectors, &Vector::key))
      .add(texts(vectors, &Vector::bytes))
      .add(checksums);
  return out;
}

Result<Request> request(const ForgetUser& forget) {
  Request out{.statement = &kForgetUser, .parameters = {}};
  out.parameters.add(forget.user_id);
  return out;
}

Result<Request> request(const turns::Erase& piece) {
  if (auto ok = check_storable(piece); !ok) return std::unexpected(ok.error());
  const auto views = [](const std::vector<std::string>& all) { return Texts(all.begin(), all.end()); };
  Request out{.statement = &kErase, .parameters = {}};
  out.parameters.add(piece.entry.erasure_id)
      .add(piece.entry.cause)
      .add(piece.entry.author)
      .add(*to_nanoseconds(piece.entry.begun_at));
  if (piece.entry.finished_at) {
    out.parameters.add(*to_nanoseconds(*piece.entry.finished_at));
  } else {
    out.parameters.add_null();
  }
  out.parameters.add(views(piece.conversations)).add(piece.user_id).add(views(piece.settings));
  if (piece.before) {
    out.parameters.add(*to_nanoseconds(*piece.before));
  } else {
    out.parameters.add_null();
  }
  return out;
}

Result<Request> request(const Probe& /*probe*/) {
  return fail(ErrorCode::internal, "a probe is no statement");
}

}  // namespace

Result<Request> request_of(const Write& write) {
  return std::visit([](const auto& work) { return request(work); }, write.work);
}

Result<void> outcome_of(const Write& write, const Rows& answer) {
  if (std::holds_alternative<PutRelease>(write.work)) {
    if (answer.number(0, 0) == 0) return {};
    return release_changed();
  }
  if (std::holds_alternative<ReplaceSetting>(write.work))
    return answer.count() == 1 ? Result<void>() : setting_changed();
  const auto* commit = std::get_if<turns::Commit>(&write.work);
  if (commit == nullptr) return {};
  enum Outcome : std::int64_t { written, moved, spent, dead, taken };
  switch (answer.number(0, 0)) {
    case written:
      return {};
    case moved:
      return moved_on(*commit, static_cast<std::uint64_t>(answer.number(0, 1)));
    case spent:
      return key_spent(commit->inbox ? std::string_view(commit->inbox->key) : std::string_view());
    case dead:
      return worker_dead();
    default:
      return taken_over(*commit);
  }
}

}  // namespace parley::stores::postgres
