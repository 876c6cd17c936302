// Reads, and what servers tell each other; each question is one transaction that sees one moment. Belongs to
// one thread; reconnects by itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/postgres/connection.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores::postgres {

// A row whose checksum does not match, or records with a gap.
class DamagedRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Reader {
 public:
  // `name` is what its connection is called.
  Reader(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  // `query` maps this reader to T or Result<T>, asking about the tenant.
  template <typename T, typename Query>
  Result<T> run(const std::string& tenant, Query& query) {
    if (auto ready = begin(tenant); !ready) return std::unexpected(std::move(ready.error()));
    try {
      return query(*this);
    } catch (const PostgresFailure& failure) {
      return std::unexpected(note(failure));
    } catch (const DamagedRow& damage) {
      return damaged(damage);
    }
  }

  struct Wanted {
    std::string id;
    std::uint64_t known = 0;  // see turns::Store::load_since()
  };
  using Loaded = Result<std::optional<turns::StoredConversation>>;
  // All of them as of one moment, with two statements however many they are. Damage to one says nothing of
  // the others.
  std::vector<Loaded> load(std::span<const Wanted> wanted);
  std::vector<turns::LogRecord> records(std::string_view id, std::uint64_t after, std::uint32_t limit);
  Result<std::vector<turns::ConversationSummary>> list(const turns::ConversationFilter& filter);
  std::optional<turns::InboxEntry> find_answer(std::string_view scope, std::string_view key);
  std::vector<turns::PendingEffect> pending_effects(std::uint32_t limit);
  std::vector<turns::OutboxEntry> open_effects(std::string_view id);
  Result<std::vector<turns::DueTimer>> due_timers(Timestamp now, std::uint32_t limit);
  Result<std::vector<turns::ReviewEntry>> reviews(const turns::ReviewFilter& filter);
  std::optional<turns::ReviewEntry> review(std::string_view review_id);
  std::vector<turns::MemoryEntry> memory(std::string_view user_id);
  std::vector<turns::StoredVector> vectors(std::string_view user_id, std::span<const std::string> keys);
  std::vector<turns::ErasureEntry> erasures(std::uint32_t limit);
  Result<turns::ExpiredPage> expired(Timestamp before, std::uint64_t after, std::uint32_t limit);
  std::vector<turns::FlowVersion> flow_versions(std::string_view flow_id);
  std::optional<turns::FlowVersion> flow_by_hash(std::string_view hash);
  std::optional<turns::StoredRelease> release(std::string_view hash);
  std::optional<turns::StoredRelease> active_release();
  std::vector<turns::PublicationEntry> publications(std::string_view flow_id);
  std::optional<std::string> setting(std::string_view name);
  std::vector<std::string> setting_names(std::string_view beginning);
  std::vector<std::string> missing_conversations(std::span<const std::string> ids);

  // Of several servers: these write, each as a transaction of its own.
  turns::WorkerId enroll(std::string_view name);
  bool beat(turns::WorkerId worker);
  void retire(turns::WorkerId worker);
  std::optional<turns::Standing> standing(std::string_view id);
  bool take_over(std::string_view id, turns::WorkerId from, turns::WorkerId to);
  std::vector<std::string> claim_left_over(turns::WorkerId worker, std::uint32_t limit);
  Result<std::vector<turns::DueTimer>> claim_timers(
      Timestamp now, turns::WorkerId worker, std::uint32_t limit
  );

 private:
  Result<void> begin(const std::string& tenant);
  static std::unexpected<Error> damaged(const DamagedRow& damage);
  Error note(const PostgresFailure& failure);
  Rows ask(const Statement& statement, Parameters parameters = {}, Access access = Access::read);
  std::vector<Rows> ask(std::span<const Request> requests, Access access = Access::read);
  void connect();

  std::string url_;
  std::string name_;
  std::string tenant_;
  std::unique_ptr<Connection> db_;
  std::optional<PostgresFailure> unreachable_;  // nobody has answered for long
  std::chrono::steady_clock::time_point try_again_;
};

}  // namespace parley::stores::postgres
