#include "engine/release.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "engine/matching/intents.hpp"
#include "engine/repair/builtin_flows.hpp"
#include "engine/repair/builtin_words.hpp"
#include "engine/run.hpp"
#include "engine/semantics.hpp"
#include "language/phrases.hpp"
#include "language/requests.hpp"

namespace parley::engine {

namespace {

std::uint32_t limit(const Value& map, std::string_view key, std::uint32_t otherwise) {
  const Value& value = map[key];
  return value.is_int() && value.as_int() > 0 && value.as_int() <= 100'000
             ? static_cast<std::uint32_t>(value.as_int())
             : otherwise;
}

bool same_stop(const flow::ToneStop& a, const flow::ToneStop& b) {
  return a.name == b.name && a.value == b.value;
}

// Higher priority wins; among equal commands the flow whose id sorts first, so the choice does not depend on
// file order.
struct Claim {
  const flow::Flow* flow = nullptr;
  std::int32_t priority = 0;
  bool contested = false;  // another flow claims as much
};

void claim(
    std::map<std::string, Claim, std::less<>>& claims,
    std::string words,
    const flow::Flow& flow,
    std::int32_t priority
) {
  if (words.empty()) return;
  Claim& current = claims[std::move(words)];
  if (current.flow == nullptr || priority > current.priority) {
    current = {&flow, priority};
  } else if (priority == current.priority && current.flow != &flow) {
    current.contested = true;
  }
}

constexpr std::string_view kPhraseLocale = "en";

void add_trigger_phrases(const flow::Flow& flow, std::vector<TriggerPhrase>& phrases) {
  constexpr std::size_t kShortDescription = 5;
  bool startable = false;
  for (const flow::Trigger& trigger : flow.triggers) {
    const bool by_user =
        trigger.kind == flow::Trigger::Kind::command || trigger.kind == flow::Trigger::Kind::phrases;
    startable = startable || by_user;
    for (const std::string& phrase : trigger.phrases) {
      auto words = language::plain_phrase(phrase, kPhraseLocale);
      if (!words.empty()) phrases.push_back({std::move(words), &flow, trigger.priority});
    }
  }
  if (!startable || flow.id.starts_with("repair.")) return;
  auto name = language::plain_phrase(spoken(flow.id), kPhraseLocale);
  if (!name.empty()) phrases.push_back({std::move(name), &flow, INT32_MIN});
  const auto add = [&](std::string_view words) {
    auto description = language::plain_phrase(words, kPhraseLocale);
    if (!description.empty() && description.size() <= kShortDescription)
      phrases.push_back({std::move(description), &flow, INT32_MIN});
  };
  if (flow.descriptions.empty()) add(flow.description);
  for (const flow::Wording& each : flow.descriptions) add(each.text);
}

}  // namespace

std::vector<flow::ToneStop> AssistantSettings::default_tones() {
  return {{"formal", 0}, {"neutral", 50}, {"casual", 100}};
}

Value AssistantSettings::own_tones() const {
  if (std::ranges::equal(tones, default_tones(), same_stop)) return {};
  MapBuilder stops;
  for (const flow::ToneStop& stop : tones) stops.set(stop.name, static_cast<std::int64_t>(stop.value));
  return stops.build();
}

std::optional<std::uint32_t> tone_value(std::span<const flow::ToneStop> stops, const Value& tone) {
  constexpr std::int64_t kMost = 100;
  if (tone.is_int())
    return tone.as_int() >= 0 && tone.as_int() <= kMost
               ? std::optional(static_cast<std::uint32_t>(tone.as_int()))
               : std::nullopt;
  if (!tone.is_string() || tone.as_string().empty()) return std::nullopt;
  const auto named = std::ranges::find(stops, tone.as_string(), &flow::ToneStop::name);
  if (named != stops.end()) return named->value;
  std::int64_t value = 0;
  for (const char digit : tone.as_string()) {
    if (digit < '0' || digit > '9' || value > kMost) return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return value > kMost ? std::nullopt : std::optional(static_cast<std::uint32_t>(value));
}

bool is_length(std::string_view length) {
  return length == "short" || length == "normal" || length == "detailed";
}

Value AssistantSettings::to_value() const {
  MapBuilder handler_map;
  for (const auto& [repair, flow_id] : handlers) handler_map.set(repair, flow_id);
  MapBuilder map;
  map.set("name", name)
      .set("start_flow", start_flow)
      .set("handlers", handler_map.build())
      .set("max_steps_per_turn", static_cast<std::int64_t>(max_steps_per_turn))
      .set("max_misunderstandings", static_cast<std::int64_t>(max_misunderstandings));
  // Left out when not used, so that releases without them keep their hash.
  if (!calendars.is_null()) map.set("calendars", calendars);
  if (utc_offset_seconds != 0) map.set("utc_offset_seconds", static_cast<std::int64_t>(utc_offset_seconds));
  // Only what differs from before these settings were there: a release keeps its hash.
  const AssistantSettings plain;
  if (locale != plain.locale) map.set("locale", locale);
  if (tone != plain.tone) map.set("tone", static_cast<std::int64_t>(tone));
  if (Value stops = own_tones(); !stops.is_null()) map.set("tones", std::move(stops));
  if (tone_min != plain.tone_min) map.set("tone_min", static_cast<std::int64_t>(tone_min));
  if (tone_max != plain.tone_max) map.set("tone_max", static_cast<std::int64_t>(tone_max));
  if (length != plain.length) map.set("length", length);
  if (messages != nullptr && !messages->empty()) map.set("messages", messages->to_value());
  if (context_tokens != 0) map.set("context_tokens", static_cast<std::int64_t>(context_tokens));
  if (!link_hosts.empty()) {
    ListBuilder hosts;
    for (const std::string& host : link_hosts) hosts.add(host);
    map.set("link_hosts", hosts.build());
  }
  return map.build();
}

AssistantSettings AssistantSettings::from_value(const Value& value) {
  AssistantSettings settings;
  settings.name = value.text("name", settings.name);
  settings.start_flow = value.text("start_flow");
  if (const Value& handlers = value["handlers"]; handlers.is_map()) {
    for (const auto& [repair, flow_id] : handlers.entries()) {
      if (flow_id.is_string()) settings.handlers.emplace_back(repair.as_string(), flow_id.as_string());
    }
  }
  settings.locale = value.text("locale", settings.locale);
  if (const Value& tone = value["tone"]; tone.is_int() && tone.as_int() >= 0 && tone.as_int() <= 100)
    settings.tone = static_cast<std::uint32_t>(tone.as_int());
  if (const Value& tones = value["tones"]; tones.is_map()) {
    settings.tones.clear();
    for (const auto& [stop, place] : tones.entries()) {
      if (place.is_int())
        settings.tones.push_back({std::string(stop.as_string()), static_cast<std::uint32_t>(place.as_int())});
    }
  }
  settings.tone_min = tone_value({}, value["tone_min"]).value_or(settings.tone_min);
  settings.tone_max = tone_value({}, value["tone_max"]).value_or(settings.tone_max);
  if (is_length(value.text("length"))) settings.length = value.text("length");
  if (const Value& messages = value["messages"]; messages.is_map()) {
    settings.messages =
        std::make_shared<flow::Messages>(flow::Messages::from_value(messages, settings.locale));
  }
  settings.max_steps_per_turn = limit(value, "max_steps_per_turn", settings.max_steps_per_turn);
  settings.max_misunderstandings = limit(value, "max_misunderstandings", settings.max_misunderstandings);
  settings.context_tokens = limit(value, "context_tokens", settings.context_tokens);
  settings.calendars = value["calendars"];
  if (const Value& hosts = value["link_hosts"]; hosts.is_list()) {
    for (const Value& host : hosts.as_list()) {
      if (host.is_string()) settings.link_hosts.emplace_back(host.as_string());
    }
  }
  if (const Value& offset = value["utc_offset_seconds"]; offset.is_int())
    settings.utc_offset_seconds = static_cast<std::int32_t>(offset.as_int());
  return settings;
}

void Release::index() {
  for (const flow::FlowPtr& flow : builtin_flows()) flows_by_id_.emplace(flow->id, flow.get());
  for (const auto& [id, flow] : flows_) flows_by_id_.insert_or_assign(flow->id, flow.get());
  for (const auto& [key, entry] : messages_.entries()) messages_by_key_.emplace(key, &entry.text);
  // The assistant's word first; otherwise the flow of the handler's name, its own or the built-in.
  for (const auto& [repair, flow_id] : settings_.handlers) {
    if (const flow::Flow* own = find(flow_id)) handlers_by_repair_.emplace(repair, own);
  }
  for (const BuiltinDocument& document : builtin_documents()) {
    const flow::Flow* flow = find("repair." + std::string(document.handler));
    INVARIANT(flow != nullptr, "every repair has a built-in handler");
    handlers_by_repair_.emplace(document.handler, flow);
  }
}

const flow::Flow* Release::find(std::string_view flow_id) const {
  const auto found = flows_by_id_.find(flow_id);
  return found == flows_by_id_.end() ? nullptr : found->second;
}

const flow::Text* Release::message(std::string_view key, std::uint32_t semantics) const {
  if (semantics < kListenersSemantics) {
    if (const flow::Text* before = messages_before_.find(key)) return before;
  }
  const auto found = messages_by_key_.find(key);
  return found == messages_by_key_.end() ? nullptr : found->second;
}

const flow::Flow& Release::handler(const flow::Flow& about, std::string_view repair) const {
  for (const auto& [name, flow_id] : about.handlers) {
    if (name != repair) continue;
    if (const flow::Flow* own = find(flow_id)) return *own;
  }
  return handler(repair);
}

const flow::Flow& Release::handler(std::string_view repair) const {
  const auto found = handlers_by_repair_.find(repair);
  INVARIANT(found != handlers_by_repair_.end(), "every repair has a built-in handler");
  return *found->second;
}

const flow::Flow* Release::by_command(std::string_view command) const {
  const auto found = commands_.find(command);
  return found == commands_.end() ? nullptr : found->second;
}

const flow::Flow* Release::by_phrase(std::string_view normalised) const {
  const auto found = phrases_.find(normalised);
  return found == phrases_.end() ? nullptr : found->second;
}

Release::~Release() {
  delete classifier_.load(std::memory_order_acquire);
}

const language::Classifier* Release::classifier() const {
  if (!has_phrases_) return nullptr;
  const language::Classifier* known = classifier_.load(std::memory_order_acquire);
  if (known != nullptr) return known;
  std::vector<flow::FlowPtr> flows;
  for (const auto& [id, flow] : flows_) flows.push_back(flow);
  // Two threads may learn at the same time: they learn the same, and one of them throws it away.
  auto learnt = learn_intents(flows, settings_.locale);
  if (!classifier_.compare_exchange_strong(known, learnt.get(), std::memory_order_acq_rel)) return known;
  return learnt.release();
}

std::span<const Candidate> Release::by_event(std::string_view name) const {
  const auto found = events_.find(name);
  return found == events_.end() ? std::span<const Candidate>() : std::span<const Candidate>(found->second);
}

const policy::Calendar* Release::calendar(std::string_view name) const {
  const auto found = calendars_.find(name);
  return found == calendars_.end() ? nullptr : &found->second;
}

void check_words(
    std::span<const flow::FlowPtr> flows, const AssistantSettings& settings, flow::Diagnostics& diagnostics
) {
  const flow::Messages none;
  flow::check_words(
      flows,
      {.messages = settings.messages != nullptr ? *settings.messages : none,
       .builtin = builtin_words(),
       .tones = settings.tones,
       .default_locale = settings.locale},
      diagnostics
  );
}

namespace {

// Slots of scope user, and the facts of remember steps.
void add_remembered(const flow::Flow& flow, std::set<std::string, std::less<>>& names) {
  for (const flow::Slot& slot : flow.slots) {
    if (slot.scope == flow::SlotScope::user) names.insert(slot.name);
  }
  for (const flow::Step& step : flow.steps) {
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      if (step.spec->keywords[k].kind != flow::FieldKind::facts) continue;
      const auto* facts = step.get<flow::Data>(k);
      const auto* members = facts == nullptr ? nullptr : std::get_if<flow::Data::Map>(&facts->node);
      if (members == nullptr) continue;
      for (const flow::Data::Member& member : *members)
        names.insert(std::string(flow::kFactPrefix) + member.key);
    }
  }
}

// Whom an event is offered to first.
void by_priority(std::vector<Candidate>& candidates) {
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    const auto first = a.trigger->priority;
    const auto second = b.trigger->priority;
    return first != second ? first > second : a.flow->id < b.flow->id;
  });
}

}  // namespace

