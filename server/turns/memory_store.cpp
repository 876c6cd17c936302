#include "server/turns/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace parley::turns {

namespace {

bool is_open(const OutboxEntry& entry) {
  return entry.state == EffectState::planned || entry.state == EffectState::started;
}

}  // namespace

// Mutex held.
MemoryStore::Tenant& MemoryStore::tenant_named(std::string_view name) {
  const auto found = tenants_.find(name);
  return found != tenants_.end() ? found->second
                                 : tenants_.emplace(std::string(name), Tenant()).first->second;
}

bool MemoryStore::Conversation::unsettled() const {
  return std::ranges::any_of(outbox, [](const auto& effect) { return is_open(effect.second); });
}

// Why a commit does not fit; empty when it does.
std::string_view MemoryStore::refusal(
    const Tenant& tenant, const Commit& commit, const Conversation* known, bool worker_lives
) {
  const auto spent = [&](const InboxEntry& entry) {
    const auto found = tenant.inbox.find({entry.scope, entry.key});
    if (found == tenant.inbox.end()) return false;
    return commit.claims_keys || found->second.fingerprint != entry.fingerprint ||
           found->second.conversation_id != entry.conversation_id;
  };
  if (commit.inbox && spent(*commit.inbox)) return kKeySpent;
  if (std::ranges::any_of(commit.merged, spent)) return kKeySpent;
  if (commit.worker != 0 && !worker_lives) return kWorkerDead;
  if (commit.record.sequence != (known == nullptr ? 0 : known->summary.sequence) + 1) return kMovedOn;
  const WorkerId whose = known == nullptr ? 0 : known->worker;
  if (commit.worker != 0 && whose != 0 && whose != commit.worker) return kTakenOver;
  return {};
}

Awaitable<Result<void>> MemoryStore::commit(std::string_view tenant_name, Commit commit) {
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenant_named(tenant_name);
  const auto known = tenant.conversations.find(commit.conversation.id);
  const Conversation* before = known == tenant.conversations.end() ? nullptr : &known->second;
  if (const auto why = refusal(tenant, commit, before, beats_.contains(commit.worker)); !why.empty()) {
    std::string message = "conversation " + commit.conversation.id + " cannot take this turn: ";
    co_return fail(ErrorCode::conflict, message + std::string(why), std::string(why));
  }
  const bool fresh = before == nullptr;
  Conversation& conversation = tenant.conversations[commit.conversation.id];
  if (fresh) conversation.order = ++tenant.created;
  conversation.worker = commit.open ? commit.worker : 0;
  conversation.summary = std::move(commit.conversation);
  conversation.summary.sequence = commit.record.sequence;
  if (commit.snapshot) {
    conversation.snapshot = std::move(*commit.snapshot);
    conversation.snapshot_sequence = commit.record.sequence;
  }
  write_people(tenant, commit, conversation.summary);
  conversation.records.push_back(std::move(commit.record));
  for (OutboxEntry& entry : commit.outbox) {
    std::string id = entry.effect_id;
    conversation.outbox.insert_or_assign(std::move(id), std::move(entry));
  }
  for (const TimerEntry& timer : commit.timers) {
    conversation.claims.erase(timer.timer_id);
    if (timer.due) {
      conversation.timers.insert_or_assign(timer.timer_id, *timer.due);
    } else {
      conversation.timers.erase(timer.timer_id);
    }
  }
  write_requests(tenant, commit);
  co_return Result<void>();
}

// Mutex held.
void MemoryStore::write_requests(Tenant& tenant, Commit& commit) {
  if (commit.inbox) {
    const std::pair key(commit.inbox->scope, commit.inbox->key);
    tenant.inbox.insert_or_assign(key, std::move(*commit.inbox));
  }
  for (InboxEntry& entry : commit.merged) {
    const std::pair key(entry.scope, entry.key);
    tenant.inbox.insert_or_assign(key, std::move(entry));
  }
}

