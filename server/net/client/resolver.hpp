// Names to addresses. The port lets tests answer as a hostile DNS would; the real one asks the system.
//
// Thread-safe. `done` is called once, from any thread, and only hands over: it must not call the resolver.
// The loops that `done` reaches must outlive the resolver.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/net/client/egress.hpp"

namespace parley::net {

using Addresses = std::vector<IpAddress>;

class Resolver {
 public:
  using Done = std::move_only_function<void(Result<Addresses>)>;

  virtual ~Resolver() = default;
  virtual void resolve(const std::string& host, Done done) = 0;
};

// getaddrinfo on a few threads; answers are kept for 30 seconds, and those who ask for the same name while it
// is looked up share the answer. Errors have the pointer "unresolved".
[[nodiscard]] std::shared_ptr<Resolver> make_system_resolver();

}  // namespace parley::net
