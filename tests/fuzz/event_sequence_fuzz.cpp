// Bytes as the events of one conversation: messages, answers of tools that come late, twice or never, wrong
// commands of a model, operators, timers. Whatever happens, the log tells the whole story: a second state
// that is fed the stored events, and is itself stored and restored before each of them, wants the same
// effects and ends as the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "engine/advance.hpp"
#include "engine/outside_calls.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"
#include "tests/fuzz/fuzz_bytes.hpp"
#include "tests/fuzz/shop_flows.hpp"

using namespace parley;
using engine::Effects;
using engine::EventBody;

namespace {

constexpr int kMaxEvents = 64;

constexpr std::string_view kTexts[] = {
    "/order",
    "2 pizzas and a coke",
    "ana@example.com",
    "x@example.invalid",
    "yes",
    "no",
    "cancel",
    "repeat",
    "actually three pizzas",
    "no, make it ben@example.com",
    "skip",
    "start over",
    "talk to a person",
    "/escalate",
    "I have a problem",
    "it arrived cold",
    "/echo",
    "/care",
    "/unknown",
    "order something",
    "main street 5",
    "tomorrow",
    "large",
    "smal",
    "what can you do?",
    "1",
    "",
    "back",
    "änderung: zwei Pizzen 🍕",
};
constexpr std::string_view kPayloads[] = {"/order", "yes", "no", "/cancel", "/human", "large", "?"};
constexpr std::string_view kValues[] = {
    "null",
    "true",
    R"("ana@example.com")",
    R"([{"item":"pizza","quantity":2}])",
    R"({"id":"ch_1"})",
    "7",
    "-1.5",
    R"("")",
    "[]",
    R"({"tickets":[{"id":"T-1"}],"id":5})",
    R"({"@time":"2026-01-02T03:04:05Z"})",
};
constexpr std::string_view kFlows[] = {"order", "address", "escalate", "echo", "care", "nowhere", ""};
constexpr std::string_view kSlots[] = {"items", "email", "gift", "problem", "said", "total", "nothing"};

engine::ReleasePtr make_shop(std::string_view without) {
  flow::Diagnostics diagnostics;
  std::vector<flow::FlowPtr> flows;
  for (const char* text : fuzz::kShopFlows) {
    const auto document = flow::parse_json_document(text);
    INVARIANT(document.has_value(), "the shop's flows are JSON");
    if (auto flow = flow::load(*document, "shop.json", engine::step_specs(), diagnostics)) {
      if (flow->id != without) flows.push_back(std::move(flow));
    }
  }
  std::vector<flow::ToolSignature> tools;
  for (const char* tool :
       {"stripe.charge", "desk.create", "desk.resolve", "desk.note", "desk.one", "desk.two"}) {
    tools.push_back({tool, parse_json(R"({"type":"object"})").value()});
  }
  flow::check_all(flows, tools, diagnostics);
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    std::fputs(flow::render(diagnostic, "").c_str(), stderr);
  }
  INVARIANT(!flow::has_errors(diagnostics), "the shop's flows have no mistakes");
  return engine::make_release(std::move(flows), {.name = "Shop"});
}

template <std::size_t N>
std::string_view pick(fuzz::Bytes& bytes, const std::string_view (&options)[N]) {
  return options[bytes.choose(N)];
}

Value value_of(fuzz::Bytes& bytes) {
  return parse_typed(pick(bytes, kValues)).value();
}

std::string text_of(fuzz::Bytes& bytes) {
  const std::uint8_t choice = bytes.byte();
  if (choice < 200) return std::string(kTexts[choice % std::size(kTexts)]);
  std::string text(bytes.text(choice - 200U));
  if (is_utf8(text)) return text;
  for (char& c : text) c = static_cast<char>(c & 0x7f);
  return text;
}

std::vector<language::Command> commands_of(fuzz::Bytes& bytes) {
  std::vector<language::Command> commands(bytes.choose(4));
  for (language::Command& command : commands) {
    command.kind = static_cast<language::CommandKind>(
        bytes.choose(static_cast<std::size_t>(language::CommandKind::cannot_handle) + 1)
    );
    command.flow = pick(bytes, kFlows);
    command.slot = pick(bytes, kSlots);
    command.value = value_of(bytes);
    command.text = text_of(bytes);
    if (bytes.choose(2) == 1) command.options = {"order", "nowhere"};
  }
  return commands;
}

// One conversation as the driver leads it, and its shadow that knows only the stored log.
class Conversation {
 public:
  void run(fuzz::Bytes& bytes);

 private:
  void take(EventBody body);
  EventBody next_body(fuzz::Bytes& bytes);
  EventBody answer(fuzz::Bytes& bytes);
  std::string one_of(fuzz::Bytes& bytes, const std::vector<std::string>& ids) const;

