#include "server/turns/admission.hpp"

#include <utility>

namespace parley::turns {

std::optional<AdmissionMode> admission_mode(std::string_view name) {
  if (name == "queue") return AdmissionMode::queue;
  if (name == "merge") return AdmissionMode::merge;
  if (name == "latest") return AdmissionMode::latest;
  if (name == "reject") return AdmissionMode::reject;
  return std::nullopt;
}

Admission admission_for(const AdmissionRules& rules, std::string_view channel) {
  auto found = rules.find(channel);
  if (found == rules.end()) found = rules.find("default");
  return found == rules.end() ? Admission{} : found->second;
}

Awaitable<Bursts::Outcome> Bursts::join(const std::string& conversation, Message message) {
  co_return co_await net::await_callback<Outcome>([&](auto done) {
    Outcome now;
    {
      const std::lock_guard lock(mutex_);
      const auto [burst, opened] = open_.try_emplace(conversation);
      if (!opened) {
        if (burst->second.messages.size() < kMostMessages) {
          burst->second.messages.push_back(std::move(message));
          burst->second.waiters.push_back(std::move(done));
          return;
        }
        now = Result<Answer>(fail(
            ErrorCode::unavailable,
            "too many messages wait for this conversation",
            "conversation_busy",
            "wait for the answers before sending more"
        ));
      }
    }
    done(std::move(now));
  });
}

void Bursts::abandon_waiting() {
  std::unordered_map<std::string, Closed> gone;  // let go when the lock is not held
  {
    const std::lock_guard lock(mutex_);
    gone.swap(open_);
  }
}

Bursts::Closed Bursts::close(const std::string& conversation) {
  const std::lock_guard lock(mutex_);
  const auto burst = open_.find(conversation);
  INVARIANT(burst != open_.end(), "a burst is closed once, by the one who opened it");
  Closed closed = std::move(burst->second);
  open_.erase(burst);
  return closed;
}

}  // namespace parley::turns
