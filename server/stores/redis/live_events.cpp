#include "server/stores/redis/live_events.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace parley::stores::redis {

namespace {

constexpr std::string_view kLive = "live:";
// Of the servers among each other. It begins like no tenant's channels.
constexpr std::string_view kServers = "parley:servers";
constexpr std::size_t kMostBytes = 256 * 1024;  // of one element; a larger one is only said to be there
constexpr std::int64_t kFreshMs = 30'000;       // older words of a model are not shown

constexpr std::string_view kBeat = "beat";
constexpr std::string_view kLost = "lost";
constexpr std::string_view kBye = "bye";

std::string channel_of(std::string_view tenant, std::string_view conversation_id) {
  return tenant_key(tenant, kLive).append(conversation_id);
}

std::int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Takes the part of `text` before the separator off it.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "server time sequence kind\njson"
struct Told {
  std::string_view server;
  std::int64_t at_ms = 0;
  std::uint64_t sequence = 0;
  std::string_view kind;
  std::string_view json;
};

std::optional<Told> read_told(std::string_view text) {
  Told told;
  std::string_view head = take_part(text, '\n');
  told.json = text;
  told.server = take_part(head, ' ');
  const auto at = number<std::int64_t>(take_part(head, ' '));
  const auto sequence = number<std::uint64_t>(take_part(head, ' '));
  told.kind = head;
  if (!at || !sequence || told.kind.empty()) return std::nullopt;
  told.at_ms = *at;
  told.sequence = *sequence;
  return told;
}

}  // namespace

RedisLiveEvents::RedisLiveEvents(Client& client, const Seal& seal, turns::Hub& hub, LiveEventsOptions options)
    : client_(client), seal_(seal), hub_(hub), options_(std::move(options)) {
  client_.set_subscriber(*this);
  client_.subscribe(std::string(kServers));
  client_.every(options_.beat, [this] { beat(); });
  hub_.on_interest([this](std::string_view tenant, std::string_view conversation_id, bool wanted) {
    on_interest(tenant, conversation_id, wanted);
  });
}

// ---- telling

bool RedisLiveEvents::wanted(std::string_view, std::string_view) const {
  return company_.load(std::memory_order_relaxed);
}

void RedisLiveEvents::publish(std::string_view tenant, const turns::HubElement& element) {
  std::string channel = channel_of(tenant, element.conversation_id);
  if (element.json.size() > kMostBytes) {
    lost_.store(true, std::memory_order_relaxed);
    return;
  }
  std::string text = options_.server_id + " " + std::to_string(wall_ms()) + " " +
                     std::to_string(element.sequence) + " " + element.kind + "\n" + element.json;
  std::string sealed = seal_.close(channel, text);
  counts_.told.fetch_add(1, std::memory_order_relaxed);
  // Words that are not final may be lost.
  const bool matters = element.sequence != turns::kProvisional;
  client_.tell({"PUBLISH", std::move(channel), std::move(sealed)}, [this, matters](bool arrived) {
    if (!arrived && matters) lost_.store(true, std::memory_order_relaxed);
  });
}

void RedisLiveEvents::beat() {
  const auto now = Clock::now();
  bool company = now - begun_ < options_.silent;  // who is there has not had the time to say so
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(others_, [&](const auto& other) { return now - other.second.heard > options_.forgotten; });
    company = company || std::ranges::any_of(others_, [](const auto& other) { return !other.second.left; });
  }
  company_.store(company, std::memory_order_relaxed);
  if (left_.load(std::memory_order_relaxed) || !client_.up()) return;
  say(lost_.exchange(false, std::memory_order_relaxed) ? Message::lost : Message::beat);
}

void RedisLiveEvents::say(Message what) {
  std::string text = options_.server_id;
  text += ' ';
  text += what == Message::beat ? kBeat : what == Message::lost ? kLost : kBye;
  client_.tell({"PUBLISH", std::string(kServers), seal_.close(kServers, text)}, [this, what](bool arrived) {
    if (!arrived && what == Message::lost) lost_.store(true, std::memory_order_relaxed);
  });
}

void RedisLiveEvents::leave() {
  left_.store(true, std::memory_order_relaxed);
  say(Message::bye);
}

// ---- hearing

