#include "cli/data_folder.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <iterator>
#include <utility>

#include "cli/db/stored_at.hpp"
#include "cli/read_only_store.hpp"
#include "cli/terminal.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"
#include "server/stores/postgres/replica.hpp"
#include "server/turns/log/record.hpp"
#include "server/turns/releases.hpp"

namespace parley::cli {
namespace {

constexpr const char* kTenant = "default";
constexpr std::uint32_t kPage = 500;
constexpr std::chrono::milliseconds kReplicaPatience{3000};

// The store answers at once, so running the loop until it is empty is waiting for the answer.
template <typename T>
T wait(turns::Awaitable<T> work) {
  boost::asio::io_context io(1);
  std::optional<T> result;
  boost::asio::co_spawn(
      io, [&]() -> turns::Awaitable<void> { result.emplace(co_await std::move(work)); }, boost::asio::detached
  );
  io.run();
  INVARIANT(result.has_value(), "a store without threads answers before its loop is empty");
  return *std::move(result);
}

std::unexpected<Error> no_conversation(std::string_view id) {
  return fail(
      ErrorCode::not_found,
      "there is no conversation '" + std::string(id) + "'",
      {},
      "parley conv list shows them"
  );
}

}  // namespace

struct DataFolder::Parts {
  explicit Parts(std::unique_ptr<ReadOnlyStore> opened) : store(std::move(opened)), releases(*store) {}

  std::unique_ptr<ReadOnlyStore> store;
  turns::ReleaseTable releases;
};

DataFolder::DataFolder(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DataFolder::~DataFolder() = default;
DataFolder::DataFolder(DataFolder&&) noexcept = default;

Result<DataFolder> DataFolder::open(const Arguments& arguments) {
  const auto place = stored_at(arguments);
  if (!place) return std::unexpected(place.error());
  if (place->url.empty()) return open_at(place->data_dir);
  if (place->read_url.empty()) return open_database(place->url);
  // What somebody has just seen elsewhere is to be found here.
  const auto caught_up = stores::postgres::wait_for_replica(place->url, place->read_url, kReplicaPatience);
  if (caught_up) return open_database(place->read_url);
  note("read from store.url: " + caught_up.error().message);
  return open_database(place->url);
}

Result<DataFolder> DataFolder::open_database(const std::string& url) {
  auto store = ReadOnlyStore::connect(url, kTenant);
  if (!store) return std::unexpected(std::move(store.error()));
  return DataFolder(std::make_unique<Parts>(*std::move(store)));
}

Result<DataFolder> DataFolder::open_at(const std::string& directory) {
  auto store = ReadOnlyStore::open(directory, kTenant);
  if (!store) return std::unexpected(store.error());
  return DataFolder(std::make_unique<Parts>(*std::move(store)));
}

Result<std::vector<turns::ConversationSummary>> DataFolder::conversations(turns::ConversationFilter filter) {
  return wait(parts_->store->list(kTenant, std::move(filter)));
}

Result<turns::ConversationSummary> DataFolder::conversation(std::string_view id) {
  auto stored = wait(parts_->store->load(kTenant, id));
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return no_conversation(id);
  return std::move((*stored)->summary);
}

Result<std::vector<turns::LogRecord>> DataFolder::records(std::string_view id) {
  std::vector<turns::LogRecord> all;
  for (;;) {
    auto page = wait(parts_->store->records(kTenant, id, all.size(), kPage));
    if (!page) return std::unexpected(page.error());
    const bool last = page->size() < kPage;
    std::ranges::move(*page, std::back_inserter(all));
    if (last) return all;
  }
}

Result<std::vector<engine::Event>> DataFolder::events(std::string_view id) {
  auto stored = records(id);
  if (!stored) return std::unexpected(stored.error());
  if (stored->empty()) return no_conversation(id);
  std::vector<engine::Event> all;
  for (const turns::LogRecord& record : *stored) {
    auto body = turns::decode_record(record.body);
    if (!body) return std::unexpected(body.error());
    std::ranges::move(body->events, std::back_inserter(all));
  }
  return all;
}

Result<engine::ReleasePtr> DataFolder::release(std::string_view hash) {
  return wait(parts_->releases.by_hash(kTenant, hash));
}

Result<flow::FlowPtr> DataFolder::compiled(const turns::FlowVersion& version) {
  const auto document = flow::parse_json_document(version.canonical);
  if (!document) return std::unexpected(document.error());
  // A flow may use slots that others declare for the whole conversation.
  std::vector<std::string> shared;
  if (const auto active = active_release()) {
    for (const auto& [id, hash] : active->flows) {
      const auto other = flow_by_hash(hash);
      const auto text = other ? flow::parse_json_document(other->canonical) : std::unexpected(other.error());
      if (!text) continue;
      std::ranges::move(flow::shared_slots(*text), std::back_inserter(shared));
    }
  }
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*document, version.flow_id + ".json", engine::step_specs(), diagnostics, shared);
  if (flow != nullptr) return flow;
  return fail(
      ErrorCode::internal,
      "version " + version.hash +
          " does not compile: " + (diagnostics.empty() ? std::string("unknown") : diagnostics.front().message)
  );
}

Result<std::vector<turns::PublicationEntry>> DataFolder::publications(std::string_view flow_id) {
  return wait(parts_->store->publications(kTenant, flow_id));
}

Result<std::vector<turns::ErasureEntry>> DataFolder::erasures(std::uint32_t limit) {
  return wait(parts_->store->erasures(kTenant, limit));
}

Result<turns::ReplayReport> DataFolder::replay(const std::string& id) {
  return wait(turns::replay_stored(*parts_->store, parts_->releases, kTenant, id));
}

Result<turns::StoredRelease> DataFolder::active_release() {
  auto stored = wait(parts_->store->active_release(kTenant));
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) {
    return fail(
        ErrorCode::not_found,
        "no flow has been published yet",
        {},
        "parley serve publishes the flows of its folder"
    );
  }
  return **std::move(stored);
}

Result<std::vector<turns::FlowVersion>> DataFolder::flow_versions(std::string_view flow_id) {
  auto versions = wait(parts_->store->flow_versions(kTenant, flow_id));
  if (versions && versions->empty()) {
    return fail(
        ErrorCode::not_found,
        "there is no flow '" + std::string(flow_id) + "'",
        {},
        "parley flow list shows them"
    );
  }
  return versions;
}

Result<turns::FlowVersion> DataFolder::flow_by_hash(std::string_view hash) {
  auto version = wait(parts_->store->flow_by_hash(kTenant, hash));
  if (!version) return std::unexpected(version.error());
  if (!*version) return fail(ErrorCode::not_found, "there is no flow version " + std::string(hash));
  return **std::move(version);
}

Result<ReplayedAll> replay_everything(DataFolder& data) {
  ReplayedAll all;
  std::string last;
  for (;;) {
    const auto page = data.conversations({.before = last, .limit = kPage});
    if (!page) return std::unexpected(page.error());
    for (const turns::ConversationSummary& summary : *page) {
      const auto report = data.replay(summary.id);
      if (!report) return std::unexpected(report.error());
      ++all.conversations;
      all.records += report->records;
      if (!report->same) {
        ++all.differences;
        note(summary.id + " differs in record " + std::to_string(report->sequence) + ": " + report->what);
      }
      last = summary.id;
    }
    if (page->size() < kPage) return all;
  }
}

}  // namespace parley::cli
