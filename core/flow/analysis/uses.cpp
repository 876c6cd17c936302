#include "flow/analysis/uses.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley::flow::analysis {

namespace {

using Known = std::vector<std::string>;

Known joined(const Known& a, const Known& b) {
  Known out;
  std::ranges::set_union(a, b, std::back_inserter(out));
  return out;
}

// "{{ x }}" and nothing else: the value itself is passed on.
bool bare(const expr::Template& form) {
  return form.source().starts_with("{{") && form.source().ends_with("}}") && form.expressions().size() == 1;
}

class Collector {
 public:
  Collector(std::vector<Read>& reads, Known known) : reads_(reads), known_(std::move(known)) {}

  void know_more(const Known& names) { known_ = joined(known_, names); }

  expr::Needs add(const expr::Expression& expression, Position position, bool may_be_null = false) {
    expr::Needs found = expr::needs_of(expression, may_be_null);
    for (const expr::Need& need : found.needs) reads_.push_back({need, position, known_});
    return found;
  }

  void add(const expr::Template& form, Position position, bool may_be_null = false) {
    for (const expr::Expression* expression : form.expressions()) add(*expression, position, may_be_null);
  }

  void add(const Text& text, Position position) {
    each_text(text, [&](const Text& each) {
      if (each.kind == Text::Kind::plain) add(each.plain, position);
      for (const Data::Member& passed : each.with) add(passed.value);
      if (each.experiment != nullptr && each.experiment->guard) add(*each.experiment->guard, position);
    });
  }

  void add(const Data& data) {
    if (const auto* form = std::get_if<expr::Template>(&data.node)) add(*form, data.position, bare(*form));
    if (const auto* items = std::get_if<Data::List>(&data.node)) {
      for (const Data& item : *items) add(item);
    }
    if (const auto* members = std::get_if<Data::Map>(&data.node)) {
      for (const Data::Member& member : *members) add(member.value);
    }
  }

  // Each condition is only tested when those before it were false.
  void add(const Branches& branches) {
    for (const Branch& branch : branches) {
      if (!branch.when) continue;
      const expr::Needs found = add(*branch.when, branch.next.position);
      know_more(found.when_false);
    }
  }

 private:
  std::vector<Read>& reads_;
  Known known_;
};

void add_field(Collector& collector, const Flow& flow, const Step& step, std::size_t k) {
  const Position position = step.field_positions[k];
  if (const auto* text = step.get<Text>(k)) collector.add(*text, position);
  if (const auto* experiment = step.get<Experiment>(k); experiment != nullptr && experiment->guard)
    collector.add(*experiment->guard, position);
  if (const auto* cards = step.get<Cards>(k)) {
    for (const Card& card : *cards) {
      for (const Text* text : {&card.title, &card.subtitle, &card.alt}) collector.add(*text, position);
      if (card.image) collector.add(*card.image);
      for (const Card::Fact& fact : card.facts) collector.add(fact.value);
    }
  }
  if (const auto* expression = step.get<expr::Expression>(k)) {
    Collector then = collector;
    // An agent stops by what its last tool answered.
    if (step.spec->calls_a_round > 0 && step.spec->keywords[k].name == "until") then.know_more({"result"});
    then.add(*expression, position);
  }
  if (const auto* data = step.get<Data>(k)) collector.add(*data);
  if (const auto* branches = step.get<Branches>(k)) collector.add(*branches);
  if (const auto* assignments = step.get<Assignments>(k)) {
    for (const Assignment& assignment : *assignments) {
      collector.add(assignment.value);
      // A later assignment of the same step sees the earlier one.
      if (step.spec->keywords[k].name == "values") collector.know_more({assignment.slot.text});
    }
  }
  if (const auto* buttons = step.get<Buttons>(k)) {
    for (const Button& button : *buttons) {
      collector.add(button.label, position);
      collector.add(button.payload);
    }
  }
  const auto* names = step.get<Names>(k);
  if (names == nullptr || step.spec->keywords[k].name != "gather") return;
  const bool own_words = find_field<Text>(step, "text") != nullptr;
  for (const Name& name : *names) {
    const Slot* slot = flow.slot(name.text);
    if (slot == nullptr) continue;
    if (!own_words) collector.add(slot->ask, slot->position);
    for (const Text& again : slot->reprompt) collector.add(again, slot->position);
    collector.know_more({name.text});
    if (slot->validate) collector.add(*slot->validate, slot->position);
    collector.add(slot->validate_message, slot->position);
  }
}

// What is known behind a `when`, a `while` or an `if`, by the way that is taken.
void add_facts(const Step& step, const Arc& arc, std::vector<std::string>& names) {
  const auto append = [&](const Known& more) { names.insert(names.end(), more.begin(), more.end()); };
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    if (const auto* branches = step.get<Branches>(k)) {
      const bool taken = arc.kind == EdgeKind::choice;
      const std::size_t before = taken ? arc.number : branches->size();
      for (std::size_t b = 0; b < std::min(before, branches->size()); ++b) {
        if ((*branches)[b].when) append(expr::needs_of(*(*branches)[b].when).when_false);
      }
      if (taken && arc.number < branches->size() && (*branches)[arc.number].when)
        append(expr::needs_of(*(*branches)[arc.number].when).when_true);
    }
    const auto* expression = step.get<expr::Expression>(k);
    if (expression == nullptr || step.spec->keywords[k].name != "while") continue;
    const expr::Needs found = expr::needs_of(*expression);
    append(arc.kind == EdgeKind::enter ? found.when_true : found.when_false);
  }
  if (step.condition && arc.kind != EdgeKind::skip) append(expr::needs_of(*step.condition).when_true);
}