// Mutex held.
void MemoryStore::write_people(Tenant& tenant, Commit& commit, const ConversationSummary& conversation) {
  for (ReviewEntry& review : commit.reviews) {
    if (std::ranges::find(tenant.reviews, review.review_id, &ReviewEntry::review_id) != tenant.reviews.end())
      continue;
    review.conversation_id = conversation.id;
    tenant.reviews.push_back(std::move(review));
  }
  for (ReviewDecision& decision : commit.decisions) {
    const auto review = std::ranges::find(tenant.reviews, decision.review_id, &ReviewEntry::review_id);
    if (review == tenant.reviews.end() || review->status != "open") continue;
    review->status = std::move(decision.status);
    review->decision = std::move(decision.decision);
    review->decided_at = decision.at;
  }
  for (MemoryEntry& entry : commit.memory) {
    if (entry.name.empty() && !entry.value) {
      tenant.memory.erase(conversation.user_id);
      tenant.vectors.erase(conversation.user_id);
      continue;
    }
    auto& of_user = tenant.memory[conversation.user_id];
    std::string name = entry.name;
    if (entry.value) {
      of_user.insert_or_assign(std::move(name), std::move(entry));
    } else {
      of_user.erase(name);
    }
  }
}

Awaitable<Result<std::optional<StoredConversation>>> MemoryStore::load(
    std::string_view tenant_name, std::string_view conversation_id
) {
  return load_since(tenant_name, conversation_id, 0);
}

Awaitable<Result<std::optional<StoredConversation>>> MemoryStore::load_since(
    std::string_view tenant_name, std::string_view conversation_id, std::uint64_t known
) {
  const std::lock_guard lock(mutex_);
  const Tenant& tenant = tenant_named(tenant_name);
  const auto found = tenant.conversations.find(conversation_id);
  if (found == tenant.conversations.end()) co_return std::nullopt;
  const Conversation& conversation = found->second;
  StoredConversation stored{.summary = conversation.summary, .snapshot = {}, .records = {}};
  const bool near = known > 0 && conversation.snapshot_sequence <= known + kFewRecords;
  if (near && known <= conversation.summary.sequence) {
    stored.snapshot_sequence = known;
  } else {
    stored.snapshot = conversation.snapshot;
    stored.snapshot_sequence = conversation.snapshot_sequence;
  }
  for (const LogRecord& record : conversation.records) {
    if (record.sequence > stored.snapshot_sequence) stored.records.push_back(record);
  }
  stored.unsettled = conversation.unsettled();
  stored.worker = conversation.worker;
  stored.worker_lives = lives(conversation.worker);
  co_return stored;
}

Awaitable<Result<std::vector<LogRecord>>> MemoryStore::records(
    std::string_view tenant_name,
    std::string_view conversation_id,
    std::uint64_t after_sequence,
    std::uint32_t limit
) {
  const std::lock_guard lock(mutex_);
  const Tenant& tenant = tenant_named(tenant_name);
  std::vector<LogRecord> out;
  const auto found = tenant.conversations.find(conversation_id);
  if (found == tenant.conversations.end()) co_return out;
  for (const LogRecord& record : found->second.records) {
    if (record.sequence > after_sequence && out.size() < limit) out.push_back(record);
  }
  co_return out;
}

Awaitable<Result<std::vector<ConversationSummary>>> MemoryStore::list(
    std::string_view tenant_name, ConversationFilter filter
) {
  const std::lock_guard lock(mutex_);
  const Tenant& tenant = tenant_named(tenant_name);
  std::vector<const Conversation*> matching;
  std::uint64_t before = UINT64_MAX;
  if (const auto cursor = tenant.conversations.find(filter.before); cursor != tenant.conversations.end()) {
    before = cursor->second.order;
  }
  const auto fits = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  for (const auto& [id, conversation] : tenant.conversations) {
    const ConversationSummary& summary = conversation.summary;
    if (conversation.order < before && fits(filter.user_id, summary.user_id) &&
        fits(filter.status, summary.status) && fits(filter.flow, summary.flow)) {
      matching.push_back(&conversation);
    }
  }
  std::ranges::sort(matching, std::greater<>(), [](const Conversation* c) { return c->order; });
  std::vector<ConversationSummary> page;
  for (const Conversation* conversation : matching) {
    if (page.size() == filter.limit) break;
    page.push_back(conversation->summary);
  }
  co_return page;
}

Awaitable<Result<std::vector<std::string>>> MemoryStore::missing_conversations(
    std::string_view tenant_name, std::vector<std::string> ids
) {
  const std::lock_guard lock(mutex_);
  const auto& conversations = tenant_named(tenant_name).conversations;
  std::erase_if(ids, [&](const std::string& id) { return conversations.contains(id); });
  co_return ids;
}

Awaitable<Result<std::optional<InboxEntry>>> MemoryStore::find_answer(
    std::string_view tenant_name, std::string_view scope, std::string_view key
) {
  const std::lock_guard lock(mutex_);
  const Tenant& tenant = tenant_named(tenant_name);
  const auto found = tenant.inbox.find({std::string(scope), std::string(key)});
  if (found == tenant.inbox.end()) co_return std::nullopt;
  co_return found->second;
}

