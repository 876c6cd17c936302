// The releases that conversations run on: the active one of each tenant, and older ones by their hash. In
// memory are the active ones, those that somebody holds (a conversation in memory does), and of the rest the
// ones used last; others are compiled again from the store. Thread-safe; publishing swaps the active release
// between two turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/release.hpp"
#include "flow/flow.hpp"
#include "server/turns/background.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

struct FlowToPublish {
  flow::FlowPtr flow;
  std::string source;  // as the author wrote it
};

// Who publishes, and why.
struct Cause {
  std::string author;
  std::string reason = {};
  std::string action = "published";
  // Hash of the release that the author has seen, empty for none; not given: whatever is active.
  std::optional<std::string> base = {};
};

class ReleaseTable {
 public:
  // Kept although nobody holds them.
  static constexpr std::size_t kKept = 32;

  // Both must outlive this. What a release's phrases mean is learnt in the background, before anybody is
  // served by it; null: when it is published, and else when a turn needs it, on the loop.
  explicit ReleaseTable(Store& store, Background* background = nullptr)
      : store_(store), background_(background) {}

  // Null when nothing has been published yet.
  [[nodiscard]] engine::ReleasePtr active(std::string_view tenant) const;

  // Stores the flows and makes them what new conversations run on. The old release stays active when it
  // fails. `base` is the release that they were made from, null when there was none: a conflict with the
  // pointer kReleaseChanged when the store has another one by now. Without it nobody looks. `activating` is
  // told when the store has them, right before anybody is served by them; not when it fails.
  Awaitable<Result<engine::ReleasePtr>> publish(
      std::string_view tenant,
      std::vector<FlowToPublish> flows,
      engine::AssistantSettings settings,
      Cause cause,
      Timestamp at,
      std::optional<engine::ReleasePtr> base = std::nullopt,
      std::function<void()> activating = {}
  );

  // From memory, else compiled from the store: once, however many ask for it at the same time.
  Awaitable<Result<engine::ReleasePtr>> by_hash(std::string_view tenant, std::string_view hash);
  // How many are in memory.
  [[nodiscard]] std::size_t in_memory() const;
  // Lets go of whoever waits for one. See TurnDriver::abandon_waiting().
  void abandon_waiting();

  // Makes the release active that the store says is active: at a start, and again and again where others
  // publish into the same store. Null when there is none.
  Awaitable<Result<engine::ReleasePtr>> restore(std::string_view tenant);

 private:
  using Found = Result<engine::ReleasePtr>;
  using Waiter = std::move_only_function<void(Found)>;

  [[nodiscard]] engine::ReleasePtr remembered(const std::string& key);
  void remember(std::string_view tenant, const engine::ReleasePtr& release, bool activate);
  void keep(const engine::ReleasePtr& release);
  Awaitable<Found> from_store(std::string_view tenant, std::string_view hash);
  void finish(const std::string& key, const Found& found);
  [[nodiscard]] std::uint64_t activations() const;
  Awaitable<void> learn(const engine::ReleasePtr& release);
  Awaitable<Result<engine::ReleasePtr>> compile(std::string_view tenant, const StoredRelease& stored);

  Store& store_;
  Background* background_;
  mutable std::mutex mutex_;
  std::uint64_t activations_ = 0;  // here: what the store said before one of them is old
  std::map<std::string, engine::ReleasePtr, std::less<>> active_;                     // by tenant
  std::map<std::string, std::weak_ptr<const engine::Release>, std::less<>> by_hash_;  // by tenant, NUL, hash
  std::vector<engine::ReleasePtr> used_last_;                                         // the newest first
  std::map<std::string, std::vector<Waiter>, std::less<>> compiling_;                 // who waits for it
};

// Somebody else has published meanwhile.
[[nodiscard]] std::unexpected<Error> published_meanwhile();

// Of a flow's versions, the one that a person means: by hash, by the first 6 or more characters of a hash, or
// the newest with a label.
[[nodiscard]] Result<FlowVersion> find_version(
    std::span<const FlowVersion> versions, std::string_view wanted
);

}  // namespace parley::turns