void RedisLiveEvents::on_interest(std::string_view tenant, std::string_view conversation_id, bool wanted) {
  std::string channel = channel_of(tenant, conversation_id);
  if (conversation_id.empty()) {
    channel += '*';
  } else if (wanted) {
    watch_.begin(tenant, conversation_id);
  } else {
    watch_.end(tenant, conversation_id);
  }
  {
    const std::lock_guard lock(mutex_);
    if (wanted) {
      topics_.try_emplace(channel, Topic{std::string(tenant), std::string(conversation_id)});
    } else {
      topics_.erase(channel);
    }
  }
  if (wanted) {
    client_.subscribe(std::move(channel));
    return;
  }
  client_.unsubscribe(std::move(channel));
  // Somebody may have come while the last one was leaving, and have been told of first.
  if (hub_.listened(tenant, conversation_id)) on_interest(tenant, conversation_id, true);
}

void RedisLiveEvents::on_message(std::string_view channel, std::string_view payload, bool by_pattern) {
  const auto text = seal_.open(channel, payload);
  if (!text) {
    counts_.forged.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (channel == kServers) return hear_server(*text);
  const auto told = read_told(*text);
  if (!told || told->server == options_.server_id) return;
  if (told->sequence == turns::kProvisional && std::abs(wall_ms() - told->at_ms) > kFreshMs) return;

  const auto topic = topic_of(channel, told->sequence, by_pattern);
  if (!topic) return;
  counts_.heard.fetch_add(1, std::memory_order_relaxed);
  hub_.publish(
      topic->tenant,
      {topic->conversation_id, told->sequence, std::string(told->kind), std::string(told->json)}
  );
}

// Whose message that is; nothing when it is nobody's here, or comes by name as well.
std::optional<RedisLiveEvents::Topic> RedisLiveEvents::topic_of(
    std::string_view channel, std::uint64_t sequence, bool by_pattern
) {
  const std::lock_guard lock(mutex_);
  const auto named = topics_.find(channel);
  if (named != topics_.end() && named->second.heard) {
    if (by_pattern) return std::nullopt;
    watch_.told(named->second.tenant, named->second.conversation_id, sequence);
    return named->second;
  }
  if (!by_pattern) return std::nullopt;
  const auto all = std::ranges::find_if(topics_, [&](const auto& each) {
    return each.second.conversation_id.empty() &&
           channel.starts_with(std::string_view(each.first).substr(0, each.first.size() - 1));
  });
  if (all == topics_.end()) return std::nullopt;
  return Topic{all->second.tenant, std::string(channel.substr(all->first.size() - 1))};
}

void RedisLiveEvents::hear_server(std::string_view text) {
  const std::string_view server = take_part(text, ' ');
  if (server == options_.server_id) return;
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    const auto [other, added] = others_.try_emplace(std::string(server));
    fresh = added;
    other->second = {Clock::now(), text == kBye};
  }
  if (text == kBye) return;
  company_.store(true, std::memory_order_relaxed);
  // What a new one did before it was heard, and what an old one could not tell, is in the log.
  if (fresh || text == kLost) hub_.interrupt();
}

std::size_t RedisLiveEvents::others_heard() const {
  const std::lock_guard lock(mutex_);
  return others_.size();
}

void RedisLiveEvents::on_subscribed(std::string_view channel) {
  std::optional<Topic> topic;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = topics_.find(channel); found != topics_.end()) {
      found->second.heard = true;
      topic = found->second;
    }
  }
  if (topic) hub_.interrupt(topic->tenant, topic->conversation_id);
}

void RedisLiveEvents::on_away() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [channel, topic] : topics_) topic.heard = false;
  }
  hub_.interrupt();
}

// ---- looking at the log

bool RedisLiveEvents::somebody_is_missed(Clock::time_point now) {
  if (!client_.listening()) return true;
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(others_, [&](const auto& other) {
    return !other.second.left && now - other.second.heard > options_.silent;
  });
}

turns::Awaitable<void> RedisLiveEvents::look_at_log(turns::Store& store) {
  // Somebody may never have reached Redis, so that nobody here knows of him.
  const bool careful = ++beats_ % options_.careful_beats == 0;
  if (!store.is_shared() || !(careful || somebody_is_missed(Clock::now()))) co_return;
  counts_.looks.fetch_add(co_await watch_.look(store, hub_), std::memory_order_relaxed);
}

}  // namespace parley::stores::redis