Awaitable<Result<std::vector<PendingEffect>>> MemoryStore::pending_effects(
    std::string_view tenant_name, std::uint32_t limit
) {
  const std::lock_guard lock(mutex_);
  std::vector<PendingEffect> out;
  for (const auto& [id, conversation] : tenant_named(tenant_name).conversations) {
    for (const auto& [effect_id, entry] : conversation.outbox) {
      if (is_open(entry) && out.size() < limit) out.push_back({id, entry});
    }
  }
  co_return out;
}

Awaitable<Result<std::vector<OutboxEntry>>> MemoryStore::open_effects(
    std::string_view tenant_name, std::string_view conversation_id
) {
  const std::lock_guard lock(mutex_);
  std::vector<OutboxEntry> out;
  const Tenant& tenant = tenant_named(tenant_name);
  const auto found = tenant.conversations.find(conversation_id);
  if (found == tenant.conversations.end()) co_return out;
  for (const auto& [effect_id, entry] : found->second.outbox) {
    if (is_open(entry)) out.push_back(entry);
  }
  co_return out;
}

Awaitable<Result<std::vector<DueTimer>>> MemoryStore::due_timers(
    std::string_view tenant_name, Timestamp now, std::uint32_t limit
) {
  const std::lock_guard lock(mutex_);
  std::vector<DueTimer> out;
  for (const auto& [id, conversation] : tenant_named(tenant_name).conversations) {
    for (const auto& [timer_id, due] : conversation.timers) {
      if (due <= now) out.push_back({id, timer_id, due});
    }
  }
  std::ranges::sort(out, {}, &DueTimer::due);
  if (out.size() > limit) out.resize(limit);
  co_return out;
}

Awaitable<Result<std::vector<ReviewEntry>>> MemoryStore::reviews(
    std::string_view tenant_name, ReviewFilter filter
) {
  const std::lock_guard lock(mutex_);
  const auto& reviews = tenant_named(tenant_name).reviews;
  auto last = reviews.end();
  if (!filter.before.empty()) {
    last = std::ranges::find(reviews, filter.before, &ReviewEntry::review_id);
    if (last == reviews.end()) {
      co_return fail(
          ErrorCode::not_found, "There is no review " + filter.before + " to go on from.", "before"
      );
    }
  }
  const auto fits = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  std::vector<ReviewEntry> page;
  while (last != reviews.begin() && page.size() < filter.limit) {
    --last;
    if (fits(filter.status, last->status) && fits(filter.assignee, last->assignee) &&
        fits(filter.conversation_id, last->conversation_id)) {
      page.push_back(*last);
    }
  }
  co_return page;
}

Awaitable<Result<std::optional<ReviewEntry>>> MemoryStore::review(
    std::string_view tenant_name, std::string_view review_id
) {
  const std::lock_guard lock(mutex_);
  const auto& reviews = tenant_named(tenant_name).reviews;
  const auto found = std::ranges::find(reviews, review_id, &ReviewEntry::review_id);
  if (found == reviews.end()) co_return std::nullopt;
  co_return *found;
}

Awaitable<Result<std::vector<MemoryEntry>>> MemoryStore::memory(
    std::string_view tenant_name, std::string_view user_id
) {
  const std::lock_guard lock(mutex_);
  const auto& memory = tenant_named(tenant_name).memory;
  std::vector<MemoryEntry> entries;
  if (const auto user = memory.find(user_id); user != memory.end()) {
    for (const auto& [name, entry] : user->second) entries.push_back(entry);
  }
  co_return entries;
}

Awaitable<Result<void>> MemoryStore::forget_user(std::string_view tenant_name, std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenant_named(tenant_name);
  tenant.memory.erase(std::string(user_id));
  tenant.vectors.erase(std::string(user_id));
  co_return Result<void>();
}

Awaitable<Result<void>> MemoryStore::forget_before(std::string_view tenant_name, Timestamp time) {
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenant_named(tenant_name);
  const auto old = [&](const auto& entry) { return entry.second.at < time; };
  for (auto& [user, entries] : tenant.memory) std::erase_if(entries, old);
  for (auto& [user, vectors] : tenant.vectors) {
    if (!user.empty()) std::erase_if(vectors, old);
  }
  co_return Result<void>();
}

