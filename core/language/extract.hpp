// Typed values in a user's words, without a model. Deterministic; English now, tables per language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/value.hpp"
#include "flow/slot.hpp"
#include "language/phrases.hpp"

namespace parley::language {

// The circumstances of a message; all that relative words ("tomorrow") may depend on.
struct Circumstances {
  Timestamp now;                        // of the message's event
  std::int32_t utc_offset_seconds = 0;  // of the user
  std::string_view locale = "en";
  std::string_view currency = "USD";  // for amounts without one
};

// A value found in [begin, end) of the text.
struct Found {
  Value value;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// All non-overlapping values of a kind, left to right, longest first at each place.
[[nodiscard]] std::vector<Found> find_values(
    const flow::SlotType& type,
    std::span<const flow::Choice> choices,
    std::string_view text,
    const Circumstances& circumstances
);

// Why an answer cannot be taken, as a stable reason ("not_a_number", "not_an_email", "not_a_choice",
// "ambiguous", "empty", "below_min", "above_max", "too_short", "too_long", "pattern", …) and a sentence that
// says what is expected.
struct Refusal {
  std::string reason;
  std::string message;
};

// Reads a whole message as the answer to the question for `slot`: the value, checked against min, max,
// pattern and choices (not against `validate`, which needs the other slots). Filler around the value is fine
// ("I'd like 2 pizzas and a coke, please"). Text slots take the trimmed message; list slots take every
// element found.
[[nodiscard]] std::expected<Value, Refusal> read_answer(
    const flow::Slot& slot, std::string_view text, const Circumstances& circumstances
);

// The whole text is a place among the choices: "the second one", "number 2", "the last".
[[nodiscard]] bool names_place(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
);

// yes / no / neither. Handles "yep", "sure", "not wrong", "no way", "that's right", "nope, thanks".
enum class Polarity : std::uint8_t { yes, no, neither };
[[nodiscard]] Polarity read_polarity(std::string_view text, const Circumstances& circumstances);
[[nodiscard]] Polarity read_polarity(const Utterance& said);

}  // namespace parley::language
