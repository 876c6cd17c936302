// How flows become what new conversations run on: a whole folder at a time, or one flow through the API.
//
// Whoever wrote a flow last wins, also across restarts: a folder's flow is published when its file differs
// from what the folder had last time, so a flow put through the API stays until somebody changes the file.
// One publication at a time in a process; thread-safe. Nothing changes when a publication fails. Others may
// publish into the same store: what comes too late is made anew on what they have published, so that neither
// is lost, or is a conflict (turns::kReleaseChanged) when its author has named the release that he has seen.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/folder.hpp"
#include "base/result.hpp"
#include "engine/release.hpp"
#include "flow/diagnostic.hpp"
#include "flow/load.hpp"
#include "server/turns/conversations.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/releases.hpp"

namespace parley::api {

// A flow as its author wrote it; `file` tells YAML from JSON and appears in diagnostics.
struct FlowText {
  std::string file;
  std::string text;
};

struct FlowChange {
  std::string flow_id;
  flow::FlowPtr now;     // null: no longer there
  flow::FlowPtr before;  // null: new
};

struct Published {
  engine::ReleasePtr release;
  engine::ReleasePtr before;        // null at the first start
  std::vector<FlowChange> changes;  // by id
  flow::Diagnostics warnings;
};

// Either mistakes in the flows, or what else stood in the way.
struct NotPublished {
  flow::Diagnostics diagnostics;
  std::optional<Error> error;
};

using Publication = std::expected<Published, NotPublished>;
using Signatures = std::vector<flow::ToolSignature>;

class FlowPublisher {
 public:
  struct World {
    turns::ReleaseTable& releases;
    turns::Store& store;
    turns::Clock& clock;
    std::function<Signatures()> signatures;  // of the tools in use
    std::string tenant = "default";
    std::function<void()> published = [] {};  // told after each publication; from any loop
  };

  explicit FlowPublisher(World world) : world_(std::move(world)) {}

  // `signatures` are of the tools that the folder brings; `settings` become part of the release. `activating`
  // is told right before anybody is served by it, and never when the folder is not published: the moment to
  // begin to use what else the folder brings.
  turns::Awaitable<Publication> publish_folder(
      const assistant::Folder& folder,
      const engine::AssistantSettings& settings,
      const Signatures& signatures,
      turns::Cause cause = {.author = "folder"},
      std::function<void()> activating = {}
  );

  // `file` tells YAML from JSON and appears in diagnostics.
  turns::Awaitable<Publication> put_flow(
      std::string_view flow_id, std::string_view text, std::string file, turns::Cause cause
  );
  // Several that belong together, all or none; `signatures` are of the tools that there will be. With
  // `only_check` nothing changes, and the release of the answer is null.
  turns::Awaitable<Publication> put_flows(
      std::vector<FlowText> flows, Signatures signatures, turns::Cause cause, bool only_check
  );
  [[nodiscard]] Signatures signatures() const { return world_.signatures(); }
  // Makes an earlier version what new conversations run on; `wanted` as find_version() takes it. It stays
  // until somebody changes the flow's file or publishes another version.
  turns::Awaitable<Publication> roll_back(
      std::string_view flow_id, std::string_view wanted, turns::Cause cause
  );

 private:
  using Hashes = std::map<std::string, std::string, std::less<>>;

  // A publication that has been begun: nobody else here publishes, and what this one is made from.
  struct Begun {
    turns::ConversationTable::Lease lease;
    engine::ReleasePtr base;  // null: nothing is active
  };
  turns::Awaitable<Result<Begun>> begin(const turns::Cause& cause);
  template <typename Once>
  turns::Awaitable<Publication> anew_when_late(const turns::Cause& cause, Once once);
  turns::Awaitable<Publication> publish_folder_once(
      const assistant::Folder& folder,
      const engine::AssistantSettings& settings,
      const Signatures& signatures,
      turns::Cause cause,
      std::function<void()> activating
  );
  turns::Awaitable<Publication> put_flow_once(
      std::string_view flow_id, std::string_view text, std::string file, turns::Cause cause
  );
  turns::Awaitable<Publication> put_flows_once(
      std::vector<FlowText> flows, const Signatures& signatures, turns::Cause cause, bool only_check
  );
  turns::Awaitable<Publication> roll_back_once(
      std::string_view flow_id, std::string_view wanted, turns::Cause cause
  );
  turns::Awaitable<Result<Hashes>> last_of_folder();
  turns::Awaitable<Result<void>> check_migrations(const flow::Flow& fresh, flow::Diagnostics& diagnostics);
  // Null when it does not load any more; the diagnostics say why.
  [[nodiscard]] flow::FlowPtr load_version(const turns::FlowVersion& version, flow::Diagnostics& diagnostics)
      const;
  // Checks everything that the single flows have not shown by themselves, first.
  turns::Awaitable<Publication> publish(
      const engine::ReleasePtr& base,
      std::vector<turns::FlowToPublish> flows,
      engine::AssistantSettings settings,
      turns::Cause cause,
      flow::Diagnostics diagnostics,
      bool only_check = false,
      std::function<void()> activating = {}
  );
  // Flows of the release become others.
  turns::Awaitable<Publication> replace(
      const engine::ReleasePtr& base,
      std::vector<turns::FlowToPublish> fresh,
      const Signatures& signatures,
      turns::Cause cause,
      flow::Diagnostics diagnostics,
      bool only_check = false
  );

  World world_;
  turns::ConversationTable one_at_a_time_{1};
};

}  // namespace parley::api
