#include "server/stores/postgres/writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/stores/postgres/requests.hpp"
#include "server/stores/storable.hpp"

namespace parley::stores::postgres {

namespace {

constexpr int kTries = 3;

constexpr int kMostLocked = 5;  // of a batch; then it is no single conversation that is locked

bool is_probe(const Write& write) {
  return std::holds_alternative<Probe>(write.work);
}

// The conversation whose row a write locks. Empty: none.
std::string_view conversation_of(const Write& write) {
  const auto* commit = std::get_if<turns::Commit>(&write.work);
  return commit == nullptr ? std::string_view() : std::string_view(commit->conversation.id);
}

bool is_locked(const PostgresFailure& failure) {
  return failure.state() == kLocked;
}

// Another server was in the way: the same again may succeed.
bool may_pass(const PostgresFailure& failure) {
  return failure.state() == "40001" || failure.state() == "40P01";
}

}  // namespace

Connection& Writer::connection() {
  if (db_ == nullptr || !db_->is_alive()) {
    db_.reset();
    db_ = std::make_unique<Connection>(url_, name_);
  }
  return *db_;
}

void Writer::write(std::span<Pending> batch) {
  std::vector<bool> taken(batch.size(), false);
  // Anybody may ask whether the server is ready: however many do at once, the database is asked once.
  std::optional<Result<void>> probed;
  for (std::size_t first = 0; first < batch.size(); ++first) {
    if (taken[first]) continue;
    if (is_probe(batch[first].write)) {
      if (!probed) probed = probe();
      batch[first].outcome = *probed;
      continue;
    }
    const std::string& tenant = batch[first].write.tenant;
    of_tenant_.clear();
    for (std::size_t i = first; i < batch.size(); ++i) {
      if (taken[i] || is_probe(batch[i].write) || batch[i].write.tenant != tenant) continue;
      taken[i] = true;
      of_tenant_.push_back(&batch[i]);
    }
    // All servers lock rows in the same order, so that their batches wait for each other but never in a
    // circle.
    std::ranges::sort(of_tenant_, {}, [](Pending* p) { return std::pair(conversation_of(p->write), p); });
    write_tenant(tenant, of_tenant_);
  }
}

void Writer::write_tenant(const std::string& tenant, std::span<Pending* const> writes) {
  if (!valid_tenant_name(tenant)) {
    for (Pending* pending : writes) pending->outcome = refused_tenant_name(tenant);
    return;
  }
  if (write_together(tenant, writes)) return;
  int locked = 0;
  std::optional<Error> hopeless;  // what would befall the rest as well
  for (Pending* pending : writes) {
    if (hopeless) {
      pending->outcome = std::unexpected(*hopeless);
      continue;
    }
    const auto failure = write_alone(tenant, *pending);
    if (failure && is_locked(*failure)) ++locked;
    if (failure && (failure->lost() || locked == kMostLocked)) hopeless = to_error(*failure);
  }
}

bool Writer::write_together(const std::string& tenant, std::span<Pending* const> writes) {
  try {
    transact(tenant, writes, Patience::usual);
    return true;
  } catch (const PostgresFailure& failure) {
    if (!failure.lost()) return false;
    db_.reset();
    for (Pending* pending : writes) pending->outcome = std::unexpected(to_error(failure));
    return true;
  }
}

// Another server may be stuck in the middle of a transaction, or a person have locked a table: turns of all
// conversations would wait behind the one that wants what is locked. All of them together have waited before.
std::optional<PostgresFailure> Writer::write_alone(const std::string& tenant, Pending& pending) {
  Pending* const one[] = {&pending};
  for (int attempt = 1;; ++attempt) {
    try {
      transact(tenant, one, Patience::little);
      return std::nullopt;
    } catch (const PostgresFailure& failure) {
      if (failure.lost()) db_.reset();
      if (!failure.lost() && may_pass(failure) && attempt < kTries) continue;
      pending.outcome = std::unexpected(to_error(failure));
      return failure;
    }
  }
}

void Writer::transact(const std::string& tenant, std::span<Pending* const> writes, Patience patience) {
  std::vector<Request> requests;
  std::vector<Pending*> asked;
  for (Pending* pending : writes) {
    auto request = request_of(pending->write);
    if (request) {
      requests.push_back(std::move(*request));
      asked.push_back(pending);
    } else {
      pending->outcome = std::unexpected(std::move(request.error()));
    }
  }
  if (asked.empty()) return;
  const std::vector<Rows> answers = connection().transaction(tenant, Access::write, requests, patience);
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->outcome = outcome_of(asked[i]->write, answers[i]);
}

Result<void> Writer::probe() {
  try {
    if (connection().plain("SHOW transaction_read_only").at(0).at(0) == "on")
      throw PostgresFailure(std::string(kReadOnly), "it takes no writes", true);
    return {};
  } catch (const PostgresFailure& failure) {
    db_.reset();
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores::postgres
