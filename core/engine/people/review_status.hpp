// What a review is about and how it can end. The names are part of the log, the store and the API.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::engine {

enum class ReviewKind : std::uint8_t {
  form,      // a person fills in fields
  approval,  // a tool call waits for a yes
  outcome,   // nobody knows whether a tool call happened; a person finds out
};
[[nodiscard]] std::string_view name(ReviewKind kind);
[[nodiscard]] ReviewKind review_kind(std::string_view name);  // form when unknown

enum class ReviewStatus : std::uint8_t {
  open,
  approved,
  rejected,
  answered,   // a form, with its values; a call, with what it would have returned
  expired,    // nobody decided in time
  withdrawn,  // the conversation went another way
  edited,     // somebody changed the arguments of the call; a new review shows it
};
[[nodiscard]] std::string_view name(ReviewStatus status);
[[nodiscard]] ReviewStatus review_status(std::string_view name);  // open when unknown

}  // namespace parley::engine