  engine::ReleasePtr release_;
  engine::State state_;
  engine::State shadow_;
  Timestamp now_{1'767'225'600, 0};
  std::vector<std::string> calls_;
  std::map<std::string, std::string, std::less<>> tools_;  // of calls, by effect id
  std::vector<std::string> timers_;
};

std::string stored_form(const Effects& effects) {
  ListBuilder list;
  for (const engine::Effect& effect : effects) {
    const Value value = engine::to_value(effect);
    const auto again = engine::effect_from(value);
    INVARIANT(again.has_value(), "an effect can be stored");
    INVARIANT(write_typed(engine::to_value(*again)) == write_typed(value), "an effect comes back as it was");
    list.add(value);
  }
  return write_typed(list.build());
}

void Conversation::take(EventBody body) {
  const engine::Event event{now_, std::move(body)};
  Effects effects;
  engine::advance(*release_, state_, event, effects);
  const std::string snapshot = engine::snapshot(state_);

  const auto stored = parse_typed(write_typed(engine::to_value(event)));
  INVARIANT(stored.has_value(), "an event can be stored");
  const auto replayed = engine::event_from(*stored);
  INVARIANT(replayed.has_value(), "an event can be read back");
  Effects again;
  engine::advance(*release_, shadow_, *replayed, again);
  INVARIANT(stored_form(effects) == stored_form(again), "replay wants the same effects");
  INVARIANT(engine::snapshot(shadow_) == snapshot, "replay ends in the same state");
  auto restored = engine::restore(snapshot);
  INVARIANT(restored.has_value(), "a snapshot can be restored");
  INVARIANT(engine::snapshot(*restored) == snapshot, "a restored state is the same");
  shadow_ = std::move(*restored);

  INVARIANT(!engine::status(state_).empty(), "a conversation has a status");
  (void)engine::waiting_step(*release_, state_);
  for (const engine::Effect& effect : effects) {
    if (const auto call = engine::as_call(effect)) {
      calls_.push_back(call->effect_id);
      tools_.insert_or_assign(call->effect_id, call->tool);
    }
    if (const auto* timer = std::get_if<engine::StartTimer>(&effect)) timers_.push_back(timer->timer_id);
  }
  if (const auto understood = engine::understand(*release_, state_, now_, effects)) take(*understood);
}

// Mostly the newest, sometimes an old one, rarely one that never was.
std::string Conversation::one_of(fuzz::Bytes& bytes, const std::vector<std::string>& ids) const {
  const std::size_t back = bytes.choose(8);
  if (back == 7 || ids.empty()) return "none";
  return back >= ids.size() ? ids.back() : ids[ids.size() - 1 - back / 3];
}

EventBody Conversation::answer(fuzz::Bytes& bytes) {
  std::string id = one_of(bytes, calls_);
  const std::size_t kind = bytes.choose(5);
  const std::string tool = tools_[id];
  if (kind < 3) return engine::returned(tool, std::move(id), value_of(bytes), kind == 0);
  const auto dice = static_cast<std::uint32_t>(bytes.choose(256) * 3'900);
  return engine::failed(
      tool, std::move(id), kind == 3 ? "timeout" : "http_402", "no luck", dice % 3 == 1, dice
  );
}

EventBody Conversation::next_body(fuzz::Bytes& bytes) {
  switch (bytes.choose(19)) {
    case 0:
    case 16:
      return engine::TimerFired{one_of(bytes, timers_)};
    case 17:
      return engine::EventArrived{bytes.choose(4) == 0 ? "lost" : "moved", value_of(bytes)};
    case 18:
      return engine::StyleChosen{value_of(bytes), bytes.choose(2) == 0 ? "short" : ""};
    case 1:
      return engine::OperatorJoined{"op", "Olga"};
    case 2:
      return engine::OperatorReplied{"op", text_of(bytes)};
    case 3:
      return engine::OperatorLeft{"op", "solved"};
    case 4:
      return engine::FeedbackGiven{static_cast<std::int32_t>(bytes.choose(7)) - 1, text_of(bytes)};
    case 5:
      return engine::CommandsUnderstood{commands_of(bytes), "model"};
    case 6:
      return engine::MessageReceived{"m", "", std::string(pick(bytes, kPayloads))};
    case 7:
    case 8:
    case 9:
    case 10:
      return answer(bytes);
    default:
      return engine::MessageReceived{"m", text_of(bytes), ""};
  }
}

void Conversation::run(fuzz::Bytes& bytes) {
  static const engine::ReleasePtr shop = make_shop("");
  static const engine::ReleasePtr smaller_shop = make_shop("echo");
  release_ = shop;
  engine::ConversationStarted started{
      .conversation_id = "c_1", .tenant = "t", .user_id = "u", .channel = "api"
  };
  started.release = release_->hash();
  started.flow = pick(bytes, kFlows);
  if (started.flow == "nowhere") started.locale = "de";
  started.context = value_of(bytes);
  take(std::move(started));
  for (int i = 0; i < kMaxEvents && !bytes.empty(); ++i) {
    const std::uint8_t pause = bytes.byte();
    now_.seconds += pause % 16 == 0 ? 86'400 : pause;
    if (pause == 255 && state_.stack.empty()) {
      release_ = release_ == shop ? smaller_shop : shop;
      take(engine::ReleaseAdopted{release_->hash()});
    } else {
      take(next_body(bytes));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  Conversation().run(bytes);
  return 0;
}