Awaitable<Result<std::vector<StoredVector>>> MemoryStore::vectors(
    std::string_view tenant_name, std::string_view user_id, std::vector<std::string> keys
) {
  const std::lock_guard lock(mutex_);
  const auto& all = tenant_named(tenant_name).vectors;
  std::vector<StoredVector> found;
  const auto user = all.find(user_id);
  if (user == all.end()) co_return found;
  for (std::string& key : keys) {
    if (const auto each = user->second.find(key); each != user->second.end())
      found.push_back({std::move(key), each->second.bytes});
  }
  co_return found;
}

Awaitable<Result<void>> MemoryStore::put_vectors(
    std::string_view tenant_name, std::string_view user_id, std::vector<StoredVector> vectors, Timestamp at
) {
  const std::lock_guard lock(mutex_);
  auto& of_user = tenant_named(tenant_name).vectors[std::string(user_id)];
  for (StoredVector& vector : vectors)
    of_user.try_emplace(std::move(vector.key), Tenant::Vector{std::move(vector.bytes), at});
  co_return Result<void>();
}

// How many rows a database would have lost.
std::uint64_t MemoryStore::erase_conversation(Tenant& tenant, const std::string& id) {
  const auto found = tenant.conversations.find(id);
  if (found == tenant.conversations.end()) return 0;
  const Conversation& gone = found->second;
  std::uint64_t rows =
      1 + gone.records.size() + gone.outbox.size() + gone.timers.size() + (gone.snapshot.empty() ? 0 : 1);
  rows += std::erase_if(tenant.inbox, [&](const auto& each) { return each.second.conversation_id == id; });
  rows += std::erase_if(tenant.reviews, [&](const ReviewEntry& each) { return each.conversation_id == id; });
  tenant.conversations.erase(found);
  return rows;
}

Awaitable<Result<void>> MemoryStore::erase(std::string_view tenant_name, Erase piece) {
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenant_named(tenant_name);
  auto noted = std::ranges::find(tenant.erasures, piece.entry.erasure_id, &ErasureEntry::erasure_id);
  if (noted == tenant.erasures.end()) {
    tenant.erasures.push_back(piece.entry);
    noted = std::prev(tenant.erasures.end());
    noted->conversations = noted->rows = 0;
  }
  noted->finished_at = piece.entry.finished_at;
  for (const std::string& id : piece.conversations) {
    const auto found = tenant.conversations.find(id);
    if (piece.before && found != tenant.conversations.end() &&
        found->second.summary.updated_at >= *piece.before)
      continue;
    const std::uint64_t rows = erase_conversation(tenant, id);
    noted->conversations += rows == 0 ? 0 : 1;
    noted->rows += rows;
  }
  if (const auto user = tenant.memory.find(piece.user_id); user != tenant.memory.end()) {
    noted->rows += user->second.size();
    tenant.memory.erase(user);
  }
  // Those under no user's name are of documents.
  if (const auto user = tenant.vectors.find(piece.user_id);
      user != tenant.vectors.end() && !piece.user_id.empty()) {
    noted->rows += user->second.size();
    tenant.vectors.erase(user);
  }
  for (const std::string& name : piece.settings) noted->rows += tenant.settings.erase(name);
  co_return Result<void>();
}

Awaitable<Result<std::vector<ErasureEntry>>> MemoryStore::erasures(
    std::string_view tenant_name, std::uint32_t limit
) {
  const std::lock_guard lock(mutex_);
  const auto& all = tenant_named(tenant_name).erasures;
  std::vector<ErasureEntry> entries(all.rbegin(), all.rend());
  if (entries.size() > limit) entries.resize(limit);
  co_return entries;
}

Awaitable<Result<ExpiredPage>> MemoryStore::expired(
    std::string_view tenant_name, Timestamp before, std::uint64_t after, std::uint32_t limit
) {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, const Conversation*> in_order;
  for (const auto& [id, conversation] : tenant_named(tenant_name).conversations) {
    if (conversation.order > after) in_order.emplace(conversation.order, &conversation);
  }
  ExpiredPage page;
  std::uint32_t seen = 0;
  for (const auto& [order, conversation] : in_order) {
    if (conversation->summary.created_at >= before) break;
    if (conversation->summary.updated_at < before && conversation->timers.empty() &&
        !conversation->unsettled())
      page.conversations.push_back(conversation->summary.id);
    if (++seen < limit) continue;
    page.next = order;
    break;
  }
  co_return page;
}

