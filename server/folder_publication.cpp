#include "server/folder_publication.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "assistant/folder.hpp"
#include "server/api/inbound/hooks.hpp"
#include "server/ops/log.hpp"
#include "server/ops/process.hpp"
#include "server/ops/secrets.hpp"
#include "server/terminal.hpp"
#include "server/welcome.hpp"

namespace parley {

using turns::Awaitable;

namespace {

constexpr std::uint32_t kCountedConversations = 10'000;
constexpr std::chrono::seconds kTryAgain{5};

// A hook whose secret is not set takes nothing, which whoever starts the server should know.
api::HookTable hooks_of(const assistant::Settings& settings) {
  api::HookTable hooks = api::make_hooks(settings.hooks, ops::find_secret);
  for (const auto& [name, hook] : hooks) {
    if (hook.secret.empty())
      say("the hook " + name + " takes nothing until PARLEY_SECRET_" + hook.settings.secret + " is set\n");
  }
  return hooks;
}

}  // namespace

Awaitable<Result<void>> FolderPublication::publish_first(workspace::Workspace folder) {
  auto restored = co_await world_.releases.restore(world_.tenant);
  if (!restored) co_return std::unexpected(std::move(restored.error()));
  changed_at_ = std::chrono::steady_clock::now();
  const bool mistakes = folder.has_errors();
  if (!folder.folder.diagnostics.empty()) say(assistant::render_all(folder.folder, on_terminal()) + "\n");
  if (!mistakes) co_return co_await publish(std::move(folder), world_.config);
  if (*restored == nullptr) co_return fail(ErrorCode::invalid_input, "");
  say("serving the flows of last time until these are right\n");
  running_ = std::move(folder);  // its tools are in use
  co_return Result<void>();
}

void FolderPublication::watch() {
  if (!world_.options.watch) return;
  std::error_code problem;
  if (!std::filesystem::is_directory(world_.options.folder, problem)) return;
  auto watcher = assistant::Watcher::start(world_.options.folder, [this] {
    boost::asio::post(world_.loop, [this] { begin_reload(); });
  });
  if (watcher) {
    watcher_ = std::move(*watcher);
  } else {
    ops::log(ops::LogLevel::warn, "changes are not watched", {{"problem", watcher.error().message}});
  }
}

void FolderPublication::stop() {
  stopping_ = true;
  watcher_.reset();
  again_.cancel();
}

void FolderPublication::begin_reload() {
  if (stopping_) return;
  changed_again_ = true;
  if (!reloading_) boost::asio::co_spawn(world_.loop, reload(), boost::asio::detached);
}

// Nothing is wrong with the folder: without this it would not be served before somebody changed it again.
void FolderPublication::try_again() {
  say("keeping the flows that run, trying again in " + std::to_string(kTryAgain.count()) + " s\n");
  again_.expires_after(kTryAgain);
  again_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) begin_reload();
  });
}

Awaitable<void> FolderPublication::reload() {
  reloading_ = true;
  while (std::exchange(changed_again_, false)) {
    changed_at_ = std::chrono::steady_clock::now();
    workspace::Workspace fresh = workspace::load(world_.options.folder);
    const auto config = ops::load_config(
        {.flags = world_.options.flags,
         .environment = ops::process_environment(),
         .file = fresh.folder.settings}
    );
    if (!fresh.folder.diagnostics.empty()) say(assistant::render_all(fresh.folder, on_terminal()) + "\n");
    if (fresh.has_errors() || !config) {
      say("keeping the flows that run\n");
      continue;
    }
    const assistant::Settings& before = world_.config.assistant();
    if (config->assistant().listen != before.listen || config->assistant().data_dir != before.data_dir)
      say("server.listen and server.data_dir change with the next start\n");
    const auto published = co_await publish(std::move(fresh), *config);
    if (published || published.error().message.empty()) continue;
    say(describe(published.error()));
    if (published.error().code == ErrorCode::unavailable) try_again();
  }
  reloading_ = false;
}

Awaitable<Result<void>> FolderPublication::publish(workspace::Workspace fresh, ops::Config config) {
  assistant::Settings settings = config.assistant();
  const bool welcomes = fresh.folder.flows.empty();
  if (welcomes) {
    fresh.folder.flows.push_back(welcome_flow());
    if (settings.start.empty()) settings.start = "welcome";
  }
  // What is declared is what flows are checked against.
  world_.tools.declare(fresh);
  bool active = false;
  const auto activate = [&](tools::Connectors& connectors) {
    world_.tools.use(std::move(connectors), settings);
    world_.api.set_hooks(hooks_of(settings));
    world_.api.set_settings(settings);
    world_.config = std::move(config);
    welcomes_ = welcomes;
    active = true;
  };
  auto connectors = world_.tools.connectors_of(fresh, settings);
  if (!connectors) {
    world_.tools.declare(running_);
    co_return std::unexpected(std::move(connectors.error()));
  }
  const auto published = co_await world_.publisher.publish_folder(
      fresh.folder,
      workspace::engine_settings(settings, fresh.folder.messages),
      world_.tools.signatures_with(*connectors),
      {.author = "folder"},
      [&] {
        if (!active) activate(*connectors);
      }
  );
  if (active) {
    running_ = std::move(fresh);
  } else {
    world_.tools.declare(running_);
  }
  if (!published) {
    if (published.error().error) co_return std::unexpected(*published.error().error);
    fresh.folder.diagnostics = published.error().diagnostics;
    say(assistant::render_all(fresh.folder, on_terminal()) + "\nkeeping the flows that run\n");
    co_return fail(ErrorCode::invalid_input, "");
  }
  if (published->before != nullptr) co_await tell_changes(*published);
  co_return Result<void>();
}

Awaitable<void> FolderPublication::tell_changes(const api::Published& published) {
  const auto took = std::chrono::steady_clock::now() - changed_at_;
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  for (const api::FlowChange& change : published.changes) {
    const VersionChange told = co_await version_change(change, published.before);
    say(describe(told) + " " + std::to_string(took_ms) + " ms\n");
    ops::log(
        ops::LogLevel::debug,
        "flow published",
        {{"flow", change.flow_id}, {"version", told.version}, {"ms", static_cast<std::int64_t>(took_ms)}}
    );
  }
}

Awaitable<VersionChange> FolderPublication::version_change(
    const api::FlowChange& change, const engine::ReleasePtr& before
) {
  VersionChange told{.flow_id = change.flow_id};
  const auto versions = co_await world_.store.flow_versions(world_.tenant, change.flow_id);
  const auto label = [&](const flow::FlowPtr& flow) -> std::string {
    if (flow == nullptr) return {};
    if (!flow->version.empty()) return flow->version.starts_with('v') ? flow->version : "v" + flow->version;
    if (!versions) return flow->hash.substr(0, 8);
    // Without a label of the author: which one it is, counted from the first.
    for (std::size_t i = 0; i < versions->size(); ++i) {
      if ((*versions)[i].hash == flow->hash) return "v" + std::to_string(versions->size() - i);
    }
    return flow->hash.substr(0, 8);
  };
  told.version = label(change.now);
  told.previous = label(change.before);
  if (told.previous == told.version) told.previous = "its earlier version";
  if (change.before == nullptr) co_return told;
  const auto open = co_await world_.store.list(
      world_.tenant, {.status = {}, .flow = change.flow_id, .before = {}, .limit = kCountedConversations}
  );
  if (!open) co_return told;
  for (const turns::ConversationSummary& conversation : *open) {
    if (conversation.status != "ended" && conversation.release == before->hash()) ++told.open_conversations;
  }
  co_return told;
}

}  // namespace parley
