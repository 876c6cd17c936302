#include "server/serve.hpp"

#include <sys/stat.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "assistant/watch.hpp"
#include "base/encoding.hpp"
#include "server/api/api.hpp"
#include "server/api/setup.hpp"
#include "server/banner.hpp"
#include "server/driver_metrics.hpp"
#include "server/erasure/eraser.hpp"
#include "server/memory/user_memory.hpp"
#include "server/model_setup.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/net/server.hpp"
#include "server/open_store.hpp"
#include "server/ops/log.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/process.hpp"
#include "server/ops/secrets.hpp"
#include "server/protection.hpp"
#include "server/retention.hpp"
#include "server/shared_parts.hpp"
#include "server/sign_in_setup.hpp"
#include "server/terminal.hpp"
#include "server/tools/tool_finder.hpp"
#include "server/tools/tool_table.hpp"
#include "server/tools/worker/worker_runner.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/world.hpp"
#include "server/vector_setup.hpp"
#include "server/welcome.hpp"
#include "server/worker_metrics.hpp"
#include "server/workspace/live_tools.hpp"
#include "server/workspace/workspace.hpp"

namespace parley {

namespace {

using net::Awaitable;
using ops::LogLevel;

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kConfiguration = 3;
constexpr std::string_view kTenant = "default";
constexpr std::string_view kFingerprintSetting = "secret_key_fingerprint";
constexpr std::size_t kShortestKey = 24;
constexpr std::uint32_t kCountedConversations = 10'000;
constexpr std::chrono::milliseconds kLookForKeys{500};
constexpr std::chrono::seconds kFarewell{3};  // for telling the other servers

ops::LogFormat log_format(const ops::Config& config) {
  // Lines for people on a terminal, for machines elsewhere, unless somebody has decided.
  if (config.source("server.log_format").origin == ops::Origin::fallback) {
    return on_terminal() ? ops::LogFormat::text : ops::LogFormat::json;
  }
  return config.assistant().log_format == "json" ? ops::LogFormat::json : ops::LogFormat::text;
}

std::optional<tools::Secret> secret_named(std::string_view name) {
  auto secret = ops::find_secret(name);
  if (!secret) return std::nullopt;
  return tools::Secret(*std::move(secret));
}

// A hook whose secret is not set takes nothing, which whoever starts the server should know.
api::HookTable hooks_of(const assistant::Settings& settings) {
  api::HookTable hooks = api::make_hooks(settings.hooks, ops::find_secret);
  for (const auto& [name, hook] : hooks) {
    if (hook.secret.empty())
      say("the hook " + name + " takes nothing until PARLEY_SECRET_" + hook.settings.secret + " is set\n");
  }
  return hooks;
}

turns::AdmissionRules admission_rules(const assistant::Settings& settings) {
  turns::AdmissionRules rules;
  for (const assistant::AdmissionSetting& each : settings.admission) {
    const auto mode = turns::admission_mode(each.mode).value_or(turns::AdmissionMode::queue);
    rules.insert_or_assign(each.channel, turns::Admission{mode, each.window});
  }
  return rules;
}

class Application {
 public:
  explicit Application(const ServeOptions& options) : options_(options) {}
  int run();

 private:
  // In the order of a start.
  std::optional<int> read_configuration();
  std::optional<int> check_access();
  std::optional<int> open_data();
  std::optional<int> prepare_tools();
  std::optional<int> prepare_shared();
  void compose();
  void make_workers();
  Awaitable<Result<void>> restore_worker_tools();
  void set_models(const assistant::Settings& settings);
  [[nodiscard]] Timestamp keep_memory_since();
  [[nodiscard]] tools::Connectors with_server_parts(tools::Connectors connectors) const;
  [[nodiscard]] std::optional<int> make_server();
  Awaitable<Result<void>> prepare_data();
  Awaitable<Result<void>> check_secret_key();
  [[nodiscard]] std::vector<api::Helper> helpers() const;
  Awaitable<Result<void>> publish_first();
  std::optional<int> start_serving();
  [[nodiscard]] std::string public_url() const;
  Awaitable<void> keep_up_with_keys();
  void show_banner() const;

  // While it runs.
  void start_watching();
  Awaitable<void> reload();
  Awaitable<Result<void>> publish(workspace::Workspace fresh);
  Result<tools::Connectors> connectors_of(const workspace::Workspace& fresh);
  Awaitable<void> tell_changes(const api::Published& published);
  Awaitable<VersionChange> version_change(const api::FlowChange& change, const engine::ReleasePtr& before);
  void stop();
  void leave_others();
  int shut_down();