Awaitable<Result<void>> MemoryStore::put_flow(std::string_view tenant_name, FlowVersion version) {
  const std::lock_guard lock(mutex_);
  auto& flows = tenant_named(tenant_name).flows;
  const bool known = std::ranges::any_of(flows, [&](const FlowVersion& f) {
    return f.hash == version.hash && f.flow_id == version.flow_id;
  });
  if (!known) flows.push_back(std::move(version));
  co_return Result<void>();
}

Awaitable<Result<std::vector<FlowVersion>>> MemoryStore::flow_versions(
    std::string_view tenant_name, std::string_view flow_id
) {
  const std::lock_guard lock(mutex_);
  std::vector<FlowVersion> out;
  for (const FlowVersion& version : tenant_named(tenant_name).flows) {
    if (version.flow_id == flow_id) out.insert(out.begin(), version);
  }
  co_return out;
}

Awaitable<Result<std::optional<FlowVersion>>> MemoryStore::flow_by_hash(
    std::string_view tenant_name, std::string_view hash
) {
  const std::lock_guard lock(mutex_);
  const auto& flows = tenant_named(tenant_name).flows;
  const auto found = std::ranges::find(flows, hash, &FlowVersion::hash);
  if (found == flows.end()) co_return std::nullopt;
  co_return *found;
}

Awaitable<Result<void>> MemoryStore::put_release(
    std::string_view tenant_name,
    StoredRelease release,
    bool activate,
    std::vector<PublicationEntry> history,
    std::optional<std::string> base
) {
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenant_named(tenant_name);
  if (activate && base && tenant.active != *base) {
    if (tenant.active == release.hash) co_return Result<void>();
    co_return fail(ErrorCode::conflict, "another release is active", std::string(kReleaseChanged));
  }
  if (activate) {
    tenant.active = release.hash;
    std::ranges::move(history, std::back_inserter(tenant.history));
  }
  std::string hash = release.hash;
  tenant.releases.insert_or_assign(std::move(hash), std::move(release));
  co_return Result<void>();
}

Awaitable<Result<std::vector<PublicationEntry>>> MemoryStore::publications(
    std::string_view tenant_name, std::string_view flow_id
) {
  const std::lock_guard lock(mutex_);
  std::vector<PublicationEntry> out;
  for (const PublicationEntry& entry : tenant_named(tenant_name).history) {
    if (entry.flow_id == flow_id) out.insert(out.begin(), entry);
  }
  co_return out;
}

Awaitable<Result<std::optional<StoredRelease>>> MemoryStore::release(
    std::string_view tenant_name, std::string_view hash
) {
  const std::lock_guard lock(mutex_);
  const auto& releases = tenant_named(tenant_name).releases;
  const auto found = releases.find(hash);
  if (found == releases.end()) co_return std::nullopt;
  co_return found->second;
}

Awaitable<Result<std::optional<StoredRelease>>> MemoryStore::active_release(std::string_view tenant_name) {
  std::string hash;
  {
    const std::lock_guard lock(mutex_);
    hash = tenant_named(tenant_name).active;
  }
  if (hash.empty()) co_return std::nullopt;
  co_return co_await release(tenant_name, hash);
}

Awaitable<Result<std::optional<std::string>>> MemoryStore::setting(
    std::string_view tenant_name, std::string_view name
) {
  const std::lock_guard lock(mutex_);
  const auto& settings = tenant_named(tenant_name).settings;
  const auto found = settings.find(name);
  if (found == settings.end()) co_return std::nullopt;
  co_return found->second;
}

Awaitable<Result<std::vector<std::string>>> MemoryStore::setting_names(
    std::string_view tenant_name, std::string_view beginning
) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, value] : tenant_named(tenant_name).settings) {
    if (name.starts_with(beginning)) names.push_back(name);
  }
  co_return names;
}

Awaitable<Result<void>> MemoryStore::put_setting(
    std::string_view tenant_name, std::string_view name, std::string_view value
) {
  const std::lock_guard lock(mutex_);
  tenant_named(tenant_name).settings.insert_or_assign(std::string(name), std::string(value));
  co_return Result<void>();
}

Awaitable<Result<void>> MemoryStore::replace_setting(
    std::string_view tenant_name,
    std::string_view name,
    std::optional<std::string> before,
    std::string_view value
) {
  const std::lock_guard lock(mutex_);
  auto& settings = tenant_named(tenant_name).settings;
  const auto found = settings.find(name);
  const bool same = before ? found != settings.end() && found->second == *before : found == settings.end();
  if (!same) co_return fail(ErrorCode::conflict, "the setting has changed", std::string(kSettingChanged));
  settings.insert_or_assign(std::string(name), std::string(value));
  co_return Result<void>();
}

