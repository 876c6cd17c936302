#include "engine/repair/repair.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/steps/registry.hpp"

namespace parley::engine::repair {

namespace {

using language::Command;

// The frame that the conversation is about: the topmost one that is not itself a repair.
Frame* working_frame(Run& run) {
  auto& stack = run.state().stack;
  const auto found = std::find_if(stack.rbegin(), stack.rend(), [](const Frame& f) {
    return f.kind != Frame::Kind::repair;
  });
  return found == stack.rend() ? nullptr : &*found;
}

// The flow that the user knows the running work by: sub-flows belong to the flow that called them.
std::string title(Run& run) {
  auto& stack = run.state().stack;
  const auto found =
      std::find_if(stack.rbegin(), stack.rend(), [](const Frame& f) { return f.kind == Frame::Kind::flow; });
  return found == stack.rend() ? std::string() : spoken(found->flow);
}

void begin(
    Run& run, std::string_view repair, MapBuilder about, Continuation continuation, Frame details = {}
) {
  const Frame* working = working_frame(run);
  const flow::Flow& handler = working != nullptr ? run.release().handler(run.flow_of(*working), repair)
                                                 : run.release().handler(repair);
  about.set("title", title(run));
  details.kind = Frame::Kind::repair;
  details.flow = handler.id;
  details.about = about.build();
  details.continuation = continuation;
  run.push(std::move(details));
}

bool question_open(Run& run) {
  const Frame* working = working_frame(run);
  return working != nullptr && working->asked;
}

// Slots that hang on a changed one, directly or through others.
std::set<std::string, std::less<>> dependents(const flow::Flow& flow, std::string_view changed) {
  std::set<std::string, std::less<>> found;
  std::vector<std::string> open{std::string(changed)};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    for (const flow::Slot& slot : flow.slots) {
      const bool depends =
          std::find(slot.depends_on.begin(), slot.depends_on.end(), current) != slot.depends_on.end();
      if (depends && slot.name != changed && found.insert(slot.name).second) open.push_back(slot.name);
    }
  }
  return found;
}

// The first step that asks for one of the slots.
flow::StepIndex asks_for(const flow::Flow& flow, const std::set<std::string, std::less<>>& slots) {
  for (flow::StepIndex i = 0; i < flow.steps.size(); ++i) {
    for (const flow::Field& field : flow.steps[i].fields) {
      if (const auto* names = std::get_if<flow::Names>(&field)) {
        for (const flow::Name& name : *names) {
          if (slots.contains(name.text)) return i;
        }
      }
    }
  }
  return flow::kNoStep;
}

// Where the frame goes on after its slots changed: back to the open summary, or to the question that must be
// asked anew.
flow::StepIndex rewind_target(Run& run, Frame& frame, const std::set<std::string, std::less<>>& cleared) {
  const flow::StepIndex again = asks_for(run.flow_of(frame), cleared);
  return std::min(frame.segment, again);
}

// Only a frame that still stands on a waiting step can be changed; a later one keeps what it has done.
Frame* frame_with(Run& run, std::string_view slot) {
  auto& stack = run.state().stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    if (run.flow_of(stack[i]).slot(slot) != nullptr) return &stack[i];
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> refusal(Run& run, const flow::Slot& slot, const Value& value) {
  if (!slot.validate.has_value()) return std::nullopt;
  const auto holds = run.test(*slot.validate, &value);
  if (holds && *holds) return std::nullopt;
  if (!slot.validate_message.empty()) {
    if (auto words = run.render(slot.validate_message)) return *words;
  }
  return "That does not work for " + slot.label + ".";
}

void correction(Run& run, const std::vector<Command>& changes) {
  MapBuilder about;
  ListBuilder all;
  std::set<std::string, std::less<>> cleared;
  Frame* changed_frame = nullptr;
  for (const Command& change : changes) {
    Frame* frame = frame_with(run, change.slot);
    if (frame == nullptr) continue;
    const flow::Flow& flow = run.flow_of(*frame);
    const flow::Slot& slot = *flow.slot(change.slot);
    if (auto why = refusal(run, slot, change.value)) {
      begin(
          run,
          "invalid",
          std::move(MapBuilder().set("slot", slot.name).set("reason", *why)),
          Continuation::ask_again
      );
      return;
    }
    const Value* old = run.slot(*frame, slot.name);
    const Value before = old != nullptr ? *old : Value();
    for (const std::string& name : dependents(flow, slot.name)) {
      run.clear_slot(*frame, name);
      cleared.insert(name);
    }
    run.set_slot(*frame, slot.name, change.value);
    all.add(MapBuilder()
                .set("slot", slot.name)
                .set("label", slot.label)
                .set("value", change.value)
                .set("old", before)
                .build());
    if (changed_frame == nullptr) {
      about.set("slot", slot.name).set("label", slot.label).set("value", change.value).set("old", before);
    }
    changed_frame = frame;
  }
  if (changed_frame == nullptr) return unknown(run, run.state().message);
  about.set("changes", all.build());

  if (changed_frame == &run.frame()) {
    Frame details;
    details.target = rewind_target(run, *changed_frame, cleared);
    begin(run, "correction", std::move(about), Continuation::rewind, std::move(details));
  } else {
    begin(run, "correction", std::move(about), Continuation::ask_again);
  }
}

void digression(Run& run, const flow::Flow& wanted) {
  Frame started;
  started.flow = wanted.id;
  if (run.state().stack.empty()) return run.push(std::move(started));
  const std::string from = title(run);
  run.push(std::move(started));
  // Runs before the wanted flow and may say a word about it.
  begin(
      run,
      "digression",
      std::move(MapBuilder().set("from", from).set("to", spoken(wanted.id))),
      Continuation::none
  );
}

void resume(Run& run) {
  begin(run, "resume", {}, Continuation::ask_again);
}

void cancel(Run& run) {
  Frame details;
  details.outcome = "abandoned";
  const Continuation then = working_frame(run) == nullptr ? Continuation::none : Continuation::abandon;
  begin(run, "cancel", {}, then, std::move(details));
}

void skip(Run& run) {
  Frame* frame = working_frame(run);
  if (frame == nullptr) return unknown(run, run.state().message);
  const flow::Flow& flow = run.flow_of(*frame);
  const Expectation expects = expectation_of(run.state(), flow, *frame);
  if (expects.slots.empty()) return unknown(run, run.state().message);
  const flow::Slot& slot = *expects.slots.front();
  if (slot.optional) {
    frame->skipped.insert(slot.name);
    frame->asked = false;
  }
  begin(
      run,
      "skip",
      std::move(MapBuilder().set("label", slot.label).set("possible", slot.optional)),
      slot.optional ? Continuation::none : Continuation::ask_again
  );
}

void repeat(Run& run) {
  begin(run, "repeat", {}, Continuation::say_again);
}

void unknown(Run& run, std::string_view text) {
  State& state = run.state();
  if (++state.misunderstood >= run.release().settings().max_misunderstandings) {
    state.misunderstood = 0;
    return begin(run, "too_many_attempts", std::move(MapBuilder().set("text", text)), Continuation::hand_off);
  }
  ListBuilder offers;
  for (const auto& [id, flow] : run.release().flows()) {
    for (const flow::Trigger& trigger : flow->triggers) {
      if (trigger.kind != flow::Trigger::Kind::command) continue;
      std::string label = flow->description.empty() ? spoken(id) : flow->description;
      offers.add(MapBuilder().set("label", label).set("payload", trigger.command).build());
      break;
    }
  }
  const bool open = question_open(run);
  begin(
      run,
      "unknown",
      std::move(MapBuilder().set("text", text).set("open", open).set("offers", offers.build())),
      open ? Continuation::ask_again : Continuation::none
  );
}

void invalid(Run& run, std::string_view slot_name, std::string_view reason) {
  Frame& frame = run.frame();
  const flow::Flow& flow = run.flow();
  const flow::Slot* slot = flow.slot(slot_name);
  if (slot == nullptr) return unknown(run, run.state().message);
  const std::uint32_t attempts = ++frame.attempts[slot->name];
  if (attempts >= slot->max_attempts) {
    frame.attempts.erase(slot->name);
    if (!slot->on_exhausted.empty()) return run.go_to(flow.step_index(slot->on_exhausted));
    return begin(
        run, "too_many_attempts", std::move(MapBuilder().set("slot", slot->name)), Continuation::hand_off
    );
  }
  begin(
      run,
      "invalid",
      std::move(MapBuilder().set("slot", slot->name).set("label", slot->label).set("reason", reason)),
      Continuation::ask_again
  );
}

void denied(Run& run) {
  begin(run, "denied", {}, Continuation::none);
}

void hand_off_request(Run& run) {
  begin(run, "handoff_request", {}, Continuation::hand_off);
}

void completed(Run& run, const flow::Flow& flow) {
  begin(run, "completed", std::move(MapBuilder().set("flow", flow.id)), Continuation::conclude);
}

void error(Run& run, std::string_view code, std::string_view message, bool in_doubt) {
  Frame details;
  details.outcome = in_doubt ? "escalated" : "failed";
  begin(
      run,
      "error",
      std::move(MapBuilder().set("code", code).set("message", message).set("in_doubt", in_doubt)),
      Continuation::abandon,
      std::move(details)
  );
}

void give_to_human(Run& run, std::string queue, std::string summary) {
  run.state().owner = Owner::pending_human;
  run.emit(HandOff{std::move(queue), std::move(summary)});
}

}  // namespace parley::engine::repair
