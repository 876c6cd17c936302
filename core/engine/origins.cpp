#include "engine/origins.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "base/unseen.hpp"
#include "base/utf8.hpp"
#include "engine/semantics.hpp"
#include "expr/display.hpp"
#include "policy/links.hpp"

namespace parley::engine::origins {

namespace {

// Functions of their arguments: what they give is no more than what they were given.
constexpr std::string_view kPlainFunctions[] = {"text.", "tools."};

bool nothing_marked(const State& state) {
  return state.origins.empty() &&
         std::ranges::all_of(state.stack, [](const Frame& frame) { return frame.origins.empty(); });
}

const Origins* found_in(const OriginMap& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

// Where Run::find_name finds the value.
const Origins* look_up(const Run& run, std::string_view name) {
  const State& state = run.state();
  for (std::size_t depth = state.stack.size(); depth-- > 0;) {
    const Frame& frame = state.stack[depth];
    if (frame.kind == Frame::Kind::repair && name == "repair") return found_in(frame.origins, name);
    if (frame.slots.contains(name)) return found_in(frame.origins, name);
    const flow::Slot* declared = run.flow_of(frame).slot(name);
    if (declared != nullptr && declared->scope != flow::SlotScope::flow) return found_in(state.origins, name);
    if (frame.kind != Frame::Kind::repair) break;
  }
  return found_in(state.origins, name);
}

class Collector {
 public:
  explicit Collector(const Run& run) : run_(run) {}

  void operator()(const expr::Expression& expression) { add(expression.references()); }
  void operator()(const expr::Template& form) { add(form.references()); }
  void operator()(const flow::Data& data) {
    if (const auto* form = std::get_if<expr::Template>(&data.node)) (*this)(*form);
    if (const auto* items = std::get_if<flow::Data::List>(&data.node)) {
      for (const flow::Data& item : *items) (*this)(item);
    }
    if (const auto* members = std::get_if<flow::Data::Map>(&data.node)) {
      for (const flow::Data::Member& member : *members) (*this)(member.value);
    }
  }
  void operator()(const flow::Text& text) {
    flow::each_text(text, [&](const flow::Text& each) {
      if (each.kind == flow::Text::Kind::plain) (*this)(each.plain);
      for (const flow::Data::Member& passed : each.with) (*this)(passed.value);
    });
  }
  void operator()(const flow::Assignments& assignments) {
    for (const flow::Assignment& assignment : assignments) (*this)(assignment.value);
  }
  void operator()(const auto& /*reads no names*/) {}

  Origins take() { return std::move(found_); }

 private:
  void add(std::span<const expr::Reference> references) {
    constexpr std::string_view kSlots = "slots.";
    for (const expr::Reference& reference : references) {
      if (reference.root == "user") {
        add_facts(reference.path);
      } else if (reference.root != "slots") {
        add_name(reference.root);
      } else if (reference.path.starts_with(kSlots)) {
        const std::string_view rest = std::string_view(reference.path).substr(kSlots.size());
        add_name(rest.substr(0, rest.find_first_of(".[")));
      } else if (!run_.state().stack.empty()) {
        for (const auto& [name, from] : run_.state().stack.back().origins) origins::add(found_, from);
      }
    }
  }
  // Facts are marked as "user.prefers"; a path may go on below one, or stop above all of them.
  void add_facts(std::string_view path) {
    for (const auto& [name, from] : run_.state().origins) {
      if (!name.starts_with(flow::kFactPrefix)) continue;
      const std::string_view rest = path.substr(std::min(name.size(), path.size()));
      const bool below = path.starts_with(name) && (rest.empty() || rest[0] == '.' || rest[0] == '[');
      if (below || !path.starts_with(flow::kFactPrefix)) origins::add(found_, from);
    }
  }
  void add_name(std::string_view name) {
    if (const Origins* from = look_up(run_, name)) origins::add(found_, *from);
  }

  const Run& run_;
  Origins found_;
};

template <typename Read>
Origins collected(const Run& run, const Read& read) {
  if (nothing_marked(run.state())) return {};
  Collector collector(run);
  collector(read);
  return collector.take();
}

// The names that a form shows as they are: "Pay {{amount}}?" shows amount; "{{order.id}}" does not show
// order.
std::set<std::string> shown_whole(const expr::Template& form) {
  std::set<std::string> names;
  for (const expr::Expression* expression : form.expressions()) {
    const auto references = expression->references();
    if (references.size() == 1 && references[0].path == references[0].root &&
        expression->source() == references[0].root)
      names.insert(references[0].root);
  }
  return names;
}

bool reads_as_it_is(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCodePoint next = decode_utf8(text, at);
    if (next.length == 0 || is_unseen(next.code_point)) return false;
    at += next.length;
  }
  return true;
}

// Whether a text shows all of a value.
bool shows_all_of(const Value& value);

// Money is shown with the currency's digits, things with their number; what else such a map holds is not.
bool shows_all_of_map(const Value& value) {
  if (value["quantity"].is_number() && value["item"].is_string() && value.size() > 2) return false;
  if (value.size() == 2 && value["amount"].is_double() && value["currency"].is_string()) {
    const std::string shown = expr::display(value);
    const auto read = parse_json(std::string_view(shown).substr(0, shown.find(' ')));
    return read && read->is_number() && read->to_double() == value["amount"].as_double();
  }
  return std::ranges::all_of(value.entries(), [](const Value::Entry& member) {
    return shows_all_of(member.key) && shows_all_of(member.value);
  });
}

bool shows_all_of(const Value& value) {
  switch (value.type()) {
    case ValueType::boolean:
    case ValueType::integer:
    case ValueType::unsigned_integer:
    case ValueType::real:
      return true;
    case ValueType::string:
      return reads_as_it_is(value.as_string());
    case ValueType::timestamp:
      return value.as_timestamp().seconds % 60 == 0 && value.as_timestamp().nanos == 0;
    case ValueType::duration:
      return value.as_duration().nanos == 0;
    case ValueType::list:
      return std::ranges::all_of(value.as_list(), shows_all_of);
    case ValueType::map:
      return shows_all_of_map(value);
    default:
      return false;
  }
}

bool is_shared(const Run& run, std::string_view name) {
  const flow::Slot* declared = run.flow().slot(name);
  return declared != nullptr && declared->scope != flow::SlotScope::flow;
}

// What a name of the top frame, or one that flows share, holds; null: nothing.
const Value* held(const Run& run, const std::string& name) {
  const Slots& values = is_shared(run, name) ? run.state().slots : run.state().stack.back().slots;
  const auto value = values.find(name);
  return value == values.end() ? nullptr : &value->second;
}

// Of a phrase that is chosen by a value, and of the value that it is chosen by, the user may have seen
// nothing.
std::set<std::string> seen_among(Run& run, const expr::Template& form, const std::set<std::string>& names) {
  std::vector<std::string> shown;
  std::set<std::string> seen;
  if (!form.render(run.scope_for_models(), "en", expr::kDefaultCostLimit, &shown)) return seen;
  for (const std::string& name : names) {
    const Value* value = held(run, name);
    if (value != nullptr && std::ranges::find(shown, expr::display(*value)) != shown.end()) seen.insert(name);
  }
  return seen;
}

// Whether the user has seen what the name holds, and not something in its place.
bool seen_as_it_is(const Run& run, const Value* value, const Origins& origins) {
  if (run.state().semantics < kLastingOrigins) return true;
  if (value == nullptr || !shows_all_of(*value)) return false;
  return !by_model(origins) || shown_words(run, *value) == *value;
}

}  // namespace

bool traced(const State& state) {
  return state.semantics >= kOriginSemantics;
}

Origins of_failure(const Run& run, std::string_view call) {
  if (run.state().semantics < kLastingOrigins) return {};
  return {std::string(call)};
}

void add(Origins& to, std::string_view origin) {
  const auto place = std::ranges::lower_bound(to, origin);
  if (place == to.end() || *place != origin) to.insert(place, std::string(origin));
}

void add(Origins& to, const Origins& more) {
  for (const std::string& origin : more) add(to, origin);
}

Origins of_name(const Run& run, std::string_view name) {
  if (nothing_marked(run.state())) return {};
  const Origins* found = look_up(run, name);
  return found == nullptr ? Origins() : *found;
}

Origins of(const Run& run, const flow::Data& data) {
  return collected(run, data);
}
Origins of(const Run& run, const expr::Expression& expression) {
  return collected(run, expression);
}
Origins of(const Run& run, const flow::Text& text) {
  return collected(run, text);
}

Origins of(const Run& run, const flow::Step& step) {
  if (nothing_marked(run.state())) return {};
  Collector collector(run);
  for (const flow::Field& field : step.fields) std::visit(collector, field);
  return collector.take();
}

Origins of(const language::Command& command) {
  return command.inferred ? Origins{std::string(kReadByModel)} : Origins();
}

bool is_plain_function(std::string_view call) {
  return std::ranges::any_of(kPlainFunctions, [&](std::string_view each) { return call.starts_with(each); });
}

Origins of_result(std::string_view call, Origins given) {
  if (!is_plain_function(call)) add(given, call);
  return given;
}

void confirm(Run& run, const flow::Text& text) {
  State& state = run.state();
  if (nothing_marked(state)) return;
  std::set<std::string> whole;
  bool first = true;
  // Every wording must show it: which one the user saw depends on language and tone.
  flow::each_text(text, [&](const flow::Text& each) {
    if (each.kind == flow::Text::Kind::key) whole.clear(), first = false;
    if (each.kind != flow::Text::Kind::plain) return;
    std::set<std::string> here = shown_whole(each.plain);
    if (state.semantics >= kLastingOrigins) here = seen_among(run, each.plain, here);
    if (!first) std::erase_if(here, [&](const std::string& name) { return !whole.contains(name); });
    whole = std::move(here);
    first = false;
  });
  for (const std::string& name : whole) {
    const flow::Slot* declared = run.flow().slot(name);
    if (declared != nullptr && declared->sensitive) continue;  // masked, so not seen
    OriginMap& marks = is_shared(run, name) ? state.origins : run.frame().origins;
    const auto mark = marks.find(name);
    if (mark != marks.end() && seen_as_it_is(run, held(run, name), mark->second)) marks.erase(mark);
  }
}

bool by_model(const Origins& origins) {
  return std::ranges::any_of(origins, [](const std::string& each) { return each.starts_with("model."); });
}

bool by_model(const OriginMap& marks, std::string_view name) {
  const Origins* from = marks.empty() ? nullptr : found_in(marks, name);
  return from != nullptr && by_model(*from);
}

std::string shown_words(const Run& run, std::string_view written) {
  if (!traced(run.state())) return std::string(written);
  const bool first = run.state().semantics < kLastingOrigins;
  return policy::without_foreign_links(
      written,
      run.release().settings().link_hosts,
      first ? policy::LinkRules::first : policy::LinkRules::second
  );
}

Value shown_words(const Run& run, const Value& written) {
  if (written.is_string()) return Value(shown_words(run, written.as_string()));
  if (written.is_list()) {
    ListBuilder list;
    for (const Value& item : written.as_list()) list.add(shown_words(run, item));
    return list.build();
  }
  if (!written.is_map()) return written;
  MapBuilder map;
  for (const auto& [key, value] : written.entries()) map.set(key, shown_words(run, value));
  return map.build();
}

bool same_connector(std::string_view a, std::string_view b) {
  return a.substr(0, a.find('.')) == b.substr(0, b.find('.'));
}

}  // namespace parley::engine::origins