Awaitable<Result<void>> MemoryStore::check() {
  co_return Result<void>();
}

// ---- several drivers on this store

// Mutex held. Its last beat is recent enough.
bool MemoryStore::lives(WorkerId worker) const {
  const auto beat = beats_.find(worker);
  return beat != beats_.end() && milliseconds_() - beat->second <= kWorkerLeaseMs;
}

// Mutex held. From here on they are dead, whatever they do.
void MemoryStore::bury_workers() {
  std::erase_if(beats_, [&](const auto& worker) { return !lives(worker.first); });
}

Awaitable<Result<WorkerId>> MemoryStore::enroll(std::string_view /*name*/) {
  if (!is_shared()) co_return WorkerId{0};
  const std::lock_guard lock(mutex_);
  beats_.emplace(++last_worker_, milliseconds_());
  co_return last_worker_;
}

Awaitable<Result<bool>> MemoryStore::beat(WorkerId worker) {
  if (!is_shared()) co_return true;
  const std::lock_guard lock(mutex_);
  const auto known = beats_.find(worker);
  if (known != beats_.end()) known->second = milliseconds_();
  bury_workers();
  co_return known != beats_.end();
}

Awaitable<Result<void>> MemoryStore::retire(WorkerId worker) {
  const std::lock_guard lock(mutex_);
  beats_.erase(worker);
  co_return Result<void>();
}

Awaitable<Result<std::optional<Standing>>> MemoryStore::standing(
    std::string_view tenant_name, std::string_view conversation_id
) {
  const std::lock_guard lock(mutex_);
  const Tenant& tenant = tenant_named(tenant_name);
  const auto found = tenant.conversations.find(conversation_id);
  if (found == tenant.conversations.end()) co_return std::nullopt;
  const WorkerId worker = found->second.worker;
  co_return Standing{found->second.summary.sequence, worker, lives(worker)};
}

Awaitable<Result<bool>> MemoryStore::take_over(
    std::string_view tenant_name, std::string_view conversation_id, WorkerId from, WorkerId to
) {
  if (!is_shared()) co_return true;
  const std::lock_guard lock(mutex_);
  bury_workers();
  auto& conversations = tenant_named(tenant_name).conversations;
  const auto found = conversations.find(conversation_id);
  if (found == conversations.end() || !found->second.unsettled()) co_return false;
  Conversation& conversation = found->second;
  if (conversation.worker == to) co_return true;
  if (conversation.worker != from || beats_.contains(from) || !beats_.contains(to)) co_return false;
  conversation.worker = to;
  co_return true;
}

Awaitable<Result<std::vector<std::string>>> MemoryStore::claim_left_over(
    std::string_view tenant_name, WorkerId worker, std::uint32_t limit
) {
  if (!is_shared()) co_return co_await Store::claim_left_over(tenant_name, worker, limit);
  const std::lock_guard lock(mutex_);
  bury_workers();
  std::vector<std::string> claimed;
  if (!beats_.contains(worker)) co_return claimed;
  for (auto& [id, conversation] : tenant_named(tenant_name).conversations) {
    if (claimed.size() == limit) break;
    if (beats_.contains(conversation.worker) || !conversation.unsettled()) continue;
    conversation.worker = worker;
    claimed.push_back(id);
  }
  co_return claimed;
}

Awaitable<Result<std::vector<DueTimer>>> MemoryStore::claim_timers(
    std::string_view tenant_name, Timestamp now, WorkerId worker, std::uint32_t limit
) {
  auto due = co_await due_timers(tenant_name, now, UINT32_MAX);
  if (due && !is_shared() && due->size() > limit) due->resize(limit);
  if (!due || !is_shared()) co_return due;
  const std::lock_guard lock(mutex_);
  auto& conversations = tenant_named(tenant_name).conversations;
  std::erase_if(*due, [&](const DueTimer& timer) {
    auto& claims = conversations.find(timer.conversation_id)->second.claims;
    const auto claim = claims.find(timer.timer_id);
    const bool taken = claim != claims.end() && claim->second.until >= milliseconds_() &&
                       beats_.contains(claim->second.worker);
    if (taken || limit == 0) return true;
    claims.insert_or_assign(timer.timer_id, Claim{worker, milliseconds_() + kTimerClaimMs});
    --limit;
    return false;
  });
  co_return due;
}

}  // namespace parley::turns
