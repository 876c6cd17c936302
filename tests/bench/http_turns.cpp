// A load generator for the chat API of a server on this machine, on one thread, so that it shares the cores
// fairly with the server.
//   http_turns turns PORT CONNECTIONS SECONDS   one conversation a connection, a turn as soon as the last is
//                                               answered; turns/s and latencies
//   http_turns spread PORT,PORT… CONNECTIONS SECONDS   the same over several servers on one store: each turn
//   of a
//                                               conversation goes to the next of them
//   http_turns length PORT CONNECTIONS TURNS PID   conversations of so many turns and new ones by turns; what
//   a
//                                               turn of each costs: processor time of the server PID, and
//                                               wall
//   http_turns open PORT CONVERSATIONS          that many conversations, one turn each
//   http_turns keyed PORT CONNECTIONS SECONDS   like turns, each request with an Idempotency-Key of its own
//   http_turns offered PORT CONNECTIONS SECONDS RATE   that many turns/s, whether the last are answered or
//   not: an
//                                               open loop; latencies count from when a turn was due
//   http_turns stored PORT CONVERSATIONS SECONDS PID   opens that many conversations, then goes on with
//   random ones
//                                               of the last 1,000, and of all; what a turn of each costs
//   http_turns idle PORT CONNECTIONS            keeps connections open after a request each, until Enter
//   http_turns sse PORT TOKENS                  reads a burst of the bare server's /sse to its end
// Prints one line "name=value …". The flow "loop" must be there: it asks, answers and asks again.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "http_turns: %s\n", what.c_str());
  std::exit(1);
}

struct Connection {
  int socket = -1;
  std::vector<int> sockets;  // one to each server
  std::size_t first = 0;     // of them, for the first turn
  std::string request;
  std::size_t sent = 0;
  std::string received;
  std::string conversation;
  long turns = 0;
  Clock::time_point begin;
};

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up(std::string("cannot connect: ") + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

// Of this run; the counter makes each its own.
std::string next_key() {
  static const std::string run =
      std::to_string(::getpid()) + "-" + std::to_string(Clock::now().time_since_epoch().count());
  static std::uint64_t number = 0;
  return run + "-" + std::to_string(++number);
}

std::string chat_request(const Connection& connection, bool keyed = false) {
  std::string body = "{";
  body += connection.conversation.empty() ? R"("flow_id":"loop")"
                                          : R"("conversation_id":")" + connection.conversation + '"';
  body += R"(,"message":"turn )" + std::to_string(connection.turns) + " of a chat with words\"}";
  const std::string key = keyed ? "Idempotency-Key: " + next_key() + "\r\n" : std::string();
  return "POST /v1/chat HTTP/1.1\r\nHost: localhost\r\n" + key +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// The size of the whole response at the front of `bytes`, or 0 while it is incomplete.
std::size_t response_size(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t at = 0;
  std::size_t length = 0;
  constexpr std::string_view kName = "content-length:";
  while ((at = bytes.find("\r\n", at)) < head) {
    at += 2;
    if (::strncasecmp(bytes.data() + at, kName.data(), kName.size()) == 0) {
      length = std::strtoul(bytes.data() + at + kName.size(), nullptr, 10);
    }
  }
  const std::size_t size = head + 4 + length;
  return bytes.size() < size ? 0 : size;
}

