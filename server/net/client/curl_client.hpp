// The HTTP client of this server: libcurl on the loops' own reactors, behind the egress guard.
#pragma once

#include <memory>
#include <string>

#include "server/net/client/egress.hpp"
#include "server/net/client/http_client.hpp"
#include "server/net/client/resolver.hpp"

namespace parley::net {

struct ClientOptions {
  EgressPolicy egress = {};
  std::string ca_file = {};  // certificates that are trusted; empty: the system's
  std::string user_agent = "parley";
  std::shared_ptr<Resolver> resolver = {};  // null: the system's
};

// Destroy it before the loops. The first one makes the process ignore SIGPIPE, unless it handles it. HTTP/1.1
// and, over TLS, HTTP/2; gzip; no proxy, no cookies, no redirects.
[[nodiscard]] std::shared_ptr<HttpClient> make_http_client(ClientOptions options = {});

}  // namespace parley::net
