// What somebody has granted, as it is written down (and then sealed). Pure functions.
#pragma once

#include <optional>

#include "base/value.hpp"
#include "server/tools/sign_in/exchange.hpp"

namespace parley::tools {

[[nodiscard]] inline Value as_value(const Grant& grant) {
  return MapBuilder()
      .set("access", grant.access.reveal())
      .set("refresh", grant.refresh.reveal())
      .set("until", grant.until.seconds)
      .build();
}

[[nodiscard]] inline std::optional<Grant> grant_of(const Value& value) {
  if (!value.is_map() || value.text("access").empty()) return std::nullopt;
  const Value& until = value["until"];
  return Grant{
      .access = Secret(std::string(value.text("access"))),
      .refresh = Secret(std::string(value.text("refresh"))),
      .until = {until.is_int() ? until.as_int() : 0, 0},
  };
}

}  // namespace parley::tools
