// A streaming replica of the database, asked for lists and logs instead of the primary.
//
// A replica is behind by as much as it likes. Before each question the primary is asked how far its log is
// saved, which everything is that anybody has been told, and the replica is asked only when it has replayed
// it as far: so what is read is never older than from the primary. One that does not get there within
// `patience` is not waited for in the next `pause`; one that is away, fails, or is no replica of this primary
// any more is not asked so long. Meanwhile and in every doubt the primary answers. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/postgres/connection.hpp"
#include "server/stores/postgres/reader.hpp"
#include "server/stores/read_threads.hpp"
#include "server/turns/forwarding_store.hpp"

namespace parley::stores::postgres {

struct ReplicaOptions {
  std::string primary_url;
  std::string replica_url;  // one replica, with no balancer over several in between
  std::size_t threads = 2;
  std::chrono::milliseconds patience{50};
  std::chrono::milliseconds pause{1000};
  std::function<void(const std::string&)> log = [](const std::string&) {};  // when it goes and comes back
};

// As error pointer of a question that the replica cannot answer: the primary can.
inline constexpr std::string_view kAskPrimary = "ask_primary";

// What all threads know of the replica. Thread-safe.
class ReplicaState {
 public:
  using Clock = std::chrono::steady_clock;
  explicit ReplicaState(const ReplicaOptions& options) : options_(options) {}

  // It is not let alone now.
  [[nodiscard]] bool may_be_asked() const;
  void well();
  void not_now(const std::string& why);
  // It is asked as before, but for a while not waited for.
  void behind(const std::string& why);
  [[nodiscard]] std::chrono::milliseconds patience() const;
  // Why it is let alone; nothing when it is well.
  [[nodiscard]] Result<void> check() const;
  [[nodiscard]] const ReplicaOptions& options() const { return options_; }

  std::atomic<std::uint64_t> answered{0};     // questions, by the replica
  std::atomic<std::uint64_t> passed_on{0};    // and by the primary in its place
  std::atomic<std::int64_t> bytes_behind{0};  // of the primary's log, when last asked

 private:
  void note(const std::string& why, bool log);

  const ReplicaOptions options_;
  std::atomic<Clock::rep> let_alone_until_{0};
  std::atomic<Clock::rep> hurry_until_{0};
  mutable std::mutex mutex_;
  std::string why_ = "the replica has not been asked yet";  // guarded by mutex_; empty: it is well
  bool logged_ = false;                                     // guarded by mutex_: that it is not
};

// One thread's connections to both.
class ReplicaReaders {
 public:
  using Reader = postgres::Reader;
  explicit ReplicaReaders(ReplicaState& state);

  template <typename T, typename Query>
  Result<T> run(const std::string& tenant, Query& query) {
    if (!state_.may_be_asked() || !caught_up()) return primary_instead();
    auto answer = reader_.run<T>(tenant, query);
    const bool failed = !answer && (answer.error().code == ErrorCode::unavailable ||
                                    answer.error().code == ErrorCode::internal);
    if (!failed) return answer;
    state_.not_now(answer.error().message);
    return primary_instead();
  }

 private:
  struct Position {
    std::string saved;     // in the log
    std::string timeline;  // eight digits
    std::string system;
  };
  static std::unexpected<Error> primary_instead();
  // The replica has everything that was acknowledged before this was called.
  bool caught_up();
  [[nodiscard]] Position position_of_primary();
  // Empty when it has got there; otherwise why not.
  [[nodiscard]] std::string distance(const Position& wanted);
  Connection& primary();
  Connection& replica();

  ReplicaState& state_;
  Reader reader_;
  std::unique_ptr<Connection> primary_;
  std::unique_ptr<Connection> replica_;
};

// `inner` is the store on the primary, which gets everything else.
class ReplicaStore final : public turns::ForwardingStore {
 public:
  ReplicaStore(turns::Store& inner, ReplicaOptions options);

  turns::Awaitable<Result<std::vector<turns::LogRecord>>> records(
      std::string_view tenant, std::string_view id, std::uint64_t after, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::ConversationSummary>>> list(
      std::string_view tenant, turns::ConversationFilter filter
  ) override;
  turns::Awaitable<Result<std::vector<turns::ReviewEntry>>> reviews(
      std::string_view tenant, turns::ReviewFilter filter
  ) override;
  turns::Awaitable<Result<std::vector<turns::FlowVersion>>> flow_versions(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::ErasureEntry>>> erasures(
      std::string_view tenant, std::uint32_t limit
  ) override;

  // Asks how it is; for one loop, once a second.
  turns::Awaitable<void> look();
  [[nodiscard]] const ReplicaState& state() const { return state_; }

 private:
  // `query` at the replica, or `otherwise` at the primary.
  template <typename T, typename Query, typename Otherwise>
  turns::Awaitable<Result<T>> ask(std::string_view tenant, Query query, Otherwise otherwise);

  ReplicaState state_;
  ReadThreads<ReplicaReaders> threads_;
};

// For one who looks once and not again, as the command line does: whether the replica has, within `patience`,
// everything that was acknowledged by now. An error says why not.
[[nodiscard]] Result<void> wait_for_replica(
    const std::string& primary_url, const std::string& replica_url, std::chrono::milliseconds patience
);

}  // namespace parley::stores::postgres
