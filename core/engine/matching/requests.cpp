#include "engine/matching/requests.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "engine/matching/answers.hpp"
#include "engine/matching/changes.hpp"
#include "engine/matching/starts.hpp"
#include "engine/memory/facts.hpp"
#include "language/vocabulary.hpp"

namespace parley::engine::matching {

namespace {

using language::Filling;
using language::PhrasePlace;
using language::PlainWords;

// A phrase found in the message, and what stands around it.
struct Request {
  const TriggerPhrase* phrase = nullptr;
  PhrasePlace place;
  bool leads = false;      // nothing but lead-ins before it
  bool explained = false;  // nothing around it that is not understood
  std::vector<Filling> values;
  std::string around;  // the message without phrase and lead-ins

  // Better requests compare less.
  [[nodiscard]] auto rank() const {
    return std::make_tuple(
        !explained,
        place.typos,
        -static_cast<int>(phrase->words.size()),
        -static_cast<std::int64_t>(phrase->priority)
    );
  }
};

void blank(std::string& text, const Scene& scene, const PlainWords& words, std::size_t from, std::size_t to) {
  if (from == to) return;
  // With the articles in between.
  const std::size_t begin = scene.said.tokens[words[from].token].begin;
  const std::size_t end = scene.said.tokens[words[to - 1].token].end;
  std::fill(
      text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end), ' '
  );
}

std::size_t lead_ins(const Scene& scene, const PlainWords& words, std::size_t end) {
  std::size_t at = 0;
  while (at < end) {
    const std::size_t taken = std::max(
        language::longest_phrase(words, at, scene.said.words.request_lead_ins),
        language::longest_phrase(words, at, scene.said.words.politeness)
    );
    if (taken == 0 || at + taken > end) break;
    at += taken;
  }
  return at;
}

std::optional<Request> examine(
    const Scene& scene, const PlainWords& words, const TriggerPhrase& phrase, bool values
) {
  const bool typos = phrase.words.size() > 1;
  const auto place = language::find_phrase(words, phrase.words, typos);
  if (!place) return std::nullopt;
  // "my order" is not "order": one word is a request only without an owner.
  const bool owned = place->begin > 0 && contains(scene.said.words.the, words[place->begin - 1].text);
  if (phrase.words.size() == 1 && owned) return std::nullopt;
  Request request{.phrase = &phrase, .place = *place, .around = std::string(scene.said.text)};
  const std::size_t lead = lead_ins(scene, words, place->begin);
  request.leads = lead == place->begin;
  blank(request.around, scene, words, 0, lead);
  blank(request.around, scene, words, place->begin, place->end);
  const auto wanted = gathered(*phrase.flow);
  if (values) request.values = fillings_as_corrected(scene.about(request.around), wanted);
  const std::string left = language::without_fillings(request.around, request.values);
  request.explained = language::says_nothing_more(left, wanted, scene.state.locale);
  return request;
}

// The best requests: one, or several of different flows that fit equally.
std::vector<Request> best_requests(const Scene& scene) {
  std::vector<Request> best;
  const PlainWords& words = scene.plain();
  for (const TriggerPhrase& phrase : scene.release.trigger_phrases()) {
    auto request = examine(scene, words, phrase, true);
    if (!request) continue;
    if (!best.empty() && best.front().rank() < request->rank()) continue;
    if (!best.empty() && request->rank() < best.front().rank()) best.clear();
    const bool known = std::any_of(best.begin(), best.end(), [&](const Request& r) {
      return r.phrase->flow == phrase.flow;
    });
    if (!known) best.push_back(std::move(*request));
  }
  return best;
}

bool runs(const Scene& scene, const flow::Flow& flow) {
  return scene.frame != nullptr && scene.frame->flow == flow.id;
}

Commands clarify(std::vector<std::string> options, const Scene& scene) {
  return one(
      {.kind = CommandKind::clarify, .text = std::string(scene.said.text), .options = std::move(options)}
  );
}

Commands start(const Scene& scene, const Request& request) {
  Commands commands = one({.kind = CommandKind::start_flow, .flow = request.phrase->flow->id});
  // In the flow that runs already, the values are answers or changes.
  if (runs(scene, *request.phrase->flow) && !request.values.empty()) {
    commands.clear();
  }
  for (const Filling& filling : request.values) {
    commands.push_back({.kind = CommandKind::set_slot, .slot = filling.slot->name, .value = filling.value});
  }
  return commands;
}

std::optional<Commands> start_or_ask(const Scene& scene, const std::vector<Request>& requests) {
  if (requests.size() == 1) return start(scene, requests.front());
  std::vector<std::string> options;
  for (const Request& request : requests) options.push_back(request.phrase->flow->id);
  std::sort(options.begin(), options.end());
  return clarify(std::move(options), scene);
}

// The flows whose phrases contain the message's words in a row.
std::set<std::string> flows_with(const Scene& scene, const PlainWords& words) {
  std::set<std::string> flows;
  for (const TriggerPhrase& phrase : scene.release.trigger_phrases()) {
    const auto found = std::search(
        phrase.words.begin(),
        phrase.words.end(),
        words.begin(),
        words.end(),
        [](const std::string& a, const language::PlainWord& b) { return a == b.text; }
    );
    if (found != phrase.words.end()) flows.insert(phrase.flow->id);
  }
  return flows;
}

bool says_something(const Scene& scene, const PlainWords& words) {
  const language::Vocabulary& vocabulary = scene.said.words;
  return std::any_of(words.begin(), words.end(), [&](const language::PlainWord& word) {
    return word.text.size() > 2 && !contains(vocabulary.request_fillers, word.text) &&
           !contains(vocabulary.hesitations, word.text) && !contains(vocabulary.question_words, word.text) &&
           !contains(vocabulary.request_lead_ins, word.text);
  });
}

// The answer before the open question, in the running flow or those that called it; null when there is none.
const flow::Slot* last_answered(const Scene& scene) {
  const auto& stack = scene.state.stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    const flow::Flow* flow = scene.release.find(stack[i].flow);
    if (flow == nullptr) continue;
    const flow::Slot* last = nullptr;
    for (const language::Wanted& each : gathered(*flow, stack[i].step)) {
      if (each.slot == scene.asked()) break;
      if (held(scene.state, stack[i], *each.slot) != nullptr) last = each.slot;
    }
    if (last != nullptr) return last;
    if (stack[i].kind != Frame::Kind::call) break;
  }
  return nullptr;
}

