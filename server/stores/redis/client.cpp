#include "server/stores/redis/client.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <utility>

namespace parley::stores::redis {

namespace {

constexpr std::chrono::milliseconds kKeepAlive{1000};
constexpr std::chrono::milliseconds kSilent{3000};

bool is_pattern(std::string_view channel) {
  return channel.ends_with('*');
}

}  // namespace

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      work_(context_.get_executor()),
      commands_connection_(context_, options_.connection, commands_),
      subscriptions_connection_(context_, options_.connection, subscriptions_),
      problem_("not connected yet"),
      deadline_(context_) {}

Client::~Client() {
  stop();
}

void Client::stop() {
  stopping_ = true;
  context_.stop();  // what waits there, perhaps for a name to be resolved, goes with it
  if (thread_.joinable()) thread_.join();
  take_submitted();
  abandon_all();
}

void Client::start() {
  commands_connection_.start();
  if (subscriber_ != nullptr) {
    subscriptions_connection_.start();
    every(kKeepAlive, [this] { keep_alive(); });
  }
  thread_ = std::thread([this] { context_.run(); });
}

Result<void> Client::check() const {
  const std::lock_guard lock(problem_mutex_);
  if (problem_.empty()) return {};
  return fail(
      ErrorCode::unavailable, options_.connection.address.shown() + " is away: " + problem_, "redis.url"
  );
}

void Client::remember_problem(std::string_view why) {
  bool news = false;
  {
    const std::lock_guard lock(problem_mutex_);
    news = problem_ != why;
    problem_ = why;
  }
  if (news && !stopping_) options_.log(why.empty() ? "Redis is there" : "Redis is away: " + std::string(why));
}

// ---- commands

net::Awaitable<std::optional<Reply>> Client::ask(Words words) {
  if (!up()) {
    counts_.refused.fetch_add(1, std::memory_order_relaxed);
    co_return std::nullopt;
  }
  auto reply =
      co_await net::await_callback<std::optional<Reply>>([&](auto done) { submit(words, std::move(done)); });
  if (reply && reply->kind == Reply::Kind::error) co_return std::nullopt;
  co_return reply;
}

void Client::tell(Words words, std::move_only_function<void(bool)> arrived) {
  if (!up()) {
    counts_.refused.fetch_add(1, std::memory_order_relaxed);
    if (arrived) boost::asio::post(context_, [tell = std::move(arrived)]() mutable { tell(false); });
    return;
  }
  Done done;
  if (arrived) {
    done = [tell = std::move(arrived)](std::optional<Reply> reply) mutable {
      tell(reply && reply->kind != Reply::Kind::error);
    };
  }
  submit(words, std::move(done));
}

void Client::submit(const Words& words, Done done) {
  if (waiting_count_.fetch_add(1, std::memory_order_relaxed) >= options_.most_waiting) {
    waiting_count_.fetch_sub(1, std::memory_order_relaxed);
    counts_.refused.fetch_add(1, std::memory_order_relaxed);
    if (done) done(std::nullopt);
    return;
  }
  Command command{{}, std::move(done), Clock::now() + options_.patience};
  const std::vector<std::string_view> views(words.begin(), words.end());
  append_command(command.bytes, views);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    submitted_.push_back(std::move(command));
    wake = !std::exchange(taking_, true);
  }
  if (wake) boost::asio::post(context_, [this] { take_submitted(); });
}

void Client::take_submitted() {
  std::vector<Command> taken;
  {
    const std::lock_guard lock(mutex_);
    taking_ = false;
    taken.swap(submitted_);
  }
  std::string bytes;
  for (Command& command : taken) {
    bytes += command.bytes;
    command.bytes = {};
    waiting_.push_back(std::move(command));
  }
  if (!commands_connection_.up()) return abandon_all();
  commands_connection_.send(bytes);
  watch_deadlines();
}

void Client::watch_deadlines() {
  if (watching_ || waiting_.empty()) return;
  const bool all_late = expired_ >= waiting_.size();
  if (all_late && !late_since_) return;
  watching_ = true;
  deadline_.expires_at(all_late ? *late_since_ + options_.hung_after : waiting_[expired_].deadline);
  deadline_.async_wait([this](const boost::system::error_code& cancelled) {
    watching_ = false;
    if (!cancelled) expire();
  });
}

void Client::expire() {
  const auto now = Clock::now();
  if (!late_since_) late_since_ = now;
  for (; expired_ < waiting_.size() && waiting_[expired_].deadline <= now; ++expired_) {
    counts_.late.fetch_add(1, std::memory_order_relaxed);
    if (Done done = std::exchange(waiting_[expired_].done, nullptr)) done(std::nullopt);
  }
  if (now - *late_since_ >= options_.hung_after) return commands_connection_.drop("it answers too slowly");
  watch_deadlines();
}

