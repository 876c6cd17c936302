// Conversations that somebody listens to here, and how far each one's log was when it was looked at last. For
// whoever brings what other servers do to listeners: what may have been missed is found in the log.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "server/turns/live/hub.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

class LogWatch {
 public:
  void begin(std::string_view tenant, std::string_view conversation_id);
  void end(std::string_view tenant, std::string_view conversation_id);
  // Listeners have been told as far as this. False: of more already, or nobody listens.
  bool told(std::string_view tenant, std::string_view conversation_id, std::uint64_t sequence);

  // Looks at all of them, and interrupts the listeners of those that have gone on. How many were looked at.
  Awaitable<std::uint64_t> look(Store& store, Hub& hub);

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, conversation

  std::mutex mutex_;
  std::map<Key, std::uint64_t> watched_;  // guarded by mutex_
};

}  // namespace parley::turns