// "Go back": the last answer is asked for anew; at the first question there is only that one.
Commands back(const Scene& scene) {
  const flow::Slot* last = last_answered(scene);
  if (last == nullptr) return one({.kind = CommandKind::repeat});
  return one({.kind = CommandKind::correct_slot, .slot = last->name});
}

bool about_running_flow(std::string_view topic) {
  return topic == "why" || topic == "how_long" || topic == "so_far";
}

std::optional<Commands> as_commands(const Scene& scene, const language::BuiltinCommand& found) {
  const bool running = scene.frame != nullptr;
  const bool one_word = scene.said.tokens.size() == 1;
  if (found.kind == CommandKind::correct_slot) {
    if (!running || (one_word && scene.takes_any_words())) return std::nullopt;
    return back(scene);
  }
  if (about_running_flow(found.topic) && !running) return std::nullopt;
  // Where any words are an answer, a word or a question of theirs is one: "back", "how long does it take?".
  if (scene.takes_any_words()) {
    const bool little = scene.said.tokens.size() <= 2;
    if (found.topic == "how_long" || found.topic == "so_far" || (found.topic == "why" && little))
      return std::nullopt;
  }
  // "Forget that" with nothing to stop is about what was remembered.
  const bool forget = found.topic == "forget" && !running && !facts::latest(scene.state).empty();
  if (found.kind != CommandKind::chitchat && !forget)
    return one({.kind = found.kind, .text = std::string(scene.said.text)});
  // "That's it" is a farewell only when nothing is going on; and who says goodbye in the middle stops.
  if (found.topic == "decline" && running) return std::nullopt;
  if (found.topic == "goodbye" && running) return one({.kind = CommandKind::cancel});
  return one(
      {.kind = CommandKind::chitchat, .text = std::string(scene.said.text), .reason = std::string(found.topic)
      }
  );
}

// "Skip", "help" and the like are answers when an open question offers them.
bool is_answer_here(const Scene& scene, CommandKind kind) {
  for (const flow::Slot* slot : scene.expected.slots) {
    const bool boolean = slot->type.kind == flow::SlotKind::boolean;
    if (boolean && kind == CommandKind::chitchat && language::bare_answer(scene.said)) return true;
    if (slot->type.kind == flow::SlotKind::choice &&
        language::read_answer(*slot, scene.said.text, scene.circumstances))
      return true;
  }
  return scene.expected.yes_or_no && kind == CommandKind::chitchat && language::bare_answer(scene.said);
}

}  // namespace

std::optional<Commands> clear_request(const Scene& scene) {
  std::vector<Request> requests = best_requests(scene);
  const bool words_only = scene.takes_any_words();
  std::erase_if(requests, [&](const Request& request) {
    if (!request.explained) return true;
    const bool one_word = request.phrase->words.size() == 1;
    // Where any words are an answer, one word or a mistyped phrase is too little of a request.
    return words_only && (one_word || request.place.typos > 0);
  });
  if (requests.empty()) return std::nullopt;
  return start_or_ask(scene, requests);
}

