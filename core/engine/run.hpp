// One run of the engine over one event: the state being changed, the effects being collected, and the
// services that steps and repair share (names for expressions, rendering, saying, slots). Lives on the stack
// of advance(); not copyable; one thread.
#pragma once

#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/effect.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "expr/scope.hpp"
#include "flow/flow.hpp"

namespace parley::engine {

// What a step's run leads to.
struct Outcome {
  enum class Kind : std::uint8_t {
    next,  // to the step's successor
    jump,  // to `step`
    wait,  // the turn ends here until something happens
    call,  // run flow `flow` with `slots` as its inputs, then go on with next
    end,   // the flow ends with outcome `text`
    stay,  // the step changed the stack itself (a repair was begun): look at the top again
    fail,  // the author's expression or the step's work failed: `text` says why, `code` what to catch
  };
  Kind kind = Kind::next;
  flow::StepIndex step = flow::kNoStep;
  std::string flow = {};
  Slots slots = {};
  std::string text = {};
  std::string_view code = {};
  OriginMap origins = {};  // of `slots`

  static Outcome next() { return {}; }
  static Outcome jump(flow::StepIndex to) { return {.kind = Kind::jump, .step = to}; }
  static Outcome wait() { return {.kind = Kind::wait}; }
  static Outcome stay() { return {.kind = Kind::stay}; }
  static Outcome call(std::string flow_id, Slots inputs, OriginMap origins = {}) {
    return {
        .kind = Kind::call,
        .flow = std::move(flow_id),
        .slots = std::move(inputs),
        .origins = std::move(origins)
    };
  }
  static Outcome end(std::string outcome) { return {.kind = Kind::end, .text = std::move(outcome)}; }
  static Outcome fail(std::string why, std::string_view code = "flow_error") {
    return {.kind = Kind::fail, .text = std::move(why), .code = code};
  }
};

// What a waiting step expects of the next message.
struct Expectation {
  bool yes_or_no = false;
  std::vector<const flow::Slot*> slots;  // open ones; the first is the one asked for
};

// What happened to a step, for coverage and timelines. Points into the release.
struct Visit {
  enum class Kind : std::uint8_t {
    ran,
    skipped,  // its condition was false
    left,     // the flow went on from it, to `to`
  };
  const flow::Flow* flow = nullptr;
  flow::StepIndex step = 0;
  Kind kind = Kind::ran;
  flow::StepIndex to = flow::kNoStep;
};

class Run {
 public:
  Run(const Release& release,
      State& state,
      Timestamp at,
      Effects& effects,
      std::vector<Visit>* visits = nullptr)
      : release_(release), state_(state), at_(at), effects_(effects), visits_(visits) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  [[nodiscard]] const Release& release() const { return release_; }
  [[nodiscard]] State& state() { return state_; }
  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] Timestamp at() const { return at_; }
  [[nodiscard]] Frame& frame() { return state_.stack.back(); }
  // The flow of a frame; of the top frame when none is given.
  [[nodiscard]] const flow::Flow& flow_of(const Frame& frame) const;
  [[nodiscard]] const flow::Flow& flow() const { return flow_of(state_.stack.back()); }

  // Whether the yes that is being carried out is a model's reading of the message.
  void read_by_model(bool so) { read_by_model_ = so; }
  [[nodiscard]] bool is_read_by_model() const { return read_by_model_; }

  // The outside event that guards are asked about, as `event`; null: the frame's own, if it has one.
  void show_event(const Value* event) { event_ = event; }
  // Names for expressions, valid while this Run lives. `value` is added as a name when given (for
  // `validate`).
  [[nodiscard]] expr::Scope scope(const Value* value = nullptr);
  // The same with sensitive values masked, for what models are told.
  [[nodiscard]] expr::Scope scope_for_models();
  // In the conversation's language and tone. Takes turns between variants and assigns experiments, so a text
  // is rendered only to be said. Sensitive values are masked. `shown`, where given, gets each value in the
  // text.
  [[nodiscard]] Result<std::string> render(const flow::Text& text, std::vector<std::string>* shown = nullptr);
  // What the conversation's words are chosen by: 0 formal … 100 casual.
  [[nodiscard]] std::int32_t tone() const;
  // How a model is to write: {locale, tone, length, tones?}, see CallModel.
  [[nodiscard]] Value style() const;
  // A value as people read it in the conversation's language; sensitive ones are masked.
  [[nodiscard]] Result<std::string> show(const flow::Data& data);
  // Whether data is made from a sensitive slot.
  [[nodiscard]] bool reads_sensitive(const flow::Data& data) const;
  // What the engine says by itself: "parley.yes". `passed` is a map of names for the message.
  [[nodiscard]] std::string words(std::string_view key, Value passed = {});
  // Names in the conversation's language, as users are told them.
  [[nodiscard]] std::string name_of(const flow::Flow& flow) const;
  [[nodiscard]] std::string description_of(const flow::Flow& flow) const;  // its name when it has none
  [[nodiscard]] std::string label_of(const flow::Slot& slot) const {
    return wording(slot.label, slot.labels);
  }
  [[nodiscard]] std::string label_of(const flow::Choice& choice) const {
    return wording(choice.label, choice.labels);
  }
  // What the clocks of the user are before UTC, for times that they are told.
  [[nodiscard]] std::int32_t shown_offset() const;
  // The index of the variant that this conversation takes part with, recorded when it is the first time.
  [[nodiscard]] std::size_t variant(const flow::Experiment& experiment);
  [[nodiscard]] Result<bool> test(const expr::Expression& condition, const Value* value = nullptr);

