#include "tests/simulation/timeline.hpp"

#include <algorithm>
#include <vector>

namespace parley::simulation {

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

Timeline::Ticket Timeline::after(std::uint64_t milliseconds, Owner owner, Action action) {
  const Ticket ticket(now_ + milliseconds, ++last_);
  actions_.emplace(ticket, Entry{owner, std::move(action)});
  return ticket;
}

void Timeline::forget_process(Owner process) {
  // Destroying an action may end coroutines, which cancel their alarms: first out of the map, then gone.
  std::vector<Action> gone;
  if (auto paused = paused_.extract(process)) {
    for (auto& [ticket, entry] : paused.mapped()) gone.push_back(std::move(entry.action));
  }
  for (auto entry = actions_.begin(); entry != actions_.end();) {
    if (entry->second.owner == process || entry->second.owner == database_for(process)) {
      gone.push_back(std::move(entry->second.action));
      entry = actions_.erase(entry);
    } else {
      ++entry;
    }
  }
}

bool Timeline::step() {
  if (actions_.empty()) return false;
  auto next = actions_.extract(actions_.begin());
  now_ = std::max(now_, next.key().first);  // what has waited for a pause to end is late
  if (const auto waits = paused_.find(next.mapped().owner); waits != paused_.end()) {
    waits->second.insert(std::move(next));
  } else {
    next.mapped().action();
  }
  return true;
}

void Timeline::cancel(Ticket ticket) {
  actions_.erase(ticket);
  for (auto& [process, waits] : paused_) waits.erase(ticket);
}

void Timeline::wake(Owner process) {
  if (auto paused = paused_.extract(process)) actions_.merge(paused.mapped());
}

void Timeline::note(std::string_view who, std::string_view what) {
  std::string line = std::to_string(now_);
  line += ' ';
  line += who;
  line += ' ';
  line += what;
  line += '\n';
  notes_.update(line);
  if (trace) trace(line);
}

std::string Timeline::hash() {
  return hex_encode(notes_.finish());
}

turns::Awaitable<void> wait(Timeline& timeline, std::uint64_t milliseconds) {
  co_await net::await_callback<bool>([&](auto done) {
    timeline.after(milliseconds, timeline.acting, [done = std::move(done)]() mutable { done(true); });
  });
}

namespace {

class SimulatedAlarm : public turns::Alarm {
 public:
  SimulatedAlarm(Timeline& timeline, Timeline::Ticket ticket) : timeline_(timeline), ticket_(ticket) {}
  SimulatedAlarm(const SimulatedAlarm&) = delete;
  SimulatedAlarm& operator=(const SimulatedAlarm&) = delete;
  ~SimulatedAlarm() override { timeline_.cancel(ticket_); }

 private:
  Timeline& timeline_;
  Timeline::Ticket ticket_;
};

}  // namespace

std::unique_ptr<turns::Alarm> SimulatedAlarms::set(
    net::Executor /*executor*/, std::chrono::milliseconds after, std::move_only_function<void()> ring
) {
  const auto ticket =
      timeline_.after(static_cast<std::uint64_t>(after.count()), timeline_.acting, std::move(ring));
  return std::make_unique<SimulatedAlarm>(timeline_, ticket);
}

Timestamp SimulatedClock::now() {
  const std::int64_t ms = 1'800'000'000'000 + static_cast<std::int64_t>(timeline_.now()) + wrong_by_;
  return {ms / 1000, static_cast<std::int32_t>(ms % 1000 * 1'000'000)};
}

}  // namespace parley::simulation
