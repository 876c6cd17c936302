#include "engine/proposals/proposed.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "engine/matching/scene.hpp"
#include "engine/proposals/vocabulary.hpp"
#include "language/extract.hpp"

namespace parley::engine::proposals {

namespace {

using language::Command;
using language::CommandKind;

constexpr std::size_t kMostValue = 4000;  // bytes

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= 'a' && byte <= 'z');
}
bool is_part_of_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

// What stands between spaces, without the marks of the sentence around it; a minus is a part of a number.
std::vector<std::string> tokens_in(std::string_view text) {
  std::vector<std::string> tokens;
  const std::string lower = to_lower(text);
  for (std::size_t at = 0; at < lower.size();) {
    std::size_t end = lower.find_first_of(" \t\r\n", at);
    if (end == std::string::npos) end = lower.size();
    std::string_view token = std::string_view(lower).substr(at, end - at);
    while (!token.empty() && !is_part_of_word(token.back())) token.remove_suffix(1);
    const auto is_sign = [&] {
      return token.size() > 1 && token[0] == '-' && token[1] >= '0' && token[1] <= '9';
    };
    while (!token.empty() && !is_part_of_word(token.front()) && !is_sign()) token.remove_prefix(1);
    if (!token.empty()) tokens.emplace_back(token);
    at = end + 1;
  }
  return tokens;
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower(text)) {
    if (is_part_of_word(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// Every word of a value stands in the message. Otherwise it is the model's: right, perhaps, but not said.
// What has more in it than letters, such as a number or an address, must stand there as a whole: "10" and "5"
// do not say "10.5". Nothing may be said more often than it stands there.
bool says(std::string_view message, std::string_view value) {
  std::vector<std::string> words = words_in(message);
  std::vector<std::string> tokens = tokens_in(message);
  const auto take = [](std::vector<std::string>& from, const std::string& wanted) {
    const auto found = std::ranges::find(from, wanted);
    if (found == from.end()) return false;
    from.erase(found);
    return true;
  };
  return std::ranges::all_of(tokens_in(value), [&](const std::string& token) {
    return take(std::ranges::all_of(token, is_letter) ? words : tokens, token);
  });
}

class Reader {
 public:
  Reader(const Release& release, const State& state, std::string_view message, Timestamp at)
      : release_(release),
        state_(state),
        message_(message),
        startable_(startable(release)),
        circumstances_{at, state.utc_offset_seconds, state.locale, state.currency} {}

  void add(const Value& proposal) {
    const std::string_view named = proposal.text("do");
    const CommandKind kind = language::command_kind(named);
    switch (kind) {
      case CommandKind::start_flow:
        return start(proposal.text("flow"));
      case CommandKind::set_slot:
      case CommandKind::correct_slot:
        return set(kind, proposal);
      case CommandKind::clarify:
        return clarify(proposal["options"]);
      case CommandKind::chitchat:
        if (is_topic(proposal.text("topic")))
          commands_.push_back({.kind = kind, .text = message_, .reason = std::string(proposal.text("topic"))}
          );
        return;
      case CommandKind::affirm:
      case CommandKind::deny:
        if (!state_.stack.empty()) commands_.push_back({.kind = kind, .inferred = true});
        return;
      case CommandKind::ask_knowledge:
        commands_.push_back({.kind = kind, .text = message_});
        return;
      case CommandKind::cancel:
      case CommandKind::skip:
      case CommandKind::repeat:
      case CommandKind::ask_human:
        commands_.push_back({.kind = kind});
        return;
      case CommandKind::restart:
      case CommandKind::invalid_value:
      case CommandKind::cannot_handle:
        return;
    }
  }

  std::vector<Command> take() { return std::move(commands_); }

 private:
  [[nodiscard]] const flow::Flow* flow_named(std::string_view id) const {
    const auto found = std::ranges::find(startable_, id, [](const flow::Flow* flow) -> const std::string& {
      return flow->id;
    });
    return found == startable_.end() ? nullptr : *found;
  }

  void start(std::string_view id) {
    const flow::Flow* flow = flow_named(id);
    if (flow == nullptr || started_ != nullptr) return;
    started_ = flow;
    commands_.push_back({.kind = CommandKind::start_flow, .flow = flow->id});
  }

  // Of the flow that is started, else of those that run, from the top down.
  [[nodiscard]] const flow::Slot* slot_named(std::string_view name) const {
    const auto in = [&](const flow::Flow* flow) -> const flow::Slot* {
      if (flow == nullptr) return nullptr;
      const auto slots = settable(*flow);
      const auto found = std::ranges::find(slots, name, [](const flow::Slot* slot) -> const std::string& {
        return slot->name;
      });
      return found == slots.end() ? nullptr : *found;
    };
    if (const flow::Slot* slot = in(started_)) return slot;
    for (std::size_t i = state_.stack.size(); i-- > 0;) {
      if (const flow::Slot* slot = in(release_.find(state_.stack[i].flow))) return slot;
    }
    return nullptr;
  }

  void set(CommandKind kind, const Value& proposal) {
    const flow::Slot* slot = slot_named(proposal.text("slot"));
    if (slot == nullptr || set_already(slot->name)) return;
    const std::string_view words = proposal.text("value");
    if (words.size() > kMostValue) return;
    if (words.empty()) {
      // "I want to change the address": to what, they have not said yet.
      if (kind == CommandKind::correct_slot) commands_.push_back({.kind = kind, .slot = slot->name});
      return;
    }
    auto value = language::read_answer(*slot, words, circumstances_);
    if (value) {
      commands_.push_back(
          {.kind = kind, .slot = slot->name, .value = std::move(*value), .inferred = !says(message_, words)}
      );
    } else {
      commands_.push_back(
          {.kind = CommandKind::invalid_value,
           .slot = slot->name,
           .text = message_,
           .reason = std::move(value.error().message)}
      );
    }
  }

  [[nodiscard]] bool set_already(std::string_view slot) const {
    return std::ranges::any_of(commands_, [&](const Command& command) { return command.slot == slot; });
  }

  void clarify(const Value& options) {
    std::vector<std::string> flows;
    if (options.is_list()) {
      for (const Value& option : options.as_list()) {
        if (!option.is_string() || flow_named(option.as_string()) == nullptr) continue;
        const std::string id(option.as_string());
        if (std::ranges::find(flows, id) == flows.end()) flows.push_back(id);
      }
    }
    if (flows.size() == 1) return start(flows.front());
    if (!flows.empty())
      commands_.push_back({.kind = CommandKind::clarify, .text = message_, .options = std::move(flows)});
  }

  const Release& release_;
  const State& state_;
  std::string message_;
  std::vector<const flow::Flow*> startable_;
  const flow::Flow* started_ = nullptr;
  language::Circumstances circumstances_;
  std::vector<Command> commands_;
};

}  // namespace

std::vector<Command> proposed(
    const Release& release, const State& state, std::string_view message, const Value& answer, Timestamp at
) {
  const Value& list = answer["commands"];
  if (!list.is_list()) return {};
  Reader reader(release, state, message, at);
  const auto proposals = list.as_list();
  for (const Value& proposal : proposals.first(std::min(kMostCommands, proposals.size())))
    reader.add(proposal);
  return reader.take();
}

}  // namespace parley::engine::proposals
