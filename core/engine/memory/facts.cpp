#include "engine/memory/facts.hpp"

#include <iterator>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "engine/origins.hpp"

namespace parley::engine::facts {

namespace {

std::string key_of(std::string_view name) {
  return std::string(flow::kFactPrefix) + std::string(name);
}

bool is_fact(std::string_view key) {
  return key.starts_with(flow::kFactPrefix);
}

// Tests give facts as plain values.
const Value& value_of(const Value& fact) {
  return fact.is_map() && fact.find("value") != nullptr ? fact["value"] : fact;
}

void drop(Run& run, std::string_view key) {
  auto& slots = run.state().slots;
  const auto found = slots.find(key);
  if (found == slots.end()) return;
  slots.erase(found);
  run.mark_shared(key, {});
  if (!run.state().user_id.empty()) run.emit(Remember{std::string(key), {}});
}

void put(Run& run, std::string_view name, Value value, Origins origins) {
  const State& state = run.state();
  Value fact = MapBuilder()
                   .set("value", std::move(value))
                   .set("at", run.at())
                   .set("conversation", state.conversation_id)
                   .set("turn", static_cast<std::int64_t>(state.turn))
                   .build();
  // Nobody can be told apart from others without an id, so nothing is kept for them.
  if (!state.user_id.empty()) run.emit(Remember{key_of(name), fact, origins});
  run.mark_shared(key_of(name), std::move(origins));
  run.state().slots.insert_or_assign(key_of(name), std::move(fact));
}

}  // namespace

Result<void> remember(Run& run, const flow::Data& facts) {
  const auto* members = std::get_if<flow::Data::Map>(&facts.node);
  if (members == nullptr) return {};
  for (const flow::Data::Member& member : *members) {
    // Those of other flows; the loader knows only its own.
    if (run.reads_sensitive(member.value))
      return fail(ErrorCode::evaluation, "the fact '" + member.key + "' is made from a sensitive slot");
    auto value = member.value.evaluate(run.scope());
    if (!value) return std::unexpected(std::move(value.error()));
    if (value->is_null() || (value->is_string() && value->as_string().empty())) {
      forget(run, member.key);
      continue;
    }
    if (write_json(*value).size() > kMostBytes) {
      return fail(
          ErrorCode::evaluation,
          "the fact '" + member.key + "' is longer than " + std::to_string(kMostBytes) + " bytes"
      );
    }
    const bool traced = origins::traced(run.state());
    put(run, member.key, std::move(*value), traced ? origins::of(run, member.value) : Origins());
  }
  return {};
}

// What fails now keeps the old value, as in computed slots.
void remember_again(Run& run, const flow::Data& facts) {
  const auto* members = std::get_if<flow::Data::Map>(&facts.node);
  if (members == nullptr) return;
  for (const flow::Data::Member& member : *members) {
    const auto found = run.state().slots.find(key_of(member.key));
    if (found == run.state().slots.end() || found->second.text("conversation") != run.state().conversation_id)
      continue;
    (void)remember(run, flow::Data{.node = flow::Data::Map{member}});
  }
}

void forget(Run& run, std::string_view name) {
  drop(run, key_of(name));
}

std::string latest(const State& state) {
  std::string name;
  Timestamp last;
  for (auto each = state.slots.lower_bound(flow::kFactPrefix);
       each != state.slots.end() && is_fact(each->first);
       ++each) {
    const Value& at = each->second["at"];
    if (!at.is_timestamp() || (!name.empty() && at.as_timestamp() < last)) continue;
    last = at.as_timestamp();
    name = each->first.substr(flow::kFactPrefix.size());
  }
  return name;
}

void forget_everything(Run& run) {
  State& state = run.state();
  for (auto each = state.slots.begin(); each != state.slots.end();) {
    const bool kept = !is_fact(each->first) && !run.release().remembered().contains(each->first);
    if (!kept) run.mark_shared(each->first, {});
    each = kept ? std::next(each) : state.slots.erase(each);
  }
  if (!state.user_id.empty()) run.emit(Remember{});
}

Value as_shown(const Run& run, std::string_view key, const Value& value) {
  const State& state = run.state();
  if (state.semantics < kFactsAsShown || !origins::by_model(state.origins, key)) return value;
  return origins::shown_words(run, value);
}

Value user(const Run& run, bool shown) {
  const State& state = run.state();
  MapBuilder map;
  map.set("id", state.user_id).set("locale", state.locale);
  const auto& names = run.release().remembered();
  for (auto each = names.lower_bound(flow::kFactPrefix); each != names.end() && is_fact(*each); ++each) {
    const auto found = state.slots.find(*each);
    const std::string_view name = std::string_view(*each).substr(flow::kFactPrefix.size());
    if (found == state.slots.end()) {
      map.set(name, Value());
    } else {
      const Value& value = value_of(found->second);
      map.set(name, shown ? as_shown(run, *each, value) : value);
    }
  }
  return map.build();
}

Value known(const Release& release, const State& state) {
  ListBuilder list;
  for (const auto& [key, held] : state.slots) {
    const bool fact = is_fact(key);
    if (held.is_null() || (!fact && (!release.remembered().contains(key) || release.is_sensitive(key))))
      continue;
    const std::string_view name = fact ? std::string_view(key).substr(flow::kFactPrefix.size()) : key;
    MapBuilder each;
    each.set("name", name).set("label", spoken(name)).set("value", fact ? value_of(held) : held);
    if (fact && held.is_map()) {
      for (const std::string_view origin : {"at", "conversation", "turn"}) each.set(origin, held[origin]);
    }
    list.add(each.build());
  }
  return list.build();
}

Value known_as_shown(const Run& run) {
  ListBuilder list;
  const Value all = known(run.release(), run.state());
  for (const Value& each : all.as_list()) {
    const std::string_view name = each.text("name");
    // A fact and a slot may have the same name; only facts have a turn.
    const std::string key = each.find("turn") != nullptr ? key_of(name) : std::string(name);
    list.add(each.with("value", as_shown(run, key, each["value"])));
  }
  return list.build();
}

}  // namespace parley::engine::facts
