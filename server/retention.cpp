#include "server/retention.hpp"

#include <utility>

#include "server/ops/log.hpp"

namespace parley {

namespace {

void tell(const Result<std::optional<turns::ErasureEntry>>& pass) {
  if (!pass) {
    ops::log(ops::LogLevel::error, "retention failed", {{"problem", pass.error().message}});
  } else if (*pass) {
    ops::log(
        ops::LogLevel::info,
        "past conversations erased",
        {{"count", (*pass)->conversations}, {"erasure", (*pass)->erasure_id}}
    );
  }
}

}  // namespace

erasure::Eraser::Upkeep retention(std::string tenant, std::function<std::optional<Duration>()> keep) {
  return {.tenant = std::move(tenant), .keep = std::move(keep), .told = tell};
}

}  // namespace parley
