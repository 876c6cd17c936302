// Slots: the typed values that a flow collects or computes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/regex.hpp"
#include "base/value.hpp"
#include "expr/expression.hpp"
#include "flow/document.hpp"
#include "flow/text.hpp"

namespace parley::flow {

// How values look: text string · number double or int · integer int · boolean bool · money {amount, currency}
// with amount as decimal text "12.50" · date "2026-11-23" · time "18:30" · datetime timestamp · duration
// duration · email, phone, url string (phone as +digits or digits) · choice string (the choice's value) ·
// item {item, quantity} · list of any of these · object map.
enum class SlotKind : std::uint8_t {
  text,
  number,
  integer,
  boolean,
  money,
  date,
  time,
  datetime,
  duration,
  email,
  phone,
  url,
  choice,
  item,
  list,
  object,
};

struct SlotType {
  SlotKind kind = SlotKind::text;
  std::shared_ptr<const SlotType> element;  // of a list

  [[nodiscard]] bool operator==(const SlotType& other) const;
};

// "list of item", "money"…; nothing for an unknown name.
[[nodiscard]] std::optional<SlotType> parse_slot_type(std::string_view name);
[[nodiscard]] std::string to_string(const SlotType& type);
[[nodiscard]] std::vector<std::string_view> slot_kind_names();

struct Choice {
  std::string value;  // what the slot holds
  std::string label;  // what the user sees
  std::vector<std::string> synonyms;
  Wordings labels = {};  // when they are written by language; `label` is that of all others
};

enum class SlotScope : std::uint8_t { flow, conversation, user };

struct Slot {
  std::string name;
  SlotType type;
  std::string label;  // words for the slot in messages ("delivery address"); default: name with spaces
  Text ask;
  std::vector<Text> reprompt;                // one after the other; the last one repeats
  std::optional<expr::Expression> validate;  // sees `value` and the other slots
  Text validate_message;
  std::vector<Choice> choices;
  std::optional<double> min;  // of numbers and amounts; of text and lists the length
  std::optional<double> max;
  std::optional<Regex> pattern;  // full match of the text
  std::uint32_t max_attempts = 3;
  std::string on_exhausted;  // step id, or empty: hand over to a person
  bool optional = false;     // "skip" is accepted
  bool always_ask = false;   // ask_if: always
  SlotScope scope = SlotScope::flow;
  bool sensitive = false;
  std::vector<std::string> depends_on;
  Wordings labels;       // when they are written by language; `label` is that of all others
  bool declared = true;  // false: only named in a gather list; then type is text
  Position position;
};

}  // namespace parley::flow
