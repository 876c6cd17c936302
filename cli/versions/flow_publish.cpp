// parley flow publish, parley flow rollback: what new conversations run on, changed on a running server or,
// while none runs, in its data folder.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>
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

// What new conversations run on, as it was looked at.
struct Seen {
  std::string release;                        // empty: nothing was published yet
  std::map<std::string, std::string> hashes;  // of its flows
};

constexpr int kAttempts = 8;  // against others who publish all the time

// Others may publish other flows at the same time; of those that are published here one is the last to be
// seen by a person.
Result<void> check_untouched(const std::vector<flow::FlowPtr>& own, const Seen& before, const Seen& now) {
  for (const flow::FlowPtr& flow : own) {
    const auto was = before.hashes.find(flow->id);
    const auto is = now.hashes.find(flow->id);
    const bool same = was == before.hashes.end() || is == now.hashes.end()
                          ? was == before.hashes.end() && is == now.hashes.end()
                          : was->second == is->second;
    if (same || (is != now.hashes.end() && is->second == flow->hash)) continue;
    return fail(
        ErrorCode::conflict,
        "somebody else has published the flow " + flow->id + " at the same moment, otherwise",
        {},
        "parley flow show " + flow->id + " shows it; bring the two together, then publish again"
    );
  }
  return {};
}

// The publisher of a data folder that no server uses, or of a database.
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
    for (int attempt = 1;; ++attempt) {
      const Seen before = seen();
      cause.base = before.release;
      auto published = finish(
          io_,
          publisher_.publish_folder(
              project.space.folder, project.space.release->settings(), tools_.signatures(), cause
          )
      );
      const bool late =
          !published && published.error().error && published.error().error->pointer == turns::kReleaseChanged;
      if (!late || attempt == kAttempts) return published;
      if (auto restored = finish(io_, releases_.restore(kTenant)); !restored)
        return std::unexpected(api::NotPublished{{}, restored.error()});
      if (auto untouched = check_untouched(project.space.folder.flows, before, seen()); !untouched)
        return std::unexpected(api::NotPublished{{}, untouched.error()});
    }
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

  [[nodiscard]] Seen seen() const {
    Seen seen;
    const engine::ReleasePtr active = releases_.active(kTenant);
    if (active == nullptr) return seen;
    seen.release = active->hash();
    for (const auto& [flow_id, flow] : active->flows()) seen.hashes.emplace(flow_id, flow->hash);
    return seen;
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

// A running server, asked flow by flow.
class RemotePublisher {
 public:
  RemotePublisher(HttpClient client, turns::Cause cause)
      : client_(std::move(client)), cause_(std::move(cause)) {}

  Result<void> look() {
    const auto listed = client_.get("/v1/flows");
    if (!listed) return std::unexpected(listed.error());
    seen_ = {.release = std::string(listed->text("release")), .hashes = {}};
    for (const Value& flow : (*listed)["data"].as_list())
      seen_.hashes.emplace(flow.text("id"), flow.text("hash"));
    return {};
  }

  // `own` are all that this publication is about.
  Result<void> put(const flow::Flow& flow, const std::string& source, const std::vector<flow::FlowPtr>& own) {
    for (int attempt = 1;; ++attempt) {
      const auto answer = client_.put(
          "/v1/flows/" + escaped(flow.id) + "?reason=" + escaped(cause_.reason) +
              (seen_.release.empty() ? "" : "&base=" + escaped(seen_.release)),
          source,
          flow.file.ends_with(".json") ? "application/json" : "application/yaml",
          {"X-Author: " + cause_.author}
      );
      if (answer) {
        seen_.release = answer->text("release");
        seen_.hashes.insert_or_assign(flow.id, std::string(answer->text("hash")));
        print(flow.id + "  " + std::string(answer->text("hash")).substr(0, 12) + "  active\n");
        return {};
      }
      if (answer.error().pointer != turns::kReleaseChanged || attempt == kAttempts)
        return std::unexpected(answer.error());
      const Seen before = seen_;
      if (auto looked = look(); !looked) return looked;
      if (auto untouched = check_untouched(own, before, seen_); !untouched) return untouched;
    }
  }

 private:
  HttpClient client_;
  turns::Cause cause_;
  Seen seen_;
};

// Each flow on its own; one that calls another new one is tried again after that.
int publish_over_http(const Project& project, const Arguments& arguments, const std::string& file) {
  auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitConfiguration);
  RemotePublisher publisher(*std::move(client), cause_of(arguments));
  if (auto looked = publisher.look(); !looked) return report(looked.error(), kExitFindings);
  std::vector<flow::FlowPtr> open;
  for (const flow::FlowPtr& flow : project.space.folder.flows) {
    if (file.empty() || flow->file == file) open.push_back(flow);
  }
  const std::vector<flow::FlowPtr> own = open;
  std::optional<Error> refused;
  while (!open.empty()) {
    refused.reset();
    const std::size_t before = open.size();
    std::erase_if(open, [&](const flow::FlowPtr& flow) {
      auto put = publisher.put(*flow, project.space.folder.sources.find(flow->file)->second, own);
      if (!put) refused = std::move(put.error());
      return put.has_value();
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
    "the data folder of one that is stopped, or in the database. Nothing changes when a flow has mistakes.\n"
    "Others may publish other flows at the same moment; when one of these is among theirs, it is a conflict.",
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
