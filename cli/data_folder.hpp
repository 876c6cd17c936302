// What a server has stored, in a data folder or a PostgreSQL database, for the commands that look into it;
// the server may run meanwhile. Not thread-safe. Errors are for the person who typed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "server/turns/log/replay.hpp"
#include "server/turns/log/transcript.hpp"
#include "server/turns/ports.hpp"

namespace parley::cli {

class DataFolder {
 public:
  // --db, --data-dir, or what the settings of the assistant in this folder say.
  static Result<DataFolder> open(const Arguments& arguments);
  static Result<DataFolder> open_at(const std::string& directory);
  static Result<DataFolder> open_database(const std::string& url);
  ~DataFolder();
  DataFolder(DataFolder&&) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  // One page, newest first.
  [[nodiscard]] Result<std::vector<turns::ConversationSummary>> conversations(turns::ConversationFilter filter
  );
  // not_found when there is no such conversation.
  [[nodiscard]] Result<turns::ConversationSummary> conversation(std::string_view id);
  [[nodiscard]] Result<std::vector<turns::LogRecord>> records(std::string_view id);
  [[nodiscard]] Result<turns::ReplayReport> replay(const std::string& id);

  // A conversation's whole log as events.
  [[nodiscard]] Result<std::vector<engine::Event>> events(std::string_view id);
  [[nodiscard]] Result<engine::ReleasePtr> release(std::string_view hash);

  // What new conversations run on.
  [[nodiscard]] Result<turns::StoredRelease> active_release();
  // Newest first; not_found when the flow was never published.
  [[nodiscard]] Result<std::vector<turns::FlowVersion>> flow_versions(std::string_view flow_id);
  [[nodiscard]] Result<turns::FlowVersion> flow_by_hash(std::string_view hash);
  [[nodiscard]] Result<flow::FlowPtr> compiled(const turns::FlowVersion& version);
  // Newest first.
  [[nodiscard]] Result<std::vector<turns::ErasureEntry>> erasures(std::uint32_t limit);
  // Newest first; empty when nothing is known of it.
  [[nodiscard]] Result<std::vector<turns::PublicationEntry>> publications(std::string_view flow_id);

 private:
  struct Parts;
  explicit DataFolder(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

struct ReplayedAll {
  std::size_t conversations = 0;
  std::size_t records = 0;
  std::size_t differences = 0;  // each told to the person as it is found
};

[[nodiscard]] Result<ReplayedAll> replay_everything(DataFolder& data);

}  // namespace parley::cli
