#include "server/api/flow_publisher.hpp"

#include <algorithm>
#include <utility>

#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/steps/registry.hpp"
#include "flow/document.hpp"
#include "flow/migration.hpp"
#include "policy/check_times.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kFolderSetting = "folder_flows";
constexpr int kAttempts = 8;  // of a publication that comes too late

std::unexpected<NotPublished> because(Error error) {
  return std::unexpected(NotPublished{{}, std::move(error)});
}

flow::FlowPtr find_flow(const engine::ReleasePtr& release, std::string_view flow_id) {
  if (release == nullptr) return nullptr;
  const auto found = release->flows().find(flow_id);
  return found == release->flows().end() ? nullptr : found->second;
}

std::vector<FlowChange> compare(const engine::ReleasePtr& before, const engine::ReleasePtr& now) {
  std::vector<FlowChange> changes;
  for (const auto& [flow_id, flow] : now->flows()) {
    const flow::FlowPtr old = find_flow(before, flow_id);
    if (old == nullptr || old->hash != flow->hash) changes.push_back({flow_id, flow, old});
  }
  if (before == nullptr) return changes;
  for (const auto& [flow_id, flow] : before->flows()) {
    if (find_flow(now, flow_id) == nullptr) changes.push_back({flow_id, nullptr, flow});
  }
  return changes;
}

