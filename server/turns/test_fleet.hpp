// Several drivers on one store that is shared, for tests: each on a loop of its own, all in one thread and in
// a time that passes only when nothing else is left to do. A process may be killed, or paused and woken.
#pragma once

#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/test_driver.hpp"

namespace parley::turns::testing {

// Milliseconds since the test began.
struct FleetTime {
  std::int64_t now = 0;
};

class FleetAlarms : public Alarms {
 public:
  explicit FleetAlarms(FleetTime& time) : time_(time) {}

  std::unique_ptr<Alarm> set(
      net::Executor /*executor*/, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override {
    const Ticket ticket(time_.now + after.count(), ++last_);
    rings_.emplace(ticket, std::move(ring));
    return std::make_unique<One>(*this, ticket);
  }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(time_.now));
  }
  [[nodiscard]] std::optional<std::int64_t> next() const {
    return rings_.empty() ? std::nullopt : std::optional(rings_.begin()->first.first);
  }
  bool ring_due() {
    if (rings_.empty() || rings_.begin()->first.first > time_.now) return false;
    auto first = rings_.extract(rings_.begin());
    first.mapped()();
    return true;
  }
  void forget() {
    const auto gone = std::exchange(rings_, {});  // what ends with them may cancel others
  }

 private:
  using Ticket = std::pair<std::int64_t, std::uint64_t>;
  class One : public Alarm {
   public:
    One(FleetAlarms& alarms, Ticket ticket) : alarms_(alarms), ticket_(ticket) {}
    One(const One&) = delete;
    One& operator=(const One&) = delete;
    ~One() override { alarms_.rings_.erase(ticket_); }

   private:
    FleetAlarms& alarms_;
    Ticket ticket_;
  };

  FleetTime& time_;
  std::map<Ticket, std::move_only_function<void()>> rings_;
  std::uint64_t last_ = 0;
};

// What the outside world has seen, whoever called.
struct FleetBook {
  std::map<std::string, int> made;  // by idempotency key
  int calls = 0;
  std::int64_t takes = 10;  // milliseconds a call
  std::map<std::string, EffectClass, std::less<>> classes;
  std::function<Result<ToolAnswer>(const ToolCall&)> answer;
};

class FleetTools : public ToolRunner {
 public:
  FleetTools(FleetBook& book, Alarms& alarms) : book_(book), alarms_(alarms) {}
  [[nodiscard]] bool has(std::string_view /*tool*/) const override { return true; }
  [[nodiscard]] EffectClass effect_class(std::string_view tool) const override {
    const auto found = book_.classes.find(tool);
    return found == book_.classes.end() ? EffectClass::keyed : found->second;
  }
  Awaitable<Result<ToolAnswer>> run(const ToolCall& call) override {
    ++book_.calls;
    ++book_.made[call.idempotency_key];
    const ToolCall kept = call;
    co_await pause(alarms_, std::chrono::milliseconds(book_.takes));
    if (book_.answer) co_return book_.answer(kept);
    co_return ToolAnswer{MapBuilder().set("id", "r").build(), true};
  }

 private:
  FleetBook& book_;
  Alarms& alarms_;
};

