#include "language/extract.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "language/dimension.hpp"
#include "language/phrases.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

using flow::SlotKind;
using Answer = std::expected<Value, Refusal>;

std::unexpected<Refusal> refuse(std::string_view reason, std::string message) {
  return std::unexpected(Refusal{std::string(reason), std::move(message)});
}

// How each kind is found and what to say when it is not.
struct KindRow {
  SlotKind kind;
  Dimension dimension;
  std::string_view reason;
  std::string_view message;
};

constexpr KindRow kKinds[] = {
    {SlotKind::number, Dimension::number, "not_a_number", "Please give a number, for example 12 or 2.5."},
    {SlotKind::integer, Dimension::number, "not_a_number", "Please give a whole number, for example 12."},
    {SlotKind::money, Dimension::money, "not_an_amount", "Please give an amount of money, for example $12.50."
    },
    {SlotKind::date,
     Dimension::date,
     "not_a_date",
     "Please give a date, for example 23 November 2026 or tomorrow."},
    {SlotKind::time, Dimension::time, "not_a_time", "Please give a time of day, for example 18:30 or 6pm."},
    {SlotKind::datetime,
     Dimension::datetime,
     "not_a_datetime",
     "Please give a day and a time, for example tomorrow at 6pm."},
    {SlotKind::duration,
     Dimension::duration,
     "not_a_duration",
     "Please say how long, for example 90 minutes or 2 weeks."},
    {SlotKind::email,
     Dimension::email,
     "not_an_email",
     "Please give an email address, for example ada@example.com."},
    {SlotKind::phone, Dimension::phone, "not_a_phone", "Please give a telephone number with 7 to 15 digits."},
    {SlotKind::url, Dimension::url, "not_a_url", "Please give a web address, for example https://example.com."
    },
};

const KindRow* row_of(SlotKind kind) {
  const auto row = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindRow& each) {
    return each.kind == kind;
  });
  return row == std::end(kKinds) ? nullptr : row;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string number_text(double number) {
  return write_json(Value(number));
}

std::string_view shown(const flow::Choice& choice) {
  return choice.label.empty() ? choice.value : choice.label;
}

// "small, medium or large"; of a long list the beginning.
std::string list_of(std::span<const flow::Choice> choices) {
  constexpr std::size_t kMost = 8;
  std::string out;
  const std::size_t count = std::min(choices.size(), kMost);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += shown(choices[i]);
  }
  if (choices.size() > kMost) out += "…";
  return out;
}

std::unexpected<Refusal> refuse_ambiguous(
    std::span<const flow::Choice> choices, const std::vector<std::size_t>& rivals
) {
  std::string message = "Did you mean ";
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    if (i > 0) message += i + 1 == rivals.size() ? " or " : ", ";
    message += shown(choices[rivals[i]]);
  }
  return refuse("ambiguous", message + "?");
}

Answer choose(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  const ChoiceAnswer answer = read_choice(choices, text, circumstances);
  if (answer.index) return Value(choices[*answer.index].value);
  if (!answer.rivals.empty()) return refuse_ambiguous(choices, answer.rivals);
  return refuse("not_a_choice", "Please choose " + list_of(choices) + ".");
}

std::optional<double> magnitude(const Value& value) {
  if (value.is_number()) return value.to_double();
  if (value.is_duration()) return static_cast<double>(value.as_duration().seconds);
  const Value& amount = value["amount"];
  if (!amount.is_string()) return std::nullopt;
  double number = 0;
  double place = 0;
  bool negative = false;
  for (const char c : amount.as_string()) {
    if (c == '-') negative = true;
    if (c == '.') place = 1;
    if (c < '0' || c > '9') continue;
    place /= 10;
    number = place > 0 ? number + (c - '0') * place : number * 10 + (c - '0');
  }
  return negative ? -number : number;
}

Answer check_range(const flow::Slot& slot, Value value) {
  const auto number = magnitude(value);
  if (!number) return value;
  if (slot.min && *number < *slot.min)
    return refuse("below_min", "The least is " + number_text(*slot.min) + ".");
  if (slot.max && *number > *slot.max)
    return refuse("above_max", "The most is " + number_text(*slot.max) + ".");
  return value;
}

Answer check_text(const flow::Slot& slot, Value value, bool lengths) {
  const std::string_view text = value.as_string();
  if (lengths) {
    const auto length = static_cast<double>(count_code_points(text));
    if (slot.min && length < *slot.min)
      return refuse("too_short", "Please use at least " + number_text(*slot.min) + " characters.");
    if (slot.max && length > *slot.max)
      return refuse("too_long", "Please use at most " + number_text(*slot.max) + " characters.");
  }
  if (slot.pattern && !slot.pattern->full_match(text))
    return refuse("pattern", "That does not have the expected form.");
  return value;
}

Answer check_list(const flow::Slot& slot, ListBuilder values) {
  const auto count = static_cast<double>(values.size());
  if (slot.min && count < *slot.min)
    return refuse("too_few", "Please give at least " + number_text(*slot.min) + ".");
  if (slot.max && count > *slot.max)
    return refuse("too_many", "Please give at most " + number_text(*slot.max) + ".");
  return values.build();
}

