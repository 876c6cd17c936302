// Speaking to an MCP server over streamable HTTP, in both of the protocol's eras: since 2026-07-28 every
// request stands alone; before that a session is begun with `initialize`. Which one a server speaks is found
// out at the first request and kept; a session that the server has forgotten is begun anew.
//
// Thread-safe. Two loops that begin at once may both find out; that does no harm.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/net/client/http_client.hpp"

namespace parley::tools {

class McpLink {
 public:
  explicit McpLink(std::shared_ptr<net::HttpClient> client) : client_(std::move(client)) {}

  // Sends `method` with `params` to where `request` goes, with its headers and limits. The answer's body is
  // the JSON of the response, also when it came as a stream of events.
  net::Awaitable<Result<net::IncomingAnswer>> send(
      net::OutgoingRequest request, std::string method, Value params
  );

 private:
  enum class Era : std::uint8_t { unknown, alone, sessions };
  struct Agreed {
    Era era = Era::unknown;
    std::string version;
    std::string session;
  };

  // A server may take everything in a session for the word of whoever began it: each has his own.
  [[nodiscard]] static std::string caller_of(const net::OutgoingRequest& request);
  [[nodiscard]] Agreed agreed(const std::string& caller);
  void agree(const std::string& caller, Agreed now);
  void forget(const std::string& caller);
  net::Awaitable<Result<Agreed>> find_out(const net::OutgoingRequest& request);
  net::Awaitable<Result<Agreed>> begin_session(const net::OutgoingRequest& request);
  net::Awaitable<Result<net::IncomingAnswer>> post(
      net::OutgoingRequest request, Agreed how, std::string method, Value params
  );

  std::shared_ptr<net::HttpClient> client_;
  std::mutex mutex_;
  Era era_ = Era::unknown;                  // guarded by mutex_
  std::map<std::string, Agreed> sessions_;  // by caller; guarded by mutex_
};

}  // namespace parley::tools
