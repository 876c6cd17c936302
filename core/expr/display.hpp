// Values as a person reads them in a message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace parley::expr {

// Numbers without trailing zeros; yes/no for booleans; lists as "a, b and c"; {quantity, item} as "2 pizzas";
// {amount, currency} as "12.50 EUR"; timestamps as "23 Nov 2026 04:30"; null as nothing; other maps as "key:
// value, …". `locale` is a BCP-47 tag; unknown ones fall back to English. Times are those of a clock that is
// `utc_offset_seconds` before UTC.
[[nodiscard]] std::string display(
    const Value& value, std::string_view locale = "en", std::int32_t utc_offset_seconds = 0
);

}  // namespace parley::expr
