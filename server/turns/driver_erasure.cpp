// Keeping turns away from what is about to be erased.
#include <utility>

#include "server/turns/driver.hpp"

namespace parley::turns {

Awaitable<Result<ConversationTable::Lease>> TurnDriver::set_aside(
    std::string tenant, std::string conversation_id
) {
  auto lease = co_await conversations_.admit(ConversationTable::key(tenant, conversation_id));
  // A state that is still in memory must not outlive what it was made from.
  if (lease) lease->take().reset();
  co_return lease;
}

// Whoever works on it finds out at the commit, and keeps nothing then.
void TurnDriver::let_go(std::string_view tenant, std::string_view conversation_id) {
  if (auto lease = conversations_.try_admit(ConversationTable::key(tenant, conversation_id)))
    lease->take().reset();
  world_.sessions.remove(tenant, conversation_id);
}

std::vector<std::string> TurnDriver::kept_conversations(std::string_view tenant) const {
  return conversations_.kept(ConversationTable::key(tenant, {}));
}

}  // namespace parley::turns
