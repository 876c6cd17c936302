// parley flow publish, parley flow rollback: what new conversations run on, changed on a running server or,
// while none runs, in its data folder.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>

#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/remote/http_client.hpp"
#include "cli/terminal.hpp"
#include "server/api/flow_publisher.hpp"
#include "server/open_store.hpp"
#include "server/tools/tool_table.hpp"
#include "server/tools/worker/worker_runner.hpp"
#include "server/workspace/live_tools.hpp"

namespace parley::cli {
namespace {

constexpr const char* kTenant = "default";

class SystemClock final : public turns::Clock {
 public:
  Timestamp now() override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    return {seconds.count(), static_cast<std::int32_t>(std::chrono::nanoseconds(since - seconds).count())};
  }
};

// The store has threads of its own; the loop waits for them until the work is done.
template <typename T>
T finish(boost::asio::io_context& io, turns::Awaitable<T> work) {
  std::optional<T> result;
  auto guard = boost::asio::make_work_guard(io);
  boost::asio::co_spawn(
      io,
      [&]() -> turns::Awaitable<void> { result.emplace(co_await std::move(work)); },
      [&](const std::exception_ptr& problem) {
        guard.reset();
        if (problem) std::rethrow_exception(problem);
      }
  );
  io.restart();
  io.run();
  INVARIANT(result.has_value(), "work that was begun is finished");
  return *std::move(result);
}

turns::Cause cause_of(const Arguments& arguments) {
  const char* user = std::getenv("USER");
  return {
      .author = arguments.text("--author", user != nullptr ? user : "command line"),
      .reason = arguments.text("--reason"),
  };
}

// The publisher of a data folder that no server uses.
class OfflinePublisher {
 public:
  static Result<std::unique_ptr<OfflinePublisher>> open(const Arguments& arguments, const Project& project) {
    ops::Assignments flags;
    if (arguments.has("--data-dir")) flags.emplace_back("server.data_dir", arguments.text("--data-dir"));
    const auto config = read_configuration(project.root, flags);
    if (!config) return std::unexpected(config.error());
    auto store = open_store(*config);
    if (!store) {
      Error error = store.error();
      error.hint += " Or ask the running server: --url URL.";
      return std::unexpected(std::move(error));
    }
    std::unique_ptr<OfflinePublisher> made(new OfflinePublisher(*std::move(store), project));
    if (auto restored = finish(made->io_, made->releases_.restore(kTenant)); !restored)
      return std::unexpected(restored.error());
    const auto kept = finish(made->io_, made->store_->setting(kTenant, tools::WorkerDeclarations::kSetting));
    if (!kept) return std::unexpected(kept.error());
    if (*kept) {
      auto known = made->workers_->declarations().restore(**kept);
      if (!known) return std::unexpected(std::move(known.error()));
    }
    return made;
  }

  api::Publication publish(const Project& project, turns::Cause cause) {
    return finish(
        io_,
        publisher_.publish_folder(
            project.space.folder, project.space.release->settings(), tools_.signatures(), std::move(cause)
        )
    );
  }

  api::Publication roll_back(const std::string& id, const std::string& version, turns::Cause cause) {
    return finish(io_, publisher_.roll_back(id, version, std::move(cause)));
  }

 private:
  OfflinePublisher(std::unique_ptr<turns::Store> store, const Project& project)
      : store_(std::move(store)),
        tools_(project.space.connectors),
        releases_(*store_),
        publisher_({releases_, *store_, clock_, [this] { return tools_.signatures(); }, kTenant}) {
    workspace::declare_workers(project.space, *workers_);
    tools_.set_others(std::make_shared<tools::WorkerRunner>(workers_));
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<turns::Store> store_;
  tools::ToolTable tools_;
  std::shared_ptr<tools::WorkerPool> workers_ = std::make_shared<tools::WorkerPool>();
  turns::ReleaseTable releases_;
  SystemClock clock_;
  api::FlowPublisher publisher_;
};

int show(const api::Publication& published, const Project& project) {
  if (!published) {
    for (const flow::Diagnostic& diagnostic : published.error().diagnostics)
      note(project.render(diagnostic, wants_colour(stderr)));
    if (published.error().error) return report(*published.error().error, kExitConfiguration);
    return report({ErrorCode::invalid_input, "nothing was published"}, kExitFindings);
  }
  for (const api::FlowChange& change : published->changes) {
    if (change.now == nullptr) {
      print(change.flow_id + "  withdrawn\n");
    } else {
      const std::string label = change.now->version.empty() ? "" : " v" + change.now->version;
      print(change.flow_id + label + "  " + change.now->hash.substr(0, 12) + "  active\n");
    }
  }
  if (published->changes.empty()) print("nothing has changed\n");
  return kExitOk;
}

// Each flow on its own; one that calls another new one is tried again after that.
int publish_over_http(const Project& project, const Arguments& arguments, const std::string& file) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitConfiguration);
  const turns::Cause cause = cause_of(arguments);
  std::vector<flow::FlowPtr> open;
  for (const flow::FlowPtr& flow : project.space.folder.flows) {
    if (file.empty() || flow->file == file) open.push_back(flow);
  }
  std::optional<Error> refused;
  while (!open.empty()) {
    refused.reset();
    const std::size_t before = open.size();
    std::erase_if(open, [&](const flow::FlowPtr& flow) {
      const auto answer = client->put(
          "/v1/flows/" + escaped(flow->id) + "?reason=" + escaped(cause.reason),
          project.space.folder.sources.find(flow->file)->second,
          flow->file.ends_with(".json") ? "application/json" : "application/yaml",
          {"X-Author: " + cause.author}
      );
      if (!answer) {
        refused = answer.error();
        return false;
      }
      print(flow->id + "  " + std::string(answer->text("hash")).substr(0, 12) + "  active\n");
      return true;
    });
    if (open.size() == before) break;
  }
  return refused ? report(*refused, kExitFindings) : kExitOk;
}