class Fleet {
 public:
  struct Process {
    Process(Fleet& fleet, DriverOptions options, SessionCache& sessions, LiveEvents& live)
        : alarms(fleet.time), tools(fleet.book, alarms), releases(*fleet.store) {
      options.alarms = &alarms;
      options.dice = [&fleet] { return (fleet.dice = fleet.dice * 1'664'525U + 1'013'904'223U) >> 16U; };
      options.log_problem = [&fleet](std::string_view what) { fleet.problems.emplace_back(what); };
      driver = std::make_unique<TurnDriver>(
          TurnDriver::World{*fleet.store, tools, releases, fleet.clock, fleet.ids, hub, sessions, live},
          std::move(options)
      );
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    // As a crash: what waits goes first, then the loop, then the driver that both belong to.
    ~Process() {
      driver->abandon_waiting();
      alarms.forget();
      loop.reset();
      driver.reset();
    }

    bool paused = false;
    std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>(1);
    FleetAlarms alarms;
    FleetTools tools;
    Hub hub;
    ReleaseTable releases;
    std::unique_ptr<TurnDriver> driver;
  };

  // `upkeep`: also does what a server does all the time.
  Process& start(
      bool upkeep = true,
      DriverOptions options = {},
      SessionCache& sessions = no_session_cache(),
      LiveEvents& live = no_live_events()
  ) {
    processes.push_back(std::make_unique<Process>(*this, std::move(options), sessions, live));
    Process& process = *processes.back();
    REQUIRE(run(process, process.driver->join()).has_value());
    REQUIRE(run(process, process.releases.restore("default")).has_value());
    if (upkeep)
      boost::asio::co_spawn(*process.loop, process.driver->run_upkeep("default"), boost::asio::detached);
    return process;
  }
  void kill(Process& process) {
    std::erase_if(processes, [&](const auto& each) { return each.get() == &process; });
  }
  void publish(Process& process, std::vector<std::string_view> flows) {
    std::vector<FlowToPublish> all{compiled(kQuiet)};
    for (const auto flow : flows) all.push_back(compiled(flow));
    const auto release =
        run(process,
            process.releases.publish("default", std::move(all), {}, Cause{.author = "ana"}, clock.now()));
    REQUIRE(release.has_value());
  }

  // Runs everybody until it is so; time passes when nobody has anything to do.
  void until(const std::function<bool()>& so) {
    const std::int64_t limit = time.now + 600'000;
    while (true) {
      for (bool busy = true; busy;) {
        busy = false;
        for (const auto& process : processes) {
          if (process->paused) continue;
          process->loop->restart();
          busy = process->loop->poll() > 0 || busy;
        }
      }
      if (so()) return;
      REQUIRE_MESSAGE(pass(), "something is still to happen");
      REQUIRE_MESSAGE(time.now < limit, "it happens in time");
    }
  }
  void wait_ms(std::int64_t milliseconds) {
    const std::int64_t end = time.now + milliseconds;
    until([&] {
      for (const auto& process : processes) {
        if (!process->paused && process->alarms.next().value_or(end + 1) <= end) return false;
      }
      return true;
    });
    time.now = end;
  }

  template <typename T>
  void spawn(Process& process, Awaitable<T> work, std::optional<T>& result) {
    boost::asio::co_spawn(*process.loop, std::move(work), [&](std::exception_ptr problem, T value) {
      if (problem) std::rethrow_exception(problem);
      result.emplace(std::move(value));
    });
  }
  template <typename T>
  T run(Process& process, Awaitable<T> work) {
    std::optional<T> result;
    spawn(process, std::move(work), result);
    until([&] { return result.has_value(); });
    return std::move(*result);
  }

  Result<Answer> say(Process& process, std::string conversation, std::string text, std::string key = {}) {
    return run(
        process,
        process.driver->chat(World::request(std::move(conversation), std::move(text), std::move(key)))
    );
  }
  std::string begin(Process& process, std::string flow) {
    ChatRequest wanted;
    wanted.flow = std::move(flow);
    const auto answer = run(process, process.driver->start(wanted));
    REQUIRE(answer.has_value());
    return answer->conversation_id;
  }
  // What users have said in a conversation, as one process reads it.
  std::vector<std::string> said(Process& process, const std::string& conversation) {
    std::vector<std::string> texts;
    const auto records = run(process, store->records("default", conversation, 0, 1'000));
    REQUIRE(records.has_value());
    for (const LogRecord& record : *records) {
      const auto body = decode_record(record.body);
      REQUIRE(body.has_value());
      for (const engine::Event& event : body->events) {
        if (const auto* message = std::get_if<engine::MessageReceived>(&event.body))
          texts.push_back(message->text);
      }
    }
    return texts;
  }

  FleetTime time;
  MemoryStore memory{[this] { return time.now; }};
  Store* store = &memory;  // or what a test puts before it
  FleetBook book;
  ManualClock clock{Timestamp{1'800'000'000, 0}};
  SequentialIds ids;
  std::uint32_t dice = 1;
  std::vector<std::string> problems;
  std::vector<std::unique_ptr<Process>> processes;

 private:
  // To the next alarm of those who are not paused.
  bool pass() {
    std::optional<std::int64_t> next;
    for (const auto& process : processes) {
      if (process->paused) continue;
      if (const auto at = process->alarms.next(); at && (!next || *at < *next)) next = at;
    }
    if (!next) return false;
    time.now = std::max(time.now, *next);
    for (const auto& process : processes) {
      if (process->paused) continue;
      while (process->alarms.ring_due()) {
      }
    }
    return true;
  }
};

}  // namespace parley::turns::testing
