#include "assistant/fuzzing/values.hpp"

#include <algorithm>
#include <string_view>

#include "base/json.hpp"

namespace parley::assistant {

namespace {

using flow::SlotKind;
using Words = std::span<const std::string_view>;

constexpr std::string_view kTexts[] = {"a window seat", "It arrived cold.", "Main Street 5", "none", "Ana"};
constexpr std::string_view kMoney[] = {"12.50 EUR", "$20", "30 dollars", "0.99"};
constexpr std::string_view kDates[] = {"2026-05-01", "tomorrow", "next friday", "May 3rd"};
constexpr std::string_view kTimes[] = {"18:30", "6 pm", "noon"};
constexpr std::string_view kDatetimes[] = {"tomorrow at 6 pm", "2026-05-01 18:30", "in two hours"};
constexpr std::string_view kDurations[] = {"30 minutes", "2h", "three days"};
constexpr std::string_view kEmails[] = {"ana@example.com", "ben@example.org", "kim@example.invalid"};
constexpr std::string_view kPhones[] = {"+49 170 1234567", "0301234567"};
constexpr std::string_view kUrls[] = {"https://example.com/a", "example.com"};
constexpr std::string_view kItems[] = {"2 pizzas", "a coke", "three salads", "1 pizza and 2 cokes"};
constexpr std::string_view kLists[] = {"a, b", "one and two", "x"};
constexpr std::string_view kInvalid[] = {"dunno", "twelve-ish?", "@@@", "-", "9999999999999", "maybe later"};
constexpr std::string_view kValues[] = {
    "null",
    "true",
    "7",
    "-1.5",
    R"("text")",
    "[]",
    "{}",
    R"({"id":"ch_1","status":"succeeded"})",
    R"([{"item":"pizza","quantity":2}])",
    R"({"amount":"12.50","currency":"EUR"})",
    R"({"error":{"message":"no"}})",
};

std::string integer(const flow::Slot& slot, Dice& dice) {
  const double low = slot.min.value_or(0);
  const double high = std::min(slot.max.value_or(low + 12), low + 1000);
  return std::to_string(
      static_cast<long long>(low) +
      static_cast<long long>(dice.roll(static_cast<std::size_t>(std::max(0.0, high - low)) + 1))
  );
}

Words words_for(const flow::SlotType& type) {
  switch (type.kind) {
    case SlotKind::money:
      return kMoney;
    case SlotKind::date:
      return kDates;
    case SlotKind::time:
      return kTimes;
    case SlotKind::datetime:
      return kDatetimes;
    case SlotKind::duration:
      return kDurations;
    case SlotKind::email:
      return kEmails;
    case SlotKind::phone:
      return kPhones;
    case SlotKind::url:
      return kUrls;
    case SlotKind::item:
      return kItems;
    case SlotKind::list:
      return type.element != nullptr && type.element->kind == SlotKind::item ? Words(kItems) : Words(kLists);
    default:
      return kTexts;
  }
}

}  // namespace

std::string valid_answer(const flow::Slot& slot, Dice& dice) {
  if (!slot.choices.empty()) {
    const flow::Choice& choice = slot.choices[dice.roll(slot.choices.size())];
    return dice.chance(50) ? choice.label : choice.value;
  }
  switch (slot.type.kind) {
    case SlotKind::number:
    case SlotKind::integer:
      return integer(slot, dice);
    case SlotKind::boolean:
      return dice.chance(50) ? "yes" : "no";
    default:
      return std::string(dice.pick(words_for(slot.type)));
  }
}

std::string invalid_answer(const flow::Slot&, Dice& dice) {
  return std::string(dice.pick(Words(kInvalid)));
}

Value random_value(Dice& dice) {
  auto value = parse_json(dice.pick(Words(kValues)));
  INVARIANT(value.has_value(), "the values above are JSON");
  return *std::move(value);
}

}  // namespace parley::assistant