// The one value that the message holds; the same one twice is still one.
Answer the_only_one(const std::vector<Found>& found, const KindRow& row, std::string_view text) {
  if (found.empty()) return refuse(row.reason, std::string(row.message));
  for (const Found& other : found) {
    if (other.value == found.front().value) continue;
    const auto said = [&](const Found& each) {
      return std::string(text.substr(each.begin, each.end - each.begin));
    };
    return refuse("ambiguous", "Did you mean " + said(found.front()) + " or " + said(other) + "?");
  }
  const Value& value = found.front().value;
  if (value.find("from") != nullptr || value.find("to") != nullptr) {
    return refuse("range", "Please give one amount instead of a range.");
  }
  return value;
}

bool is_integral(const Value& value) {
  return value.is_int() || value.is_uint();
}

bool equals_choice(const flow::Choice& choice, const Value& value) {
  const std::string text = value.is_string() ? std::string(value.as_string()) : write_json(value);
  return choice.value == text;
}

Answer read_found(
    const flow::Slot& slot, const KindRow& row, std::string_view text, const Circumstances& circumstances
) {
  auto found = find_dimension(row.dimension, text, circumstances);
  const bool latent = row.kind == SlotKind::money || row.kind == SlotKind::time;
  if (found.empty() && latent) found = find_dimension(row.dimension, text, circumstances, Latent::yes);
  if (found.empty() && row.kind == SlotKind::datetime &&
      !find_dimension(Dimension::date, text, circumstances).empty()) {
    return refuse("no_time", "At what time? For example tomorrow at 6pm.");
  }
  Answer answer = the_only_one(found, row, text);
  if (!answer) return answer;
  if (row.kind == SlotKind::integer && !is_integral(*answer)) {
    return refuse("not_an_integer", "Please give a whole number, for example 12.");
  }
  if (!slot.choices.empty()) {
    const bool offered =
        std::any_of(slot.choices.begin(), slot.choices.end(), [&](const flow::Choice& choice) {
          return equals_choice(choice, *answer);
        });
    if (!offered) return refuse("not_a_choice", "Please choose " + list_of(slot.choices) + ".");
  }
  if (answer->is_string()) return check_text(slot, *answer, false);
  return check_range(slot, *answer);
}

// An answer that names nothing: a yes, a no, or a question back.
bool names_nothing(const Reading& reading) {
  const Vocabulary& words = reading.words;
  const std::string normal = normal_form(reading.tokens, words);
  if (contains(words.yes, normal) || contains(words.no, normal) || contains(words.yes_alone, normal) ||
      contains(words.no_alone, normal) || contains(words.neither, normal))
    return true;
  if (contains(words.politeness, normal)) return true;
  return reading.is_one_of(0, words.question_words) && reading.text.ends_with('?');
}

Value item_value(std::string_view name, const Number& quantity) {
  return Value::map({{"item", name}, {"quantity", quantity.to_value()}});
}

// Every item of the message, with the offered choices' values as names when there are any.
std::expected<std::vector<Value>, Refusal> read_items(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  std::vector<Value> values;
  const Reading reading(text, circumstances);
  if (names_nothing(reading)) {
    return refuse("not_an_item", "Please say what you would like, for example 2 pizzas and a coke.");
  }
  for (const Item& item : find_items(choices, reading)) {
    if (choices.empty()) {
      values.push_back(item_value(item.name, item.quantity));
      continue;
    }
    auto chosen = choose(choices, item.name, circumstances);
    if (!chosen && chosen.error().reason == "not_a_choice") {
      return refuse(
          "not_a_choice", "There is no \"" + item.name + "\". Please choose " + list_of(choices) + "."
      );
    }
    if (!chosen) return std::unexpected(chosen.error());
    values.push_back(item_value(chosen->as_string(), item.quantity));
  }
  if (values.empty())
    return refuse("not_an_item", "Please say what you would like, for example 2 pizzas and a coke.");
  return values;
}

Answer read_item(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  auto items = read_items(slot.choices, text, circumstances);
  if (!items) return std::unexpected(items.error());
  if (items->size() > 1) return refuse("too_many", "Please name one thing at a time.");
  const auto quantity = (*items)[0]["quantity"].to_double();
  if (slot.min && quantity < *slot.min)
    return refuse("below_min", "The least is " + number_text(*slot.min) + ".");
  if (slot.max && quantity > *slot.max)
    return refuse("above_max", "The most is " + number_text(*slot.max) + ".");
  return (*items)[0];
}

// The parts of an enumeration in the user's own spelling: "red, green and blue".
std::vector<std::string_view> parts_of(std::string_view text, const Circumstances& circumstances) {
  const Reading reading(text, circumstances);
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    const TokenRange range = without_filler(reading, {begin, end});
    if (range.begin >= range.end) return;
    const std::size_t from = reading.tokens[range.begin].begin;
    parts.push_back(text.substr(from, reading.tokens[range.end - 1].end - from));
  };
  for (std::size_t at = 0; at < reading.size();) {
    const bool mark = reading.is(at, ",") || reading.is(at, ";") || reading.is(at, "&");
    const std::size_t taken = mark ? 1 : reading.longest(at, reading.words.separators);
    if (taken > 0) {
      add(at);
      begin = at + taken;
    }
    at += std::max<std::size_t>(taken, 1);
  }
  add(reading.size());
  return parts;
}

