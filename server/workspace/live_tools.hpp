// The tools of a workspace as the settings want them: in test mode, or called. Pure but for the secrets,
// which `find_secret` fetches.
#pragma once

#include <memory>
#include <vector>

#include "assistant/settings.hpp"
#include "base/result.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/net/client/egress.hpp"
#include "server/net/client/http_client.hpp"
#include "server/tools/live/secret.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
#include "server/tools/tool_table.hpp"
#include "server/tools/worker/pool.hpp"
#include "server/workspace/workspace.hpp"

namespace parley::workspace {

struct LiveTools {
  tools::Connectors connectors;  // all of them; those in test mode are the workspace's
  std::size_t live = 0;          // how many are called
  std::vector<Error> problems;   // Error::pointer is the setting, "tools.connectors.stripe"
};

// Without `workers`, as in programs that no worker can connect to, calls of their tools fail with
// "no_worker".
[[nodiscard]] LiveTools live_tools(
    const Workspace& workspace,
    const assistant::Settings& settings,
    const std::shared_ptr<net::HttpClient>& client,
    const tools::FindSecret& find_secret,
    const std::shared_ptr<tools::WorkerPool>& workers = nullptr,
    const std::shared_ptr<tools::SignIns>& sign_ins = nullptr  // of people; null: nobody can sign in
);

// Tells the pool which tools of workers the folder declares.
void declare_workers(const Workspace& workspace, tools::WorkerPool& workers);

[[nodiscard]] net::EgressPolicy egress_policy(const assistant::Settings& settings);

// How calls outside are made. Error: the secret of the proxy is not set.
[[nodiscard]] Result<net::ClientOptions> client_options(
    const assistant::Settings& settings, const tools::FindSecret& find_secret
);

}  // namespace parley::workspace
