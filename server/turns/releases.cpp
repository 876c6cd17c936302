#include "server/turns/releases.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace parley::turns {

namespace {

constexpr int kLooks = 4;  // at what the store says, while others here publish

std::string release_key(std::string_view tenant, std::string_view hash) {
  std::string key(tenant);
  key += '\0';
  key += hash;
  return key;
}

// What changes for new conversations.
std::vector<PublicationEntry> entries(
    const engine::ReleasePtr& before, const engine::Release& now, const Cause& cause, Timestamp at
) {
  std::vector<PublicationEntry> history;
  const auto add = [&](const std::string& flow_id, const std::string& hash, const std::string& action) {
    history.push_back({flow_id, hash, action, cause.author, cause.reason, now.hash(), at});
  };
  for (const auto& [flow_id, flow] : now.flows()) {
    const flow::Flow* old = nullptr;
    if (before != nullptr) {
      const auto found = before->flows().find(flow_id);
      if (found != before->flows().end()) old = found->second.get();
    }
    if (old == nullptr || old->hash != flow->hash) add(flow_id, flow->hash, cause.action);
  }
  if (before == nullptr) return history;
  for (const auto& [flow_id, flow] : before->flows()) {
    if (!now.flows().contains(flow_id)) add(flow_id, {}, "withdrawn");
  }
  return history;
}

std::unexpected<Error> damaged(std::string_view what, std::string_view why) {
  return fail(
      ErrorCode::internal,
      "stored " + std::string(what) + " cannot be used: " + std::string(why),
      {},
      "run `parley doctor`; a conversation needs the release it started on"
  );
}

}  // namespace

std::unexpected<Error> published_meanwhile() {
  return fail(
      ErrorCode::conflict,
      "somebody else has published since you looked: the flows that run are not those that this was made "
      "from",
      std::string(kReleaseChanged),
      "look at them again (GET /v1/flows says which release it is), then publish with that as the base"
  );
}

Result<FlowVersion> find_version(std::span<const FlowVersion> versions, std::string_view wanted) {
  const FlowVersion* found = nullptr;
  std::size_t matches = 0;
  for (const FlowVersion& version : versions) {
    if (version.hash == wanted) return version;
    if (wanted.size() >= 6 && version.hash.starts_with(wanted)) {
      found = &version;
      ++matches;
    }
  }
  if (matches == 0) {
    const auto labelled = std::ranges::find(versions, wanted, &FlowVersion::version);
    if (labelled != versions.end() && !wanted.empty()) return *labelled;
  }
  if (matches == 1) return *found;
  return fail(
      ErrorCode::not_found,
      matches > 1 ? "more than one version's hash begins with '" + std::string(wanted) + "'"
                  : "there is no version '" + std::string(wanted) + "'",
      "version",
      "parley flow versions lists hashes and labels"
  );
}

engine::ReleasePtr ReleaseTable::active(std::string_view tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = active_.find(tenant);
  return found == active_.end() ? nullptr : found->second;
}

engine::ReleasePtr ReleaseTable::remembered(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_hash_.find(key);
  engine::ReleasePtr release = found == by_hash_.end() ? nullptr : found->second.lock();
  if (release != nullptr) keep(release);
  return release;
}

// Locked.
void ReleaseTable::keep(const engine::ReleasePtr& release) {
  const auto found = std::ranges::find(used_last_, release);
  if (found == used_last_.end()) {
    used_last_.insert(used_last_.begin(), release);
    if (used_last_.size() > kKept) used_last_.pop_back();
  } else {
    std::rotate(used_last_.begin(), found, found + 1);
  }
}

std::size_t ReleaseTable::in_memory() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(by_hash_, [](const auto& each) {
    return !each.second.expired();
  }));
}

void ReleaseTable::abandon_waiting() {
  std::map<std::string, std::vector<Waiter>, std::less<>> gone;  // let go when no lock is held
  const std::lock_guard lock(mutex_);
  gone.swap(compiling_);
}

void ReleaseTable::remember(std::string_view tenant, const engine::ReleasePtr& release, bool activate) {
  const std::lock_guard lock(mutex_);
  std::erase_if(by_hash_, [](const auto& each) { return each.second.expired(); });
  by_hash_.try_emplace(release_key(tenant, release->hash()), release);
  keep(release);
  if (!activate) return;
  ++activations_;
  active_.insert_or_assign(std::string(tenant), release);
}

std::uint64_t ReleaseTable::activations() const {
  const std::lock_guard lock(mutex_);
  return activations_;
}

Awaitable<Result<engine::ReleasePtr>> ReleaseTable::publish(
    std::string_view tenant,
    std::vector<FlowToPublish> flows,
    engine::AssistantSettings settings,
    Cause cause,
    Timestamp at,
    std::optional<engine::ReleasePtr> base,
    std::function<void()> activating
) {
  std::vector<flow::FlowPtr> compiled;
  for (const FlowToPublish& each : flows) compiled.push_back(each.flow);
  auto release = engine::make_release(std::move(compiled), std::move(settings));
  // The same contents as before are the same object, so that states keep pointing at one.
  if (auto known = remembered(release_key(tenant, release->hash()))) release = std::move(known);
  if (background_ != nullptr) {
    co_await learn(release);
  } else {
    (void)release->classifier();  // so that no user of the new release waits for it
  }

  StoredRelease stored{.hash = release->hash(), .settings = write_canonical(release->settings().to_value())};
  for (FlowToPublish& each : flows) {
    FlowVersion version{
        .flow_id = each.flow->id,
        .hash = each.flow->hash,
        .version = each.flow->version,
        .canonical = each.flow->canonical,
        .source = std::move(each.source),
        .author = cause.author,
        .published_at = at,
    };
    stored.flows.emplace_back(version.flow_id, version.hash);
    if (auto put = co_await store_.put_flow(tenant, std::move(version)); !put)
      co_return std::unexpected(put.error());
  }
  auto history = entries(base ? *base : active(tenant), *release, cause, at);
  std::optional<std::string> on;
  if (base) on = *base == nullptr ? std::string() : (*base)->hash();
  const auto put =
      co_await store_.put_release(tenant, std::move(stored), true, std::move(history), std::move(on));
  if (!put && put.error().pointer == kReleaseChanged) co_return published_meanwhile();
  if (!put) co_return std::unexpected(put.error());
  if (activating) activating();
  remember(tenant, release, true);
  co_return release;
}