// Sends requests on many connections and waits for the answers.
class Load {
 public:
  Load(int port, std::size_t connections) : Load(std::vector<int>{port}, connections) {}
  Load(const std::vector<int>& ports, std::size_t connections)
      : poll_(::epoll_create1(0)), connections_(connections) {
    for (std::size_t i = 0; i < connections; ++i) {
      connections_[i].first = i;
      for (const int port : ports) {
        connections_[i].sockets.push_back(connect_to(port));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].sockets.back(), &event);
      }
    }
  }

  std::vector<Connection>& connections() { return connections_; }

  void start(Connection& connection, std::string request) {
    const std::size_t next = connection.first + static_cast<std::size_t>(connection.turns);
    connection.socket = connection.sockets[next % connection.sockets.size()];
    connection.request = std::move(request);
    connection.sent = 0;
    connection.received.clear();
    connection.begin = Clock::now();
    flush(connection);
    ++waiting_;
  }

  // Calls `answered` for each answer until no request is open; it may start the next one.
  void run(const std::function<void(Connection&)>& answered) {
    while (waiting_ > 0) {
      if (!take(30'000, answered)) give_up("no answer within 30 seconds");
    }
  }

  // The answers that are there, or come within so many milliseconds. False when there was none.
  bool take(int milliseconds, const std::function<void(Connection&)>& answered) {
    std::vector<epoll_event> events(256);
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
      Connection& connection = connections_[events[static_cast<std::size_t>(i)].data.u64];
      if (!receive(connection)) continue;
      --waiting_;
      answered(connection);
    }
    return count > 0;
  }

 private:
  void flush(Connection& connection) {
    while (connection.sent < connection.request.size()) {
      const ssize_t n = ::send(
          connection.socket,
          connection.request.data() + connection.sent,
          connection.request.size() - connection.sent,
          MSG_NOSIGNAL
      );
      if (n < 0) give_up(std::string("send: ") + std::strerror(errno));
      connection.sent += static_cast<std::size_t>(n);
    }
  }

  // True when the answer is complete.
  bool receive(Connection& connection) {
    char bytes[8192];
    const ssize_t n = ::recv(connection.socket, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) give_up("the server closed a connection");
    connection.received.append(bytes, static_cast<std::size_t>(n));
    return response_size(connection.received) != 0;
  }

  int poll_;
  std::vector<Connection> connections_;
  std::size_t waiting_ = 0;
};

void take_answer(Connection& connection) {
  const std::string_view text = connection.received;
  if (!text.starts_with("HTTP/1.1 200") && !text.starts_with("HTTP/1.1 201")) {
    give_up("refused: " + connection.received);
  }
  if (connection.conversation.empty()) {
    constexpr std::string_view kName = "\"conversation_id\":\"";
    const std::size_t at = text.find(kName);
    if (at == std::string_view::npos) give_up("no conversation_id: " + connection.received);
    const std::size_t begin = at + kName.size();
    connection.conversation = text.substr(begin, text.find('"', begin) - begin);
  }
  ++connection.turns;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

float at(const std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0
                        : sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * share)];
}

void print_latencies(std::vector<float>& latencies_us, double elapsed) {
  std::sort(latencies_us.begin(), latencies_us.end());
  std::printf(
      "turns_per_s=%.0f p50_us=%.0f p99_us=%.0f max_us=%.0f turns=%zu\n",
      static_cast<double>(latencies_us.size()) / elapsed,
      static_cast<double>(at(latencies_us, 0.5)),
      static_cast<double>(at(latencies_us, 0.99)),
      static_cast<double>(at(latencies_us, 1)),
      latencies_us.size()
  );
}

int turns(const std::vector<int>& ports, std::size_t connections, double seconds, bool keyed) {
  Load load(ports, connections);
  for (Connection& connection : load.connections()) load.start(connection, chat_request(connection, keyed));
  load.run(take_answer);  // the conversations begin before the clock does

  std::vector<float> latencies_us;
  latencies_us.reserve(1 << 20);
  const auto begin = Clock::now();
  for (Connection& connection : load.connections()) load.start(connection, chat_request(connection, keyed));
  load.run([&](Connection& connection) {
    take_answer(connection);
    latencies_us.push_back(static_cast<float>(seconds_since(connection.begin) * 1e6));
    if (seconds_since(begin) < seconds) load.start(connection, chat_request(connection, keyed));
  });
  print_latencies(latencies_us, seconds_since(begin));
  return 0;
}

// Turns fall due one after the other at a fixed rate. One that finds no connection free waits, and its
// waiting counts.
int offered(int port, std::size_t connections, double seconds, double rate) {
  Load load(port, connections);
  for (Connection& connection : load.connections()) load.start(connection, chat_request(connection, true));
  load.run(take_answer);
  std::vector<Connection*> idle;
  for (Connection& connection : load.connections()) idle.push_back(&connection);
  std::vector<float> latencies_us;
  const auto total = static_cast<std::size_t>(rate * seconds);
  const auto begin = Clock::now();
  const auto due = [&](std::size_t number) {
    return begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(static_cast<double>(number) / rate)
                   );
  };
  for (std::size_t next = 0; latencies_us.size() < total;) {
    while (next < total && !idle.empty() && Clock::now() >= due(next)) {
      Connection& connection = *idle.back();
      idle.pop_back();
      load.start(connection, chat_request(connection, true));
      connection.begin = due(next++);
    }
    load.take(idle.empty() || next == total ? 100 : 0, [&](Connection& connection) {
      take_answer(connection);
      latencies_us.push_back(static_cast<float>(seconds_since(connection.begin) * 1e6));
      idle.push_back(&connection);
    });
  }
  print_latencies(latencies_us, seconds_since(begin));
  return 0;
}

