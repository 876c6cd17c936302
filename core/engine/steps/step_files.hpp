// What the files of this folder share: the types a step is made of, buttons, and effects that fail.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/blocks.hpp"
#include "engine/repair/repair.hpp"
#include "engine/run.hpp"
#include "engine/steps/registry.hpp"
#include "flow/field.hpp"
#include "flow/flow.hpp"

namespace parley::engine::steps {

[[nodiscard]] Result<std::vector<SaidButton>> render_buttons(Run& run, const flow::Buttons& buttons);
[[nodiscard]] std::vector<SaidButton> yes_and_no(Run& run);
// One card, or {"carousel": […]}.
[[nodiscard]] Result<Value> render_cards(Run& run, const flow::Cards& cards);
// What a card says where none can be shown; never empty.
[[nodiscard]] std::string card_words(const Value& card);
// From a list of labels or of {label, payload}; anything else gives no buttons.
[[nodiscard]] std::vector<SaidButton> buttons_of(const Value& list);

struct Failure {
  std::string code;
  std::string message;
  bool in_doubt = false;
  Origins origins = {};  // of the message
};
// What the step waits for has failed: `error` says so where `on_error` leads; without one the innermost block
// that catches it goes on, or the error repair.
[[nodiscard]] Outcome effect_failed(Run& run, const flow::Name* on_error, Failure failure);

// Somebody must let the connector act for them first. The failure's message is the link, for the user alone.
inline constexpr std::string_view kSignInRequired = "sign_in_required";
void show_sign_in(Run& run, std::string_view tool, std::string_view link);

// The arguments of a call that are made from sensitive slots.
[[nodiscard]] std::vector<std::string> sensitive_members(const Run& run, const flow::Data& with);

// The duration of a keyword, or `otherwise` when the author gave none.
[[nodiscard]] std::uint32_t milliseconds(const Value* duration, std::uint32_t otherwise);

}  // namespace parley::engine::steps
