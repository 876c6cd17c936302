// A PostgreSQL server for the tests of this process, made when first asked for and stopped at the end.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "server/stores/postgres/connection.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores::postgres {

class TestCluster {
 public:
  // Null, and says so, when PostgreSQL is not installed.
  static TestCluster* get() {
    static std::optional<TestCluster> cluster;
    static const bool there = start(cluster, "");
    if (!there) MESSAGE("skipped: PostgreSQL is not installed");
    return there ? &*cluster : nullptr;
  }
  // One that has pgvector, though not in its database yet. Null, and says so, when it cannot be fetched.
  static TestCluster* with_vectors() {
    static std::optional<TestCluster> cluster;
    static const bool there = start(cluster, " vectors");
    if (!there) MESSAGE("skipped: a PostgreSQL with pgvector cannot be fetched");
    return there ? &*cluster : nullptr;
  }

  // Another account may have to go through this folder to its own.
  explicit TestCluster(std::string kind) : kind_(std::move(kind)) { ::chmod(folder_.path().c_str(), 0711); }
  TestCluster(const TestCluster&) = delete;
  TestCluster& operator=(const TestCluster&) = delete;
  ~TestCluster() {
    run("unpool");
    run("unreplica");
    run("stop");
  }

  [[nodiscard]] std::string folder() const { return folder_.path() + "/pg"; }
  [[nodiscard]] bool has_vectors() const { return !kind_.empty(); }
  [[nodiscard]] std::string url(const std::string& role, const std::string& database = "parley") const {
    return "postgresql:///" + database + "?user=" + role + "&host=" + folder();
  }
  // Through PgBouncer, when with_pool() runs one.
  [[nodiscard]] std::string pooled_url(const std::string& role) const { return url(role) + "&port=6432"; }
  // Of the replica, when run("replica") has begun one.
  [[nodiscard]] std::string replica_url(const std::string& role) const { return url(role) + "&port=5433"; }
  // Anew, in this mode, with so many connections to the database. False, and says so, when it is not
  // installed.
  [[nodiscard]] bool with_pool(const std::string& mode, int connections) const {
    run("unpool");
    const int code = run("pool", " " + mode + " " + std::to_string(connections));
    if (code == kNotInstalled) MESSAGE("skipped: PgBouncer is not installed");
    REQUIRE_MESSAGE((code == 0 || code == kNotInstalled), "PgBouncer starts");
    return code == 0;
  }
  // As the superuser.
  void admin(const std::string& sql) const { Connection(url("admin")).plain(sql); }
  int run(const std::string& verb, const std::string& more = {}) const {
    const std::string script = std::string(PARLEY_SOURCE_DIR) + "/scripts/postgres_for_tests ";
    const int status = std::system((script + verb + " " + folder_.path() + "/pg" + more + kind_).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static constexpr int kNotInstalled = 77;

  static bool start(std::optional<TestCluster>& cluster, const std::string& kind) {
    cluster.emplace(kind);
    const int code = cluster->run("start");
    if (code == 0) return true;
    REQUIRE_MESSAGE(code == kNotInstalled, "PostgreSQL starts");
    cluster.reset();
    return false;
  }

  std::string kind_;
  TemporaryDirectory folder_;
};

}  // namespace parley::stores::postgres
