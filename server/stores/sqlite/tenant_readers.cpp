#include "server/stores/sqlite/tenant_readers.hpp"

#include <algorithm>

namespace parley::stores {
namespace {

constexpr std::size_t kOpenReadersMax = 64;  // per thread

}  // namespace

Result<TenantReader*> TenantReaders::open(const std::string& tenant) {
  ++reads_;
  if (const auto known = readers_.find(tenant); known != readers_.end()) {
    known->second.last_used = reads_;
    return known->second.reader.get();
  }
  auto path = files_.database(tenant, false);
  if (!path) return std::unexpected(path.error());
  if (!*path) return nullptr;
  if (readers_.size() >= kOpenReadersMax) {
    readers_.erase(std::ranges::min_element(readers_, {}, [](const auto& entry) {
      return entry.second.last_used;
    }));
  }
  auto reader = std::make_unique<TenantReader>(**path);
  auto* opened = reader.get();
  readers_.emplace(tenant, Open{std::move(reader), reads_});
  return opened;
}

}  // namespace parley::stores
