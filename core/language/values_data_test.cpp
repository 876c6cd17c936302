// How much of a public suite of spoken values we read: numerals, ordinals, money, durations, quantities and
// more. The floors may rise and never fall.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "language/dimension.hpp"
#include "language/moments/calendar.hpp"
#include "language/moments/moment.hpp"

namespace parley::language {
namespace {

struct DimensionRow {
  const char* suite_name;
  Dimension dimension;
  int floor_percent;
};

constexpr DimensionRow kDimensions[] = {
    {"Numeral", Dimension::number, 98},
    {"Ordinal", Dimension::ordinal, 100},
    {"AmountOfMoney", Dimension::money, 100},
    {"Duration", Dimension::duration, 100},
    {"Quantity", Dimension::quantity, 100},
    {"Distance", Dimension::distance, 90},
    {"Volume", Dimension::volume, 90},
    {"Temperature", Dimension::temperature, 100},
    {"CreditCardNumber", Dimension::card, 100},
    {"Email", Dimension::email, 100},
    {"Url", Dimension::url, 100},
    {"PhoneNumber", Dimension::phone, 100},
};

bool close(double a, double b) {
  return std::fabs(a - b) <= 1e-9 * std::max(1.0, std::fabs(b));
}

double decimal(const Value& value) {
  if (value.is_number()) return value.to_double();
  if (value.is_string()) return std::strtod(std::string(value.as_string()).c_str(), nullptr);
  return NAN;
}

// The suite names coin-less and unspecific currencies in words of its own.
bool is_currency(std::string_view ours, std::string_view expected) {
  if (expected == "Unnamed") return true;
  if (expected == "Dollar") return ours == "USD";
  if (expected == "Cent") return ours == "USD";
  if (expected == "Dinar") return ours == "KWD";
  if (expected == "Riyal") return ours == "SAR";
  if (expected == "Rial") return ours == "IRR";
  return ours == expected;
}

std::string currency_of(std::string_view locale) {
  const std::map<std::string_view, const char*> kCurrencies = {
      {"EN_AU", "AUD"},
      {"EN_CA", "CAD"},
      {"EN_JM", "JMD"},
      {"EN_NZ", "NZD"},
      {"EN_TT", "TTD"},
  };
  const auto row = kCurrencies.find(locale);
  return row == kCurrencies.end() ? "USD" : row->second;
}

bool is_simple_money(const Value& ours, std::string_view currency, double amount) {
  if (currency == "Cent") amount /= 100;
  return close(decimal(ours["amount"]), amount) && is_currency(ours.text("currency"), currency);
}

bool is_simple_quantity(const Value& ours, std::string_view unit, double amount) {
  if (unit == "Unnamed") return close(decimal(ours["amount"]), amount);
  std::string lower(unit);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ours.text("unit") == lower && close(decimal(ours["value"]), amount);
}

// ["simple", unit, x] · ["between", unit, [x, y]] · ["under", unit, x] · ["above", unit, x]
template <typename Check>
bool is_amount(const Value& ours, const Value& expected, Check check) {
  const auto parts = expected.as_list();
  const std::string_view shape = parts[0].as_string();
  const std::string_view unit = parts[1].as_string();
  if (shape == "simple") return check(ours, unit, decimal(parts[2]));
  if (shape == "under") return check(ours["to"], unit, decimal(parts[2]));
  if (shape == "above") return check(ours["from"], unit, decimal(parts[2]));
  return check(ours["from"], unit, decimal(parts[2].as_list()[0])) &&
         check(ours["to"], unit, decimal(parts[2].as_list()[1]));
}

std::int64_t seconds_in(std::string_view grain) {
  const std::map<std::string_view, std::int64_t> kSeconds = {
      {"Second", 1},
      {"Minute", 60},
      {"Hour", 3600},
      {"Day", 86'400},
      {"Week", 604'800},
      {"Month", 2'592'000},
      {"Year", 31'536'000},
  };
  return kSeconds.at(grain);
}

std::string without_brackets(std::string text) {
  std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == ' '; });
  return text;
}

bool agrees(Dimension dimension, const Value& ours, const Value& expected) {
  const auto parts = expected.as_list();
  switch (dimension) {
    case Dimension::number:
    case Dimension::ordinal:
      return close(decimal(ours), decimal(parts[1]));
    case Dimension::money:
      return is_amount(ours, expected, is_simple_money);
    case Dimension::quantity:
    case Dimension::distance:
    case Dimension::volume:
    case Dimension::temperature:
      return is_amount(ours, expected, is_simple_quantity);
    case Dimension::duration:
      return ours.is_duration() &&
             close(
                 static_cast<double>(ours.as_duration().seconds),
                 decimal(parts[1]) * static_cast<double>(seconds_in(parts[2].as_string()))
             );
    case Dimension::phone:
      return ours.as_string() == without_brackets(std::string(parts[1].text("s")));
    default:
      return ours.as_string() == parts[1].text("s");
  }
}

struct Score {
  int passed = 0;
  int total = 0;
  std::string missed;
};

bool passes(const DimensionRow& row, const Value& test) {
  const std::string currency = currency_of(test.text("locale"));
  // The suite's reference moment: 2013-02-12 04:30 at UTC-2.
  const Circumstances circumstances{
      .now = *parse_timestamp("2013-02-12T06:30:00Z"),
      .utc_offset_seconds = -7200,
      .locale = "en",
      .currency = currency
  };
  const std::string_view text = test.text("text");
  const Latent latent = test.text("corpus") == "latent" ? Latent::yes : Latent::no;
  const Dimension dimension =
      row.dimension == Dimension::quantity && latent == Latent::yes ? Dimension::money : row.dimension;
  const auto found = find_dimension(dimension, text, circumstances, latent);
  const Value& expected = test["expect"];
  if (expected.is_null()) return found.empty();
  return found.size() == 1 && agrees(row.dimension, found[0].value, expected);
}

}  // namespace

namespace {

// [year, month, day, hour, minute, second]
LocalSeconds local(const Value& civil) {
  const auto part = [&](std::size_t i) { return civil.as_list()[i].as_int(); };
  return at_day(part(0), part(1), part(2)) + part(3) * 3600 + part(4) * 60 + part(5);
}

bool is_grain(Grain ours, std::string_view expected) {
  std::string lower(expected);
  lower[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(lower[0])));
  return name(ours) == lower;
}

bool is_moment(const Moment& ours, const Value& expected) {
  const auto parts = expected.as_list();
  const std::string_view shape = parts[0].as_string();
  if (shape == "datetime") {
    return !ours.end && ours.open == OpenEnd::none && ours.start == local(parts[1]) &&
           is_grain(ours.grain, parts[2].as_string());
  }
  if (shape == "datetimeInterval") {
    const auto ends = parts[1].as_list();
    return ours.end && ours.start == local(ends[0]) && *ours.end == local(ends[1]) &&
           is_grain(ours.grain, parts[2].as_string());
  }
  const OpenEnd open = parts[1].as_string() == "After" ? OpenEnd::after : OpenEnd::before;
  return ours.open == open && ours.start == local(parts[2]) && is_grain(ours.grain, parts[3].as_string());
}

// "EN_GB" as "en-GB".
std::string tag_of(std::string_view locale) {
  return locale.size() == 5 ? "en-" + std::string(locale.substr(3)) : "en";
}

bool passes_time(const Value& test) {
  const std::string locale = tag_of(test.text("locale"));
  const Circumstances circumstances{
      .now = *parse_timestamp("2013-02-12T06:30:00Z"), .utc_offset_seconds = -7200, .locale = locale
  };
  const auto found = find_moments(test.text("text"), circumstances, test.text("corpus") == "latent");
  if (test["expect"].is_null()) return found.empty();
  return found.size() == 1 && is_moment(found[0].value, test["expect"]);
}

}  // namespace

