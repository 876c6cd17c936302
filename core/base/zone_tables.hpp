// The shape of the generated time zone data (scripts/generate_zone_tables.py). Internal to core/base; see
// zones.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace parley::zones {

// The `week`-th `weekday` of a month (5: the last), `seconds` after midnight by the clock that is left.
struct YearlyChange {
  std::int8_t month;  // 0: there is none
  std::int8_t week;
  std::int8_t weekday;  // 0 is Sunday
  std::int32_t seconds;
};

struct Rule {
  std::int32_t standard;  // seconds east of UTC
  std::int32_t summer;
  YearlyChange start;
  YearlyChange end;
};

struct History {
  std::uint16_t first_change;  // into moments and indexes
  std::uint16_t changes;
  std::uint8_t offset_before;  // into offsets
  std::uint8_t rule;           // from the last change on
};

struct Zone {
  std::string_view name;
  std::uint16_t history;
};

struct Tables {
  std::span<const std::int32_t> offsets;
  std::span<const std::uint32_t> moments;  // Unix time
  std::span<const std::uint8_t> indexes;   // the offset from that moment on
  std::span<const Rule> rules;
  std::span<const History> histories;
  std::span<const Zone> zones;  // sorted by name
  std::string_view version;
};

[[nodiscard]] const Tables& tables();

}  // namespace parley::zones
