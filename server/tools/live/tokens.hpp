// The access tokens of OAuth 2 clients (RFC 6749, 4.4): fetched when first needed, kept until shortly before
// they expire, fetched anew when a service refuses one. Thread-safe; two loops that need a token at once may
// both fetch one. Tokens live in memory only.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/net/client/http_client.hpp"
#include "server/tools/live/credentials.hpp"

namespace parley::tools {

class TokenSource {
 public:
  explicit TokenSource(std::shared_ptr<net::HttpClient> client) : client_(std::move(client)) {}

  // `refused` is a token that a service did not take, or empty. The error's pointer is the failure code
  // "no_token", or "unavailable" when trying again may help.
  net::Awaitable<Result<std::string>> token(
      const Credential& credential,
      std::vector<std::string> scopes,
      std::string refused,
      std::uint32_t timeout_ms
  );

 private:
  struct Kept {
    Secret token;
    std::chrono::steady_clock::time_point until;
  };

  std::shared_ptr<net::HttpClient> client_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  // by scheme and scopes
};

}  // namespace parley::tools
