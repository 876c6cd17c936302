// One reading thread's connections to the tenants' databases. The databases being in write-ahead mode, the
// writer never waits for them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "server/stores/sqlite/tenant_files.hpp"
#include "server/stores/sqlite/tenant_reader.hpp"

namespace parley::stores {

class TenantReaders {
 public:
  using Reader = TenantReader;

  explicit TenantReaders(TenantFiles& files) : files_(files) {}

  // `query` maps a TenantReader to T or Result<T>. A tenant that was never written to answers T{}.
  template <typename T, typename Query>
  Result<T> run(const std::string& tenant, Query& query) {
    try {
      auto reader = open(tenant);
      if (!reader) return std::unexpected(reader.error());
      if (*reader == nullptr) return T{};
      return query(**reader);
    } catch (const SqliteFailure& failure) {
      readers_.erase(tenant);
      return std::unexpected(to_error(failure));
    } catch (const DamagedRow& damage) {
      return std::unexpected(to_error(damage));
    }
  }

 private:
  struct Open {
    std::unique_ptr<TenantReader> reader;
    std::uint64_t last_used = 0;
  };
  // Null if the tenant has no database yet.
  Result<TenantReader*> open(const std::string& tenant);

  TenantFiles& files_;
  std::map<std::string, Open, std::less<>> readers_;
  std::uint64_t reads_ = 0;
};

}  // namespace parley::stores
