#include "server/tools/live/stdio_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/json.hpp"

namespace parley::tools {
namespace {

constexpr std::string_view kVersion = "2025-11-25";
constexpr auto kMomentToEnd = std::chrono::milliseconds(500);
constexpr std::size_t kReadBytes = 64U << 10U;

std::unexpected<Error> problem(std::string_view pointer, const StdioProgram& program) {
  const std::string name = program.command.empty() ? "the program" : "“" + program.command.front() + "”";
  if (pointer == "timeout")
    return fail(ErrorCode::deadline_exceeded, name + " did not answer in time", "timeout");
  if (pointer == "unreachable") {
    return fail(
        ErrorCode::unavailable,
        name + " cannot be started",
        "unreachable",
        "check tools.connectors in parley.yaml"
    );
  }
  return fail(ErrorCode::unavailable, name + " ended before it answered", std::string(pointer));
}

Value message(std::optional<std::int64_t> id, std::string_view method, Value params) {
  MapBuilder out;
  out.set("jsonrpc", "2.0");
  if (id) out.set("id", *id);
  out.set("method", method);
  if (params.is_map()) out.set("params", std::move(params));
  return out.build();
}

// What a program may know of this process.
std::vector<std::string> environment_for(const StdioProgram& program) {
  std::vector<std::string> out;
  for (const char* name : {"PATH", "HOME", "LANG"}) {
    if (const char* value = std::getenv(name)) out.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : program.environment)
    out.push_back(name + "=" + std::string(value.reveal()));
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

StdioServer::StdioServer(StdioProgram program) : program_(std::move(program)) {
  INVARIANT(::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe can be made");
  thread_ = std::thread([this] { run(); });
}

StdioServer::~StdioServer() {
  stop();
  ::close(wake_[0]);
  ::close(wake_[1]);
}

void StdioServer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  end_program("interrupted", kMomentToEnd);
}

void StdioServer::wake() const {
  (void)!::write(wake_[1], "x", 1);
}

net::Awaitable<Result<std::string>> StdioServer::ask(
    std::string method, Value params, std::chrono::milliseconds timeout
) {
  const Clock::time_point deadline = Clock::now() + timeout;
  auto ready = co_await greet(deadline);
  // Whatever went wrong, the request itself was not sent.
  if (!ready) co_return problem("unreachable", program_);
  co_return co_await exchange(std::move(method), std::move(params), deadline);
}

// Starts the program if it does not run, and begins the session. One caller does it, others wait for him.
net::Awaitable<Result<void>> StdioServer::greet(Clock::time_point deadline) {
  bool mine = false;
  {
    const std::lock_guard lock(mutex_);
    if (process_ > 0 && ready_) co_return Result<void>();
    mine = !std::exchange(greeting_, true);
  }
  if (!mine) {
    co_return co_await net::await_callback<Result<void>>([&](auto done) {
      const std::lock_guard lock(mutex_);
      if (greeting_) {
        waiting_.push_back(std::move(done));
      } else {
        done(ready_ ? Result<void>() : Result<void>(problem("unreachable", program_)));
      }
    });
  }
  const Value client = MapBuilder().set("name", "parley").set("version", "1").build();
  Value params = MapBuilder()
                     .set("protocolVersion", kVersion)
                     .set("capabilities", Value::map())
                     .set("clientInfo", client)
                     .build();
  const auto answer = co_await exchange("initialize", std::move(params), deadline);
  const auto body = answer ? parse_json(*answer) : Result<Value>(Value());
  const bool good = body && (*body)["result"].is_map();
  const std::lock_guard lock(mutex_);
  Result<void> outcome = problem("unreachable", program_);
  if (good && process_ > 0) {
    outcome = Result<void>();
    to_write_ += write_json(message(std::nullopt, "notifications/initialized", Value())) + "\n";
  }
  greeted(outcome);
  co_return outcome;
}

void StdioServer::greeted(const Result<void>& outcome) {
  ready_ = outcome.has_value();
  greeting_ = false;
  for (auto& done : std::exchange(waiting_, {})) done(outcome);
}

net::Awaitable<Result<std::string>> StdioServer::exchange(
    std::string method, Value params, Clock::time_point deadline
) {
  co_return co_await net::await_callback<Result<std::string>>([&](auto done) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || (process_ <= 0 && !start())) {
        done(problem("unreachable", program_));
        return;
      }
      const std::int64_t id = ++last_id_;
      asked_.emplace(id, Question{std::move(done), deadline});
      to_write_ += write_json(message(id, method, std::move(params))) + "\n";
    }
    wake();
  });
}