// Of all its threads, in nanoseconds; 0 when it cannot be read.
std::uint64_t processor_ns(const std::string& pid) {
  std::uint64_t total = 0;
  std::error_code problem;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task", problem)) {
    std::uint64_t on_cpu = 0;
    std::ifstream(task.path() / "schedstat") >> on_cpu;
    total += on_cpu;
  }
  return total;
}

struct Cost {
  std::vector<float> server_us;  // a turn, one for each slice
  std::vector<float> wall_us;
};

void advance_to(Load& load, long turns) {
  for (Connection& connection : load.connections()) load.start(connection, chat_request(connection));
  load.run([&](Connection& connection) {
    take_answer(connection);
    if (connection.turns < turns) load.start(connection, chat_request(connection));
  });
}

void measure_slice(Load& load, const std::string& pid, long slice, Cost& cost) {
  const auto begin = Clock::now();
  const std::uint64_t before = processor_ns(pid);
  advance_to(load, load.connections()[0].turns + slice);
  const double turns = static_cast<double>(slice) * static_cast<double>(load.connections().size());
  cost.server_us.push_back(static_cast<float>(static_cast<double>(processor_ns(pid) - before) / 1e3 / turns));
  cost.wall_us.push_back(static_cast<float>(seconds_since(begin) * 1e6 / turns));
}

// Long and short conversations take turns on the same server, so that only their length tells them apart.
int length(int port, std::size_t connections, long turns, const std::string& pid) {
  constexpr long kSlices = 10;
  constexpr long kSlice = 10;
  Load long_ones(port, connections);
  advance_to(long_ones, turns - kSlices * kSlice);
  Load short_ones(port, connections);
  advance_to(short_ones, 1);
  Cost early;
  Cost late;
  for (long i = 0; i < kSlices; ++i) {
    measure_slice(short_ones, pid, kSlice, early);
    measure_slice(long_ones, pid, kSlice, late);
  }
  for (auto* values : {&early.server_us, &late.server_us, &early.wall_us, &late.wall_us})
    std::ranges::sort(*values);
  const auto median = [](const std::vector<float>& values) { return static_cast<double>(at(values, 0.5)); };
  std::printf(
      "early_us=%.2f late_us=%.2f early_wall_us=%.2f late_wall_us=%.2f turns=%zu\n",
      median(early.server_us),
      median(late.server_us),
      median(early.wall_us),
      median(late.wall_us),
      connections * static_cast<std::size_t>(turns)
  );
  return 0;
}

int open_conversations(int port, long conversations) {
  Load load(port, 64);
  long started = 0;
  const auto next = [&](Connection& connection) {
    if (started == conversations) return;
    ++started;
    connection.conversation.clear();
    load.start(connection, chat_request(connection));
  };
  for (Connection& connection : load.connections()) next(connection);
  load.run([&](Connection& connection) {
    take_answer(connection);
    next(connection);
  });
  std::printf("conversations=%ld\n", started);
  return 0;
}

// Turns of random conversations among the last `among`, for so long.
void go_on(
    Load& load,
    std::vector<std::string>& names,
    std::size_t among,
    double seconds,
    const std::string& pid,
    const char* label
) {
  std::minstd_rand dice(7);
  const auto pick = [&](Connection& connection) {
    connection.conversation = names[names.size() - 1 - dice() % std::min(among, names.size())];
    load.start(connection, chat_request(connection));
  };
  std::vector<float> latencies_us;
  const std::uint64_t before = processor_ns(pid);
  const auto begin = Clock::now();
  for (Connection& connection : load.connections()) pick(connection);
  load.run([&](Connection& connection) {
    take_answer(connection);
    latencies_us.push_back(static_cast<float>(seconds_since(connection.begin) * 1e6));
    if (seconds_since(begin) < seconds) pick(connection);
  });
  const double elapsed = seconds_since(begin);
  std::sort(latencies_us.begin(), latencies_us.end());
  const auto count = static_cast<double>(latencies_us.size());
  std::printf(
      "%s_per_s=%.0f %s_p50_us=%.0f %s_p99_us=%.0f %s_server_us=%.2f ",
      label,
      count / elapsed,
      label,
      static_cast<double>(at(latencies_us, 0.5)),
      label,
      static_cast<double>(at(latencies_us, 0.99)),
      label,
      static_cast<double>(processor_ns(pid) - before) / 1e3 / count
  );
}

