// Threads that read: each has its own connections, so reads never wait for the writer and, the databases
// being in write-ahead mode, the writer never waits for them. A read sees everything that was acknowledged
// before it was asked for.
//
// read() is for loop threads; the coroutine resumes on its own loop. The destructor finishes what was asked
// for, then ends the threads; the loops must still exist then.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/net/loop.hpp"
#include "server/stores/resumptions.hpp"
#include "server/stores/sqlite/tenant_files.hpp"
#include "server/stores/sqlite/tenant_reader.hpp"

namespace parley::stores {

// One thread's connections.
class TenantReaders {
 public:
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

class ReaderPool {
 public:
  ReaderPool(TenantFiles& files, std::size_t threads);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // `query` is copied or moved to a reader thread: it must own what it uses.
  template <typename T, typename Query>
  net::Awaitable<Result<T>> read(std::string tenant, Query query) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<net::Executor>, void(Result<T>)>(
        [this](auto handler, std::string name, Query q) {
          auto executor = boost::asio::get_associated_executor(handler);
          enqueue([executor, h = std::move(handler), name = std::move(name), q = std::move(q)](
                      TenantReaders& readers, Resumptions& resumptions
                  ) mutable {
            resumptions.add(executor, [h = std::move(h), result = readers.run<T>(name, q)]() mutable {
              std::move(h)(std::move(result));
            });
          });
        },
        net::kUseAwaitable,
        std::move(tenant),
        std::move(query)
    );
  }

 private:
  using Job = std::move_only_function<void(TenantReaders&, Resumptions&)>;
  void enqueue(Job job);
  void run();

  TenantFiles& files_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Job> queue_;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::stores