std::vector<std::string> shared_slots_of(const engine::ReleasePtr& release) {
  std::vector<std::string> names;
  if (release == nullptr) return names;
  for (const auto& [flow_id, flow] : release->flows()) {
    const auto document = flow::parse_json_document(flow->canonical);
    if (!document) continue;
    for (std::string& name : flow::shared_slots(*document)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

turns::Awaitable<Result<FlowPublisher::Hashes>> FlowPublisher::last_of_folder() {
  const auto text = co_await world_.store.setting(world_.tenant, kFolderSetting);
  if (!text) co_return std::unexpected(text.error());
  Hashes hashes;
  if (!*text) co_return hashes;
  if (const auto map = parse_json(**text); map && map->is_map()) {
    for (const auto& [flow_id, hash] : map->entries()) {
      if (hash.is_string()) hashes.emplace(flow_id.as_string(), hash.as_string());
    }
  }
  co_return hashes;
}

turns::Awaitable<Result<void>> FlowPublisher::check_migrations(
    const flow::Flow& fresh, flow::Diagnostics& diagnostics
) {
  if (fresh.migrations.empty()) co_return Result<void>();
  const auto versions = co_await world_.store.flow_versions(world_.tenant, fresh.id);
  if (!versions) co_return std::unexpected(versions.error());
  for (const flow::Migration& migration : fresh.migrations) {
    const auto version = turns::find_version(*versions, migration.from);
    const flow::FlowPtr old = version ? load_version(*version, diagnostics) : nullptr;
    if (old == nullptr) {
      flow::report_unknown_version(migration, fresh, diagnostics);
    } else {
      flow::check_migration(migration, *old, fresh, diagnostics);
    }
  }
  co_return Result<void>();
}

flow::FlowPtr FlowPublisher::load_version(const turns::FlowVersion& version, flow::Diagnostics& diagnostics)
    const {
  const auto document = flow::parse_json_document(version.canonical);
  if (!document) return nullptr;
  const auto shared = shared_slots_of(world_.releases.active(world_.tenant));
  return flow::load(*document, version.flow_id + ".json", engine::step_specs(), diagnostics, shared);
}

turns::Awaitable<Publication> FlowPublisher::publish(
    const engine::ReleasePtr& base,
    std::vector<turns::FlowToPublish> flows,
    engine::AssistantSettings settings,
    turns::Cause cause,
    flow::Diagnostics diagnostics,
    bool only_check,
    std::function<void()> activating
) {
  for (const turns::FlowToPublish& each : flows) {
    if (auto checked = co_await check_migrations(*each.flow, diagnostics); !checked)
      co_return because(std::move(checked.error()));
  }
  flow::sort_diagnostics(diagnostics);
  if (flow::has_errors(diagnostics))
    co_return std::unexpected(NotPublished{std::move(diagnostics), std::nullopt});
  Published published{.before = base};
  if (only_check) {
    for (const turns::FlowToPublish& each : flows) {
      const flow::FlowPtr old = find_flow(published.before, each.flow->id);
      if (old == nullptr || old->hash != each.flow->hash)
        published.changes.push_back({each.flow->id, each.flow, old});
    }
    published.warnings = std::move(diagnostics);
    co_return published;
  }
  auto release = co_await world_.releases.publish(
      world_.tenant,
      std::move(flows),
      std::move(settings),
      std::move(cause),
      world_.clock.now(),
      base,
      activating
  );
  if (!release) co_return because(std::move(release.error()));
  world_.published();
  published.release = std::move(*release);
  published.changes = compare(published.before, published.release);
  published.warnings = std::move(diagnostics);
  co_return published;
}

// One publication at a time, of this process; and it begins with what other processes have published.
turns::Awaitable<Result<FlowPublisher::Begun>> FlowPublisher::begin(const turns::Cause& cause) {
  auto lease = co_await one_at_a_time_.admit("flows");
  if (!lease) co_return std::unexpected(std::move(lease.error()));
  Begun begun{*std::move(lease), world_.releases.active(world_.tenant)};
  if (world_.store.is_shared()) {
    auto followed = co_await world_.releases.restore(world_.tenant);
    if (!followed) co_return std::unexpected(std::move(followed.error()));
    begun.base = *std::move(followed);
  }
  if (cause.base && *cause.base != (begun.base == nullptr ? std::string() : begun.base->hash()))
    co_return turns::published_meanwhile();
  co_return begun;
}

template <typename Once>
turns::Awaitable<Publication> FlowPublisher::anew_when_late(const turns::Cause& cause, Once once) {
  for (int attempt = 1;; ++attempt) {
    auto published = co_await once();
    const bool late =
        !published && published.error().error && published.error().error->pointer == turns::kReleaseChanged;
    if (!late || cause.base || attempt == kAttempts) co_return published;
  }
}

turns::Awaitable<Publication> FlowPublisher::publish_folder(
    const assistant::Folder& folder,
    const engine::AssistantSettings& settings,
    const Signatures& signatures,
    turns::Cause cause,
    std::function<void()> activating
) {
  co_return co_await anew_when_late(cause, [&] {
    return publish_folder_once(folder, settings, signatures, cause, activating);
  });
}

turns::Awaitable<Publication> FlowPublisher::put_flow(
    std::string_view flow_id, std::string_view text, std::string file, turns::Cause cause
) {
  co_return co_await anew_when_late(cause, [&] { return put_flow_once(flow_id, text, file, cause); });
}

turns::Awaitable<Publication> FlowPublisher::put_flows(
    std::vector<FlowText> flows, Signatures signatures, turns::Cause cause, bool only_check
) {
  co_return co_await anew_when_late(cause, [&] {
    return put_flows_once(flows, signatures, cause, only_check);
  });
}

turns::Awaitable<Publication> FlowPublisher::roll_back(
    std::string_view flow_id, std::string_view wanted, turns::Cause cause
) {
  co_return co_await anew_when_late(cause, [&] { return roll_back_once(flow_id, wanted, cause); });
}

turns::Awaitable<Publication> FlowPublisher::publish_folder_once(
    const assistant::Folder& folder,
    const engine::AssistantSettings& settings,
    const Signatures& signatures,
    turns::Cause cause,
    std::function<void()> activating
) {
  auto begun = co_await begin(cause);
  if (!begun) co_return because(std::move(begun.error()));
  const auto last = co_await last_of_folder();
  if (!last) co_return because(last.error());
  const engine::ReleasePtr& active = begun->base;

  std::vector<turns::FlowToPublish> flows;
  std::vector<flow::FlowPtr> all;
  MapBuilder folder_hashes;
  Hashes in_folder;
  const auto use = [&](flow::FlowPtr flow, std::string source) {
    all.push_back(flow);
    flows.push_back({std::move(flow), std::move(source)});
  };
  for (const flow::FlowPtr& flow : folder.flows) {
    folder_hashes.set(flow->id, flow->hash);
    in_folder.emplace(flow->id, flow->hash);
    const auto before = last->find(flow->id);
    const flow::FlowPtr current = find_flow(active, flow->id);
    const bool untouched = current != nullptr && before != last->end() && before->second == flow->hash;
    if (untouched && current->hash != flow->hash) {
      use(current, {});
    } else {
      const auto source = folder.sources.find(flow->file);
      use(flow, source == folder.sources.end() ? std::string() : source->second);
    }
  }
  // Flows that never were in the folder, or were changed through the API since, stay.
  if (active != nullptr) {
    for (const auto& [flow_id, flow] : active->flows()) {
      if (in_folder.contains(flow_id)) continue;
      const auto before = last->find(flow_id);
      if (before == last->end() || before->second != flow->hash) use(flow, {});
    }
  }

  flow::Diagnostics diagnostics = folder.diagnostics;
  flow::check_all(all, signatures, diagnostics);
  policy::check_times(all, settings.calendars, diagnostics);
  engine::check_words(all, settings, diagnostics);
  auto published = co_await publish(
      active,
      std::move(flows),
      settings,
      std::move(cause),
      std::move(diagnostics),
      false,
      std::move(activating)
  );
  if (!published) co_return published;
  auto kept = co_await world_.store.put_setting(
      world_.tenant, kFolderSetting, write_canonical(folder_hashes.build())
  );
  if (!kept) co_return because(std::move(kept.error()));
  co_return published;
}

turns::Awaitable<Publication> FlowPublisher::put_flow_once(
    std::string_view flow_id, std::string_view text, std::string file, turns::Cause cause
) {
  auto begun = co_await begin(cause);
  if (!begun) co_return because(std::move(begun.error()));

  flow::Diagnostics diagnostics;
  const auto document = assistant::read_document(text, file, diagnostics);
  const auto shared = shared_slots_of(begun->base);
  flow::FlowPtr fresh;
  if (document) fresh = flow::load(*document, file, engine::step_specs(), diagnostics, shared);
  if (fresh != nullptr && fresh->id != flow_id) {
    co_return because(
        {ErrorCode::invalid_input,
         "the document's id is '" + fresh->id + "', but the path says '" + std::string(flow_id) + "'",
         "flow_invalid",
         "make them equal, or leave the id out"}
    );
  }
  if (fresh == nullptr || flow::has_errors(diagnostics)) {
    flow::sort_diagnostics(diagnostics);
    co_return std::unexpected(NotPublished{std::move(diagnostics), std::nullopt});
  }

  co_return co_await replace(
      begun->base, {{fresh, std::string(text)}}, world_.signatures(), std::move(cause), std::move(diagnostics)
  );
}

turns::Awaitable<Publication> FlowPublisher::put_flows_once(
    std::vector<FlowText> flows, const Signatures& signatures, turns::Cause cause, bool only_check
) {
  auto begun = co_await begin(cause);
  if (!begun) co_return because(std::move(begun.error()));

  flow::Diagnostics diagnostics;
  std::vector<std::string> shared = shared_slots_of(begun->base);
  std::vector<std::pair<flow::Node, FlowText>> documents;
  for (FlowText& each : flows) {
    auto document = assistant::read_document(each.text, each.file, diagnostics);
    if (!document) continue;
    for (std::string& name : flow::shared_slots(*document)) shared.push_back(std::move(name));
    documents.emplace_back(*std::move(document), std::move(each));
  }
  std::vector<turns::FlowToPublish> fresh;
  for (auto& [document, given] : documents) {
    auto flow = flow::load(document, given.file, engine::step_specs(), diagnostics, shared);
    if (flow != nullptr) fresh.push_back({std::move(flow), std::move(given.text)});
  }
  co_return co_await replace(
      begun->base, std::move(fresh), signatures, std::move(cause), std::move(diagnostics), only_check
  );
}

turns::Awaitable<Publication> FlowPublisher::roll_back_once(
    std::string_view flow_id, std::string_view wanted, turns::Cause cause
) {
  auto begun = co_await begin(cause);
  if (!begun) co_return because(std::move(begun.error()));
  const auto versions = co_await world_.store.flow_versions(world_.tenant, flow_id);
  if (!versions) co_return because(versions.error());
  auto version = turns::find_version(*versions, wanted);
  if (!version) co_return because(std::move(version.error()));

  flow::Diagnostics diagnostics;
  auto old = load_version(*version, diagnostics);
  if (old == nullptr || flow::has_errors(diagnostics)) {
    flow::sort_diagnostics(diagnostics);
    co_return std::unexpected(NotPublished{std::move(diagnostics), std::nullopt});
  }
  cause.action = "rolled_back";
  co_return co_await replace(
      begun->base, {{std::move(old), {}}}, world_.signatures(), std::move(cause), std::move(diagnostics)
  );
}

turns::Awaitable<Publication> FlowPublisher::replace(
    const engine::ReleasePtr& base,
    std::vector<turns::FlowToPublish> fresh,
    const Signatures& signatures,
    turns::Cause cause,
    flow::Diagnostics diagnostics,
    bool only_check
) {
  std::vector<flow::FlowPtr> all;
  for (const turns::FlowToPublish& each : fresh) all.push_back(each.flow);
  engine::AssistantSettings settings;
  if (base != nullptr) {
    settings = base->settings();
    for (const auto& [other_id, other] : base->flows()) {
      if (std::ranges::any_of(fresh, [&](const auto& each) { return each.flow->id == other_id; })) continue;
      all.push_back(other);
    }
  }
  for (std::size_t i = fresh.size(); i < all.size(); ++i) fresh.push_back({all[i], {}});
  flow::check_all(all, signatures, diagnostics);
  policy::check_times(all, settings.calendars, diagnostics);
  engine::check_words(all, settings, diagnostics);
  co_return co_await publish(
      base, std::move(fresh), std::move(settings), std::move(cause), std::move(diagnostics), only_check
  );
}

}  // namespace parley::api
