// JSON in the tests of this folder.
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "base/json.hpp"

namespace parley::wire::testing {

inline Value json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  return *value;
}

}  // namespace parley::wire::testing
