#include "server/serve.hpp"

#include <sys/stat.h>

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

#include "server/api/api.hpp"
#include "server/api/setup.hpp"
#include "server/assistant_tools.hpp"
#include "server/banner.hpp"
#include "server/driver_metrics.hpp"
#include "server/erasure/eraser.hpp"
#include "server/folder_publication.hpp"
#include "server/model_setup.hpp"
#include "server/net/server.hpp"
#include "server/open_store.hpp"
#include "server/ops/log.hpp"
#include "server/ops/metrics.hpp"
#include "server/ops/process.hpp"
#include "server/ops/secrets.hpp"
#include "server/protection.hpp"
#include "server/retention.hpp"
#include "server/shared_parts.hpp"
#include "server/terminal.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/world.hpp"
#include "server/vector_setup.hpp"
#include "server/worker_metrics.hpp"
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
constexpr std::chrono::milliseconds kLookForKeys{500};
constexpr std::chrono::seconds kFarewell{3};  // for telling the other servers

ops::LogFormat log_format(const ops::Config& config) {
  // Lines for people on a terminal, for machines elsewhere, unless somebody has decided.
  if (config.source("server.log_format").origin == ops::Origin::fallback) {
    return on_terminal() ? ops::LogFormat::text : ops::LogFormat::json;
  }
  return config.assistant().log_format == "json" ? ops::LogFormat::json : ops::LogFormat::text;
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
  [[nodiscard]] std::optional<int> make_server();
  Awaitable<Result<void>> prepare_data();
  Awaitable<Result<void>> check_secret_key();
  [[nodiscard]] std::vector<api::Helper> helpers() const;
  std::optional<int> start_serving();
  [[nodiscard]] std::string public_url() const;
  Awaitable<void> keep_up_with_keys();
  void show_banner() const;

  // At the end.
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
  turns::SystemClock clock_;
  std::unique_ptr<AssistantTools> tools_;
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
  std::unique_ptr<FolderPublication> folder_;
  std::optional<std::string> setup_token_;
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
  if (auto published = run_now(folder_->publish_first(std::move(workspace_))); !published) {
    if (!published.error().message.empty()) say(describe(published.error()));
    return kFailed;
  }
  if (auto code = start_serving()) return *code;
  show_banner();
  folder_->watch();
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
  const assistant::Settings& settings = config_->assistant();
  tools_ = std::make_unique<AssistantTools>(
      AssistantTools::World{
          *store_,
          clock_,
          metrics_,
          vector_place_,
          std::string(kTenant),
          secret_.bytes,
          [this] { return driver_.get(); }
      },
      settings
  );
  tools_->declare(workspace_);
  auto connectors = tools_->connectors_of(workspace_, settings);
  if (!connectors) return kConfiguration;
  tools_->use(*std::move(connectors), settings);
  return std::nullopt;
}

std::optional<int> Application::prepare_shared() {
  auto parts = SharedParts::make(*config_, *store_, hub_, kTenant);
  if (!parts) return report(parts.error(), kConfiguration);
  shared_ = std::move(*parts);
  return std::nullopt;
}

void Application::compose() {
  releases_ = std::make_unique<turns::ReleaseTable>(*store_, &background_);
  driver_ = std::make_unique<turns::TurnDriver>(
      turns::TurnDriver::World{
          *store_, tools_->table(), *releases_, clock_, ids_, hub_, shared_->sessions(), shared_->live()
      },
      turns::DriverOptions{
          .cached_conversations = static_cast<std::size_t>(config_->integer("server.cached_conversations")),
          .admission = admission_rules(config_->assistant()),
          .log_problem = [](std::string_view what
                         ) { ops::log(LogLevel::error, "turn driver", {{"problem", what}}); },
          .understands_with_model = [this] { return tools_->understands_with_model(); },
          .keep_memory_since = [this] { return tools_->keep_memory_since(); },
          .author_approves_alone = [this] { return tools_->author_approves_alone(); },
          .confirm_sign_in =
              [this](std::string conversation_id, std::string text) {
                return tools_->sign_ins().confirm(std::move(conversation_id), std::move(text));
              },
          .worker_name = process_name(),
      }
  );
  eraser_ = make_eraser({*store_, clock_, ids_, driver_.get()}, tools_->memory());
  follower_ = make_follower(*store_, std::string(kTenant), *driver_, tools_->memory());
  publisher_ = std::make_unique<api::FlowPublisher>(api::FlowPublisher::World{
      *releases_,
      *store_,
      clock_,
      [this] { return tools_->table().signatures(); },
      std::string(kTenant),
      [this] { shared_->live().changed(kTenant, turns::kReleases, 0); }
  });
}

Awaitable<Result<void>> Application::prepare_data() {
  if (auto restored = co_await tools_->restore_worker_tools(); !restored) co_return restored;
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
          *tools_->workers(),
          *throttle_,
          *eraser_,
          tools_->sign_in_port()
      },
      api::ApiOptions{
          .tenant = std::string(kTenant),
          .allowed_origins = config_->assistant().allowed_origins,
          .helpers = helpers()
      }
  );
  api_->set_settings(config_->assistant());
  folder_ = std::make_unique<FolderPublication>(FolderPublication::World{
      options_, *config_, control_, *store_, *releases_, *publisher_, *api_, *tools_, std::string(kTenant)
  });
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
  register_model_metrics(metrics_, tools_->models());
  register_worker_metrics(metrics_, tools_->workers());
  if (auto joined = run_now(driver_->join()); !joined) return report(joined.error(), kConfiguration);
  if (auto started = server_->start(); !started) return report(started.error(), kConfiguration);
  protection_->start(*server_);
  serving_ = true;
  tools_->sign_ins().set_public_url(public_url());
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
      .welcome = folder_->welcomes(),
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

// ---- the end

void Application::stop() {
  if (std::exchange(stopping_, true)) return;
  if (folder_ != nullptr) folder_->stop();
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
  folder_->stop();
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
  tools_->stop();
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
