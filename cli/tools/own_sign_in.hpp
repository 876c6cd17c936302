// Signing in at an MCP server for one command of this machine: in a browser here, which comes back to a port
// that only this machine reaches (RFC 8252), or at another device. Nothing of it is kept.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "server/net/client/http_client.hpp"

namespace parley::cli {

// The access token for the server at `url`. Says on standard error what the person has to do.
net::Awaitable<Result<std::string>> own_sign_in(
    std::string url, bool at_device, std::shared_ptr<net::HttpClient> client
);

}  // namespace parley::cli
