// The engine in this process: what a server does around it, without storing anything.
#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "cli/chat_partner.hpp"
#include "engine/advance.hpp"
#include "engine/outside_calls.hpp"
#include "engine/proposals/proposed.hpp"
#include "engine/proposals/question.hpp"
#include "engine/turn.hpp"

namespace parley::cli {
namespace {

constexpr int kToolCallsPerTurnMax = 16;
constexpr std::uint32_t kUnderstandingMs = 10'000;

Timestamp now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
  return {seconds.count(), static_cast<std::int32_t>(nanos.count())};
}

class LocalPartner final : public ChatPartner {
 public:
  LocalPartner(const Project& project, ChatStart start, bool asks_model)
      : settings_(project.space.folder.settings),
        release_(*project.space.release),
        connectors_(project.space.connectors),
        start_(std::move(start)),
        asks_model_(asks_model) {}

  Result<Reply> begin() override {
    Reply reply;
    engine::Say hello{.speaker = engine::Speaker::system, .text = settings_.disclosure};
    for (const auto& [label, payload] : settings_.suggestions) hello.buttons.push_back({label, payload});
    reply.messages.push_back(std::move(hello));
    feed(
        engine::ConversationStarted{
            .conversation_id = "c_terminal",
            .tenant = "default",
            .user_id = "u_terminal",
            .channel = "terminal",
            .locale = start_.locale.empty() ? settings_.locale : start_.locale,
            .utc_offset_seconds = settings_.utc_offset_seconds,
            .currency = settings_.currency,
            .release = release_.hash(),
            .flow = start_.flow,
            .context = start_.context,
        },
        reply
    );
    return reply;
  }

  Result<Reply> say(const std::string& text, const std::string& payload) override {
    Reply reply;
    fire_due_timers(reply);
    feed(
        engine::MessageReceived{
            .message_id = "m" + std::to_string(++messages_), .text = text, .payload = payload
        },
        reply
    );
    if (state_.owner == engine::Owner::pending_human && reply.messages.empty()) {
      reply.remarks.emplace_back("waiting for a person; play one with :join NAME");
    }
    return reply;
  }

  Result<Reply> act_as_operator(const std::string& action, const std::string& text) override {
    Reply reply;
    if (action == "join" && !text.empty()) operator_ = text;
    if (action == "join") {
      feed(engine::OperatorJoined{.operator_id = operator_, .name = operator_}, reply);
    } else if (action == "reply") {
      feed(engine::OperatorReplied{.operator_id = operator_, .text = text}, reply);
    } else {
      feed(engine::OperatorLeft{.operator_id = operator_, .note = text}, reply);
    }
    return reply;
  }

  Result<Reply> look() override {
    Reply reply;
    fire_due_timers(reply);
    return reply;
  }

 private:
  // One event and everything that follows from it, until nothing is left to do.
  void feed(engine::EventBody body, Reply& reply) {
    advance(std::move(body), reply);
    for (int calls = 0; !calls_.empty(); ++calls) {
      const engine::CallTool call = std::move(calls_.front());
      calls_.pop_front();
      if (calls >= kToolCallsPerTurnMax) {
        advance(engine::failed(call.tool, call.effect_id, "limit_exceeded", "too many calls"), reply);
      } else {
        carry_out(call, reply);
      }
    }
  }

  void advance(engine::EventBody body, Reply& reply) {
    const engine::Event event{now(), std::move(body)};
    engine::Effects effects;
    engine::advance(release_, state_, event, effects);
    auto understood = engine::understand(release_, state_, event.at, effects);
    if (understood && asks_model_) ask_model(*understood, effects, event.at, reply);
    for (engine::Effect& effect : effects) take(std::move(effect), reply);
    if (understood) advance(*std::move(understood), reply);
  }