  // Effects.
  void say(Say message);  // id is assigned here
  void visit(
      const flow::Flow& flow,
      flow::StepIndex step,
      Visit::Kind kind = Visit::Kind::ran,
      flow::StepIndex to = flow::kNoStep
  ) {
    if (visits_ != nullptr) visits_->push_back({&flow, step, kind, to});
  }
  void emit(Effect effect) { effects_.push_back(std::move(effect)); }
  [[nodiscard]] std::string next_effect_id();
  [[nodiscard]] const Say* last_said_now() const;  // the last message of this run, or null

  // Slots of the top frame's flow, by their declared scope. Null values count as empty.
  [[nodiscard]] const Value* slot(std::string_view name) const { return slot(state_.stack.back(), name); }
  [[nodiscard]] const Value* slot(const Frame& frame, std::string_view name) const;
  // `origins`: where the value came from, unless from the user or the author; see origins.hpp.
  void set_slot(Frame& frame, std::string_view name, Value value, Origins origins = {});
  // A name of the frame that is no slot of its flow: `result`, `error`, the item of a loop.
  void set_name(Frame& frame, std::string_view name, Value value, Origins origins = {});
  void clear_slot(Frame& frame, std::string_view name);
  // Where a value that the conversation's flows share came from; without origins the mark goes.
  void mark_shared(std::string_view name, Origins origins) { mark(state_.origins, name, std::move(origins)); }

  // What a flow's inputs hold when a caller gives none, and where that comes from. The names of required ones
  // that are missing.
  [[nodiscard]] std::vector<std::string_view> fill_inputs(
      const flow::Flow& flow, Slots& slots, OriginMap& origins
  );

  // Frames.
  void push(Frame frame);
  Frame pop();  // with it goes what its steps waited for
  // The top frame goes to a step, or where kEndOfBlock, kBreak and kContinue lead; kNoStep means completed.
  // Blocks that do not hold the step are left.
  void go_to(flow::StepIndex step);
  // Without asking whether a block is entered or left.
  void stand_at(flow::StepIndex step);

 private:
  // What a scope points at: this run, the `value` that a validation is about, the names that a message is
  // passed, and whether what is read will be seen.
  struct NameTable {
    Run* run;
    const Value* value = nullptr;
    const Value* passed = nullptr;
    bool shown = false;
  };

  static const Value* look_up(const void* names, std::string_view name);
  [[nodiscard]] const Value* find_name(const NameTable& table, std::string_view name);
  const Value* keep(Value value);
  void mark(OriginMap& marks, std::string_view name, Origins origins);
  [[nodiscard]] Result<std::string> render(
      const flow::Text& text, const NameTable& names, std::vector<std::string>* values = nullptr
  );
  [[nodiscard]] Result<std::string> fill(
      const expr::Template& form,
      const NameTable& names,
      std::string_view locale,
      std::vector<std::string>* values
  );
  [[nodiscard]] const flow::Text& nearest_tone(const flow::Text& tones) const;
  [[nodiscard]] const flow::Text& next_in_turn(const flow::Text& variants);
  [[nodiscard]] std::string wording(const std::string& otherwise, const flow::Wordings& wordings) const;
  [[nodiscard]] std::string_view locale_of_words(std::string_view tag) const;
  [[nodiscard]] const Value* shown(const Value* value, bool sensitive);
  [[nodiscard]] Value shown_slots(const Frame& frame) const;
  [[nodiscard]] bool is_sensitive(const flow::Flow& flow, std::string_view name) const;

  const Value* event_ = nullptr;
  mutable const flow::Flow* recent_flow_ = nullptr;
  const Release& release_;
  State& state_;
  Timestamp at_;
  Effects& effects_;
  std::vector<Visit>* visits_;
  NameTable plain_{.run = this};
  NameTable texts_{.run = this, .shown = true};
  std::forward_list<NameTable> tables_;
  std::forward_list<Value> kept_;  // values made for a scope
  std::size_t said_from_ = 0;
  bool read_by_model_ = false;
};

// The words for a flow or slot in messages: "track_order" → "track order".
[[nodiscard]] std::string spoken(std::string_view identifier);

}  // namespace parley::engine