int run_publish(const Arguments& arguments) {
  const std::filesystem::path path = arguments.text("PATH", ".");
  const bool one = path.has_extension() && path.parent_path().filename() == "flows";
  const auto parent = path.parent_path().parent_path();
  const auto project = open_project(one ? (parent.empty() ? std::filesystem::path(".") : parent) : path);
  if (!project) return report(project.error(), kExitConfiguration);
  if (project->space.has_errors()) {
    for (const flow::Diagnostic& diagnostic : project->diagnostics())
      note(project->render(diagnostic, wants_colour(stderr)));
    return report({ErrorCode::invalid_input, "nothing was published"}, kExitFindings);
  }
  if (arguments.has("--url"))
    return publish_over_http(*project, arguments, one ? "flows/" + path.filename().string() : "");
  if (one)
    return report(
        {ErrorCode::invalid_input,
         "one flow alone is published on a running server",
         {},
         "add --url, or name the folder"},
        kExitUsage
    );
  auto publisher = OfflinePublisher::open(arguments, *project);
  if (!publisher) return report(publisher.error(), kExitConfiguration);
  return show((*publisher)->publish(*project, cause_of(arguments)), *project);
}

int run_rollback(const Arguments& arguments) {
  const std::string id = arguments.text("ID");
  const std::string version = arguments.text("VERSION");
  const turns::Cause cause = cause_of(arguments);
  if (arguments.has("--url")) {
    const auto client = HttpClient::from(arguments);
    if (!client) return report(client.error(), kExitConfiguration);
    const auto answer = client->post_as_operator(
        "/v1/flows/" + escaped(id) + "/rollback",
        MapBuilder().set("version", version).set("reason", cause.reason).set("author", cause.author).build()
    );
    if (!answer) return report(answer.error(), kExitFindings);
    print(id + "  " + std::string(answer->text("hash")).substr(0, 12) + "  active\n");
    return kExitOk;
  }
  const auto project = open_project(arguments.text("--folder", "."));
  if (!project) return report(project.error(), kExitConfiguration);
  auto publisher = OfflinePublisher::open(arguments, *project);
  if (!publisher) return report(publisher.error(), kExitConfiguration);
  return show((*publisher)->roll_back(id, version, cause), *project);
}

constexpr Option kReason{"--reason", "TEXT", "Why; kept with the version.", true};
constexpr Option kAuthor{"--author", "NAME", "Who; $USER when left out."};
constexpr Option kPublishOptions[] = {
    {"PATH", "", "The assistant's folder, or with --url one file of its flows/."},
    kReason,
    kAuthor,
    kDataDirOption,
    kUrlOption,
    kKeyFileOption,
};
constexpr Option kRollbackOptions[] = {
    {"ID", "", "The flow.", true},
    {"VERSION", "", "A hash, its first 6 or more characters, or a label.", true},
    kReason,
    kAuthor,
    {"--folder", "DIR", "The assistant's folder; this one when left out."},
    kDataDirOption,
    kUrlOption,
    kKeyFileOption,
};

}  // namespace

constinit const Command kFlowPublish{
    "flow publish",
    "Make the flows of a folder what new conversations run on",
    "Conversations that run keep the version they started on. With --url on a running server, else in\n"
    "the data folder of one that is stopped. Nothing changes when a flow has mistakes.",
    kPublishOptions,
    "parley flow publish --reason 'shorter greeting'\n"
    "parley flow publish flows/order.yaml --reason 'card payments' --url http://127.0.0.1:8080",
    run_publish,
};

constinit const Command kFlowRollback{
    "flow rollback",
    "Make an earlier version of a flow what new conversations run on",
    "It stays active, also across restarts and reloads, until somebody changes the flow's file or\n"
    "publishes another version.",
    kRollbackOptions,
    "parley flow rollback order 1 --reason 'version 2 lost orders'\n"
    "parley flow rollback order 4f2a91c7 --reason 'see incident 12' --url http://127.0.0.1:8080",
    run_rollback,
};

}  // namespace parley::cli