int stored(int port, std::size_t conversations, double seconds, const std::string& pid) {
  constexpr std::size_t kRecent = 1'000;
  // No more than there are conversations, so that two turns of one rarely wait for each other.
  Load load(port, std::min<std::size_t>(conversations, 64));
  std::vector<std::string> names;
  names.reserve(conversations);
  std::size_t started = 0;
  const auto next = [&](Connection& connection) {
    if (started == conversations) return;
    ++started;
    connection.conversation.clear();
    load.start(connection, chat_request(connection));
  };
  for (Connection& connection : load.connections()) next(connection);
  load.run([&](Connection& connection) {
    take_answer(connection);
    names.push_back(connection.conversation);
    next(connection);
  });
  go_on(load, names, kRecent, seconds, pid, "recent");
  go_on(load, names, names.size(), seconds, pid, "any");
  std::printf("conversations=%zu\n", conversations);
  return 0;
}

int idle(int port, std::size_t connections) {
  Load load(port, connections);
  for (Connection& connection : load.connections()) {
    load.start(connection, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  load.run([](Connection&) {});
  std::printf("connections=%zu\n", connections);
  std::fflush(stdout);
  std::getchar();
  return 0;
}

int sse(int port, long tokens) {
  const int fd = connect_to(port);
  ::fcntl(fd, F_SETFL, 0);
  const std::string request = "GET /sse?tokens=" + std::to_string(tokens) +
                              " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const auto begin = Clock::now();
  if (::send(fd, request.data(), request.size(), 0) < 0) give_up("send");
  std::vector<char> bytes(256 * 1024);
  std::size_t total = 0;
  while (true) {
    const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (n < 0) give_up("recv");
    if (n == 0) break;
    total += static_cast<std::size_t>(n);
  }
  constexpr std::size_t kEvent = sizeof("data: {\"delta\":\"token\"}\n\n") - 1;
  if (total < kEvent * static_cast<std::size_t>(tokens)) give_up("the stream ended early");
  std::printf("tokens_per_s=%.0f bytes=%zu\n", static_cast<double>(tokens) / seconds_since(begin), total);
  return 0;
}

std::vector<int> ports_of(std::string_view list) {
  std::vector<int> ports;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    ports.push_back(std::atoi(std::string(list.substr(at, end - at)).c_str()));
    at = end + 1;
  }
  return ports;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const auto number = [&](int index) { return index < argc ? std::atol(argv[index]) : 0; };
  const int port = static_cast<int>(number(2));
  const auto count = static_cast<std::size_t>(std::max(number(3), 1L));
  if (mode == "turns" && argc == 5) return turns({port}, count, std::atof(argv[4]), false);
  if (mode == "spread" && argc == 5) return turns(ports_of(argv[2]), count, std::atof(argv[4]), false);
  if (mode == "keyed" && argc == 5) return turns({port}, count, std::atof(argv[4]), true);
  if (mode == "offered" && argc == 6) return offered(port, count, std::atof(argv[4]), std::atof(argv[5]));
  if (mode == "stored" && argc == 6) return stored(port, count, std::atof(argv[4]), argv[5]);
  if (mode == "length" && argc == 6) return length(port, count, number(4), argv[5]);
  if (mode == "open" && argc == 4) return open_conversations(port, number(3));
  if (mode == "idle" && argc == 4) return idle(port, count);
  if (mode == "sse" && argc == 4) return sse(port, number(3));
  std::fprintf(
      stderr,
      "usage: http_turns turns|spread|keyed|offered|stored|length|open|idle|sse PORT …; see the top of the "
      "source\n"
  );
  return 2;
}
