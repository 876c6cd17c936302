// What models do in a turn: they say what a message means when the matchers are not sure, and their words are
// heard while they write.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "engine/memory/context.hpp"
#include "engine/memory/facts.hpp"
#include "engine/proposals/proposed.hpp"
#include "engine/provisional.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/tool_deadline.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

constexpr std::string_view kUnderstand = "model.understand";
constexpr std::uint64_t kRecentRecords = 12;

class Listener : public TextListener {
 public:
  Listener(std::weak_ptr<ProvisionalHearers> hearers, std::string call, engine::ProvisionalText text)
      : hearers_(std::move(hearers)), call_(std::move(call)), text_(std::move(text)) {}

  void on_piece(std::string_view piece) override {
    const std::string words = text_.take(piece);
    if (words.empty()) return;
    tell(words);
    at_ += count_code_points(words);
  }

  void on_restart() override {
    text_.restart();
    if (std::exchange(at_, 0) > 0) tell({});
  }

 private:
  void tell(std::string_view words) {
    const auto hearers = hearers_.lock();
    if (hearers == nullptr) return;
    const Provisional heard{.call = call_, .at = at_, .text = words};
    if (hearers->observer != nullptr) hearers->observer->on_provisional(heard);
    const bool here = hearers->hub.wanted(hearers->tenant, hearers->conversation_id);
    const bool elsewhere = hearers->live.wanted(hearers->tenant, hearers->conversation_id);
    if (!here && !elsewhere) return;
    HubElement element{hearers->conversation_id, kProvisional, "delta", encode_provisional(heard)};
    if (elsewhere) hearers->live.publish(hearers->tenant, element);
    if (here) hearers->hub.publish(hearers->tenant, std::move(element));
  }

  std::weak_ptr<ProvisionalHearers> hearers_;
  std::string call_;
  engine::ProvisionalText text_;
  std::size_t at_ = 0;
};

void join_words(std::string& words, std::string_view more) {
  if (!words.empty()) words += '\n';
  words += more;
}

}  // namespace

std::string encode_provisional(const Provisional& words) {
  std::string out = "{\"call\":";
  append_json_string(out, words.call);
  out += ",\"at\":" + std::to_string(words.at) + ",\"text\":";
  append_json_string(out, words.text);
  return out + "}";
}

// Only a text that is to be shown is listened to.
std::shared_ptr<TextListener> TurnDriver::listener_for(Turn& turn, const OutboxEntry& entry) {
  if (!entry.tool.starts_with("model.")) return nullptr;
  const Hot& hot = *turn.hot;
  if (turn.observer == nullptr && !wanted(turn.tenant, hot.summary.id)) return nullptr;
  auto text = engine::ProvisionalText::of(*hot.release, hot.state, entry.effect_id);
  if (!text) return nullptr;
  if (turn.hearers == nullptr) {
    turn.hearers = std::make_shared<ProvisionalHearers>(
        ProvisionalHearers{world_.hub, world_.live, std::string(turn.tenant), hot.summary.id, turn.observer}
    );
  }
  return std::make_shared<Listener>(turn.hearers, entry.effect_id, std::move(*text));
}

bool TurnDriver::leaves_to_model(
    Turn& turn, const engine::CommandsUnderstood& understood, std::span<const engine::Effect> caused
) const {
  if (!engine::proposals::unsure(understood.commands) || !options_.understands_with_model()) return false;
  for (const engine::Effect& effect : caused) {
    const auto* asked = std::get_if<engine::Understand>(&effect);
    // A button that means nothing any more means nothing to a model.
    if (asked == nullptr || !asked->payload.empty() || asked->text.empty()) continue;
    turn.unsure = UnsureMessage{understood, asked->text};
    return true;
  }
  return false;
}

// One call, before anything of the turn is committed: a crash meanwhile is as if the message had not come.
// What it says is recorded as an event, so nothing is ever asked again for the same message. Without a usable
// answer the matchers' own reading stands.
Awaitable<void> TurnDriver::ask_what_is_meant(Turn& turn) {
  if (!turn.unsure) co_return;
  const UnsureMessage message = *std::exchange(turn.unsure, std::nullopt);
  const Hot& hot = *turn.hot;
  if (turn.understood && turn.understood->sequence == hot.summary.sequence &&
      turn.understood->release == hot.release->hash()) {
    advance(turn, turn.understood->commands);
    co_return;
  }
  count(metrics_.messages_put_to_model);
  const auto past = co_await recent_turns(turn);
  std::string context = co_await context_of(turn);
  ToolCall call{
      .tool = std::string(kUnderstand),
      .arguments = engine::proposals::question(*hot.release, hot.state, message.text, past, context),
      .timeout_ms = options_.understanding_timeout_ms,
  };
  auto answer = co_await run_with_deadline(world_.tools, *options_.alarms, std::move(call));
  engine::CommandsUnderstood understood = message.by_matchers;
  understood.context = std::move(context);
  if (!answer) {
    const Error& error = answer.error();
    understood.failure = error.pointer.empty() ? std::string(name(error.code)) : error.pointer;
  } else {
    understood.passed_over = std::move(answer->use.passed_over);
    understood.prompt = std::move(answer->use.prompt);
    understood.input_tokens = answer->use.input_tokens;
    understood.output_tokens = answer->use.output_tokens;
    auto commands =
        engine::proposals::proposed(*hot.release, hot.state, message.text, answer->result, turn.at);
    if (!commands.empty()) {
      count(metrics_.understood_by_model);
      understood.commands = std::move(commands);
      understood.source = std::move(answer->use.model);
    }
  }
  if (membership_.shared()) turn.understood = {hot.summary.sequence, hot.release->hash(), understood};
  advance(turn, std::move(understood));
}

// What is known of the user and what they said before; without an answer in time, only what is known.
Awaitable<std::string> TurnDriver::context_of(const Turn& turn) {
  const engine::Release& release = *turn.hot->release;
  const engine::State& state = turn.hot->state;
  if (!engine::tells_context(release, state)) co_return std::string();
  Value hits;
  if (const auto query = engine::context_query(state, {}); query && !query->empty()) {
    ToolCall call{
        .tool = "memory.recall",
        .arguments = MapBuilder()
                         .set("query", *query)
                         .set("k", static_cast<std::int64_t>(engine::kContextHits))
                         .build(),
        .timeout_ms = engine::kContextTimeoutMs,
        .caller = caller_of(turn),
    };
    if (auto answer = co_await run_with_deadline(world_.tools, *options_.alarms, std::move(call)))
      hits = std::move(answer->result);
  }
  const Value known = engine::facts::known(release, state);
  co_return engine::context_text(known, hits, release.settings().context_tokens);
}

// As outside views show them: sensitive words are masked.
Awaitable<std::vector<engine::proposals::PastTurn>> TurnDriver::recent_turns(const Turn& turn) {
  const ConversationSummary& summary = turn.hot->summary;
  std::vector<engine::proposals::PastTurn> past;
  if (summary.sequence == 0) co_return past;
  const std::uint64_t after = summary.sequence > kRecentRecords ? summary.sequence - kRecentRecords : 0;
  const auto records = co_await world_.store.records(turn.tenant, summary.id, after, kRecentRecords);
  if (!records) co_return past;
  std::vector<TranscriptTurn> turns;
  for (const LogRecord& record : *records) {
    if (!add_to_transcript(turns, record)) co_return past;
  }
  for (const TranscriptTurn& each : turns) {
    std::string said;
    for (const engine::Say& message : each.messages) join_words(said, message.text);
    past.push_back({each.user.text, std::move(said)});
  }
  co_return past;
}

}  // namespace parley::turns
