// How a Run chooses its words: language, tone, turn, message key, experiment.
#include <algorithm>
#include <utility>

#include "base/murmur3.hpp"
#include "base/utf8.hpp"
#include "engine/masking.hpp"
#include "engine/origins.hpp"
#include "engine/run.hpp"
#include "expr/display.hpp"
#include "policy/experiment.hpp"

namespace parley::engine {

namespace {

bool same_language(std::string_view a, std::string_view b) {
  return ascii_lower(a.substr(0, a.find('-'))) == ascii_lower(b.substr(0, b.find('-')));
}

}  // namespace

// The step's own, the conversation's within what the assistant allows, the assistant's.
std::int32_t Run::tone() const {
  const AssistantSettings& settings = release_.settings();
  if (!state_.stack.empty()) {
    const Frame& top = state_.stack.back();
    const flow::Flow& running = flow_of(top);
    if (top.step < running.steps.size()) {
      if (const auto pinned = tone_value(settings.tones, running.steps[top.step].tone))
        return static_cast<std::int32_t>(*pinned);
    }
  }
  if (const auto wanted = tone_value(settings.tones, state_.context["tone"]))
    return static_cast<std::int32_t>(std::min(std::max(*wanted, settings.tone_min), settings.tone_max));
  return static_cast<std::int32_t>(settings.tone);
}

Value Run::style() const {
  const AssistantSettings& settings = release_.settings();
  const std::string_view wanted = state_.context.text("length");
  MapBuilder style;
  style.set("locale", state_.locale)
      .set("tone", static_cast<std::int64_t>(tone()))
      .set("length", is_length(wanted) ? wanted : std::string_view(settings.length));
  // What the author calls the numbers tells more than the numbers.
  if (Value stops = settings.own_tones(); !stops.is_null()) style.set("tones", std::move(stops));
  return style.build();
}

const flow::Text& Run::nearest_tone(const flow::Text& tones) const {
  const std::int32_t wanted = tone();
  const flow::Text::Form* best = &tones.forms.front();
  std::int32_t distance = INT32_MAX;
  std::int32_t place =
      INT32_MAX;  // of two that are as near the lower one is taken, in whatever order they stand
  for (const flow::Text::Form& form : tones.forms) {
    const auto value = tone_value(release_.settings().tones, form.name);
    if (!value) continue;
    const auto here = static_cast<std::int32_t>(*value);
    const std::int32_t away = std::abs(here - wanted);
    if (away > distance || (away == distance && here >= place)) continue;
    best = &form;
    distance = away;
    place = here;
  }
  return best->text;
}

// Each conversation begins somewhere else and then takes turns, so nothing is said twice in a row.
const flow::Text& Run::next_in_turn(const flow::Text& variants) {
  const auto count = static_cast<std::uint32_t>(variants.forms.size());
  std::uint32_t& turn = state_.rotations[variants.key];
  const std::uint32_t first = murmur3_32(state_.conversation_id + variants.key) % count;
  const std::uint32_t chosen = (first + turn) % count;
  turn = (turn + 1) % count;
  return variants.forms[chosen].text;
}

std::size_t Run::variant(const flow::Experiment& experiment) {
  const auto index_of = [&](std::string_view name) -> std::size_t {
    const auto found = std::ranges::find(experiment.variants, name, &flow::Experiment::Variant::name);
    return found == experiment.variants.end() ? 0
                                              : static_cast<std::size_t>(found - experiment.variants.begin());
  };
  if (const auto seen = state_.experiments.find(experiment.id); seen != state_.experiments.end())
    return index_of(seen->second);
  if (experiment.guard.has_value()) {
    const auto takes_part = test(*experiment.guard);
    if (!takes_part || !*takes_part) return 0;
  }
  const bool by_user = experiment.unit == flow::Experiment::Unit::user && !state_.user_id.empty();
  std::vector<std::uint32_t> weights;
  weights.reserve(experiment.variants.size());
  for (const auto& each : experiment.variants) weights.push_back(each.weight);
  const std::size_t chosen =
      policy::assign(experiment.id, by_user ? state_.user_id : state_.conversation_id, weights);
  const std::string& name = experiment.variants[chosen].name;
  state_.experiments.emplace(experiment.id, name);
  emit(RecordExposure{experiment.id, name, by_user ? "user" : "conversation", experiment.metric});
  return chosen;
}

// Numbers and lists look as the text's language has them, in the user's region if it is the same language.
std::string_view Run::locale_of_words(std::string_view tag) const {
  const std::string_view own = tag.empty() ? std::string_view(release_.settings().locale) : tag;
  return same_language(own, state_.locale) ? std::string_view(state_.locale) : own;
}

std::string Run::wording(const std::string& otherwise, const flow::Wordings& wordings) const {
  if (wordings.empty()) return otherwise;
  const std::string_view own = flow::in_language({}, wordings, state_.locale);
  return std::string(!own.empty() ? own : flow::in_language(otherwise, wordings, release_.settings().locale));
}

std::string Run::name_of(const flow::Flow& flow) const {
  return flow.label.empty() ? spoken(flow.id) : wording(flow.label, flow.labels);
}

std::string Run::description_of(const flow::Flow& flow) const {
  return flow.description.empty() ? name_of(flow) : wording(flow.description, flow.descriptions);
}

Result<std::string> Run::render(const flow::Text& text, std::vector<std::string>* shown) {
  return render(text, texts_, shown);
}

Result<std::string> Run::fill(
    const expr::Template& form,
    const NameTable& names,
    std::string_view locale,
    std::vector<std::string>* values
) {
  return form.render(
      expr::Scope(&Run::look_up, &names), locale, expr::kDefaultCostLimit, values, shown_offset()
  );
}

Result<std::string> Run::render(
    const flow::Text& text, const NameTable& names, std::vector<std::string>* values
) {
  using Kind = flow::Text::Kind;
  const flow::Text* chosen = &text;
  const NameTable* table = &names;
  std::string_view tag;
  while (true) {
    switch (chosen->kind) {
      case Kind::none:
        return std::string();
      case Kind::plain:
        return fill(chosen->plain, *table, locale_of_words(tag), values);
      case Kind::languages: {
        const bool spoken = std::ranges::any_of(chosen->forms, [&](const flow::Text::Form& each) {
          return same_language(each.name, state_.locale);
        });
        const flow::Text::Form& form =
            flow::form_for(*chosen, spoken ? std::string_view(state_.locale) : release_.settings().locale);
        tag = form.name;
        chosen = &form.text;
        break;
      }
      case Kind::tones:
        chosen = &nearest_tone(*chosen);
        break;
      case Kind::variants:
        chosen = &next_in_turn(*chosen);
        break;
      case Kind::experiment:
        chosen = &chosen->forms[variant(*chosen->experiment)].text;
        break;
      case Kind::key: {
        const flow::Text* message = release_.message(chosen->key, state_.semantics);
        if (message == nullptr)
          return fail(ErrorCode::evaluation, "there is no message '" + chosen->key + "'");
        MapBuilder passed;
        for (const flow::Data::Member& argument : chosen->with) {
          auto value = argument.value.evaluate(expr::Scope(&Run::look_up, table));
          if (!value) return std::unexpected(std::move(value.error()));
          passed.set(argument.key, *std::move(value));
        }
        table = &tables_.emplace_front(
            NameTable{.run = this, .passed = keep(passed.build()), .shown = names.shown}
        );
        chosen = message;
        break;
      }
    }
  }
}

// Earlier conversations were told times in UTC.
std::int32_t Run::shown_offset() const {
  return state_.semantics >= kListenersSemantics ? state_.utc_offset_seconds : 0;
}

Result<std::string> Run::show(const flow::Data& data) {
  auto value = data.evaluate(expr::Scope(&Run::look_up, &texts_));
  if (!value) return std::unexpected(std::move(value.error()));
  return expr::display(*value, locale_of_words({}), shown_offset());
}

std::string Run::words(std::string_view key, Value passed) {
  const flow::Text* message = release_.message(key, state_.semantics);
  INVARIANT(message != nullptr, "the words that the engine says are built in");
  if (passed.is_null()) return render(*message, texts_).value_or("");
  const NameTable& table =
      tables_.emplace_front(NameTable{.run = this, .passed = keep(std::move(passed)), .shown = true});
  return render(*message, table).value_or("");
}

const Value* Run::shown(const Value* value, bool sensitive) {
  return sensitive && value != nullptr && !value->is_null() ? keep(masked(*value)) : value;
}

Value Run::shown_slots(const Frame& frame) const {
  const flow::Flow& flow = flow_of(frame);
  MapBuilder map;
  map.reserve(frame.slots.size());
  for (const auto& [name, value] : frame.slots)
    map.set(
        name,
        is_sensitive(flow, name)                 ? masked(value)
        : origins::by_model(frame.origins, name) ? origins::shown_words(*this, value)
                                                 : value
    );
  return map.build();
}

bool Run::reads_sensitive(const flow::Data& data) const {
  if (const auto* form = std::get_if<expr::Template>(&data.node)) {
    return std::ranges::any_of(form->references(), [&](const expr::Reference& reference) {
      if (reference.root != "slots") return is_sensitive(flow(), reference.root);
      const std::string_view rest = std::string_view(reference.path).substr(std::string_view("slots").size());
      return rest.empty() || is_sensitive(flow(), rest.substr(1, rest.find('.', 1) - 1));
    });
  }
  if (const auto* items = std::get_if<flow::Data::List>(&data.node))
    return std::ranges::any_of(*items, [&](const flow::Data& item) { return reads_sensitive(item); });
  if (const auto* members = std::get_if<flow::Data::Map>(&data.node)) {
    return std::ranges::any_of(*members, [&](const flow::Data::Member& member) {
      return reads_sensitive(member.value);
    });
  }
  return false;
}

bool Run::is_sensitive(const flow::Flow& flow, std::string_view name) const {
  if (!release_.has_sensitive()) return false;
  const flow::Slot* slot = flow.slot(name);
  return slot != nullptr ? slot->sensitive : release_.is_sensitive(name);
}

}  // namespace parley::engine