Awaitable<Result<engine::ReleasePtr>> ReleaseTable::by_hash(std::string_view tenant, std::string_view hash) {
  const std::string key = release_key(tenant, hash);
  if (auto known = remembered(key)) co_return known;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = compiling_.try_emplace(key).second;
  }
  if (!first) {
    auto found = co_await net::await_callback<std::optional<Found>>([&](auto done) {
      {
        const std::lock_guard lock(mutex_);
        if (const auto under_way = compiling_.find(key); under_way != compiling_.end()) {
          under_way->second.push_back([done = std::move(done)](Found each) mutable { done(std::move(each)); }
          );
          return;
        }
      }
      done(std::nullopt);
    });
    if (found) co_return *std::move(found);
    co_return co_await by_hash(tenant, hash);  // it is there by now
  }
  try {
    auto known = remembered(key);  // somebody has finished just before
    auto found = known != nullptr ? Found(std::move(known)) : co_await from_store(tenant, hash);
    finish(key, found);
    co_return found;
  } catch (...) {
    finish(key, fail(ErrorCode::unavailable, "a release could not be read"));
    throw;
  }
}

void ReleaseTable::finish(const std::string& key, const Found& found) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    if (auto under_way = compiling_.extract(key)) waiters = std::move(under_way.mapped());
  }
  for (Waiter& waiter : waiters) waiter(found);
}

Awaitable<Result<engine::ReleasePtr>> ReleaseTable::from_store(
    std::string_view tenant, std::string_view hash
) {
  const auto stored = co_await store_.release(tenant, hash);
  if (!stored) co_return std::unexpected(stored.error());
  if (!*stored) co_return damaged("release " + std::string(hash), "it is not in the store");
  auto release = co_await compile(tenant, **stored);
  if (release && background_ != nullptr) co_await learn(*release);
  if (release) remember(tenant, *release, false);
  co_return release;
}

Awaitable<Result<engine::ReleasePtr>> ReleaseTable::restore(std::string_view tenant) {
  for (int look = 1;; ++look) {
    const std::uint64_t before = activations();
    const auto stored = co_await store_.active_release(tenant);
    if (!stored) co_return std::unexpected(stored.error());
    if (!*stored) co_return engine::ReleasePtr();
    if (auto known = active(tenant); known != nullptr && known->hash() == (*stored)->hash) co_return known;
    auto release = co_await by_hash(tenant, (*stored)->hash);
    // Somebody else here has made one active meanwhile, which may be older or newer than this one.
    const bool overtaken = activations() != before;
    if (release && !overtaken) remember(tenant, *release, true);
    if (!release || !overtaken || look == kLooks) co_return release;
  }
}

// Many phrases take seconds; a turn that needs them learns them itself otherwise, and its loop stands still.
Awaitable<void> ReleaseTable::learn(const engine::ReleasePtr& release) {
  co_await in_background(*background_, [release] { (void)release->classifier(); });
}

Awaitable<Result<engine::ReleasePtr>> ReleaseTable::compile(
    std::string_view tenant, const StoredRelease& stored
) {
  std::vector<std::pair<std::string, flow::Node>> documents;
  std::vector<std::string> shared;
  for (const auto& [flow_id, hash] : stored.flows) {
    const auto version = co_await store_.flow_by_hash(tenant, hash);
    if (!version) co_return std::unexpected(version.error());
    if (!*version) co_return damaged("flow " + flow_id, "version " + hash + " is missing");
    auto document = flow::parse_json_document((*version)->canonical);
    if (!document) co_return damaged("flow " + flow_id, document.error().message);
    for (std::string& name : flow::shared_slots(*document)) shared.push_back(std::move(name));
    documents.emplace_back(flow_id, std::move(*document));
  }

  std::vector<flow::FlowPtr> flows;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto& [flow_id, document] = documents[i];
    flow::Diagnostics diagnostics;
    auto flow = flow::load(document, flow_id + ".json", engine::step_specs(), diagnostics, shared);
    if (flow == nullptr) {
      co_return damaged(
          "flow " + flow_id, diagnostics.empty() ? "it does not compile" : diagnostics.front().message
      );
    }
    if (flow->hash != stored.flows[i].second) co_return damaged("flow " + flow_id, "its hash has changed");
    flows.push_back(std::move(flow));
  }
  const auto settings = parse_json(stored.settings);
  if (!settings) co_return damaged("release " + stored.hash, "its settings are not JSON");
  auto release = engine::make_release(std::move(flows), engine::AssistantSettings::from_value(*settings));
  if (release->hash() != stored.hash) co_return damaged("release " + stored.hash, "its hash has changed");
  co_return release;
}

}  // namespace parley::turns
