#include "server/retention.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

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

std::unique_ptr<erasure::Eraser> make_eraser(
    erasure::Eraser::World world, std::shared_ptr<memory::UserMemory> memory
) {
  world.forget = [memory = std::move(memory)](const std::string& tenant, const std::string& user) {
    memory->forget({.tenant = tenant, .user_id = user});
  };
  return std::make_unique<erasure::Eraser>(std::move(world));
}

std::unique_ptr<erasure::Follower> make_follower(
    turns::Store& store,
    std::string tenant,
    turns::TurnDriver& driver,
    std::shared_ptr<memory::UserMemory> memory
) {
  return std::make_unique<erasure::Follower>(erasure::Follower::World{
      .store = store,
      .tenant = tenant,
      .kept =
          [tenant, &driver, memory] {
            std::vector<std::string> kept = driver.kept_conversations(tenant);
            std::ranges::move(memory->kept_conversations(tenant), std::back_inserter(kept));
            return kept;
          },
      .let_go =
          [tenant, &driver, memory](const std::vector<std::string>& gone) {
            for (const std::string& id : gone) driver.let_go(tenant, id);
            memory->let_go(tenant, gone);
          },
      .told =
          [](const Error& error) {
            ops::log(ops::LogLevel::warn, "erasures elsewhere cannot be read", {{"problem", error.message}});
          },
  });
}

}  // namespace parley
