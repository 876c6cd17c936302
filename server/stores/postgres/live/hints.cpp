#include "server/stores/postgres/live/hints.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

namespace parley::stores::postgres {

namespace {

using std::chrono::milliseconds;

constexpr const char* kName = "parley hints";
constexpr std::size_t kMostBytes = 7900;  // of one notification; PostgreSQL takes less than 8000
constexpr milliseconds kAllEvery{1000};   // listeners to everything read their lists anew
constexpr std::string_view kHere = "*here";
constexpr std::string_view kLost = "*lost";

constexpr Statement kTell{
    "tell",
    "SELECT pg_notify(convert_from($1, 'UTF8'), convert_from(n.text, 'UTF8')) FROM unnest($2::bytea[]) AS n "
    "(text)"
};

std::string digest(std::string_view key, std::string_view subject) {
  const Sha256Digest all = hmac_sha256(key, subject);
  return hex_encode(std::string_view(reinterpret_cast<const char*>(all.data()), 8));
}

// "key:sequence", as many as fit, with a space between them.
std::vector<std::string> packed(const std::map<std::string, std::uint64_t, std::less<>>& hints) {
  std::vector<std::string> texts;
  for (const auto& [key, sequence] : hints) {
    const std::string hint = key + ":" + std::to_string(sequence);
    if (texts.empty() || texts.back().size() + 1 + hint.size() > kMostBytes) {
      texts.push_back(hint);
    } else {
      texts.back().append(" ").append(hint);
    }
  }
  return texts;
}

}  // namespace

Hints::Hints(turns::Hub& hub, HintOptions options)
    : hub_(hub), options_(std::move(options)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  INVARIANT(wake_ >= 0, "an eventfd can be made");
  hub_.on_interest([this](std::string_view tenant, std::string_view conversation_id, bool wanted) {
    on_interest(tenant, conversation_id, wanted);
  });
}

Hints::~Hints() {
  stopping_.store(true);
  wake_thread();
  if (thread_.joinable()) thread_.join();
  ::close(wake_);
}

void Hints::start(std::string_view server_secret) {
  const Sha256Digest key = hmac_sha256(server_secret, "parley hints 1");
  secret_.assign(reinterpret_cast<const char*>(key.data()), key.size());
  channel_ = "parley_" + digest(secret_, "channel " + options_.tenant);
  thread_ = std::thread([this] { run(); });
}

// ---- from the loops

std::string Hints::key_of(std::string_view subject) const {
  return subject.starts_with('*') ? std::string(subject) : digest(secret_, subject);
}

void Hints::wake_thread() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void Hints::changed(std::string_view tenant, std::string_view subject, std::uint64_t sequence) {
  if (!company_.load(std::memory_order_relaxed) || tenant != options_.tenant) return;
  std::string key = key_of(subject);
  {
    const std::lock_guard lock(mutex_);
    if (!hears_.load(std::memory_order_relaxed) || pending_.size() >= options_.most_pending) {
      lost_ = true;
      return;
    }
    const bool first = pending_.empty();
    std::uint64_t& latest = pending_[std::move(key)];
    latest = std::max(latest, sequence);
    if (!first) return;  // the thread knows
  }
  wake_thread();
}

turns::Awaitable<void> Hints::wait(
    turns::Alarms& alarms, std::string_view tenant, std::string_view subject, milliseconds most
) {
  if (tenant != options_.tenant) return turns::pause(alarms, most);
  return wakeups_.wait(alarms, key_of(subject), most);
}

void Hints::on_interest(std::string_view tenant, std::string_view conversation_id, bool wanted) {
  if (tenant != options_.tenant) return;
  if (conversation_id.empty()) {
    const std::lock_guard lock(mutex_);
    everything_ = wanted;
    return;
  }
  std::string key = key_of(conversation_id);
  const std::lock_guard lock(mutex_);
  if (wanted) {
    watch_.begin(tenant, conversation_id);
    conversations_.insert_or_assign(std::move(key), std::string(conversation_id));
  } else {
    watch_.end(tenant, conversation_id);
    conversations_.erase(key);
  }
}

turns::Awaitable<void> Hints::look_at_log(turns::Store& store) {
  const bool careful = ++beats_ % options_.careful_looks == 0;
  const bool well = alone_.load(std::memory_order_relaxed) ||
                    (hears_.load(std::memory_order_relaxed) && !missed_.load(std::memory_order_relaxed));
  if (well && !careful) co_return;
  counts_.looks.fetch_add(co_await watch_.look(store, hub_), std::memory_order_relaxed);
}

Result<void> Hints::check() const {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) return {};
  return fail(ErrorCode::unavailable, problem_);
}

void Hints::set_problem(std::string why, std::string_view words) {
  {
    const std::lock_guard lock(mutex_);
    if (problem_ == why) return;
    problem_ = why;
  }
  options_.log(words.empty() ? why : std::string(words));
}

// ---- the thread

void Hints::run() {
  while (!stopping_.load()) {
    try {
      Connection db(options_.url, kName);
      if (db.pooled()) {
        watch_for_company(db);
      } else {
        db.plain("LISTEN " + channel_);
        talk(db);
      }
    } catch (const PostgresFailure& failure) {
      set_problem(std::string("other servers are not heard: ") + failure.what());
    }
    alone_.store(false);
    {
      const std::lock_guard lock(mutex_);
      hears_.store(false);
      lost_ = lost_ || !pending_.empty();
      pending_.clear();
    }
    others_.clear();
    wait_for_word(-1, Clock::now() + options_.beat);
  }
}