Answer read_list_of_parts(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  ListBuilder values;
  std::vector<std::string> seen;
  for (const std::string_view part : parts_of(text, circumstances)) {
    if (slot.choices.empty()) {
      values.add(Value(part));
      continue;
    }
    const Answer chosen = choose(slot.choices, part, circumstances);
    if (!chosen) return chosen;
    const std::string value(chosen->as_string());
    if (std::find(seen.begin(), seen.end(), value) != seen.end()) continue;
    seen.push_back(value);
    values.add(*chosen);
  }
  if (values.size() == 0) return refuse("empty", "Please name at least one.");
  return check_list(slot, std::move(values));
}

Answer read_list(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  const SlotKind element = slot.type.element ? slot.type.element->kind : SlotKind::text;
  if (element == SlotKind::item) {
    auto items = read_items(slot.choices, text, circumstances);
    if (!items) return std::unexpected(items.error());
    ListBuilder values;
    for (Value& item : *items) values.add(std::move(item));
    return check_list(slot, std::move(values));
  }
  const KindRow* row = row_of(element);
  if (row == nullptr) return read_list_of_parts(slot, text, circumstances);
  const auto found = find_dimension(row->dimension, text, circumstances);
  if (found.empty()) return refuse(row->reason, std::string(row->message));
  ListBuilder values;
  for (const Found& each : found) {
    if (element == SlotKind::integer && !is_integral(each.value)) {
      return refuse("not_an_integer", "Please give whole numbers, for example 1, 5 and 12.");
    }
    values.add(each.value);
  }
  return check_list(slot, std::move(values));
}

Answer read_boolean(std::string_view text, const Circumstances& circumstances) {
  switch (read_polarity(text, circumstances)) {
    case Polarity::yes:
      return Value(true);
    case Polarity::no:
      return Value(false);
    case Polarity::neither:
      break;
  }
  return refuse("not_yes_or_no", "Please answer yes or no.");
}

Answer read_object(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || !value->is_map()) return refuse("not_an_object", "This needs a form instead of words.");
  return *value;
}

std::vector<Found> find_item_values(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  std::vector<Found> found;
  const Reading reading(text, circumstances);
  for (const Item& item : find_items(choices, reading)) {
    found.push_back({item_value(item.name, item.quantity), item.begin, item.end});
  }
  return found;
}

}  // namespace

std::vector<Found> find_values(
    const flow::SlotType& type,
    std::span<const flow::Choice> choices,
    std::string_view text,
    const Circumstances& circumstances
) {
  switch (type.kind) {
    case SlotKind::choice:
      return find_choices(choices, text, circumstances);
    case SlotKind::item:
      return find_item_values(choices, text, circumstances);
    case SlotKind::list: {
      const flow::SlotType text_type;
      return find_values(type.element ? *type.element : text_type, choices, text, circumstances);
    }
    case SlotKind::boolean: {
      const Polarity polarity = read_polarity(text, circumstances);
      if (polarity == Polarity::neither) return {};
      return {{Value(polarity == Polarity::yes), 0, text.size()}};
    }
    case SlotKind::text: {
      if (!choices.empty()) return find_choices(choices, text, circumstances);
      const std::string_view inner = trimmed(text);
      if (inner.empty()) return {};
      const auto begin = static_cast<std::size_t>(inner.data() - text.data());
      return {{Value(inner), begin, begin + inner.size()}};
    }
    default:
      break;
  }
  const KindRow* row = row_of(type.kind);
  if (row == nullptr) return {};
  std::vector<Found> found = find_dimension(row->dimension, text, circumstances);
  std::erase_if(found, [&](const Found& each) {
    return (type.kind == SlotKind::integer && !is_integral(each.value)) ||
           each.value.find("from") != nullptr || each.value.find("to") != nullptr;
  });
  return found;
}

std::expected<Value, Refusal> read_answer(
    const flow::Slot& slot, std::string_view text, const Circumstances& circumstances
) {
  const std::string_view inner = trimmed(text);
  if (inner.empty()) return refuse("empty", "Please give an answer.");
  switch (slot.type.kind) {
    case SlotKind::boolean:
      return read_boolean(inner, circumstances);
    case SlotKind::item:
      return read_item(slot, inner, circumstances);
    case SlotKind::list:
      return read_list(slot, inner, circumstances);
    case SlotKind::object:
      return read_object(inner);
    case SlotKind::choice:
    case SlotKind::text:
      if (!slot.choices.empty()) return choose(slot.choices, inner, circumstances);
      return check_text(slot, Value(inner), true);
    default:
      break;
  }
  const KindRow* row = row_of(slot.type.kind);
  INVARIANT(row != nullptr, "every kind of slot can be read");
  return read_found(slot, *row, inner, circumstances);
}

}  // namespace parley::language
