// What a message is read against: the conversation as it stands, and the message itself. Made once a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/release.hpp"
#include "engine/run.hpp"
#include "engine/state.hpp"
#include "language/command.hpp"
#include "language/extract.hpp"
#include "language/fill.hpp"
#include "language/requests.hpp"

namespace parley::engine::matching {

using language::Command;
using language::CommandKind;
using Commands = std::vector<Command>;

// Labels, names and the flows' own phrases are compared in this locale's normal form, whatever the user's.
inline constexpr std::string_view kPhraseLocale = "en";

struct Scene {
  const Release& release;
  const State& state;
  language::Utterance said;
  std::string normal;  // in kPhraseLocale
  language::Circumstances circumstances;
  const Frame* frame = nullptr;  // the top one; null when nothing runs
  const flow::Flow* flow = nullptr;
  Expectation expected;

  Scene(const Release& release, const State& state, std::string_view text, Timestamp at);
  // The same conversation, another message: a part of this one.
  [[nodiscard]] Scene about(std::string_view text) const;

  // As author's phrases are compared with it. Made when first asked for.
  [[nodiscard]] const language::PlainWords& plain() const;
  [[nodiscard]] const flow::Slot* asked() const {
    return expected.slots.empty() ? nullptr : expected.slots.front();
  }
  // The open question takes any words, so what is no whole request or command is an answer to it.
  [[nodiscard]] bool takes_any_words() const;
  // The last message, as the user saw it, contains the word (lower case).
  [[nodiscard]] bool question_has(std::string_view word) const;

 private:
  mutable std::optional<language::PlainWords> plain_;
};

[[nodiscard]] Commands one(Command command);
// Null and empty are the same.
[[nodiscard]] const Value* held(const State& state, const Frame& frame, const flow::Slot& slot);
// The slot holds an answer of the user's: an input asks for it, here or in a sub-flow that gives it back.
// What a flow computes or a tool has said is not for users to change.
[[nodiscard]] bool is_answer(const Release& release, const flow::Flow& flow, std::string_view slot);
// The slots that a message to this flow may fill without being asked: those that its inputs gather.
[[nodiscard]] std::vector<language::Wanted> gathered(
    const flow::Flow& flow, flow::StepIndex last = flow::kNoStep
);

}  // namespace parley::engine::matching
