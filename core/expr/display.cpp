#include "expr/display.hpp"

#include <cmath>

#include "base/currency.hpp"
#include "base/json.hpp"
#include "base/map_order.hpp"
#include "base/time.hpp"
#include "expr/numbers.hpp"
#include "expr/plural.hpp"

namespace parley::expr {
namespace {

struct Words {
  std::string_view language;
  std::string_view and_word;
  std::string_view yes;
  std::string_view no;
  char decimal_mark;
};

constexpr Words kWords[] = {
    {"en", "and", "yes", "no", '.'},
    {"da", "og", "ja", "nej", ','},
    {"de", "und", "ja", "nein", ','},
    {"es", "y", "sí", "no", ','},
    {"fr", "et", "oui", "non", ','},
    {"it", "e", "sì", "no", ','},
    {"nl", "en", "ja", "nee", ','},
    {"pt", "e", "sim", "não", ','},
};

const Words& words_of(std::string_view locale) {
  std::string_view language = locale.substr(0, locale.find_first_of("-_"));
  for (const Words& words : kWords) {
    if (words.language == language) return words;
  }
  return kWords[0];
}

class Display {
 public:
  Display(std::string_view locale, std::int32_t utc_offset_seconds)
      : words_(words_of(locale)), utc_offset_seconds_(utc_offset_seconds) {}

  void append(const Value& value) {
    switch (value.type()) {
      case ValueType::null:
        return;
      case ValueType::boolean:
        out_ += value.as_bool() ? words_.yes : words_.no;
        return;
      case ValueType::integer:
      case ValueType::unsigned_integer:
      case ValueType::real:
        return number(value);
      case ValueType::string:
      case ValueType::type:
        out_ += value.as_string();
        return;
      case ValueType::bytes:
        out_ += std::to_string(value.size()) + " bytes";
        return;
      case ValueType::timestamp:
        return timestamp(value.as_timestamp());
      case ValueType::duration:
        return duration(value.as_duration());
      case ValueType::list:
        return list(value.as_list());
      case ValueType::map:
        return map(value);
      case ValueType::optional:
        if (value.optional_value() != nullptr) append(*value.optional_value());
        return;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void localised(std::string text) {
    for (char& c : text) {
      if (c == '.') c = words_.decimal_mark;
    }
    out_ += text;
  }

  void number(const Value& value) {
    std::string text;
    if (value.is_double() && !std::isfinite(value.as_double())) {
      text = shortest(value.as_double());
    } else {
      append_json(text, value);
    }
    localised(std::move(text));
  }

  void two_digits(std::int32_t number) {
    if (number < 10) out_ += '0';
    out_ += std::to_string(number);
  }

  // Months have names only in English; elsewhere the order year-month-day is never misread.
  void timestamp(Timestamp time) {
    constexpr std::string_view kMonths[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    CivilTime civil = to_civil(time, utc_offset_seconds_);
    if (words_.language == "en") {
      out_ += std::to_string(civil.day);
      out_.append(" ").append(kMonths[civil.month - 1]).append(" ").append(std::to_string(civil.year));
    } else {
      out_.append(std::to_string(civil.year)).append("-");
      two_digits(civil.month);
      out_ += '-';
      two_digits(civil.day);
    }
    out_ += ' ';
    two_digits(civil.hour);
    out_ += ':';
    two_digits(civil.minute);
  }

  // "1 h 30 min": the units that are not zero, a fraction of a second only below a minute.
  void duration(Duration duration) {
    if (duration.seconds < 0 || duration.nanos < 0) {
      out_ += '-';
      duration = negate(duration);
    }
    struct Unit {
      std::int64_t seconds;
      std::string_view name;
    };
    constexpr Unit kUnits[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};
    std::int64_t left = duration.seconds;
    bool any = false;
    for (const Unit& unit : kUnits) {
      if (left < unit.seconds) continue;
      if (any) out_ += ' ';
      out_.append(std::to_string(left / unit.seconds)).append(" ").append(unit.name);
      left %= unit.seconds;
      any = true;
    }
    if (any && left == 0) return;
    if (any) {
      out_.append(" ").append(std::to_string(left)).append(" s");
      return;
    }
    number(Value(static_cast<double>(left) + duration.nanos / 1e9));
    out_ += " s";
  }

  void list(std::span<const Value> items) {
    std::string_view separator = ", ";
    for (const Value& item : items) {
      // Their own commas would run together with the list's.
      if (item.is_list() || (item.is_map() && !is_order_item(item) && !is_money(item))) separator = "; ";
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0 && (i + 1 < items.size() || separator != ", ")) {
        out_ += separator;
      } else if (i > 0) {
        out_.append(" ").append(words_.and_word).append(" ");
      }
      append(items[i]);
    }
  }

  static bool is_order_item(const Value& value) {
    return value["quantity"].is_number() && value["item"].is_string();
  }
  static bool is_money(const Value& value) {
    const Value& amount = value["amount"];
    return value.size() == 2 && (amount.is_number() || amount.is_string()) && value["currency"].is_string();
  }

  void map(const Value& value) {
    if (is_order_item(value)) return order_item(value);
    if (is_money(value)) return money(value);
    bool first = true;
    for (const Value::Entry* entry : entries_by_key(value)) {
      if (!first) out_ += ", ";
      first = false;
      append(entry->key);
      out_ += ": ";
      append(entry->value);
    }
  }

  void order_item(const Value& value) {
    const Value& quantity = value["quantity"];
    std::string_view item = value["item"].as_string();
    bool english = words_.language == "en";
    bool one = quantity.to_double() == 1;
    if (english && one && article_length(item) > 0) {
      out_ += item;
      return;
    }
    number(quantity);
    out_ += ' ';
    if (english) {
      item.remove_prefix(article_length(item));
      out_ += one ? std::string(item) : english_plural(item);
    } else {
      if (!one) out_ += "× ";
      out_ += item;
    }
  }

  void money(const Value& value) {
    const Value& amount = value["amount"];
    std::string_view currency = value["currency"].as_string();
    if (amount.is_string()) {
      localised(std::string(amount.as_string()));
    } else {
      localised(fixed(amount.to_double(), minor_digits(currency)));
    }
    out_.append(" ").append(currency);
  }

  const Words& words_;
  std::int32_t utc_offset_seconds_;
  std::string out_;
};

}  // namespace

std::string display(const Value& value, std::string_view locale, std::int32_t utc_offset_seconds) {
  Display writer(locale, utc_offset_seconds);
  writer.append(value);
  return writer.take();
}

}  // namespace parley::expr
