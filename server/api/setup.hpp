// The one-time link that makes the first admin key. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/api/access.hpp"
#include "server/turns/ports.hpp"

namespace parley::api {

inline constexpr std::int64_t kSetupLinkSeconds = 3600;

class Setup {
 public:
  Setup(turns::Store& store, turns::Clock& clock, Access& access, std::string tenant)
      : store_(store), clock_(clock), access_(access), tenant_(std::move(tenant)) {}

  // Reads the stored keys into `access`: where several servers share a store, another may have made one.
  turns::Awaitable<Result<void>> read_keys();
  // The same. While there is no admin key, gives the token of a fresh link; earlier links stop working.
  turns::Awaitable<Result<std::optional<std::string>>> begin();

  // Whether the link may still be used: ok, or setup_link_used, or not_found for a token that never was.
  turns::Awaitable<Result<void>> check(std::string_view token);
  // Uses the link up and gives the key's text, which is nowhere else.
  turns::Awaitable<Result<std::string>> redeem(std::string_view token);

 private:
  turns::Store& store_;
  turns::Clock& clock_;
  Access& access_;
  const std::string tenant_;
};

}  // namespace parley::api