std::optional<Commands> likely_request(const Scene& scene) {
  std::vector<Request> requests = best_requests(scene);
  std::erase_if(requests, [](const Request& request) {
    return !request.explained && (!request.leads || request.phrase->words.size() == 1);
  });
  if (!requests.empty()) return start_or_ask(scene, requests);
  const PlainWords& words = scene.plain();
  if (words.empty() || !says_something(scene, words)) return std::nullopt;
  const std::set<std::string> flows = flows_with(scene, words);
  constexpr std::size_t kMostOptions = 4;
  if (flows.empty() || flows.size() > kMostOptions) return std::nullopt;
  if (flows.size() == 1) return one({.kind = CommandKind::start_flow, .flow = *flows.begin()});
  return clarify({flows.begin(), flows.end()}, scene);
}

std::optional<Commands> request_in_parts(const Scene& scene) {
  const auto parts = language::clauses(scene.said);
  if (parts.size() < 2) return std::nullopt;
  Commands result;
  Commands started;
  std::string rest;
  for (const std::string_view part : parts) {
    const Scene inner = scene.about(part);
    auto command = language::builtin_command(inner.said);
    if (!command) command = language::builtin_command_inside(inner.said, false);
    if (command && command->kind == CommandKind::ask_human) return one({.kind = CommandKind::ask_human});
    if (command && command->kind == CommandKind::cancel && result.empty()) {
      result = one({.kind = CommandKind::cancel});
      continue;
    }
    if (started.empty()) {
      if (auto request = clear_request(inner);
          request && (request->front().kind == CommandKind::start_flow)) {
        started = std::move(*request);
        continue;
      }
    }
    if (command && command->kind == CommandKind::chitchat) continue;
    if (!rest.empty()) rest += ", ";
    rest += part;
  }
  if (result.empty() && started.empty()) return std::nullopt;
  if (result.empty() && !rest.empty() && scene.asked() != nullptr) {
    // Values behind a start_flow belong to that flow, so the answers to the open question come first.
    Answers answered = answers(scene.about(rest), rest);
    if (!answered.refused) result = std::move(answered.commands);
  }
  for (Command& command : started) result.push_back(std::move(command));
  return result;
}

std::optional<Commands> builtin(const Scene& scene) {
  const auto found = language::builtin_command(scene.said);
  if (!found || is_answer_here(scene, found->kind)) return std::nullopt;
  return as_commands(scene, *found);
}

std::optional<Commands> builtin_inside(const Scene& scene) {
  if (scene.asked() != nullptr && is_answer_here(scene, CommandKind::skip)) return std::nullopt;
  const auto found = language::builtin_command_inside(scene.said, !scene.takes_any_words());
  if (!found || is_answer_here(scene, found->kind)) return std::nullopt;
  // "No thanks" is an answer before it is gratitude.
  if (found->kind == CommandKind::chitchat && language::bare_answer(scene.said)) return std::nullopt;
  return as_commands(scene, *found);
}

std::optional<Commands> foreign_command(const Scene& scene) {
  constexpr std::size_t kMostWords = 5;
  if (scene.said.tokens.size() > kMostWords) return std::nullopt;
  for (const language::Vocabulary* other : language::vocabularies()) {
    if (other == &scene.said.words) continue;
    const language::Utterance said(scene.said.text, other->language);
    const auto found = language::builtin_command(said);
    // A farewell that stops what runs is not guessed.
    if (found && found->topic == "goodbye") continue;
    if (found && !is_answer_here(scene, found->kind)) return as_commands(scene, *found);
  }
  return std::nullopt;
}

namespace {

Commands chosen(const Scene& scene, std::string_view option) {
  const flow::Flow* flow = scene.release.find(option);
  if (flow == nullptr) return one({.kind = CommandKind::start_flow, .flow = std::string(option)});
  return start_offered(scene, *flow);
}

}  // namespace

std::optional<Commands> chosen_offer(const Scene& scene) {
  const auto& offered = scene.state.offered;
  if (offered.empty()) return std::nullopt;
  if (offered.size() == 1 && language::read_polarity(scene.said) == language::Polarity::yes)
    return chosen(scene, offered.front());
  flow::Slot which;
  which.type.kind = flow::SlotKind::choice;
  for (const std::string& option : offered) {
    const flow::Flow* flow = scene.release.find(option);
    flow::Choice choice{.value = option, .label = spoken(option), .synonyms = {}};
    if (flow != nullptr) {
      if (!flow->description.empty()) choice.label = flow->description;
      choice.labels = flow->descriptions;
      choice.labels.insert(choice.labels.end(), flow->labels.begin(), flow->labels.end());
      if (!flow->label.empty()) choice.synonyms.push_back(flow->label);
    }
    which.choices.push_back(std::move(choice));
  }
  const auto choice = language::read_answer(which, scene.said.text, scene.circumstances);
  if (!choice || scene.release.find(choice->as_string()) == nullptr) return std::nullopt;
  return chosen(scene, choice->as_string());
}

}  // namespace parley::engine::matching
