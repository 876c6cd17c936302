#include "language/dimension.hpp"

#include <algorithm>
#include <array>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

constexpr std::array<std::string_view, 15> kNames = {
    "number",
    "ordinal",
    "money",
    "duration",
    "quantity",
    "distance",
    "volume",
    "temperature",
    "date",
    "time",
    "datetime",
    "email",
    "phone",
    "url",
    "card",
};
static_assert(kNames.size() == static_cast<std::size_t>(Dimension::card) + 1);

// The value of one kind that starts at a token. Digits glued to a word before them ("A4") are part of a name.
class ValueReader {
 public:
  ValueReader(Dimension dimension, const Reading& reading, Latent latent)
      : dimension_(dimension), reading_(reading), latent_(latent == Latent::yes) {}

  [[nodiscard]] Maybe<Value> read(std::size_t at) const {
    if (is_part_of_something(at)) return std::nullopt;
    if (!has_ranges()) return read_one(at);
    return read_range(at);
  }

 private:
  // "A4", and what is left of "25:00" or "1.2.3" when the whole was not understood.
  [[nodiscard]] bool is_part_of_something(std::size_t at) const {
    if (!reading_.is_glued(at)) return false;
    const auto is_tail_of = [&](std::size_t mark) {
      return mark > 0 && (reading_.is(mark, ".") || reading_.is(mark, ":")) && reading_.is_glued(mark) &&
             reading_.is_digits(mark - 1);
    };
    if (reading_.is_digits(at)) return reading_.tokens[at - 1].is_word() || is_tail_of(at - 1);
    return is_tail_of(at) && reading_.is_digits(at + 1) && reading_.is_glued(at + 1);
  }

  [[nodiscard]] bool has_ranges() const {
    return dimension_ == Dimension::money || dimension_ == Dimension::quantity ||
           dimension_ == Dimension::distance || dimension_ == Dimension::volume ||
           dimension_ == Dimension::temperature;
  }

  [[nodiscard]] std::size_t skip_about(std::size_t at) const {
    for (std::size_t taken = reading_.longest(at, reading_.words.about); taken > 0;
         taken = reading_.longest(at, reading_.words.about)) {
      at += taken;
    }
    return at;
  }

  [[nodiscard]] Maybe<Value> read_one(std::size_t at) const {
    const auto wrap = [](const auto& match, auto&& to_value) -> Maybe<Value> {
      if (!match) return std::nullopt;
      return Match<Value>{to_value(match->value), match->next};
    };
    switch (dimension_) {
      case Dimension::number: {
        const auto number = read_number(reading_, at);
        if (number && read_ordinal(reading_, at) && reading_.is_digits(at)) return std::nullopt;
        return wrap(number, [](const Number& value) { return value.to_value(); });
      }
      case Dimension::ordinal:
        return wrap(read_ordinal(reading_, at), [](std::int64_t value) { return Value(value); });
      case Dimension::duration:
        return wrap(read_duration(reading_, at), [](Duration value) { return Value(value); });
      case Dimension::date:
        return wrap(read_date(reading_, at), [](const Date& value) { return Value(to_string(value)); });
      case Dimension::time:
        return wrap(read_time(reading_, at, latent_), [](const ClockTime& value) {
          return Value(to_string(value));
        });
      case Dimension::datetime:
        return wrap(read_datetime(reading_, at), [](Timestamp value) { return Value(value); });
      default:
        return std::nullopt;
    }
  }

  // An amount with its unit, or without one when the unit follows later ("10" in "10-20 dollars").
  struct Amount {
    Number number;
    std::string currency;
    std::string_view unit;
    std::string product;
    std::int64_t factor = 1;
  };

  [[nodiscard]] bool is_wanted(const Quantity& quantity) const {
    switch (dimension_) {
      case Dimension::quantity:
        return quantity.measure == Measure::mass || quantity.measure == Measure::cooking;
      case Dimension::distance:
        return quantity.measure == Measure::distance;
      case Dimension::temperature:
        return quantity.measure == Measure::temperature;
      default:
        return quantity.measure == Measure::volume;
    }
  }

  [[nodiscard]] Maybe<Amount> read_amount(std::size_t at) const {
    at = skip_about(at);
    if (dimension_ == Dimension::money) {
      const auto money = read_money(reading_, at);
      if (!money) return std::nullopt;
      return Match<Amount>{{money->value.amount, money->value.currency, {}, {}}, money->next};
    }
    const auto quantity = read_quantity(reading_, at);
    if (!quantity || !is_wanted(quantity->value)) return std::nullopt;
    return Match<Amount>{
        {quantity->value.amount, {}, quantity->value.unit, quantity->value.product}, quantity->next
    };
  }

