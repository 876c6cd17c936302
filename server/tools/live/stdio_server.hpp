// An MCP server that is a program on this machine: started when first needed, asked over its standard input,
// read from its standard output, a line a message. One that ends is started anew at the next question.
//
// Thread-safe; a thread of its own does all reading and writing and watches the deadlines. The destructor
// closes the program's input, waits a moment, then ends it; the loops that asked must still exist. The
// program gets PATH, HOME, LANG and what the settings name, nothing else of this process's environment. What
// it writes to its standard error goes to this process's.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/net/loop.hpp"
#include "server/tools/live/secret.hpp"

namespace parley::tools {

struct StdioProgram {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, Secret>> environment;
  std::size_t answer_bytes = 1U << 20U;  // of one line
};

class StdioServer {
 public:
  explicit StdioServer(StdioProgram program);
  ~StdioServer();
  StdioServer(const StdioServer&) = delete;
  StdioServer& operator=(const StdioServer&) = delete;

  // The response to a request, as its JSON. Errors have the pointers of net::HttpClient: "unreachable" when
  // the program did not get the request, "interrupted" and "timeout" when it may have.
  net::Awaitable<Result<std::string>> ask(
      std::string method, Value params, std::chrono::milliseconds timeout
  );

  // Ends the program; who waits for it is told "interrupted", and further questions are "unreachable". The
  // destructor does the same, but a call under way keeps what it waits for from being destroyed.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Question {
    std::move_only_function<void(Result<std::string>)> done;
    Clock::time_point deadline;
  };

  net::Awaitable<Result<void>> greet(Clock::time_point deadline);
  net::Awaitable<Result<std::string>> exchange(std::string method, Value params, Clock::time_point deadline);
  void wake() const;

  // These with the lock.
  [[nodiscard]] bool start();
  void end_program(std::string_view why, std::chrono::milliseconds moment = {});
  void greeted(const Result<void>& outcome);

  // The thread; all but run() with the lock.
  void run();
  [[nodiscard]] int until_next_deadline() const;
  void write_some();
  void read_some();
  void take_line(std::string_view line);
  void reply(const Value& asked);
  void expire();

  const StdioProgram program_;
  std::mutex mutex_;
  pid_t process_ = -1;
  int input_ = -1;   // of the program: written here
  int output_ = -1;  // of the program: read here
  std::string to_write_;
  std::string unread_;
  std::map<std::int64_t, Question> asked_;
  std::int64_t last_id_ = 0;
  bool ready_ = false;                                                // the program was greeted
  bool greeting_ = false;                                             // somebody is at it
  std::vector<std::move_only_function<void(Result<void>)>> waiting_;  // for that
  bool stopping_ = false;
  int wake_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace parley::tools
