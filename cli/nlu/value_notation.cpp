#include "cli/nlu/value_notation.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "expr/numbers.hpp"
#include "language/dimension.hpp"
#include "language/moments/calendar.hpp"
#include "language/moments/moment.hpp"
#include "language/tokens.hpp"
#include "language/vocabulary.hpp"

namespace parley::cli {
namespace {

using language::Circumstances;
using language::Dimension;
using language::Found;

struct DimensionRow {
  std::string_view noted;
  std::string_view ours;
};
constexpr DimensionRow kDimensions[] = {
    {"Numeral", "number"},
    {"Ordinal", "ordinal"},
    {"AmountOfMoney", "money"},
    {"Duration", "duration"},
    {"Quantity", "quantity"},
    {"Distance", "distance"},
    {"Volume", "volume"},
    {"Temperature", "temperature"},
    {"Time", "time"},
    {"Email", "email"},
    {"PhoneNumber", "phone"},
    {"Url", "url"},
    {"CreditCardNumber", "card"},
};

double number_of(const Value& value) {
  if (value.is_number()) return value.to_double();
  if (!value.is_string()) return 0;
  return expr::parse_double(value.as_string()).value_or(0);
}

// Whole numbers without a fraction, as the suite writes them.
Value plain(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  if (number > -1e15 && number < 1e15 && static_cast<double>(whole) == number) return Value(whole);
  return Value(number);
}

Value list(std::initializer_list<Value> values) {
  ListBuilder out;
  for (const Value& each : values) out.add(each);
  return out.build();
}

Value text_of(std::string_view text) {
  return Value::map({{"s", text}});
}

std::string capitalised(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

// --- money

// The suite keeps the words that leave the country open.
std::string currency_said(std::string_view text, std::string_view code, std::string_view locale) {
  const auto tokens = language::tokenise(text);
  const language::CurrencyWord* said = nullptr;
  for (std::size_t at = 0; at < tokens.size() && said == nullptr; ++at) {
    std::size_t most = 0;
    for (const language::CurrencyWord& row : language::english().currencies.beginning_with(tokens[at].text)) {
      const std::size_t taken = language::match_phrase(tokens, at, row.words);
      const bool letter = row.words.size() == 1 && row.words[0] >= 'a' && row.words[0] <= 'z';
      if (taken <= most || (letter && (at == 0 || tokens[at].spaced))) continue;
      most = taken;
      said = &row;
    }
  }
  if (said == nullptr || said->code.empty()) return "Unnamed";
  constexpr std::string_view kOpen[][2] = {
      {"riyal", "Riyal"},
      {"riyals", "Riyal"},
      {"rial", "Rial"},
      {"rials", "Rial"},
      {"dinar", "Dinar"},
      {"dinars", "Dinar"},
      {"dirham", "Dirham"},
      {"dirhams", "Dirham"},
      {"pound", "Pound"},
      {"pounds", "Pound"},
  };
  for (const auto& row : kOpen) {
    if (said->words == row[0]) return std::string(row[1]);
  }
  if (said->code != "$") return std::string(code);
  if (said->cents == 1) return "Cent";
  const bool coin = said->cents > 0;
  const bool own_dollar = locale.ends_with("US") || currency_of(locale) != "USD";
  return coin && own_dollar ? std::string(currency_of(locale)) : "Dollar";
}

double money_amount(const Value& amount, std::string_view currency) {
  const double number = number_of(amount["amount"]);
  return currency == "Cent" ? number * 100 : number;
}

// {from, to} as between, under or above.
template <typename AmountOf>
Value with_range(const Value& value, std::string_view unit, const AmountOf& amount_of) {
  const Value* from = value.find("from");
  const Value* to = value.find("to");
  if (from != nullptr && to != nullptr) {
    return list({"between", unit, list({plain(amount_of(*from)), plain(amount_of(*to))})});
  }
  if (to != nullptr) return list({"under", unit, plain(amount_of(*to))});
  if (from != nullptr) return list({"above", unit, plain(amount_of(*from))});
  return list({"simple", unit, plain(amount_of(value))});
}

Value note_money(const Value& value, std::string_view said, const NotationOptions& options) {
  const Value* end = value.find("to") != nullptr ? value.find("to") : value.find("from");
  const std::string_view code = (end != nullptr ? *end : value).text("currency");
  const std::string currency = currency_said(said, code, options.locale);
  return with_range(value, currency, [&](const Value& each) { return money_amount(each, currency); });
}

// --- quantities

Value note_quantity(const Value& value, bool product_said) {
  const Value* end = value.find("to") != nullptr ? value.find("to") : value.find("from");
  const Value& one = end != nullptr ? *end : value;
  const Value noted = with_range(value, capitalised(one.text("unit")), [](const Value& each) {
    return number_of(each["value"]);
  });
  if (!product_said) return noted;
  ListBuilder out;
  for (const Value& each : noted.as_list()) out.add(each);
  const std::string_view product = one.text("product");
  out.add(product.empty() ? Value("Nothing") : list({"Just", text_of(product)}));
  return out.build();
}

// --- durations

struct UnitRow {
  std::string_view name;
  std::int64_t seconds;
};
constexpr UnitRow kUnits[] = {
    {"Second", 1},
    {"Minute", 60},
    {"Hour", 3600},
    {"Day", 86'400},
    {"Week", 604'800},
    {"Month", 2'592'000},
    {"Quarter", 7'776'000},
    {"Year", 31'536'000},
};

// In the smallest unit that was said, or in a smaller one when that leaves a fraction.
Value note_duration(const Value& value, std::string_view said) {
  const std::int64_t seconds = value.as_duration().seconds;
  std::size_t unit = std::size(kUnits) - 1;
  bool found = false;
  for (const language::Token& token : language::tokenise(said)) {
    const language::DurationWord* row = language::english().durations.find_word(token.text);
    if (row == nullptr) continue;
    std::int64_t length =
        row->months ? (row->seconds % 12 == 0 ? 31'536'000 : row->seconds * 2'592'000) : row->seconds;
    if (length == 1'209'600) length = 86'400;  // a fortnight is said in days
    for (std::size_t i = 0; i < std::size(kUnits); ++i) {
      if (kUnits[i].seconds == length) {
        unit = found ? std::min(unit, i) : i;
        found = true;
      }
    }
  }
  if (!found) unit = 0;
  // Half a year is six months and not so many days.
  if (kUnits[unit].name == "Year" && seconds % kUnits[unit].seconds != 0 &&
      seconds * 12 % kUnits[unit].seconds == 0) {
    return list({"DurationData", Value(seconds * 12 / kUnits[unit].seconds), "Month"});
  }
  while (unit > 0 && seconds % kUnits[unit].seconds != 0) --unit;
  return list({"DurationData", Value(seconds / kUnits[unit].seconds), kUnits[unit].name});
}

// --- time

Value civil(language::LocalSeconds time) {
  const language::CalendarDay day = language::day_of(time);
  const std::int64_t rest = time - language::floor_to(time, language::Grain::day);
  return list({
      Value(std::int64_t{day.year}),
      Value(std::int64_t{day.month}),
      Value(std::int64_t{day.day}),
      Value(rest / 3600),
      Value(rest / 60 % 60),
      Value(rest % 60),
  });
}

Value note_moment(const language::Moment& moment) {
  const std::string grain = capitalised(language::name(moment.grain));
  if (moment.open != language::OpenEnd::none) {
    const std::string_view side = moment.open == language::OpenEnd::after ? "After" : "Before";
    return list({"datetimeOpenInterval", side, civil(moment.start), grain});
  }
  if (moment.end) return list({"datetimeInterval", list({civil(moment.start), civil(*moment.end)}), grain});
  return list({"datetime", civil(moment.start), grain});
}

// --- addresses

std::string_view issuer_of(std::string_view card) {
  const auto begins = [&](std::string_view prefix) { return card.starts_with(prefix); };
  if (begins("4")) return "Visa";
  if (begins("34") || begins("37")) return "Amex";
  if (begins("6011") || begins("65")) return "Discover";
  if (card >= "51" && card < "56") return "Mastercard";
  if (begins("36") || begins("38") || (card >= "300" && card < "306")) return "DinerClub";
  return "Other";
}

std::string host_of(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  std::string host(url.substr(0, url.find_first_of("/?#:")));
  // "www2.example.net" is example.net
  if (host.starts_with("www")) {
    std::size_t end = 3;
    while (end < host.size() && host[end] >= '0' && host[end] <= '9') ++end;
    if (end < host.size() && host[end] == '.') host.erase(0, end + 1);
  }
  return ascii_lower(host);
}

Value note_phone(std::string_view phone, std::string_view said) {
  std::string digits(phone);
  if (!digits.starts_with('+')) return list({"PhoneNumberValue", text_of(digits)});
  // "+33 1 46647998" → "(+33) 146647998": the code ends where the writer put a space or bracket.
  std::size_t code = 0;
  bool begun = false;
  for (const char c : said) {
    if (c == '+') begun = true;
    if (!begun) continue;
    if (c >= '0' && c <= '9') ++code;
    if (code > 0 && (c == ' ' || c == ')' || c == '-' || c == '.')) break;
  }
  code = std::clamp<std::size_t>(code, 1, 3);
  return list({"PhoneNumberValue", text_of("(" + digits.substr(0, code + 1) + ") " + digits.substr(code + 1))}
  );
}

Value note(
    std::string_view dimension, const Found& found, std::string_view said, const NotationOptions& options
) {
  if (dimension == "Numeral") return list({"NumeralValue", plain(number_of(found.value))});
  if (dimension == "Ordinal") return list({"OrdinalData", plain(number_of(found.value))});
  if (dimension == "AmountOfMoney") return note_money(found.value, said, options);
  if (dimension == "Duration") return note_duration(found.value, said);
  if (dimension == "Quantity") return note_quantity(found.value, true);
  if (dimension == "Email") return list({"EmailData", text_of(found.value.as_string())});
  if (dimension == "PhoneNumber") return note_phone(found.value.as_string(), said);
  if (dimension == "Url") {
    return list({"UrlData", text_of(found.value.as_string()), text_of(host_of(found.value.as_string()))});
  }
  if (dimension == "CreditCardNumber") {
    const std::string_view card = found.value.as_string();
    return list({"CreditCardNumberValue", text_of(card), issuer_of(card)});
  }
  return note_quantity(found.value, false);
}

}  // namespace

std::string_view dimension_noted(std::string_view name) {
  for (const DimensionRow& row : kDimensions) {
    if (row.noted == name || row.ours == name) return row.noted;
  }
  return {};
}

std::vector<std::string_view> noted_dimensions() {
  std::vector<std::string_view> out;
  for (const DimensionRow& row : kDimensions) out.push_back(row.noted);
  return out;
}

std::vector<NotedValue> noted_values(
    std::string_view dimension,
    std::string_view text,
    const Circumstances& circumstances,
    const NotationOptions& options
) {
  std::vector<NotedValue> out;
  if (dimension == "Time") {
    for (const language::FoundMoment& each : language::find_moments(text, circumstances, options.latent)) {
      out.push_back({dimension, note_moment(each.value), each.begin, each.end});
    }
    return out;
  }
  const auto* const row =
      std::find_if(std::begin(kDimensions), std::end(kDimensions), [&](const DimensionRow& each) {
        return each.noted == dimension;
      });
  if (row == std::end(kDimensions)) return out;
  const auto latent = options.latent ? language::Latent::yes : language::Latent::no;
  const bool bare = options.latent && dimension == "Quantity";
  const Dimension ours = bare ? Dimension::money : *language::dimension_named(row->ours);
  for (const Found& each : language::find_dimension(ours, text, circumstances, latent)) {
    const std::string_view said = text.substr(each.begin, each.end - each.begin);
    Value value = bare ? list({"simple", "Unnamed", plain(number_of(each.value["amount"])), "Nothing"})
                       : note(dimension, each, said, options);
    out.push_back({dimension, std::move(value), each.begin, each.end});
  }
  return out;
}

std::string_view currency_of(std::string_view locale) {
  constexpr std::string_view kCurrencies[][2] = {
      {"AU", "AUD"},
      {"CA", "CAD"},
      {"NZ", "NZD"},
      {"JM", "JMD"},
      {"TT", "TTD"},
      {"US", "USD"},
  };
  for (const auto& row : kCurrencies) {
    if (locale.size() > 3 && locale.ends_with(row[0])) return row[1];
  }
  return "USD";
}

}  // namespace parley::cli
