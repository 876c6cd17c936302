#include "server/stores/sqlite/reader_pool.hpp"

#include <algorithm>
#include <iterator>

namespace parley::stores {
namespace {

constexpr std::size_t kOpenReadersMax = 64;  // per thread
constexpr std::size_t kJobsAtOnce = 32;      // answered with one post; the rest is left for the other threads

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

ReaderPool::ReaderPool(TenantFiles& files, std::size_t threads) : files_(files) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ReaderPool::enqueue(Job job) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
}

void ReaderPool::run() {
  TenantReaders readers(files_);
  Resumptions resumptions;
  std::vector<Job> taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto count = static_cast<std::ptrdiff_t>(std::min(kJobsAtOnce, queue_.size()));
      taken.assign(std::move_iterator(queue_.begin()), std::move_iterator(queue_.begin() + count));
      queue_.erase(queue_.begin(), queue_.begin() + count);
    }
    for (Job& job : taken) job(readers, resumptions);
    taken.clear();
    resumptions.post();
  }
}

}  // namespace parley::stores
