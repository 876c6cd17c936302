#include "server/net/client/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace parley::net {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kKeep = std::chrono::seconds(30);
constexpr std::size_t kKeptNames = 1024;
constexpr std::size_t kThreads = 3;
constexpr std::size_t kAddressesMax = 16;

Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  Addresses addresses;
  for (const addrinfo* each = found; problem == 0 && each != nullptr; each = each->ai_next) {
    if (addresses.size() == kAddressesMax) break;
    if (each->ai_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, each->ai_addr, sizeof v4);
      addresses.emplace_back(boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)));
    } else if (each->ai_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, each->ai_addr, sizeof v6);
      boost::asio::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      addresses.emplace_back(boost::asio::ip::address_v6(bytes));
    }
  }
  if (found != nullptr) ::freeaddrinfo(found);
  if (!addresses.empty()) return addresses;
  return fail(
      ErrorCode::unavailable,
      "The name “" + host + "” has no address.",
      "unresolved",
      "check how the host is written, and the server's DNS"
  );
}

// Shared with the threads, which a slow DNS may keep longer than the resolver lives.
struct Lookups {
  struct Kept {
    Addresses addresses;
    Clock::time_point until;
  };
  std::mutex mutex;
  std::condition_variable work;
  std::deque<std::string> queue;
  std::map<std::string, std::vector<Resolver::Done>> waiting;
  std::map<std::string, Kept> kept;
  bool stopping = false;
};

void serve(const std::shared_ptr<Lookups>& lookups) {
  std::unique_lock lock(lookups->mutex);
  while (true) {
    lookups->work.wait(lock, [&] { return lookups->stopping || !lookups->queue.empty(); });
    if (lookups->stopping) return;
    const std::string host = std::move(lookups->queue.front());
    lookups->queue.pop_front();
    lock.unlock();
    const Result<Addresses> found = look_up(host);
    lock.lock();
    if (lookups->stopping) return;
    if (lookups->kept.size() >= kKeptNames) lookups->kept.clear();
    if (found) lookups->kept[host] = {*found, Clock::now() + kKeep};
    // Under the lock, so that nobody is told anything once the resolver is gone.
    auto waiting = lookups->waiting.extract(host);
    if (!waiting.empty()) {
      for (Resolver::Done& done : waiting.mapped()) done(found);
    }
  }
}

class SystemResolver final : public Resolver {
 public:
  ~SystemResolver() override {
    std::map<std::string, std::vector<Done>> unanswered;
    {
      const std::lock_guard lock(lookups_->mutex);
      lookups_->stopping = true;
      unanswered.swap(lookups_->waiting);
    }
    lookups_->work.notify_all();
  }

  void resolve(const std::string& host, Done done) override {
    const std::lock_guard lock(lookups_->mutex);
    if (const auto kept = lookups_->kept.find(host); kept != lookups_->kept.end()) {
      if (kept->second.until > Clock::now()) {
        done(kept->second.addresses);
        return;
      }
      lookups_->kept.erase(kept);
    }
    auto& waiting = lookups_->waiting[host];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
    lookups_->queue.push_back(host);
    start_threads();
    lookups_->work.notify_one();
  }

 private:
  // Not before they are needed: most servers never look up a name.
  void start_threads() {
    for (; threads_ < kThreads; ++threads_) std::thread(serve, lookups_).detach();
  }

  std::shared_ptr<Lookups> lookups_ = std::make_shared<Lookups>();
  std::size_t threads_ = 0;  // guarded by the lookups' mutex
};

}  // namespace

std::shared_ptr<Resolver> make_system_resolver() {
  return std::make_shared<SystemResolver>();
}

}  // namespace parley::net