  template <typename T>
  Result<T> run_now(Awaitable<Result<T>> work);

  // See shut_down() for the order in which they go.
  const ServeOptions& options_;
  boost::asio::io_context control_{1};  // the main thread: start, reloads, stop
  std::unique_ptr<ops::SignalWatch> signals_;
  workspace::Workspace workspace_;
  std::optional<ops::Config> config_;
  ops::Endpoint endpoint_;
  ops::SecretKey secret_;
  ops::Metrics metrics_;
  std::optional<Protection> protection_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<turns::Store> store_;
  VectorPlace vector_place_;
  tools::ToolTable tools_;
  std::shared_ptr<models::ModelRunner> models_;
  std::shared_ptr<memory::UserMemory> memory_;
  std::shared_ptr<tools::WorkerPool> workers_;
  std::shared_ptr<memory::StoredVectors> vectors_;
  std::shared_ptr<tools::SignIns> sign_ins_;
  std::unique_ptr<api::SignInPort> sign_in_port_;
  std::atomic<bool> understands_with_model_{false};
  std::atomic<std::uint32_t> memory_days_{0};
  std::atomic<bool> author_approves_alone_{true};
  turns::SystemClock clock_;
  turns::RandomIds ids_;
  turns::Hub hub_;
  std::unique_ptr<SharedParts> shared_;
  turns::BackgroundThread background_;
  std::unique_ptr<turns::ReleaseTable> releases_;
  std::unique_ptr<turns::TurnDriver> driver_;
  std::unique_ptr<erasure::Eraser> eraser_;
  std::unique_ptr<erasure::Follower> follower_;
  std::unique_ptr<api::Access> access_;
  std::unique_ptr<api::Setup> setup_;
  std::unique_ptr<api::FlowPublisher> publisher_;
  std::unique_ptr<api::Throttle> throttle_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<assistant::Watcher> watcher_;
  std::optional<std::string> setup_token_;
  std::chrono::steady_clock::time_point changed_at_;
  bool welcome_ = false;
  bool reloading_ = false;
  bool changed_again_ = false;
  bool serving_ = false;
  bool stopping_ = false;
  boost::asio::steady_timer leaving_{control_};
};

int Application::run() {
  ops::prepare_process();
  signals_ = std::make_unique<ops::SignalWatch>([this](int count) {
    if (count > 1) {
      say("stopped at once\n");
      std::_Exit(kFailed);
    }
    boost::asio::post(control_, [this] { stop(); });
  });
  if (auto code = read_configuration()) return *code;
  if (auto code = check_access()) return *code;
  if (auto code = open_data()) return *code;
  if (auto checked = run_now(check_secret_key()); !checked) return report(checked.error(), kConfiguration);
  if (auto code = prepare_tools()) return *code;
  if (auto code = prepare_shared()) return *code;
  compose();
  if (auto prepared = run_now(prepare_data()); !prepared) return report(prepared.error(), kConfiguration);
  if (!ops::is_loopback(endpoint_.address) && !access_->has_keys()) {
    return report(
        {ErrorCode::forbidden,
         "listening on " + endpoint_.address + " lets others in, and there is no API key yet",
         config_->source("server.listen").where,
         "set PARLEY_SERVER__API_KEY_FILE, or create a key first: listen on 127.0.0.1 and open the set-up "
         "link"},
        kConfiguration
    );
  }
  if (auto published = run_now(publish_first()); !published) {
    if (!published.error().message.empty()) say(describe(published.error()));
    return kFailed;
  }
  if (auto code = start_serving()) return *code;
  show_banner();
  start_watching();
  const auto work = boost::asio::make_work_guard(control_);
  control_.restart();
  control_.run();
  return shut_down();
}

// ---- start

std::optional<int> Application::read_configuration() {
  workspace_ = workspace::load(options_.folder);
  auto config = ops::load_config(
      {.flags = options_.flags, .environment = ops::process_environment(), .file = workspace_.folder.settings}
  );
  if (!config) {
    for (const Error& error : config.error()) say(describe(error));
    return kConfiguration;
  }
  config_ = std::move(*config);
  ops::start_logging(ops::log_level_named(config_->assistant().log_level), log_format(*config_));
  auto endpoint = ops::parse_endpoint(config_->assistant().listen);
  if (!endpoint) return report(endpoint.error(), kConfiguration);
  endpoint_ = std::move(*endpoint);
  return std::nullopt;
}

std::optional<int> Application::check_access() {
  const std::string& key = config_->text("server.api_key");
  if (key.empty() || key.size() >= kShortestKey) return std::nullopt;
  return report(
      {ErrorCode::invalid_input,
       "the API key is too short to be safe",
       config_->source("server.api_key").where,
       "use at least " + std::to_string(kShortestKey) +
           " characters, for instance from: openssl rand -base64 32"},
      kConfiguration
  );
}

std::optional<int> Application::open_data() {
  auto store = open_store(*config_);
  if (!store) return report(store.error(), kConfiguration);
  protection_.emplace(*config_);
  store_ = protection_->watched(std::move(*store));
  if (auto chosen = vector_place_.choose(*config_); !chosen) return report(chosen.error(), kConfiguration);
  say(vector_place_.note(config_->assistant()));
  return std::nullopt;
}

std::optional<int> Application::prepare_tools() {
  sign_ins_ = std::make_shared<tools::SignIns>(
      sign_in_world(*store_, clock_, std::string(kTenant), secret_.bytes, [this] { return driver_.get(); })
  );
  sign_in_port_ = sign_in_port(sign_ins_);
  models_ = make_model_runner([this] { return tools_.signatures(); });
  memory_ = std::make_shared<memory::UserMemory>(
      *store_,
      memory::UserMemoryOptions{
          .locale = config_->assistant().locale, .keep_since = [this] { return keep_memory_since(); }
      }
  );
  vectors_ = vector_place_.make_vectors(models_, *store_, clock_);
  memory_->use_vectors(vectors_);
  set_models(config_->assistant());
  make_workers();
  auto connectors = connectors_of(workspace_);
  if (!connectors) return kConfiguration;
  tools_.replace_all(with_server_parts(*std::move(connectors)));
  return std::nullopt;
}

void Application::make_workers() {
  tools::WorkerOptions options{.prefix = "w" + hex_encode(ops::random_bytes(4))};
  options.keep = [this](std::string declarations) -> Awaitable<Result<void>> {
    co_return co_await store_->put_setting(kTenant, tools::WorkerDeclarations::kSetting, declarations);
  };
  options.note = [](std::string_view event, std::string_view worker, std::string_view detail) {
    ops::log(LogLevel::info, event, {{"worker", worker}, {"detail", detail}});
  };
  options.count = count_worker_calls(metrics_);
  workers_ = std::make_shared<tools::WorkerPool>(std::move(options));
  tools_.set_others(std::make_shared<tools::WorkerRunner>(workers_));
}

Awaitable<Result<void>> Application::restore_worker_tools() {
  const auto kept = co_await store_->setting(kTenant, tools::WorkerDeclarations::kSetting);
  if (!kept) co_return std::unexpected(kept.error());
  if (!*kept) co_return Result<void>();
  co_return workers_->declarations().restore(**kept);
}

std::optional<int> Application::prepare_shared() {
  auto parts = SharedParts::make(*config_, *store_, hub_, kTenant);
  if (!parts) return report(parts.error(), kConfiguration);
  shared_ = std::move(*parts);
  return std::nullopt;
}

// An Error without message: everything has been said.
Result<tools::Connectors> Application::connectors_of(const workspace::Workspace& fresh) {
  const assistant::Settings& settings = config_->assistant();
  workspace::declare_workers(fresh, *workers_);
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

void Application::compose() {
  releases_ = std::make_unique<turns::ReleaseTable>(*store_, &background_);
  driver_ = std::make_unique<turns::TurnDriver>(
      turns::TurnDriver::World{
          *store_, tools_, *releases_, clock_, ids_, hub_, shared_->sessions(), shared_->live()
      },
      turns::DriverOptions{
          .cached_conversations = static_cast<std::size_t>(config_->integer("server.cached_conversations")),
          .admission = admission_rules(config_->assistant()),
          .log_problem = [](std::string_view what
                         ) { ops::log(LogLevel::error, "turn driver", {{"problem", what}}); },
          .understands_with_model =
              [this] { return understands_with_model_.load(std::memory_order_relaxed); },
          .keep_memory_since = [this] { return keep_memory_since(); },
          .author_approves_alone = [this] { return author_approves_alone_.load(std::memory_order_relaxed); },
          .worker_name = process_name(),
      }
  );
  eraser_ = make_eraser({*store_, clock_, ids_, driver_.get()}, memory_);
  follower_ = make_follower(*store_, std::string(kTenant), *driver_, memory_);
  publisher_ = std::make_unique<api::FlowPublisher>(api::FlowPublisher::World{
      *releases_,
      *store_,
      clock_,
      [this] { return tools_.signatures(); },
      std::string(kTenant),
      [this] { shared_->live().changed(kTenant, turns::kReleases, 0); }
  });
}

void Application::set_models(const assistant::Settings& settings) {
  models_->configure(model_setup(settings, ops::process_environment()));
  understands_with_model_.store(settings.understanding == "model" && models_->has_model());
  memory_days_.store(settings.memory_days);
  author_approves_alone_.store(settings.author_approves_alone);
}

Timestamp Application::keep_memory_since() {
  constexpr std::int64_t kDay = 86'400;
  const std::uint32_t days = memory_days_.load(std::memory_order_relaxed);
  return days == 0 ? Timestamp{} : add(clock_.now(), Duration{-kDay * days, 0}).value_or(Timestamp{});
}

// What needs more than a folder. Without a model the built-in one stays.
tools::Connectors Application::with_server_parts(tools::Connectors connectors) const {
  if (models_->has_model()) connectors["model"] = as_connector(models_);
  connectors["memory"] = memory_;
  connectors["knowledge"]->use_vectors(vectors_);
  return tools::with_finder(std::move(connectors), config_->assistant().locale, vectors_);
}

Awaitable<Result<void>> Application::prepare_data() {
  if (auto restored = co_await restore_worker_tools(); !restored) co_return restored;
  shared_->start(secret_.bytes);
  access_ = std::make_unique<api::Access>(api::AccessOptions{
      .secret = secret_.bytes,
      .configured_key = config_->text("server.api_key"),
      .loopback = ops::is_loopback(endpoint_.address),
  });
  setup_ = std::make_unique<api::Setup>(*store_, clock_, *access_, std::string(kTenant));
  auto token = co_await setup_->begin();
  if (!token) co_return std::unexpected(std::move(token.error()));
  setup_token_ = std::move(*token);
  throttle_ = protection_->make_throttle(*config_, shared_->make_limiter(kTenant), *access_, metrics_);
  api_ = std::make_unique<api::Api>(
      api::Services{
          *driver_,
          *store_,
          shared_->reads(),
          clock_,
          *access_,
          *publisher_,
          *setup_,
          metrics_,
          *workers_,
          *throttle_,
          *eraser_,
          *sign_in_port_
      },
      api::ApiOptions{
          .tenant = std::string(kTenant),
          .allowed_origins = config_->assistant().allowed_origins,
          .helpers = helpers()
      }
  );
  api_->set_settings(config_->assistant());
  co_return Result<void>();
}

std::vector<api::Helper> Application::helpers() const {
  std::vector<api::Helper> all = vector_place_.helpers();
  for (api::Helper& each : shared_->helpers()) all.push_back(std::move(each));
  return all;
}

// A lost or foreign key would silently lock every visitor out of his conversation.
Awaitable<Result<void>> Application::check_secret_key() {
  const std::filesystem::path path = std::filesystem::path(config_->assistant().data_dir) / "secret.key";
  const auto known = co_await store_->setting(kTenant, kFingerprintSetting);
  if (!known) co_return std::unexpected(known.error());
  if (*known && !std::filesystem::exists(path)) {
    co_return fail(
        ErrorCode::unavailable,
        "the secret key " + path.string() + " is missing",
        {},
        "restore it from the backup of the data folder"
    );
  }
  auto secret = ops::load_secret_key(path);
  if (!secret) co_return std::unexpected(std::move(secret.error()));
  secret_ = std::move(*secret);
  if (!*known) co_return co_await store_->put_setting(kTenant, kFingerprintSetting, secret_.fingerprint());
  if (**known == secret_.fingerprint()) co_return Result<void>();
  co_return fail(
      ErrorCode::unavailable,
      "the secret key " + path.string() + " is not the one this data was made with",
      {},
      "restore the key that belongs to it; its fingerprint is " + **known
  );
}

// The folder's flows, or those of last time when the folder has mistakes.
Awaitable<Result<void>> Application::publish_first() {
  auto restored = co_await releases_->restore(kTenant);
  if (!restored) co_return std::unexpected(std::move(restored.error()));
  changed_at_ = std::chrono::steady_clock::now();
  if (!workspace_.has_errors()) {
    if (!workspace_.folder.diagnostics.empty())
      say(assistant::render_all(workspace_.folder, on_terminal()) + "\n");
    co_return co_await publish(std::move(workspace_));
  }
  say(assistant::render_all(workspace_.folder, on_terminal()) + "\n");
  if (*restored == nullptr) co_return fail(ErrorCode::invalid_input, "");
  say("serving the flows of last time until these are right\n");
  co_return Result<void>();
}

std::optional<int> Application::make_server() {
  auto proxies = net::TrustedProxies::read(config_->text("server.trusted_proxies"));
  if (!proxies) {
    proxies.error().pointer = config_->source("server.trusted_proxies").where;
    return report(proxies.error(), kConfiguration);
  }
  net::ServerOptions options{
      .address = endpoint_.address, .port = endpoint_.port, .loops = config_->assistant().threads
  };
  options.proxies = *std::move(proxies);
  options.limits.body_bytes = static_cast<std::size_t>(config_->integer("server.body_bytes"));
  options.limits.connections_per_address =
      static_cast<std::size_t>(config_->integer("server.connections_per_address"));
  // Everybody on this machine has the same address.
  const bool decided = config_->source("server.connections_per_address").origin != ops::Origin::fallback;
  if (!decided && ops::is_loopback(endpoint_.address)) options.limits.connections_per_address = 0;
  options.allow_origin = [this](std::string_view origin, const net::Request& request) {
    return api_->allows_origin(origin, request.header("host").value_or(""));
  };
  options.on_handler_error = [](std::string_view request_id, std::string_view what) {
    ops::log(LogLevel::error, "request failed", {{"request_id", request_id}, {"problem", what}});
  };
  server_ = std::make_unique<net::Server>(
      std::move(options),
      [this](net::Request& request, net::Exchange& exchange) { return api_->handle(request, exchange); }
  );
  return std::nullopt;
}

std::optional<int> Application::start_serving() {
  if (auto code = make_server()) return code;
  protection_->register_metrics(metrics_);
  shared_->register_metrics(metrics_);
  register_metrics(metrics_, *driver_, *server_);
  register_model_metrics(metrics_, *models_);
  register_worker_metrics(metrics_, workers_);
  if (auto joined = run_now(driver_->join()); !joined) return report(joined.error(), kConfiguration);
  if (auto started = server_->start(); !started) return report(started.error(), kConfiguration);
  protection_->start(*server_);
  serving_ = true;
  sign_ins_->set_public_url(public_url());
  const auto finish_open_turns = [](turns::TurnDriver& driver) -> Awaitable<void> {
    const auto resumed = co_await driver.recover(std::string(kTenant));
    if (!resumed) {
      ops::log(LogLevel::error, "recovery failed", {{"problem", resumed.error().message}});
    } else if (*resumed > 0) {
      ops::log(LogLevel::info, "conversations resumed", {{"count", static_cast<std::uint64_t>(*resumed)}});
    }
  };
  boost::asio::co_spawn(server_->executor(0), finish_open_turns(*driver_), boost::asio::detached);
  boost::asio::co_spawn(
      server_->executor(0), driver_->run_upkeep(std::string(kTenant)), boost::asio::detached
  );
  boost::asio::co_spawn(
      server_->executor(0),
      eraser_->run_upkeep(
          retention(std::string(kTenant), [this] { return api_->settings()->keep_conversations; })
      ),
      boost::asio::detached
  );
  if (store_->is_shared()) {
    boost::asio::co_spawn(server_->executor(0), keep_up_with_keys(), boost::asio::detached);
    boost::asio::co_spawn(server_->executor(0), follower_->run(), boost::asio::detached);
  }
  shared_->spawn_upkeep(server_->executor(0));
  return std::nullopt;
}

// Another server on the store may make one.
Awaitable<void> Application::keep_up_with_keys() {
  while (!driver_->membership().left()) {
    if (auto read = co_await setup_->read_keys(); !read)
      ops::log(LogLevel::warn, "API keys cannot be read", {{"problem", read.error().message}});
    co_await shared_->live().wait(turns::system_alarms(), kTenant, turns::kKeys, kLookForKeys);
  }
}

// How browsers reach this server, without a slash at the end.
std::string Application::public_url() const {
  std::string url = config_->text("server.public_url");
  const bool v6 = endpoint_.address.find(':') != std::string::npos;
  if (url.empty()) {
    url = "http://" + (v6 ? "[" + endpoint_.address + "]" : endpoint_.address) + ":" +
          std::to_string(server_->port());
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void Application::show_banner() const {
  const bool loopback = ops::is_loopback(endpoint_.address);
  BannerFacts facts{
      .version = PARLEY_VERSION,
      .url = public_url(),
      .data_directory = config_->assistant().data_dir,
      .shared = store_->is_shared(),
      .development = loopback && access_->open(),
      .test_mode = !assistant::calls_tools(config_->assistant()),
      .model = model_words(model_endpoints(config_->assistant(), ops::process_environment())),
      .welcome = welcome_,
      .folder = options_.folder.string(),
      .setup_token = setup_token_,
  };
  for (const auto& [flow_id, flow] : releases_->active(kTenant)->flows()) facts.flows.push_back(flow_id);
  say(banner(facts));
  ops::log(
      LogLevel::debug,
      "server started",
      {{"url", facts.url}, {"flows", static_cast<std::uint64_t>(facts.flows.size())}}
  );
}

// ---- while it runs

void Application::start_watching() {
  if (!options_.watch) return;
  std::error_code problem;
  if (!std::filesystem::is_directory(options_.folder, problem)) return;
  auto watcher = assistant::Watcher::start(options_.folder, [this] {
    boost::asio::post(control_, [this] {
      if (stopping_) return;
      changed_again_ = true;
      if (!reloading_) boost::asio::co_spawn(control_, reload(), boost::asio::detached);
    });
  });
  if (watcher) {
    watcher_ = std::move(*watcher);
  } else {
    ops::log(LogLevel::warn, "changes are not watched", {{"problem", watcher.error().message}});
  }
}

Awaitable<void> Application::reload() {
  reloading_ = true;
  while (std::exchange(changed_again_, false)) {
    changed_at_ = std::chrono::steady_clock::now();
    workspace::Workspace fresh = workspace::load(options_.folder);
    const auto config = ops::load_config(
        {.flags = options_.flags, .environment = ops::process_environment(), .file = fresh.folder.settings}
    );
    if (!fresh.folder.diagnostics.empty()) say(assistant::render_all(fresh.folder, on_terminal()) + "\n");
    if (fresh.has_errors() || !config) {
      say("keeping the flows that run\n");
      continue;
    }
    if (config->assistant().listen != config_->assistant().listen ||
        config->assistant().data_dir != config_->assistant().data_dir) {
      say("server.listen and server.data_dir change with the next start\n");
    }
    config_ = *config;
    if (auto published = co_await publish(std::move(fresh));
        !published && !published.error().message.empty()) {
      say(describe(published.error()));
    }
  }
  reloading_ = false;
}

// An Error without message: everything has been said.
Awaitable<Result<void>> Application::publish(workspace::Workspace fresh) {
  assistant::Settings settings = config_->assistant();
  welcome_ = fresh.folder.flows.empty();
  if (welcome_) {
    fresh.folder.flows.push_back(welcome_flow());
    if (settings.start.empty()) settings.start = "welcome";
  }
  auto connectors = connectors_of(fresh);
  if (!connectors) co_return std::unexpected(std::move(connectors.error()));
  tools::ToolTable fresh_tools(*connectors);
  fresh_tools.set_others(std::make_shared<tools::WorkerRunner>(workers_));
  set_models(settings);
  tools_.replace_all(with_server_parts(*std::move(connectors)));
  auto published = co_await publisher_->publish_folder(
      fresh.folder, workspace::engine_settings(settings, fresh.folder.messages), fresh_tools.signatures()
  );
  if (!published) {
    if (published.error().error) co_return std::unexpected(std::move(*published.error().error));
    fresh.folder.diagnostics = std::move(published.error().diagnostics);
    say(assistant::render_all(fresh.folder, on_terminal()) + "\nkeeping the flows that run\n");
    co_return fail(ErrorCode::invalid_input, "");
  }
  api_->set_hooks(hooks_of(settings));
  api_->set_settings(std::move(settings));
  if (published->before != nullptr) co_await tell_changes(*published);
  co_return Result<void>();
}

Awaitable<void> Application::tell_changes(const api::Published& published) {
  const auto took = std::chrono::steady_clock::now() - changed_at_;
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  for (const api::FlowChange& change : published.changes) {
    const VersionChange told = co_await version_change(change, published.before);
    say(describe(told) + " " + std::to_string(took_ms) + " ms\n");
    ops::log(
        LogLevel::debug,
        "flow published",
        {{"flow", change.flow_id}, {"version", told.version}, {"ms", static_cast<std::int64_t>(took_ms)}}
    );
  }
}

Awaitable<VersionChange> Application::version_change(
    const api::FlowChange& change, const engine::ReleasePtr& before
) {
  VersionChange told{.flow_id = change.flow_id};
  const auto versions = co_await store_->flow_versions(kTenant, change.flow_id);
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
  const auto open = co_await store_->list(
      kTenant, {.status = {}, .flow = change.flow_id, .before = {}, .limit = kCountedConversations}
  );
  if (!open) co_return told;
  for (const turns::ConversationSummary& conversation : *open) {
    if (conversation.status != "ended" && conversation.release == before->hash()) ++told.open_conversations;
  }
  co_return told;
}

void Application::stop() {
  if (std::exchange(stopping_, true)) return;
  const std::int64_t delay = serving_ ? config_->integer("server.drain_delay_seconds") : 0;
  if (delay == 0) {
    control_.stop();
    return;
  }
  // The load balancer goes on sending until it has asked /readyz again; whoever it sends is answered.
  say("stopping: not ready any more, answering for " + std::to_string(delay) + " s yet; again to force\n");
  api_->begin_drain();
  leaving_.expires_after(std::chrono::seconds(delay));
  leaving_.async_wait([this](const boost::system::error_code&) { control_.stop(); });
}

// What was cut off is free for the other servers at once. Without the store they find out by themselves.
void Application::leave_others() {
  bool gone = false;
  boost::asio::co_spawn(control_, driver_->leave(), [&](const std::exception_ptr&) { gone = true; });
  control_.restart();
  const auto guard = boost::asio::make_work_guard(control_);
  const auto deadline = std::chrono::steady_clock::now() + kFarewell;
  while (!gone && std::chrono::steady_clock::now() < deadline) control_.run_one_until(deadline);
}

int Application::shut_down() {
  watcher_.reset();
  const std::size_t open = server_->open_connections();
  say("stopping: " + std::to_string(open) + (open == 1 ? " connection" : " connections") +
      " to finish; again to force\n");
  api_->begin_drain();
  driver_->stop_upkeep();
  eraser_->stop();
  follower_->stop();
  shared_->leave();
  server_->begin_drain();
  const bool in_time = server_->wait(std::chrono::seconds(config_->integer("server.drain_seconds")));
  if (!in_time) say("some requests were cut off; their turns are finished at the next start\n");
  leave_others();
  // The store finishes its writes while the loops still exist; what was cut off dies with the loops, while
  // the driver that it belongs to still exists.
  vector_place_.stop();
  store_.reset();
  background_.stop();
  driver_->abandon_waiting();
  tools_.stop();
  shared_.reset();
  server_.reset();
  return kOk;
}

// Runs a coroutine of the start on the main thread.
template <typename T>
Result<T> Application::run_now(Awaitable<Result<T>> work) {
  std::optional<Result<T>> result;
  boost::asio::co_spawn(
      control_,
      [](Awaitable<Result<T>> inner, std::optional<Result<T>>& out) -> Awaitable<void> {
        out = co_await std::move(inner);
      }(std::move(work), result),
      [](std::exception_ptr problem) {
        if (problem) std::rethrow_exception(problem);
      }
  );
  control_.restart();
  // The store answers from its own threads, so the loop must not end for want of work in between.
  const auto guard = boost::asio::make_work_guard(control_);
  while (!result && !stopping_) control_.run_one();
  if (!result) return fail(ErrorCode::unavailable, "stopped while starting");
  return std::move(*result);
}

}  // namespace

int serve(const ServeOptions& options) {
  try {
    Application application(options);
    return application.run();
  } catch (const std::exception& problem) {
    say(describe(Error{ErrorCode::internal, std::string("the server cannot go on: ") + problem.what()}));
    return kFailed;
  }
}

}  // namespace parley
