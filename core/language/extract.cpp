#include "language/extract.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "language/dimension.hpp"
#include "language/phrases.hpp"
#include "language/refusals.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

using flow::SlotKind;
using Answer = std::expected<Value, RefusedAnswer>;

std::unexpected<RefusedAnswer> refuse(Refused why, std::string value = {}) {
  return std::unexpected(RefusedAnswer{why, std::move(value)});
}

// How each kind is found and what it lacks when it is not.
struct KindRow {
  SlotKind kind;
  Dimension dimension;
  Refused lacks;
};

constexpr KindRow kKinds[] = {
    {SlotKind::number, Dimension::number, Refused::no_number},
    {SlotKind::integer, Dimension::number, Refused::no_whole_number},
    {SlotKind::money, Dimension::money, Refused::no_amount},
    {SlotKind::date, Dimension::date, Refused::no_date},
    {SlotKind::time, Dimension::time, Refused::no_time},
    {SlotKind::datetime, Dimension::datetime, Refused::no_datetime},
    {SlotKind::duration, Dimension::duration, Refused::no_duration},
    {SlotKind::email, Dimension::email, Refused::no_email},
    {SlotKind::phone, Dimension::phone, Refused::no_phone},
    {SlotKind::url, Dimension::url, Refused::no_url},
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

std::string shown(const flow::Choice& choice, const Circumstances& circumstances) {
  if (choice.label.empty()) return choice.value;
  return std::string(flow::in_language(choice.label, choice.labels, circumstances.locale));
}

// "Please choose small, medium or large"; of a long list the beginning.
std::unexpected<RefusedAnswer> refuse_choice(
    std::span<const flow::Choice> choices, const Circumstances& circumstances, std::string said = {}
) {
  constexpr std::size_t kMost = 8;
  RefusedAnswer refused{said.empty() ? Refused::no_choice : Refused::no_such_item, std::move(said)};
  for (const flow::Choice& choice : choices.first(std::min(choices.size(), kMost)))
    refused.names.push_back(shown(choice, circumstances));
  refused.more_names = choices.size() > kMost;
  return std::unexpected(std::move(refused));
}

std::unexpected<RefusedAnswer> refuse_ambiguous(
    std::span<const flow::Choice> choices,
    const std::vector<std::size_t>& rivals,
    const Circumstances& circumstances
) {
  RefusedAnswer refused{Refused::ambiguous};
  for (const std::size_t rival : rivals) refused.names.push_back(shown(choices[rival], circumstances));
  return std::unexpected(std::move(refused));
}

Answer choose(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  const ChoiceAnswer answer = read_choice(choices, text, circumstances);
  if (answer.index) return Value(choices[*answer.index].value);
  if (!answer.rivals.empty()) return refuse_ambiguous(choices, answer.rivals, circumstances);
  return refuse_choice(choices, circumstances);
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
  if (slot.min && *number < *slot.min) return refuse(Refused::too_small, number_text(*slot.min));
  if (slot.max && *number > *slot.max) return refuse(Refused::too_big, number_text(*slot.max));
  return value;
}

Answer check_text(const flow::Slot& slot, Value value, bool lengths) {
  const std::string_view text = value.as_string();
  if (lengths) {
    const auto length = static_cast<double>(count_code_points(text));
    if (slot.min && length < *slot.min) return refuse(Refused::too_short, number_text(*slot.min));
    if (slot.max && length > *slot.max) return refuse(Refused::too_long, number_text(*slot.max));
  }
  if (slot.pattern && !slot.pattern->full_match(text)) return refuse(Refused::pattern);
  return value;
}

Answer check_list(const flow::Slot& slot, ListBuilder values) {
  const auto count = static_cast<double>(values.size());
  if (slot.min && count < *slot.min) return refuse(Refused::too_few, number_text(*slot.min));
  if (slot.max && count > *slot.max) return refuse(Refused::too_many, number_text(*slot.max));
  return values.build();
}

// The one value that the message holds; the same one twice is still one.
Answer the_only_one(const std::vector<Found>& found, const KindRow& row, std::string_view text) {
  if (found.empty()) return refuse(row.lacks);
  for (const Found& other : found) {
    if (other.value == found.front().value) continue;
    const auto said = [&](const Found& each) {
      return std::string(text.substr(each.begin, each.end - each.begin));
    };
    return std::unexpected(RefusedAnswer{Refused::ambiguous, {}, {said(found.front()), said(other)}});
  }
  const Value& value = found.front().value;
  if (value.find("from") != nullptr || value.find("to") != nullptr) {
    return refuse(Refused::range);
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
    return refuse(Refused::no_clock_time);
  }
  Answer answer = the_only_one(found, row, text);
  if (!answer) return answer;
  if (row.kind == SlotKind::integer && !is_integral(*answer)) {
    return refuse(Refused::not_whole);
  }
  if (!slot.choices.empty()) {
    const bool offered =
        std::any_of(slot.choices.begin(), slot.choices.end(), [&](const flow::Choice& choice) {
          return equals_choice(choice, *answer);
        });
    if (!offered) return refuse_choice(slot.choices, circumstances);
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

bool is_unwanted(const Item& item, const Vocabulary& words) {
  return std::any_of(words.not_but.begin(), words.not_but.end(), [&](std::string_view negation) {
    return item.name.size() > negation.size() && item.name.starts_with(negation) &&
           item.name[negation.size()] == ' ' && !contains(words.noes, negation);
  });
}

// Every item of the message, with the offered choices' values as names when there are any.
std::expected<std::vector<Value>, RefusedAnswer> read_items(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  std::vector<Value> values;
  const Reading reading(text, circumstances);
  if (names_nothing(reading)) {
    return refuse(Refused::no_item);
  }
  std::vector<Item> items = find_items(choices, reading);
  // "Not a pizza, a salad": what is not wanted is only said beside what is.
  const auto unwanted = [&](const Item& item) { return is_unwanted(item, reading.words); };
  if (!std::all_of(items.begin(), items.end(), unwanted)) std::erase_if(items, unwanted);
  for (const Item& item : items) {
    if (choices.empty()) {
      values.push_back(item_value(item.name, item.quantity));
      continue;
    }
    auto chosen = choose(choices, item.name, circumstances);
    if (!chosen && chosen.error().why == Refused::no_choice)
      return refuse_choice(choices, circumstances, item.name);
    if (!chosen) return std::unexpected(chosen.error());
    values.push_back(item_value(chosen->as_string(), item.quantity));
  }
  if (values.empty()) return refuse(Refused::no_item);
  return values;
}

Answer read_item(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  auto items = read_items(slot.choices, text, circumstances);
  if (!items) return std::unexpected(items.error());
  if (items->size() > 1) return refuse(Refused::one_item);
  const auto quantity = (*items)[0]["quantity"].to_double();
  if (slot.min && quantity < *slot.min) return refuse(Refused::too_small, number_text(*slot.min));
  if (slot.max && quantity > *slot.max) return refuse(Refused::too_big, number_text(*slot.max));
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

// "All of them", "both", "none", "everything except the second": without the choices' names. Nothing when the
// text says nothing of the kind.
std::optional<Answer> read_quantifier(
    const flow::Slot& slot, std::string_view text, const Circumstances& circumstances
) {
  const Vocabulary& words = vocabulary_for(circumstances.locale);
  const std::string normal = normalise(text, circumstances.locale);
  const auto values_but = [&](std::span<const std::string> dropped) {
    ListBuilder values;
    for (const flow::Choice& choice : slot.choices) {
      if (std::ranges::find(dropped, choice.value) == dropped.end()) values.add(choice.value);
    }
    return values;
  };
  constexpr std::size_t kTwo = 2;
  if (contains(words.none, normal)) return check_list(slot, ListBuilder());
  const bool two = slot.choices.size() == kTwo && contains(words.both, normal);
  if (two || contains(words.all, normal)) return check_list(slot, values_but({}));
  const std::vector<Token> tokens = tokenise(text);
  const std::size_t all = longest_phrase(tokens, 0, words.all);
  const std::size_t except = all == 0 ? 0 : longest_phrase(tokens, all, words.except);
  if (except == 0 || all + except >= tokens.size()) return std::nullopt;
  std::vector<std::string> dropped;
  for (const std::string_view part : parts_of(text.substr(tokens[all + except].begin), circumstances)) {
    const Answer chosen = choose(slot.choices, part, circumstances);
    if (!chosen) return chosen;
    dropped.emplace_back(chosen->as_string());
  }
  return check_list(slot, values_but(dropped));
}

Answer read_list_of_parts(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  if (!slot.choices.empty()) {
    if (auto all = read_quantifier(slot, text, circumstances)) return *std::move(all);
  }
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
  if (values.size() == 0) return refuse(Refused::no_parts);
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
  if (found.empty()) return refuse(row->lacks);
  ListBuilder values;
  for (const Found& each : found) {
    if (element == SlotKind::integer && !is_integral(each.value)) {
      return refuse(Refused::no_whole_numbers);
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
  return refuse(Refused::no_yes_or_no);
}

Answer read_object(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || !value->is_map()) return refuse(Refused::no_object);
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

Answer read(const flow::Slot& slot, std::string_view text, const Circumstances& circumstances) {
  const std::string_view inner = trimmed(text);
  if (inner.empty()) return refuse(Refused::empty);
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
  Answer answer = read(slot, text, circumstances);
  if (answer) return *std::move(answer);
  const RefusedAnswer& refused = answer.error();
  return std::unexpected(
      Refusal{std::string(reason_of(refused.why)), sentence_of(refused, circumstances.locale)}
  );
}

}  // namespace parley::language
