#include "engine/matching/scene.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "engine/steps/registry.hpp"

namespace parley::engine::matching {

Scene::Scene(const Release& with, const State& now, std::string_view text, Timestamp at)
    : release(with),
      state(now),
      said(text, now.locale),
      normal(said.normal_in(kPhraseLocale)),
      circumstances{at, now.utc_offset_seconds, now.locale, now.currency} {
  if (state.stack.empty()) return;
  frame = &state.stack.back();
  flow = release.find(frame->flow);
  if (flow != nullptr) expected = expectation_of(state, *flow, *frame);
}

Scene Scene::about(std::string_view text) const {
  return {release, state, text, circumstances.now};
}

const language::PlainWords& Scene::plain() const {
  if (!plain_) plain_ = language::plain_words(said.tokens, kPhraseLocale);
  return *plain_;
}

bool Scene::takes_any_words() const {
  const flow::Slot* slot = asked();
  return slot != nullptr && slot->type.kind == flow::SlotKind::text && slot->choices.empty() &&
         !slot->pattern.has_value();
}

bool Scene::question_has(std::string_view word) const {
  return std::any_of(state.last_said.begin(), state.last_said.end(), [&](const Say& say) {
    const auto tokens = language::tokenise(say.text);
    return std::any_of(tokens.begin(), tokens.end(), [&](const language::Token& t) { return t.is(word); });
  });
}

Commands one(Command command) {
  Commands commands;
  commands.push_back(std::move(command));
  return commands;
}

const Value* held(const State& state, const Frame& frame, const flow::Slot& slot) {
  const Slots& slots = slot.scope == flow::SlotScope::flow ? frame.slots : state.slots;
  const auto found = slots.find(slot.name);
  return found == slots.end() || found->second.is_null() ? nullptr : &found->second;
}

namespace {

constexpr std::size_t kDeepestCalls = 8;

const flow::Flow* callee_of(const Release& release, const flow::Step& step) {
  for (std::size_t i = 0; i < step.fields.size(); ++i) {
    const auto* name = std::get_if<flow::Name>(&step.fields[i]);
    if (name != nullptr && step.spec->keywords[i].kind == flow::FieldKind::flow_name)
      return release.find(name->text);
  }
  return nullptr;
}

bool asks_for(const flow::Step& step, std::string_view slot) {
  return step.spec->needs_person && std::ranges::any_of(step.fields, [&](const flow::Field& field) {
           const auto* names = std::get_if<flow::Names>(&field);
           return names != nullptr && std::ranges::find(*names, slot, &flow::Name::text) != names->end();
         });
}

bool is_answer_within(
    const Release& release, const flow::Flow& flow, std::string_view slot, std::size_t depth
) {
  const auto gives = [&](const flow::Flow& called) {
    return std::ranges::any_of(called.outputs, [&](const flow::Parameter& output) {
      const auto* form = std::get_if<expr::Template>(&output.value.node);
      if (output.name != slot || form == nullptr) return false;
      return std::ranges::any_of(form->references(), [&](const expr::Reference& read) {
        return is_answer_within(release, called, read.root, depth + 1);
      });
    });
  };
  return depth < kDeepestCalls && std::ranges::any_of(
                                      flow.steps,
                                      [&](const flow::Step& step) {
                                        if (asks_for(step, slot)) return true;
                                        const flow::Flow* called = callee_of(release, step);
                                        return called != nullptr && gives(*called);
                                      }
                                  );
}

}  // namespace

bool is_answer(const Release& release, const flow::Flow& flow, std::string_view slot) {
  return is_answer_within(release, flow, slot, 0);
}

std::vector<language::Wanted> gathered(const flow::Flow& flow, flow::StepIndex last) {
  std::vector<language::Wanted> wanted;
  for (flow::StepIndex i = 0; i < flow.steps.size() && i <= last; ++i) {
    const flow::Step& step = flow.steps[i];
    if (!step.spec->needs_person) continue;
    for (const flow::Field& field : step.fields) {
      const auto* names = std::get_if<flow::Names>(&field);
      if (names == nullptr) continue;
      for (const flow::Name& name : *names) {
        const flow::Slot* slot = flow.slot(name.text);
        const bool known = std::any_of(wanted.begin(), wanted.end(), [&](const language::Wanted& w) {
          return w.slot == slot;
        });
        if (slot != nullptr && !known) wanted.push_back({slot, false});
      }
    }
  }
  return wanted;
}

}  // namespace parley::engine::matching
