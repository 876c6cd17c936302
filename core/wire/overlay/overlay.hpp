// OpenAPI Overlay 1.0 (and `copy` of 1.1): corrections of a description that somebody else publishes. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

struct Overlaid {
  Value document;
  std::vector<std::string> warnings;  // actions that found nothing to act on
};

// Carries the actions out in order. `update` merges maps, appends to lists and replaces everything else;
// `remove: true` takes the targets away; `copy` merges what another path names. Error::pointer is the action.
[[nodiscard]] Result<Overlaid> apply_overlay(const Value& document, const Value& overlay);

}  // namespace parley::wire