  // As turns::TurnDriver does it, without the turns before.
  void ask_model(
      engine::CommandsUnderstood& understood, const engine::Effects& effects, Timestamp at, Reply& reply
  ) {
    if (!engine::proposals::unsure(understood.commands)) return;
    for (const engine::Effect& effect : effects) {
      const auto* asked = std::get_if<engine::Understand>(&effect);
      if (asked == nullptr || !asked->payload.empty() || asked->text.empty()) continue;
      const Value question = engine::proposals::question(release_, state_, asked->text, {});
      const auto answer = workspace::answer_call(
          connectors_, {.tool = "model.understand", .arguments = question, .timeout_ms = kUnderstandingMs}
      );
      if (!answer) {
        reply.remarks.push_back("the model did not understand it: " + answer.error().message);
        continue;
      }
      auto commands = engine::proposals::proposed(release_, state_, asked->text, answer->result, at);
      reply.remarks.push_back(answer->use.model + " was asked what that means");
      if (!commands.empty()) understood.commands = std::move(commands);
    }
  }

  void take(engine::Effect effect, Reply& reply) {
    if (auto* said = std::get_if<engine::Say>(&effect)) {
      reply.messages.push_back(std::move(*said));
    } else if (auto call = engine::as_call(effect)) {
      calls_.push_back(*std::move(call));
    } else if (const auto* timer = std::get_if<engine::StartTimer>(&effect)) {
      timers_.insert_or_assign(timer->timer_id, timer->due);
    } else if (const auto* cancelled = std::get_if<engine::CancelTimer>(&effect)) {
      timers_.erase(cancelled->timer_id);
    } else if (const auto* handed = std::get_if<engine::HandOff>(&effect)) {
      reply.remarks.push_back(
          "handed to a person" + (handed->queue.empty() ? "" : ", queue " + handed->queue) +
          (handed->summary.empty() ? "" : ": " + handed->summary)
      );
      reply.remarks.emplace_back("play that person with :join NAME, :reply TEXT, :leave");
    }
  }

  void carry_out(const engine::CallTool& call, Reply& reply) {
    auto answer = workspace::answer_call(
        connectors_, {.tool = call.tool, .arguments = call.arguments, .timeout_ms = call.timeout_ms}
    );
    if (answer) {
      reply.remarks.push_back(
          call.tool +
          (answer->use.model.empty() ? " answered in test mode" : " was answered by " + answer->use.model)
      );
      if (call.tool == engine::kAgentCall) {
        answer->result = engine::with_effects(answer->result, [this](std::string_view tool) {
          return workspace::only_reads(connectors_, tool);
        });
      }
      advance(
          engine::returned(call.tool, call.effect_id, std::move(answer->result), answer->test_mode), reply
      );
      return;
    }
    const Error& error = answer.error();
    reply.remarks.push_back(call.tool + " failed: " + error.message);
    advance(
        engine::failed(
            call.tool, call.effect_id, error.pointer.empty() ? "failed" : error.pointer, error.message
        ),
        reply
    );
  }

  // Time passes only while the person types; what came due since then happens first.
  void fire_due_timers(Reply& reply) {
    for (;;) {
      const Timestamp at = now();
      const auto due = std::ranges::find_if(timers_, [&](const auto& timer) { return timer.second <= at; });
      if (due == timers_.end()) return;
      const std::string id = due->first;
      timers_.erase(due);
      feed(engine::TimerFired{.timer_id = id}, reply);
    }
  }

  const assistant::Settings& settings_;
  const engine::Release& release_;
  const tools::Connectors& connectors_;
  ChatStart start_;
  std::string operator_ = "Operator";  // who the person plays
  engine::State state_;
  std::deque<engine::CallTool> calls_;  // not yet answered
  std::map<std::string, Timestamp> timers_;
  std::uint64_t messages_ = 0;
  bool asks_model_;
};

}  // namespace

std::unique_ptr<ChatPartner> local_partner(const Project& project, ChatStart start, bool asks_model) {
  return std::make_unique<LocalPartner>(project, std::move(start), asks_model);
}

}  // namespace parley::cli
