// The English words of times that the tables of slots have no use for. Internal to this folder.
#pragma once

#include <cstdint>
#include <string_view>

#include "language/moments/moment.hpp"
#include "language/word_table.hpp"

namespace parley::language {

struct UnitWord {
  std::string_view word;
  Grain grain;
};
constexpr std::string_view phrase_of(const UnitWord& row) {
  return row.word;
}

// A stretch of the day, in hours.
struct DayPart {
  std::string_view words;
  std::int32_t from;
  std::int32_t to;
};
constexpr std::string_view phrase_of(const DayPart& row) {
  return row.words;
}

// A season: from its first day to the day after its last.
struct Season {
  std::string_view word;
  std::int32_t month, day;          // first
  std::int32_t end_month, end_day;  // day after the last, maybe of the next year
};
constexpr std::string_view phrase_of(const Season& row) {
  return row.word;
}

struct Zone {
  std::string_view word;
  std::int32_t minutes;  // east of UTC
};
constexpr std::string_view phrase_of(const Zone& row) {
  return row.word;
}

// clang-format off
inline constexpr UnitWord kUnitRows[] = {
    {"second", Grain::second}, {"seconds", Grain::second}, {"sec", Grain::second}, {"secs", Grain::second},
    {"s", Grain::second}, {"\"", Grain::second}, {"minute", Grain::minute}, {"minutes", Grain::minute},
    {"min", Grain::minute}, {"mins", Grain::minute}, {"m", Grain::minute}, {"'", Grain::minute},
    {"hour", Grain::hour}, {"hours", Grain::hour}, {"hr", Grain::hour}, {"hrs", Grain::hour},
    {"h", Grain::hour}, {"day", Grain::day}, {"days", Grain::day}, {"d", Grain::day}, {"week", Grain::week},
    {"weeks", Grain::week}, {"wk", Grain::week}, {"wks", Grain::week}, {"month", Grain::month},
    {"months", Grain::month}, {"mth", Grain::month}, {"mths", Grain::month}, {"quarter", Grain::quarter},
    {"quarters", Grain::quarter}, {"qtr", Grain::quarter}, {"qtrs", Grain::quarter}, {"year", Grain::year},
    {"years", Grain::year}, {"yr", Grain::year}, {"yrs", Grain::year},
};
inline constexpr DayPart kDayParts[] = {
    {"morning", 0, 12}, {"mornings", 0, 12}, {"early morning", 0, 9}, {"early in the morning", 0, 9},
    {"in the early hours of the morning", 0, 9}, {"early hours of the morning", 0, 9},
    {"in the early hours", 0, 9}, {"late morning", 9, 12}, {"afternoon", 12, 19},
    {"afternoonish", 12, 19}, {"early afternoon", 12, 15}, {"late afternoon", 16, 19}, {"evening", 18, 24},
    {"early evening", 18, 21}, {"late evening", 21, 24}, {"night", 18, 24}, {"late night", 21, 24},
    {"late at night", 21, 24}, {"at night", 18, 24}, {"lunch", 12, 14}, {"lunchtime", 12, 14},
    {"at lunch", 12, 14}, {"after lunch", 13, 17}, {"after work", 17, 21}, {"after school", 15, 21},
    {"before noon", 0, 12}, {"in the am", 0, 12}, {"in the pm", 12, 24}, {"breakfast", 7, 9}, {"dinner", 18, 21},
    {"dinnertime", 17, 21}, {"dinner time", 17, 21}, {"lunch time", 12, 14},
};
// Parts of the day that say which day: today's.
inline constexpr DayPart kTodayParts[] = {
    {"tonight", 18, 24}, {"tonite", 18, 24}, {"toni8", 18, 24}, {"late tonight", 21, 24},
    {"late tonite", 21, 24}, {"later tonight", 21, 24}, {"late today", 21, 24}, {"tonights", 18, 24},
};
inline constexpr Season kSeasonRows[] = {
    {"summer", 6, 21, 9, 24}, {"fall", 9, 23, 12, 22}, {"autumn", 9, 23, 12, 22}, {"winter", 12, 21, 3, 21},
    {"spring", 3, 20, 6, 22},
};
inline constexpr Zone kZoneRows[] = {
    {"utc", 0}, {"gmt", 0}, {"z", 0}, {"bst", 60}, {"cet", 60}, {"cest", 120}, {"eet", 120}, {"eest", 180},
    {"msk", 180}, {"ist", 330}, {"sgt", 480}, {"hkt", 480}, {"jst", 540}, {"kst", 540}, {"aest", 600},
    {"aedt", 660}, {"nzst", 720}, {"nzdt", 780}, {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300},
    {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"akst", -540}, {"hst", -600},
};
inline constexpr std::string_view kAhead[] = {
    "next", "the next", "following", "the following", "coming", "the coming", "upcoming", "the upcoming",
};
inline constexpr std::string_view kNow[] = {"this", "current", "the current", "this current"};
inline constexpr std::string_view kBehind[] = {
    "last", "the last", "past", "the past", "previous", "the previous", "this past", "this last",
};
inline constexpr std::string_view kSince[] = {"ago", "back", "earlier"};
inline constexpr std::string_view kLater[] = {"from now", "hence", "later", "from today", "from right now"};
inline constexpr std::string_view kOf[] = {"of", "in", "from", "of the", "in the", "from the", "on", "on the", "for"};
inline constexpr std::string_view kLinks[] = {
    "at", "@", "on", "in", "for", ",", "of", "from", "by", "around", "about", "on the", "at around", "at about",
    "during", "in the", "the", "of the", "during the",
};
inline constexpr std::string_view kBeginning[] = {"beginning of", "start of", "the beginning of", "the start of", "early"};
inline constexpr std::string_view kEnd[] = {"end of", "the end of", "late"};
inline constexpr std::string_view kMiddle[] = {"mid", "middle of", "the middle of", "mid -"};
inline constexpr std::string_view kTill[] = {"to", "till", "til", "until", "thru", "through", "-", "and"};
inline constexpr std::string_view kAfter[] = {"after", "from", "since", "anytime after", "later than", "starting", "as of"};
inline constexpr std::string_view kBefore[] = {"before", "until", "till", "sooner than", "anytime before", "up to"};
inline constexpr std::string_view kSoon[] = {"asap", "as soon as possible", "at once"};
inline constexpr std::string_view kRoughly[] = {"around", "about", "approximately", "exactly", "roughly", "circa", "sharp"};
// clang-format on

inline constexpr Table<UnitWord> kUnits = table<kUnitRows>;
inline constexpr Table<DayPart> kParts = table<kDayParts>;
inline constexpr Table<DayPart> kToday = table<kTodayParts>;
inline constexpr Table<Season> kSeasons = table<kSeasonRows>;
inline constexpr Table<Zone> kZones = table<kZoneRows>;
inline constexpr Table<std::string_view> kAheadWords = table<kAhead>;
inline constexpr Table<std::string_view> kNowWords = table<kNow>;
inline constexpr Table<std::string_view> kBehindWords = table<kBehind>;
inline constexpr Table<std::string_view> kAgoWords = table<kSince>;
inline constexpr Table<std::string_view> kLaterWords = table<kLater>;
inline constexpr Table<std::string_view> kOfWords = table<kOf>;
inline constexpr Table<std::string_view> kLinkWords = table<kLinks>;
inline constexpr Table<std::string_view> kBeginningWords = table<kBeginning>;
inline constexpr Table<std::string_view> kEndWords = table<kEnd>;
inline constexpr Table<std::string_view> kMiddleWords = table<kMiddle>;
inline constexpr Table<std::string_view> kTillWords = table<kTill>;
inline constexpr Table<std::string_view> kAfterWords = table<kAfter>;
inline constexpr Table<std::string_view> kBeforeWords = table<kBefore>;
inline constexpr Table<std::string_view> kSoonWords = table<kSoon>;
inline constexpr Table<std::string_view> kRoughlyWords = table<kRoughly>;

}  // namespace parley::language