bool StdioServer::start() {
  if (program_.command.empty()) return false;
  int to[2];  // a socket, because writing to a pipe that nobody reads would end this process
  int from[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to) != 0) return false;
  if (::pipe2(from, O_CLOEXEC) != 0) {
    ::close(to[0]);
    ::close(to[1]);
    return false;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  // Its own group, so that it is ended with its children and not by a Ctrl-C that is meant for the server.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  );
  std::vector<std::string> command = program_.command;
  std::vector<std::string> environment = environment_for(program_);
  const int failed = ::posix_spawnp(
      &process_,
      command.front().c_str(),
      &actions,
      &attributes,
      pointers_to(command).data(),
      pointers_to(environment).data()
  );
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(to[0]);
  ::close(from[1]);
  if (failed != 0) {
    process_ = -1;
    ::close(to[1]);
    ::close(from[0]);
    return false;
  }
  input_ = to[1];
  output_ = from[0];
  for (const int fd : {input_, output_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return true;
}

// Nobody gets an answer from it any more. A program that does not leave within the moment is killed with its
// children.
void StdioServer::end_program(std::string_view why, std::chrono::milliseconds moment) {
  for (auto& [id, question] : std::exchange(asked_, {})) question.done(problem(why, program_));
  ready_ = false;
  to_write_.clear();
  unread_.clear();
  if (process_ <= 0) return;
  ::close(input_);
  ::close(output_);
  input_ = output_ = -1;
  const Clock::time_point patience = Clock::now() + moment;
  while (::waitpid(process_, nullptr, WNOHANG) == 0) {
    if (Clock::now() > patience) {
      ::kill(-process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
      break;
    }
    ::poll(nullptr, 0, 10);
  }
  process_ = -1;
}

void StdioServer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    pollfd waits[3] = {
        {wake_[0], POLLIN, 0},
        {output_, POLLIN, 0},
        {to_write_.empty() ? -1 : input_, POLLOUT, 0},
    };
    const int patience = until_next_deadline();
    lock.unlock();
    ::poll(waits, 3, patience);
    lock.lock();
    char ignored[64];
    while (::read(wake_[0], ignored, sizeof ignored) > 0) continue;
    if (waits[2].revents != 0) write_some();
    if (waits[1].revents != 0) read_some();
    expire();
  }
}

int StdioServer::until_next_deadline() const {
  if (asked_.empty()) return -1;
  const auto first =
      std::ranges::min_element(asked_, {}, [](const auto& each) { return each.second.deadline; });
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(first->second.deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, 60'000));
}

void StdioServer::write_some() {
  if (input_ < 0) return;
  const ssize_t written = ::send(input_, to_write_.data(), to_write_.size(), MSG_NOSIGNAL);
  if (written > 0) {
    to_write_.erase(0, static_cast<std::size_t>(written));
  } else if (errno != EAGAIN && errno != EINTR) {
    end_program("interrupted");
  }
}

void StdioServer::read_some() {
  if (output_ < 0) return;
  char bytes[kReadBytes];
  const ssize_t got = ::read(output_, bytes, sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end_program("interrupted");
  unread_.append(bytes, static_cast<std::size_t>(got));
  std::size_t begin = 0;
  for (std::size_t end; (end = unread_.find('\n', begin)) != std::string::npos; begin = end + 1)
    take_line(std::string_view(unread_).substr(begin, end - begin));
  unread_.erase(0, begin);
  if (unread_.size() > program_.answer_bytes) end_program("too_large");
}

// The answer to a question. A program may ask too, and wait for what it hears before it goes on; everything
// else it says is not for us.
void StdioServer::take_line(std::string_view line) {
  const auto said = parse_json(line, {.reject_duplicate_keys = false});
  if (!said || !said->is_map()) return;
  if (said->find("method") != nullptr) return reply(*said);
  if (!(*said)["id"].is_int()) return;
  const auto found = asked_.find((*said)["id"].as_int());
  if (found == asked_.end()) return;
  auto question = std::move(found->second);
  asked_.erase(found);
  // Whoever reads the response expects the id of the only request he knows of.
  question.done(write_json(said->with("id", 1)));
}

// That we are there; nothing else is offered. Who asks without reading the answers gets no more of them.
void StdioServer::reply(const Value& asked) {
  const Value* id = asked.find("id");
  if (id == nullptr || to_write_.size() > program_.answer_bytes) return;
  MapBuilder out;
  out.set("jsonrpc", "2.0").set("id", *id);
  if (asked.text("method") == "ping") {
    out.set("result", Value::map());
  } else {
    out.set("error", MapBuilder().set("code", -32601).set("message", "Method not found").build());
  }
  to_write_ += write_json(out.build()) + "\n";
}

void StdioServer::expire() {
  const Clock::time_point now = Clock::now();
  for (auto each = asked_.begin(); each != asked_.end();) {
    if (each->second.deadline > now) {
      ++each;
      continue;
    }
    each->second.done(problem("timeout", program_));
    each = asked_.erase(each);
  }
}

}  // namespace parley::tools
