#include "server/ops/process.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <thread>

namespace parley::ops {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR2);  // our own: the watch is over
  return set;
}

}  // namespace

std::size_t prepare_process() {
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  if (files.rlim_cur < files.rlim_max) {
    rlimit raised{files.rlim_max, files.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  }
  return files.rlim_cur;
}

struct SignalWatch::State {
  sigset_t signals = watched_signals();
  sigset_t before{};
  std::thread thread;
};

SignalWatch::SignalWatch(std::function<void(int)> on_signal) : state_(std::make_unique<State>()) {
  pthread_sigmask(SIG_BLOCK, &state_->signals, &state_->before);
  state_->thread = std::thread([signals = state_->signals, on_signal = std::move(on_signal)] {
    for (int count = 1;; ++count) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0 || signal == SIGUSR2) return;
      on_signal(count);
    }
  });
}

SignalWatch::~SignalWatch() {
  pthread_kill(state_->thread.native_handle(), SIGUSR2);
  state_->thread.join();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

}  // namespace parley::ops
