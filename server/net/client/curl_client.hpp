// The HTTP client of this server: libcurl on the loops' own reactors, behind the egress guard.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/net/client/egress.hpp"
#include "server/net/client/http_client.hpp"
#include "server/net/client/resolver.hpp"

namespace parley::net {

// The way out of a network that has no other. Whoever is inside is called directly.
struct ProxyOptions {
  std::string url;          // "http://proxy.example:3128", or https://; empty: none
  std::string credentials;  // "user:password"; empty: none. Sent to the proxy alone
  // Hosts ("host" or "host:port") whose names it may look up. All others are looked up here as well, so that
  // it is known what they are addresses of; who cannot be looked up is not called.
  std::vector<std::string> hosts;
};

struct ClientOptions {
  EgressPolicy egress = {};
  std::string ca_file = {};  // certificates that are trusted; empty: the system's
  std::string user_agent = "parley";
  std::shared_ptr<Resolver> resolver = {};  // null: the system's
  ProxyOptions proxy = {};                  // the environment's are never used
};

// Destroy it before the loops. The first one makes the process ignore SIGPIPE, unless it handles it. HTTP/1.1
// and, over TLS, HTTP/2; gzip; no cookies, no redirects.
[[nodiscard]] std::shared_ptr<HttpClient> make_http_client(ClientOptions options = {});

}  // namespace parley::net
