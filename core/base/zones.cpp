#include "base/zones.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/zone_tables.hpp"

namespace parley {
namespace {

std::optional<std::int32_t> fixed_offset(std::string_view zone) {
  if (zone == "UTC" || zone == "Z" || zone == "GMT" || zone.empty()) return 0;
  bool negative = zone.starts_with('-');
  if (negative || zone.starts_with('+')) zone.remove_prefix(1);
  if (zone.size() != 5 || zone[2] != ':') return std::nullopt;
  std::int32_t hours = 0;
  std::int32_t minutes = 0;
  bool valid = std::from_chars(zone.data(), zone.data() + 2, hours).ptr == zone.data() + 2 &&
               std::from_chars(zone.data() + 3, zone.data() + 5, minutes).ptr == zone.data() + 5;
  if (!valid || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  std::int32_t seconds = hours * 3600 + minutes * 60;
  return negative ? -seconds : seconds;
}

constexpr std::int64_t kDay = 86'400;

// When the clock changes in this year; `offset` is what it showed until then.
std::int64_t moment_of(std::int32_t year, const zones::YearlyChange& change, std::int32_t offset) {
  std::int64_t first = days_from_civil(year, change.month, 1);
  std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // day 0 was a Thursday
  std::int64_t day = first + (change.weekday - weekday + 7) % 7 + 7 * (change.week - 1);
  std::int64_t next_month =
      change.month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, change.month + 1, 1);
  if (day >= next_month) day -= 7;
  return day * kDay + change.seconds - offset;
}

std::int32_t offset_by_rule(const zones::Rule& rule, std::int64_t moment) {
  if (rule.start.month == 0) return rule.standard;
  std::int32_t year = to_civil({moment, 0}, rule.standard).year;
  std::int64_t start = moment_of(year, rule.start, rule.standard);
  std::int64_t end = moment_of(year, rule.end, rule.summer);
  bool summer = start < end ? start <= moment && moment < end : !(end <= moment && moment < start);
  return summer ? rule.summer : rule.standard;
}

std::int32_t offset_in(const zones::History& history, std::int64_t moment) {
  const zones::Tables& tables = zones::tables();
  std::span<const std::uint32_t> moments = tables.moments.subspan(history.first_change, history.changes);
  auto next = std::ranges::upper_bound(moments, moment, {}, [](std::uint32_t at) {
    return static_cast<std::int64_t>(at);
  });
  const zones::Rule& rule = tables.rules[history.rule];
  if (next == moments.end() && rule.start.month != 0) return offset_by_rule(rule, moment);
  if (next == moments.begin()) return tables.offsets[history.offset_before];
  auto last = static_cast<std::size_t>(next - moments.begin()) - 1;
  return tables.offsets[tables.indexes[history.first_change + last]];
}

}  // namespace

std::optional<std::int32_t> utc_offset(std::string_view zone, Timestamp time) {
  if (auto fixed = fixed_offset(zone)) return fixed;
  const zones::Tables& tables = zones::tables();
  auto found = std::ranges::lower_bound(tables.zones, zone, {}, &zones::Zone::name);
  if (found == tables.zones.end() || found->name != zone) return std::nullopt;
  return offset_in(tables.histories[found->history], time.seconds);
}

std::string_view nearest_zone(std::string_view zone) {
  std::vector<std::string_view> names;
  for (const zones::Zone& row : zones::tables().zones) {
    names.push_back(row.name);
    // "Berlin" alone means the one in Europe.
    if (row.name.ends_with(zone) && row.name.size() > zone.size() &&
        row.name[row.name.size() - zone.size() - 1] == '/') {
      return row.name;
    }
  }
  return nearest(zone, names);
}

std::string_view zone_data_version() {
  return zones::tables().version;
}

}  // namespace parley
