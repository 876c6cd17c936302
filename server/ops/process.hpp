// What a server asks of its process: file descriptors, no core dumps (they would hold conversations),
// signals.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace parley::ops {

// Before threads start. Gives the number of files that may be open.
std::size_t prepare_process();

// Waits for SIGINT and SIGTERM on a thread of its own and calls back with 1, 2, 3… Must be made before any
// other thread, so that all threads leave these signals alone. The destructor ends the thread.
class SignalWatch {
 public:
  explicit SignalWatch(std::function<void(int count)> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parley::ops
