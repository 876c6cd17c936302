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

}  // namespace parley::turns
