// Writes batches: many turns of one tenant as one transaction, sent in one piece. What does not fit is a row
// that says so, never an error, so nobody's conflict undoes the turns beside it.
//
// A batch that fails as a whole is made again turn by turn, so that only the turn at fault fails. Belongs to
// the batcher's thread; reconnects by itself.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/stores/postgres/connection.hpp"
#include "server/stores/turn_batcher.hpp"
#include "server/stores/write.hpp"

namespace parley::stores::postgres {

class Writer {
 public:
  using Pending = TurnBatcher<Write>::Pending;

  // `name` is what its connection is called.
  Writer(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  // Sets every outcome; throws nothing.
  void write(std::span<Pending> batch);

 private:
  void write_tenant(const std::string& tenant, std::span<Pending* const> writes);
  // False: nothing was written, and it should be tried in smaller pieces.
  bool write_together(const std::string& tenant, std::span<Pending* const> writes);
  // What stood in its way, if it was the database.
  std::optional<PostgresFailure> write_alone(const std::string& tenant, Pending& pending);
  void transact(const std::string& tenant, std::span<Pending* const> writes, Patience patience);
  Result<void> probe();
  Connection& connection();

  std::string url_;
  std::string name_;
  std::unique_ptr<Connection> db_;
  std::vector<Pending*> of_tenant_;
};

}  // namespace parley::stores::postgres
