// What happens to a message that comes while another of its conversation is being answered, or right behind
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/turns/answer.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

enum class AdmissionMode : std::uint8_t {
  queue,   // answered in its turn
  merge,   // messages within a window become one turn with one answer
  latest,  // of those that wait only the newest is answered; the others are told so
  reject,  // told to wait
};
[[nodiscard]] std::optional<AdmissionMode> admission_mode(std::string_view name);

struct Admission {
  AdmissionMode mode = AdmissionMode::queue;
  Duration window{2, 0};  // of merge, from the first message on
};

// By channel; "default" for those that are not named.
using AdmissionRules = std::map<std::string, Admission, std::less<>>;
[[nodiscard]] Admission admission_for(const AdmissionRules& rules, std::string_view channel);

// Messages that will be one turn. The first one opens a burst and takes the turn for all when the window is
// over; whoever joins meanwhile gets its answer. Thread-safe.
class Bursts {
 public:
  static constexpr std::size_t kMostMessages = 32;

  struct Message {
    std::string text;
    std::string key_scope;  // of the request's key; empty: it has none
    std::string key;
    std::string fingerprint;
  };
  using Outcome = std::optional<Result<Answer>>;

  // Nothing: the caller has opened the burst. Otherwise the answer of the one who did.
  Awaitable<Outcome> join(const std::string& conversation, Message message);

  struct Closed {
    std::vector<Message> messages;  // that joined, in order
    std::vector<std::move_only_function<void(Outcome)>> waiters;
  };
  // By the one who opened it: later messages begin a new burst.
  [[nodiscard]] Closed close(const std::string& conversation);

  // Lets go of whoever waits, unanswered. See TurnDriver::abandon_waiting().
  void abandon_waiting();

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Closed> open_;
};

}  // namespace parley::turns