ReleasePtr make_release(std::vector<flow::FlowPtr> flows, AssistantSettings settings) {
  auto release = std::make_shared<Release>();
  for (flow::FlowPtr& flow : flows) {
    std::string id = flow->id;
    release->flows_.insert_or_assign(std::move(id), std::move(flow));
  }

  std::map<std::string, Claim, std::less<>> commands;
  std::map<std::string, Claim, std::less<>> phrases;
  MapBuilder contents;
  for (const auto& [id, flow] : release->flows_) {
    contents.set(id, flow->hash);
    release->has_phrases_ |= count_phrases(*flow) > 0 && !id.starts_with("repair.");
    add_remembered(*flow, release->remembered_);
    for (const flow::Trigger& trigger : flow->triggers) {
      if (trigger.kind == flow::Trigger::Kind::command)
        claim(commands, trigger.command, *flow, trigger.priority);
      for (const std::string& phrase : trigger.phrases) {
        claim(phrases, language::normalise(phrase), *flow, trigger.priority);
      }
    }
  }
  for (const auto& [id, flow] : release->flows_) {
    // "/order" starts the flow "order" unless an author gave the command to another flow.
    if (!id.starts_with("repair.")) claim(commands, "/" + id, *flow, INT32_MIN);
  }
  for (const auto& [id, flow] : release->flows_) add_trigger_phrases(*flow, release->trigger_phrases_);
  for (const auto& [words, winner] : commands) release->commands_.emplace(words, winner.flow);
  // Words that two flows claim alike are none of them: the user is asked which was meant.
  for (const auto& [words, winner] : phrases) {
    if (!winner.contested) release->phrases_.emplace(words, winner.flow);
  }

  for (const auto& [id, flow] : release->flows_) {
    for (const flow::Trigger& trigger : flow->triggers) {
      if (trigger.kind == flow::Trigger::Kind::event)
        release->events_[trigger.name].push_back({flow.get(), &trigger});
      if (trigger.kind == flow::Trigger::Kind::schedule)
        release->schedules_.push_back({flow.get(), &trigger});
    }
  }
  for (auto& [name, candidates] : release->events_) {
    by_priority(candidates);
  }
  if (settings.calendars.is_map()) {
    for (const auto& [name, calendar] : settings.calendars.entries()) {
      if (auto read = policy::read_calendar(calendar))
        release->calendars_.emplace(name.as_string(), std::move(*read));
    }
  }
  for (const auto& [id, flow] : release->flows_) {
    for (const flow::Slot& slot : flow->slots) {
      if (!slot.sensitive) continue;
      release->has_sensitive_ = true;
      if (slot.scope != flow::SlotScope::flow) release->sensitive_.insert(slot.name);
    }
  }
  release->messages_ = settings.messages == nullptr
                           ? builtin_words()
                           : settings.messages->over(builtin_words(), settings.locale);
  release->messages_before_ = settings.messages == nullptr
                                  ? builtin_words_before()
                                  : settings.messages->over(builtin_words_before(), settings.locale);
  release->settings_ = std::move(settings);
  release->index();
  release->hash_ = sha256_hex(write_canonical(
      MapBuilder().set("flows", contents.build()).set("settings", release->settings_.to_value()).build()
  ));
  return release;
}

}  // namespace parley::engine