// Nobody can listen through a pooler; who is the only server misses nothing by that.
void Hints::watch_for_company(Connection& db) {
  while (!stopping_.load()) {
    const bool alone = db.plain(
                             "SELECT count(*) <= 1 FROM parley.worker WHERE beat_at >= clock_timestamp() - "
                             "interval '5 seconds'"
                       )
                           .at(0)
                           .at(0) == "t";
    alone_.store(alone);
    if (alone) {
      set_problem({}, "there is no other server to be heard");
    } else {
      set_problem(
          "live events of other servers come late: nobody can listen through a pooler; set "
          "store.listen_url to the database itself"
      );
    }
    wait_for_word(-1, Clock::now() + options_.beat);
  }
}

void Hints::talk(Connection& db) {
  hears_.store(true);
  set_problem({}, "other servers are heard");
  hub_.interrupt();  // what was said before nobody here has heard
  say_here();
  auto next_beat = Clock::now();
  auto next_statement = next_beat;
  while (!stopping_.load()) {
    for (const Notice& notice : db.notices()) hear(notice.process, notice.text);
    const auto now = Clock::now();
    if (now >= next_beat) {
      beat(db);
      next_beat = now + options_.beat;
    }
    bool something = false;
    {
      const std::lock_guard lock(mutex_);
      something = !pending_.empty();
    }
    if (something && now >= next_statement) {
      send(db);
      next_statement = now + options_.every;
      continue;
    }
    if (all_due_ && now - told_all_ >= kAllEvery) tell_all_of_tenant();
    wait_for_word(db.socket(), something ? std::min(next_statement, next_beat) : next_beat);
  }
}

// Until the database or a loop of this server has something to say, or that time has come.
void Hints::wait_for_word(int socket, Clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  pollfd both[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
  if (left > 0) ::poll(both, socket < 0 ? 1 : 2, static_cast<int>(left));
  std::uint64_t woken = 0;
  (void)!::read(wake_, &woken, sizeof woken);
}

void Hints::send(Connection& db) {
  std::map<std::string, std::uint64_t, std::less<>> hints;
  {
    const std::lock_guard lock(mutex_);
    hints.swap(pending_);
    if (std::exchange(lost_, false)) hints.emplace(kLost, 0);
  }
  const std::vector<std::string> texts = packed(hints);
  Request request{.statement = &kTell, .parameters = {}};
  request.parameters.add(channel_).add(Parameters::Texts(texts.begin(), texts.end()));
  try {
    db.transaction(options_.tenant, Access::write, {&request, 1});
  } catch (const PostgresFailure&) {
    const std::lock_guard lock(mutex_);
    lost_ = true;  // others are to know that something was not told
    throw;
  }
  counts_.told.fetch_add(hints.size(), std::memory_order_relaxed);
  counts_.statements.fetch_add(1, std::memory_order_relaxed);
}

// Who is registered and does not speak is missed. Who is alone speaks to nobody.
void Hints::beat(Connection& db) {
  const auto now = Clock::now();
  std::erase_if(others_, [&](const auto& other) { return now - other.second > options_.silent; });
  const std::size_t registered = std::stoul(db.plain("SELECT count(*) FROM parley.worker").at(0).at(0));
  company_.store(registered > 1 || !others_.empty() || now < welcome_until_);
  missed_.store(registered > 1 + others_.size());
  if (company_.load()) say_here();
}

void Hints::say_here() {
  const std::lock_guard lock(mutex_);
  pending_.emplace(kHere, 0);
}

void Hints::hear(int process, std::string_view text) {
  if (process < 0) return;  // this server's own words
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view hint = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = hint.find(':');
    std::uint64_t sequence = 0;
    if (colon == std::string_view::npos ||
        std::from_chars(hint.data() + colon + 1, hint.data() + hint.size(), sequence).ec != std::errc())
      continue;
    const std::string_view key = hint.substr(0, colon);
    if (key == kHere) {
      if (others_.insert_or_assign(process, Clock::now()).second) {
        welcome_until_ = Clock::now() + options_.welcome;
        company_.store(true);
      }
    } else {
      hear_hint(key, sequence);
    }
  }
}

void Hints::hear_hint(std::string_view key, std::uint64_t sequence) {
  counts_.heard.fetch_add(1, std::memory_order_relaxed);
  if (key == kLost) return hub_.interrupt();
  wakeups_.wake(key);
  if (key.starts_with('*')) return;
  std::string conversation_id;
  bool all = false;
  {
    const std::lock_guard lock(mutex_);
    all = everything_;
    if (const auto found = conversations_.find(key); found != conversations_.end())
      conversation_id = found->second;
  }
  if (!conversation_id.empty() && watch_.told(options_.tenant, conversation_id, sequence))
    hub_.interrupt(options_.tenant, conversation_id);
  all_due_ = all_due_ || all;
}

void Hints::tell_all_of_tenant() {
  all_due_ = false;
  told_all_ = Clock::now();
  hub_.interrupt(options_.tenant, {});
}

}  // namespace parley::stores::postgres