TEST_CASE("the public suite of times is read as well as before, without its holidays") {
  std::ifstream file(std::string(PARLEY_DATA_DIR) + "/language/values_en.jsonl");
  if (!file) {
    MESSAGE("values_en.jsonl is not in PARLEY_DATA_DIR; nothing to compare with");
    return;
  }
  Score times;
  Score negatives;
  for (std::string line; std::getline(file, line);) {
    const auto test = parse_json(line);
    REQUIRE(test);
    if (test->text("dim") != "Time") continue;
    const Value& expected = (*test)["expect"];
    const bool negative = expected.is_null();
    if (!negative && expected.as_list()[0].as_string().ends_with("Holiday")) continue;
    Score& score = negative ? negatives : times;
    ++score.total;
    score.passed += passes_time(*test) ? 1 : 0;
  }
  std::printf(
      "Time           %3d of %3d, no time %d of %d\n",
      times.passed,
      times.total,
      negatives.passed,
      negatives.total
  );
  CHECK(times.passed * 100 >= 92 * times.total);
  CHECK(negatives.passed == negatives.total);
}

TEST_CASE("the public suite of values is read as well as before") {
  std::ifstream file(std::string(PARLEY_DATA_DIR) + "/language/values_en.jsonl");
  if (!file) {
    MESSAGE("values_en.jsonl is not in PARLEY_DATA_DIR; nothing to compare with");
    return;
  }
  std::map<std::string, Score, std::less<>> scores;
  for (std::string line; std::getline(file, line);) {
    const auto test = parse_json(line);
    REQUIRE(test);
    for (const DimensionRow& row : kDimensions) {
      if (test->text("dim") != row.suite_name) continue;
      Score& score = scores[row.suite_name];
      ++score.total;
      if (passes(row, *test)) {
        ++score.passed;
      } else {
        score.missed += "\n    " + std::string(test->text("text"));
      }
    }
  }
  for (const DimensionRow& row : kDimensions) {
    const Score& score = scores[row.suite_name];
    std::printf("%-14s %3d of %3d%s\n", row.suite_name, score.passed, score.total, score.missed.c_str());
    CAPTURE(row.suite_name);
    CHECK(score.passed * 100 >= row.floor_percent * score.total);
  }
}

}  // namespace parley::language
