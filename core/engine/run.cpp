#include "engine/run.hpp"

#include <utility>

#include "base/json.hpp"
#include "engine/blocks.hpp"
#include "engine/memory/facts.hpp"
#include "engine/origins.hpp"
#include "engine/waiting.hpp"

namespace parley::engine {

namespace {

const Value kNull;

Value slots_as_value(const Slots& slots) {
  MapBuilder map;
  map.reserve(slots.size());
  for (const auto& [name, value] : slots) map.set(name, value);
  return map.build();
}

// "+01:00", as expressions take it.
std::string offset_text(std::int32_t seconds) {
  const std::int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  const auto two = [](std::int32_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return (seconds < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace

std::string spoken(std::string_view identifier) {
  std::string words(identifier);
  for (char& c : words) {
    if (c == '_' || c == '-' || c == '.') c = ' ';
  }
  return words;
}

const flow::Flow& Run::flow_of(const Frame& frame) const {
  // Nearly always the one that was asked for last.
  if (recent_flow_ != nullptr && recent_flow_->id == frame.flow) return *recent_flow_;
  recent_flow_ = release_.find(frame.flow);
  INVARIANT(recent_flow_ != nullptr, "a frame's flow is part of its release");
  return *recent_flow_;
}

const Value* Run::keep(Value value) {
  return &kept_.emplace_front(std::move(value));
}

expr::Scope Run::scope(const Value* value) {
  if (value == nullptr) return expr::Scope(&Run::look_up, &plain_);
  return expr::Scope(&Run::look_up, &tables_.emplace_front(NameTable{.run = this, .value = value}));
}

expr::Scope Run::scope_for_models() {
  return state_.semantics >= kLastingOrigins ? expr::Scope(&Run::look_up, &texts_) : scope();
}

const Value* Run::look_up(const void* names, std::string_view name) {
  const auto* table = static_cast<const NameTable*>(names);
  return table->run->find_name(*table, name);
}

const Value* Run::find_name(const NameTable& table, std::string_view name) {
  if (table.passed != nullptr) {
    if (const Value* passed = table.passed->find(name)) return passed;
  }
  if (name == "value" && table.value != nullptr) return table.value;
  if (name == "event" && event_ != nullptr) return event_;
  if (!state_.stack.empty()) {
    // A repair handler talks about the frame below it, so it sees that frame's slots behind its own.
    for (std::size_t depth = state_.stack.size(); depth-- > 0;) {
      const Frame& frame = state_.stack[depth];
      if (frame.kind == Frame::Kind::repair && name == "repair") {
        if (table.shown && origins::by_model(frame.origins, name))
          return keep(origins::shown_words(*this, frame.about));
        return &frame.about;
      }
      const flow::Flow& flow = flow_of(frame);
      const bool hidden = table.shown && is_sensitive(flow, name);
      if (const auto found = frame.slots.find(name); found != frame.slots.end()) {
        if (table.shown && !hidden && origins::by_model(frame.origins, name))
          return keep(origins::shown_words(*this, found->second));
        return shown(&found->second, hidden);
      }
      if (const flow::Slot* declared = flow.slot(name)) {
        const Value* shared = declared->scope == flow::SlotScope::flow ? nullptr : slot(frame, name);
        if (shared != nullptr && table.shown && !hidden && origins::by_model(state_.origins, name))
          return keep(origins::shown_words(*this, *shared));
        return shared != nullptr ? shown(shared, hidden) : &kNull;
      }
      if (frame.kind != Frame::Kind::repair) break;
    }
  }
  if (const auto found = state_.slots.find(name); found != state_.slots.end()) {
    const bool hidden = table.shown && release_.is_sensitive(name);
    if (table.shown && !hidden && origins::by_model(state_.origins, name))
      return keep(origins::shown_words(*this, found->second));
    return shown(&found->second, hidden);
  }
  if (name == "now") return keep(Value(at_));
  if (name == "message") return keep(Value(state_.message));
  if (name == "context") return &state_.context;
  if (name == "handoff") return &state_.handoff;
  if (name == "event") return &kNull;
  if (name == "slots")
    return keep(
        state_.stack.empty() ? Value::map()
        : table.shown        ? shown_slots(state_.stack.back())
                             : slots_as_value(state_.stack.back().slots)
    );
  if (name == "user") return keep(facts::user(*this, table.shown));
  if (name == "conversation") {
    MapBuilder conversation;
    conversation.set("id", state_.conversation_id)
        .set("turn", static_cast<std::int64_t>(state_.turn))
        .set("channel", state_.channel);
    if (state_.semantics >= kListenersSemantics)
      conversation.set("utc_offset", offset_text(state_.utc_offset_seconds));
    return keep(conversation.build());
  }
  if (name == "assistant") return keep(MapBuilder().set("name", release_.settings().name).build());
  if (name == "flow" && !state_.stack.empty()) {
    const flow::Flow& running = flow();
    return keep(MapBuilder()
                    .set("id", running.id)
                    .set("version", running.version)
                    .set("description", running.description)
                    .build());
  }
  return nullptr;
}

Result<bool> Run::test(const expr::Expression& condition, const Value* value) {
  auto result = condition.evaluate(scope(value));
  if (!result) return std::unexpected(std::move(result.error()));
  if (!result->is_bool()) {
    return fail(
        ErrorCode::evaluation,
        "the condition '" + condition.source() + "' gave " + std::string(name(result->type())) +
            " instead of bool"
    );
  }
  return result->as_bool();
}

void Run::say(Say message) {
  message.id = std::to_string(state_.turn) + "." + std::to_string(state_.messages_in_turn++);
  if (message.speaker == Speaker::assistant) {
    if (said_from_ == 0) state_.last_said.clear();
    ++said_from_;
    state_.last_said.push_back(message);
  }
  effects_.emplace_back(std::move(message));
}

const Say* Run::last_said_now() const {
  return said_from_ == 0 || state_.last_said.empty() ? nullptr : &state_.last_said.back();
}

std::string Run::next_effect_id() {
  return "e" + std::to_string(++state_.effects_so_far);
}

const Value* Run::slot(const Frame& frame, std::string_view name) const {
  const flow::Slot* declared = flow_of(frame).slot(name);
  const bool shared = declared != nullptr && declared->scope != flow::SlotScope::flow;
  const Slots& slots = shared ? state_.slots : frame.slots;
  const auto found = slots.find(name);
  return found == slots.end() || found->second.is_null() ? nullptr : &found->second;
}

void Run::mark(OriginMap& marks, std::string_view name, Origins origins) {
  if (!origins.empty() && state_.semantics >= kOriginSemantics) {
    marks.insert_or_assign(std::string(name), std::move(origins));
  } else if (!marks.empty()) {
    if (const auto mark = marks.find(name); mark != marks.end()) marks.erase(mark);
  }
}

void Run::set_name(Frame& frame, std::string_view name, Value value, Origins origins) {
  frame.slots.insert_or_assign(std::string(name), std::move(value));
  mark(frame.origins, name, std::move(origins));
}

void Run::set_slot(Frame& frame, std::string_view name, Value value, Origins origins) {
  const flow::Slot* declared = flow_of(frame).slot(name);
  const bool shared = declared != nullptr && declared->scope != flow::SlotScope::flow;
  // Nobody can be told apart from others without an id, so nothing is kept for them.
  if (shared && declared->scope == flow::SlotScope::user && !state_.user_id.empty())
    emit(Remember{
        std::string(name),
        value,
        state_.semantics >= kOriginSemantics ? origins : Origins(),
        state_.semantics >= kLastingOrigins && declared->sensitive
    });
  Slots& slots = shared ? state_.slots : frame.slots;
  slots.insert_or_assign(std::string(name), std::move(value));
  mark(shared ? state_.origins : frame.origins, name, std::move(origins));
  frame.confirmed = false;
}

void Run::clear_slot(Frame& frame, std::string_view name) {
  if (const auto found = frame.slots.find(name); found != frame.slots.end()) frame.slots.erase(found);
  mark(frame.origins, name, {});
  const flow::Slot* declared = flow_of(frame).slot(name);
  if (declared != nullptr && declared->scope != flow::SlotScope::flow) {
    if (const auto found = state_.slots.find(name); found != state_.slots.end()) {
      state_.slots.erase(found);
      mark(state_.origins, name, {});
      if (declared->scope == flow::SlotScope::user && !state_.user_id.empty())
        emit(Remember{std::string(name), {}});
    }
  }
  frame.confirmed = false;
}

std::vector<std::string_view> Run::fill_inputs(const flow::Flow& flow, Slots& slots, OriginMap& origins) {
  std::vector<std::string_view> missing;
  for (const flow::Parameter& input : flow.inputs) {
    if (slots.contains(input.name)) continue;
    if (input.required) missing.push_back(input.name);
    if (Origins from = input.required ? Origins() : origins::of(*this, input.value); !from.empty())
      origins.insert_or_assign(input.name, std::move(from));
    slots.emplace(input.name, input.required ? Value() : input.value.evaluate(scope()).value_or(Value()));
  }
  return missing;
}

void Run::push(Frame frame) {
  // Talk about what has ended does not begin it anew.
  if (frame.kind != Frame::Kind::repair) state_.ended = false;
  // Frames are large, and a digression with its repair handler is three of them.
  constexpr std::size_t kUsual = 4;
  if (state_.stack.capacity() < kUsual) state_.stack.reserve(kUsual);
  state_.stack.push_back(std::move(frame));
}

Frame Run::pop() {
  Frame top = std::move(state_.stack.back());
  state_.stack.pop_back();
  stop_timers(*this, top);
  for (Cursor& outside : top.around) stop_timers(*this, outside);
  return top;
}

void Run::go_to(flow::StepIndex step) {
  const Frame& top = frame();
  if (top.scopes.empty() && top.around.empty()) return stand_at(step);
  go_in_blocks(*this, step);
}

void Run::stand_at(flow::StepIndex step) {
  Frame& top = frame();
  if (visits_ != nullptr) visit(flow_of(top), top.step, Visit::Kind::left, step);
  top.step = step;
  top.entered = false;
  top.asked = false;
  top.prompt.clear();
  top.review.clear();
  if (!top.timer.empty()) emit(CancelTimer{std::exchange(top.timer, {})});
  top.due = false;
  if (!top.held.is_null()) top.held = Value();
}

}  // namespace parley::engine
