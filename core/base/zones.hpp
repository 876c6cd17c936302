// Time zones by their IANA names ("Europe/Berlin"), from tables inside the program, so that the same build
// gives the same answer everywhere. Exact from 1970 on; before that, a zone has the offset it had in 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace parley {

// Seconds east of UTC at this moment. A name of the tables, "UTC", "Z", or an offset: "+02:00", "-09:30",
// "02:00". Nothing for what is none of these.
[[nodiscard]] std::optional<std::int32_t> utc_offset(std::string_view zone, Timestamp time);

// The known name that a misspelt one probably means; empty when nothing is near.
[[nodiscard]] std::string_view nearest_zone(std::string_view zone);

// Of the tables: "2025b".
[[nodiscard]] std::string_view zone_data_version();

}  // namespace parley