void Client::abandon_all() {
  std::deque<Command> gone;
  gone.swap(waiting_);
  expired_ = 0;
  waiting_count_.fetch_sub(gone.size(), std::memory_order_relaxed);
  for (Command& command : gone) {
    if (command.done) command.done(std::nullopt);
  }
}

void Client::Commands::on_up() {
  client.late_since_.reset();
  client.counts_.connections.fetch_add(1, std::memory_order_relaxed);
  client.remember_problem({});
}

bool Client::Commands::on_reply(Reply reply) {
  if (client.waiting_.empty()) return false;
  Command command = std::move(client.waiting_.front());
  client.waiting_.pop_front();
  client.waiting_count_.fetch_sub(1, std::memory_order_relaxed);
  if (client.expired_ > 0) {
    --client.expired_;
    return true;  // whoever asked has gone on
  }
  client.late_since_.reset();
  client.counts_.answered.fetch_add(1, std::memory_order_relaxed);
  if (command.done) command.done(std::move(reply));
  return true;
}

void Client::Commands::on_down(std::string_view why) {
  client.remember_problem(why);
  client.take_submitted();
}

// ---- subscriptions

void Client::subscribe(std::string channel) {
  boost::asio::post(context_, [this, channel = std::move(channel)]() mutable {
    const auto [added, fresh] = channels_.insert(std::move(channel));
    if (!fresh) return;
    if (subscriptions_connection_.up())
      send_subscription(is_pattern(*added) ? "PSUBSCRIBE" : "SUBSCRIBE", *added);
  });
}

void Client::unsubscribe(std::string channel) {
  boost::asio::post(context_, [this, channel = std::move(channel)] {
    if (channels_.erase(channel) == 0 || !subscriptions_connection_.up()) return;
    send_subscription(is_pattern(channel) ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", channel);
  });
}

void Client::send_subscription(std::string_view verb, std::string_view channel) {
  std::string bytes;
  append_command(bytes, std::array{verb, channel});
  subscriptions_connection_.send(bytes);
}

// A connection may be dead without a word; a question shows it.
void Client::keep_alive() {
  if (!subscriptions_connection_.up()) return;
  if (Clock::now() - heard_ > kSilent) return subscriptions_connection_.drop("it keeps silent");
  std::string bytes;
  append_command(bytes, std::array<std::string_view, 1>{"PING"});
  subscriptions_connection_.send(bytes);
}

void Client::Subscriptions::on_up() {
  client.heard_ = Clock::now();
  client.listened_ = true;
  for (const std::string& channel : client.channels_)
    client.send_subscription(is_pattern(channel) ? "PSUBSCRIBE" : "SUBSCRIBE", channel);
}

bool Client::Subscriptions::on_reply(Reply reply) {
  client.heard_ = Clock::now();
  // Before the first subscription an answer to PING is plain.
  if (reply.kind == Reply::Kind::status) return reply.text == "PONG";
  if (reply.kind != Reply::Kind::list || reply.items.size() < 2 || !reply.items[0].is_text()) return false;
  const std::string_view kind = reply.items[0].text;
  if (kind == "message" && reply.items.size() == 3) {
    client.subscriber_->on_message(reply.items[1].text, reply.items[2].text, false);
  } else if (kind == "pmessage" && reply.items.size() == 4) {
    client.subscriber_->on_message(reply.items[2].text, reply.items[3].text, true);
  } else if (kind == "subscribe" || kind == "psubscribe") {
    client.subscriber_->on_subscribed(reply.items[1].text);
  } else {
    return kind == "pong" || kind == "unsubscribe" || kind == "punsubscribe";
  }
  return true;
}

void Client::Subscriptions::on_down(std::string_view) {
  // Once, and not for every attempt to connect that fails.
  if (std::exchange(client.listened_, false) && !client.stopping_) client.subscriber_->on_away();
}

void Client::every(std::chrono::milliseconds period, std::function<void()> task) {
  boost::asio::post(context_, [this, period, task = std::move(task)]() mutable {
    if (stopping_) return;
    struct Repeat {
      Client& client;
      Timer& timer;
      std::chrono::milliseconds period;
      std::function<void()> task;
      static void arm(std::shared_ptr<Repeat> self) {
        self->timer.expires_after(self->period);
        self->timer.async_wait([self](const boost::system::error_code& cancelled) {
          if (cancelled || self->client.stopping_) return;
          self->task();
          arm(self);
        });
      }
    };
    Repeat::arm(std::make_shared<Repeat>(*this, timers_.emplace_back(context_), period, std::move(task)));
  });
}

}  // namespace parley::stores::redis