void add_results(const Flow& flow, const Step& step, std::vector<std::string>& names) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const std::string_view keyword = step.spec->keywords[k].name;
    if (keyword == "save") {
      if (const auto* save = step.get<Name>(k)) names.push_back(save->text);
    }
    if (keyword == "values") {
      if (const auto* values = step.get<Assignments>(k)) {
        for (const Assignment& assignment : *values) {
          const auto* constant = std::get_if<Value>(&assignment.value.node);
          if (constant == nullptr || !constant->is_null()) names.push_back(assignment.slot.text);
        }
      }
    }
    if (keyword != "gather") continue;
    if (const auto* gathered = step.get<Names>(k)) {
      for (const Name& name : *gathered) {
        const Slot* slot = flow.slot(name.text);
        if (slot != nullptr && !slot->optional) names.push_back(name.text);
      }
    }
  }
  if (called_tool(step) != nullptr) names.emplace_back("result");
}

}  // namespace

Uses uses_of(const Flow& flow, const Step& step) {
  Uses uses;
  Known known;
  if (step.condition) {
    const expr::Needs found = Collector(uses.reads, {}).add(*step.condition, step.position);
    known = found.when_true;
    uses.skipped = found.when_false;
  }
  Collector collector(uses.reads, std::move(known));
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    add_field(collector, flow, step, k);
    const auto* names = step.get<Names>(k);
    if (names == nullptr) continue;
    const bool gathers = step.spec->keywords[k].name == "gather";
    for (const Name& name : *names) {
      const Slot* slot = flow.slot(name.text);
      if (!gathers || (slot != nullptr && slot->always_ask)) uses.clears.push_back(name.text);
    }
  }
  return uses;
}

std::vector<std::string> set_by(
    const Flow& flow, const Step& step, const Arc& arc, std::span<const Parameter> outputs
) {
  std::vector<std::string> names;
  if (arc.kind == EdgeKind::skip) {
    if (step.condition) names = expr::needs_of(*step.condition).when_false;
    return names;
  }
  if (arc.kind == EdgeKind::error) {
    names.emplace_back("error");
    return names;
  }
  add_facts(step, arc, names);
  if (arc.kind == EdgeKind::enter) {
    const auto* as = find_field<Name>(step, "as");
    if (find_field<expr::Expression>(step, "for_each") != nullptr)
      names.push_back(as != nullptr ? as->text : "item");
  }
  if (!is_done(step, arc)) return names;
  add_results(flow, step, names);
  for (const Parameter& output : outputs) names.push_back(output.name);
  return names;
}

