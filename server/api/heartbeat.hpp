// Keeps a silent stream alive: a comment every few seconds until it is dropped.
// Belongs to the loop of its stream.
#pragma once

#include <memory>

#include "server/net/exchange.hpp"

namespace parley::api {

class Heartbeat {
 public:
  Heartbeat(net::Executor executor, net::StreamWriter stream);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  struct State;
  static void arm(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace parley::api
