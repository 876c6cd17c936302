#include "server/assistant_tools.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/encoding.hpp"
#include "server/banner.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/ops/log.hpp"
#include "server/ops/process.hpp"
#include "server/ops/secrets.hpp"
#include "server/sign_in_setup.hpp"
#include "server/terminal.hpp"
#include "server/tools/sign_in/sign_in_tools.hpp"
#include "server/tools/tool_finder.hpp"
#include "server/tools/worker/worker_runner.hpp"
#include "server/worker_metrics.hpp"
#include "server/workspace/live_tools.hpp"

namespace parley {

using turns::Awaitable;

namespace {

std::optional<tools::Secret> secret_named(std::string_view name) {
  auto secret = ops::find_secret(name);
  if (!secret) return std::nullopt;
  return tools::Secret(*std::move(secret));
}

}  // namespace

AssistantTools::AssistantTools(World world, const assistant::Settings& settings) : world_(std::move(world)) {
  sign_ins_ = std::make_shared<tools::SignIns>(
      sign_in_world(world_.store, world_.clock, world_.tenant, world_.secret, world_.driver)
  );
  sign_in_port_ = parley::sign_in_port(sign_ins_);
  models_ = make_model_runner([this] { return table_.signatures(); });
  memory_ = std::make_shared<memory::UserMemory>(
      world_.store,
      memory::UserMemoryOptions{
          .locale = settings.locale, .keep_since = [this] { return keep_memory_since(); }
      }
  );
  vectors_ = world_.vectors.make_vectors(models_, world_.store, world_.clock);
  memory_->use_vectors(vectors_);
  set_models(settings);
  make_workers();
}

void AssistantTools::make_workers() {
  tools::WorkerOptions options{.prefix = "w" + hex_encode(ops::random_bytes(4))};
  options.keep = [this](std::string declarations) -> Awaitable<Result<void>> {
    co_return co_await world_.store.put_setting(
        world_.tenant, tools::WorkerDeclarations::kSetting, declarations
    );
  };
  options.note = [](std::string_view event, std::string_view worker, std::string_view detail) {
    ops::log(ops::LogLevel::info, event, {{"worker", worker}, {"detail", detail}});
  };
  options.count = count_worker_calls(world_.metrics);
  workers_ = std::make_shared<tools::WorkerPool>(std::move(options));
  table_.set_others(std::make_shared<tools::WorkerRunner>(workers_));
}

Awaitable<Result<void>> AssistantTools::restore_worker_tools() {
  const auto kept = co_await world_.store.setting(world_.tenant, tools::WorkerDeclarations::kSetting);
  if (!kept) co_return std::unexpected(kept.error());
  if (!*kept) co_return Result<void>();
  co_return workers_->declarations().restore(**kept);
}

void AssistantTools::declare(const workspace::Workspace& folder) {
  workspace::declare_workers(folder, *workers_);
}

Result<tools::Connectors> AssistantTools::connectors_of(
    const workspace::Workspace& fresh, const assistant::Settings& settings
) {
  if (!assistant::calls_tools(settings)) return fresh.connectors;
  auto options = workspace::client_options(settings, secret_named);
  if (!options) {
    say(describe(options.error()));
    return fail(ErrorCode::invalid_input, "");
  }
  options->user_agent = "parley/" PARLEY_VERSION;
  const auto client = net::make_http_client(*std::move(options));
  auto live = workspace::live_tools(fresh, settings, client, secret_named, workers_, sign_ins_);
  if (live.problems.empty()) return std::move(live.connectors);
  for (const Error& problem : live.problems) say(describe(problem));
  return fail(ErrorCode::invalid_input, "");
}

std::vector<flow::ToolSignature> AssistantTools::signatures_with(const tools::Connectors& connectors) const {
  tools::ToolTable fresh(connectors);
  fresh.set_others(std::make_shared<tools::WorkerRunner>(workers_));
  return fresh.signatures();
}

// What needs more than a folder is added. Without a model the built-in one stays.
void AssistantTools::use(tools::Connectors connectors, const assistant::Settings& settings) {
  set_models(settings);
  if (models_->has_model()) connectors["model"] = as_connector(models_);
  connectors["memory"] = memory_;
  connectors["sign_ins"] = std::make_shared<tools::SignInTools>(sign_ins_);
  connectors["knowledge"]->use_vectors(vectors_);
  table_.replace_all(tools::with_finder(std::move(connectors), settings.locale, vectors_));
}

void AssistantTools::set_models(const assistant::Settings& settings) {
  models_->configure(model_setup(settings, ops::process_environment()));
  understands_with_model_.store(settings.understanding == "model" && models_->has_model());
  memory_days_.store(settings.memory_days);
  author_approves_alone_.store(settings.author_approves_alone);
}

Timestamp AssistantTools::keep_memory_since() {
  constexpr std::int64_t kDay = 86'400;
  const std::uint32_t days = memory_days_.load(std::memory_order_relaxed);
  return days == 0 ? Timestamp{} : add(world_.clock.now(), Duration{-kDay * days, 0}).value_or(Timestamp{});
}

}  // namespace parley