namespace {

// All names, guarded or not.
class NameCollector {
 public:
  void add(const expr::Expression& expression) { add(expression.references()); }
  void add(const expr::Template& form) { add(form.references()); }
  void add(const Text& text) {
    each_text(text, [&](const Text& each) {
      if (each.kind == Text::Kind::plain) add(each.plain);
      for (const Data::Member& passed : each.with) add(passed.value);
      if (each.experiment != nullptr && each.experiment->guard) add(*each.experiment->guard);
    });
  }
  void add(const Data& data) {
    if (const auto* form = std::get_if<expr::Template>(&data.node)) add(*form);
    if (const auto* items = std::get_if<Data::List>(&data.node)) {
      for (const Data& item : *items) add(item);
    }
    if (const auto* members = std::get_if<Data::Map>(&data.node)) {
      for (const Data::Member& member : *members) add(member.value);
    }
  }
  void add(const Field& field) {
    if (const auto* text = std::get_if<Text>(&field)) add(*text);
    if (const auto* expression = std::get_if<expr::Expression>(&field)) add(*expression);
    if (const auto* experiment = std::get_if<Experiment>(&field); experiment != nullptr && experiment->guard)
      add(*experiment->guard);
    if (const auto* cards = std::get_if<Cards>(&field)) {
      for (const Card& card : *cards) {
        for (const Text* text : {&card.title, &card.subtitle, &card.alt}) add(*text);
        if (card.image) add(*card.image);
        for (const Card::Fact& fact : card.facts) add(fact.value);
      }
    }
    if (const auto* data = std::get_if<Data>(&field)) add(*data);
    if (const auto* assignments = std::get_if<Assignments>(&field)) {
      for (const Assignment& assignment : *assignments) add(assignment.value);
    }
    if (const auto* branches = std::get_if<Branches>(&field)) {
      for (const Branch& branch : *branches) {
        if (branch.when) add(*branch.when);
      }
    }
    if (const auto* buttons = std::get_if<Buttons>(&field)) {
      for (const Button& button : *buttons) {
        add(button.label);
        add(button.payload);
      }
    }
  }

  std::vector<std::string> sorted() {
    std::ranges::sort(names_);
    const auto doubles = std::ranges::unique(names_);
    names_.erase(doubles.begin(), doubles.end());
    return std::move(names_);
  }

 private:
  void add(std::span<const expr::Reference> references) {
    constexpr std::string_view kSlots = "slots.";
    for (const expr::Reference& reference : references) {
      if (!reference.path.starts_with(kSlots)) {
        names_.push_back(reference.root);
        continue;
      }
      const std::string_view rest = std::string_view(reference.path).substr(kSlots.size());
      names_.emplace_back(rest.substr(0, rest.find('.')));
    }
  }

  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> names_read(const Flow& flow) {
  NameCollector names;
  for (const Step& step : flow.steps) {
    if (step.condition) names.add(*step.condition);
    for (const Field& field : step.fields) names.add(field);
  }
  if (flow.guard) names.add(*flow.guard);
  for (const Parameter& output : flow.outputs) names.add(output.value);
  for (const Slot& slot : flow.slots) {
    names.add(slot.ask);
    for (const Text& again : slot.reprompt) names.add(again);
    if (slot.validate) names.add(*slot.validate);
    names.add(slot.validate_message);
  }
  return names.sorted();
}

std::vector<std::string> names_in(const Step& step) {
  NameCollector names;
  for (const Field& field : step.fields) names.add(field);
  return names.sorted();
}

std::vector<std::string> names_in(const Data& data) {
  NameCollector names;
  names.add(data);
  return names.sorted();
}

std::vector<std::string> names_in(const expr::Expression& expression) {
  NameCollector names;
  names.add(expression);
  return names.sorted();
}

}  // namespace parley::flow::analysis