  [[nodiscard]] Value to_value(const Amount& amount) const {
    if (dimension_ == Dimension::money) return money_value(amount.number, amount.currency);
    MapBuilder map;
    map.set("value", amount.number.to_value());
    map.set("unit", amount.unit);
    if (!amount.product.empty()) map.set("product", amount.product);
    return map.build();
  }

  [[nodiscard]] static Value range(Value from, Value to) {
    MapBuilder map;
    if (!from.is_null()) map.set("from", std::move(from));
    if (!to.is_null()) map.set("to", std::move(to));
    return map.build();
  }

  // Both ends of "10-20 dollars"; the first takes the second's unit when it has none.
  [[nodiscard]] Maybe<Value> read_ends(std::size_t at, bool introduced) const {
    const auto first = read_amount(at);
    const auto bare = read_number(reading_, skip_about(at), false);
    for (const bool with_unit : {true, false}) {
      if (with_unit ? !first : !bare) continue;
      const std::size_t link = with_unit ? first->next : bare->next;
      const std::size_t taken = reading_.longest(link, reading_.words.to);
      const bool joins_only = reading_.is_one_of(link, reading_.words.conjunctions);
      if (taken == 0 || (joins_only && !introduced)) continue;
      const auto second = read_amount(link + taken);
      if (!second) continue;
      Amount from = second->value;
      if (with_unit && !(first->value.unit == from.unit && first->value.currency == from.currency)) continue;
      from.number = with_unit ? first->value.number : in_unit_of(bare->value, link + taken, second->value);
      return Match<Value>{range(to_value(from), to_value(second->value)), second->next};
    }
    return std::nullopt;
  }

  // "100" of "100-1000 gram": scaled as the other end's unit is ("2 to 7 kg").
  [[nodiscard]] Number in_unit_of(const Number& number, std::size_t other_at, const Amount& other) const {
    const auto written = read_count(reading_, skip_about(other_at));
    if (!written || written->value.real == 0 || other.number.real == 0) return number;
    const double factor = other.number.real / written->value.real;
    if (factor >= 1) return number.times(static_cast<std::int64_t>(factor + 0.5));
    return number.divided_by(static_cast<std::int64_t>(1 / factor + 0.5));
  }

  [[nodiscard]] Maybe<Value> read_range(std::size_t at) const {
    const std::size_t start = skip_about(at);
    std::size_t opening = reading_.longest(start, reading_.words.between);
    if (opening == 0) opening = reading_.longest(start, reading_.words.from);
    if (auto ends = read_ends(start + opening, opening > 0)) return ends;
    if (const std::size_t under = reading_.longest(start, reading_.words.under)) {
      if (const auto amount = read_amount(start + under))
        return Match<Value>{range(Value(), to_value(amount->value)), amount->next};
    }
    if (const std::size_t above = reading_.longest(start, reading_.words.above)) {
      if (const auto amount = read_amount(start + above))
        return Match<Value>{range(to_value(amount->value), Value()), amount->next};
    }
    if (const auto amount = read_amount(start)) return Match<Value>{to_value(amount->value), amount->next};
    if (!latent_) return std::nullopt;
    const auto number = read_number(reading_, start);
    if (!number) return std::nullopt;
    Amount bare{number->value, std::string(reading_.circumstances.currency), {}, {}};
    std::size_t next = number->next;
    const auto cents = read_words_below_hundred(reading_, next);  // "twelve fifty"
    if (cents && cents->value >= 10 && number->value.is_integer() && number->value.written_as_word) {
      bare.number = bare.number.plus(Number::of(cents->value).divided_by(100));
      next = cents->next;
    }
    return Match<Value>{to_value(bare), next};
  }

  Dimension dimension_;
  const Reading& reading_;
  bool latent_;
};

}  // namespace

std::string_view name(Dimension dimension) {
  return kNames[static_cast<std::size_t>(dimension)];
}

std::optional<Dimension> dimension_named(std::string_view name) {
  const auto row = std::find(kNames.begin(), kNames.end(), name);
  if (row == kNames.end()) return std::nullopt;
  return static_cast<Dimension>(row - kNames.begin());
}

std::vector<Found> find_dimension(
    Dimension dimension, std::string_view text, const Circumstances& circumstances, Latent latent
) {
  if (dimension == Dimension::email) return find_emails(text);
  if (dimension == Dimension::phone) return find_phones(text);
  if (dimension == Dimension::url) return find_urls(text);
  if (dimension == Dimension::card) return find_cards(text);
  const Reading reading(text, circumstances);
  const ValueReader reader(dimension, reading, latent);
  std::vector<Found> found;
  for (std::size_t at = 0; at < reading.size();) {
    auto match = reader.read(at);
    if (!match || match->next <= at) {
      ++at;
      continue;
    }
    found.push_back({std::move(match->value), reading.tokens[at].begin, reading.tokens[match->next - 1].end});
    at = match->next;
  }
  return found;
}

}  // namespace parley::language
