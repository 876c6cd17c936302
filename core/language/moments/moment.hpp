// When something is, as people say it in English: points with the precision that was said ("march" is a
// month, "3:15" a minute), intervals ("from 9 to 11 on thursday", "next three weeks") and open ends ("after
// 2pm"). Broader than the slot types date, time and datetime, which want one exact value.
//
// Times are of the user's place (Circumstances::utc_offset_seconds); what is ambiguous is the next one to
// come. Holidays are not read. Deterministic, pure, thread-safe; never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "language/extract.hpp"

namespace parley::language {

enum class Grain : std::uint8_t { second, minute, hour, day, week, month, quarter, year };
[[nodiscard]] std::string_view name(Grain grain);

// Seconds since 1970-01-01T00:00:00 by the user's clock.
using LocalSeconds = std::int64_t;

enum class OpenEnd : std::uint8_t { none, after, before };

struct Moment {
  LocalSeconds start = 0;
  Grain grain = Grain::second;
  std::optional<LocalSeconds> end;  // of an interval, exclusive
  OpenEnd open = OpenEnd::none;     // everything after, or before, `start`
};

struct FoundMoment {
  Moment value;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
};

// Left to right, the longest at each place; none overlap. `latent` also takes what is a time only when one is
// expected ("1030", "the week").
[[nodiscard]] std::vector<FoundMoment> find_moments(
    std::string_view text, const Circumstances& circumstances, bool latent = false
);

}  // namespace parley::language
