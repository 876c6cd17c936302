#include "language/fill.hpp"

#include <algorithm>
#include <string>

#include "base/utf8.hpp"
#include "language/phrases.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

using flow::SlotKind;

// Lower is surer. Nothing for kinds that take any words.
std::optional<int> rank(const flow::Slot& slot) {
  switch (slot.type.kind) {
    case SlotKind::email:
      return 0;
    case SlotKind::url:
      return 1;
    case SlotKind::text:
      if (!slot.choices.empty()) return 8;
      return slot.pattern.has_value() ? std::optional(2) : std::nullopt;
    case SlotKind::phone:
      return 3;
    case SlotKind::datetime:
      return 4;
    case SlotKind::date:
      return 5;
    case SlotKind::time:
      return 6;
    case SlotKind::duration:
      return 7;
    case SlotKind::choice:
      return 8;
    case SlotKind::money:
      return 9;
    case SlotKind::integer:
    case SlotKind::number:
      return 10;
    case SlotKind::list:
      if (slot.type.element && slot.type.element->kind == SlotKind::item) return 12;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool is_items(const flow::Slot& slot) {
  return slot.type.kind == SlotKind::list;
}

// All words that the slot goes by, between spaces.
std::string names_of(const flow::Slot& slot) {
  std::string names = " " + normalise(slot.label) + " " + normalise(slot.name) + " ";
  for (const flow::Wording& label : slot.labels) names += normalise(label.text) + " ";
  return names;
}

class Filler {
 public:
  Filler(std::string_view text, std::span<const Wanted> wanted, const Circumstances& circumstances)
      : text_(text), wanted_(wanted), circumstances_(circumstances), reading_(text, circumstances) {}

  std::vector<Filling> fill() {
    constexpr int kRanks = 13;
    std::vector<Wanted> order;
    for (int at = 0; at < kRanks; ++at) {
      for (const Wanted& each : wanted_) {
        if (rank(*each.slot) == at) order.push_back(each);
      }
    }
    for (const Wanted& each : order) is_items(*each.slot) ? fill_items(each) : fill_one(each, order);
    std::sort(found_.begin(), found_.end(), [](const Filling& a, const Filling& b) {
      return a.begin < b.begin;
    });
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_free(std::size_t begin, std::size_t end) const {
    return std::none_of(found_.begin(), found_.end(), [&](const Filling& f) {
      return begin < f.end && f.begin < end;
    });
  }

  // Words that fully match the slot's pattern.
  [[nodiscard]] std::vector<Found> pattern_matches(const flow::Slot& slot) const {
    std::vector<Found> found;
    for (std::size_t at = 0; at < text_.size();) {
      std::size_t end = text_.find_first_of(" \t\r\n,;", at);
      if (end == std::string_view::npos) end = text_.size();
      std::string_view word = text_.substr(at, end - at);
      while (!word.empty() && (word.back() == '.' || word.back() == '!' || word.back() == '?'))
        word.remove_suffix(1);
      if (!word.empty() && slot.pattern->full_match(word))
        found.push_back({Value(word), at, at + word.size()});
      at = end + 1;
    }
    return found;
  }

  // What was not asked for must be said in so many words: "in" is a word of many messages.
  [[nodiscard]] bool names_choice(const flow::Slot& slot, std::string_view words) const {
    constexpr std::size_t kShortest = 4;
    if (count_code_points(words) < kShortest) return false;
    const std::string normal = normalise(words, circumstances_.locale);
    const auto is = [&](std::string_view form) { return normalise(form, circumstances_.locale) == normal; };
    return std::any_of(slot.choices.begin(), slot.choices.end(), [&](const flow::Choice& choice) {
      return is(choice.value) || is(choice.label) ||
             std::any_of(
                 choice.labels.begin(),
                 choice.labels.end(),
                 [&](const flow::Wording& label) { return is(label.text); }
             ) ||
             std::any_of(choice.synonyms.begin(), choice.synonyms.end(), is);
    });
  }

  // "8pm" is no 8, and in "the second 4711s" neither.
  [[nodiscard]] bool number_stands_alone(const Found& found) const {
    for (std::size_t i = 0; i < reading_.size(); ++i) {
      if (reading_.tokens[i].begin == found.end)
        return !reading_.is_glued(i) || reading_.tokens[i].kind == Token::Kind::symbol;
    }
    return true;
  }

  [[nodiscard]] std::vector<Found> values_for(const Wanted& wanted) const {
    const flow::Slot& slot = *wanted.slot;
    const bool pattern = slot.type.kind == SlotKind::text && slot.choices.empty();
    std::vector<Found> values =
        pattern ? pattern_matches(slot) : find_values(slot.type, slot.choices, text_, circumstances_);
    std::erase_if(values, [&](const Found& each) {
      if (!is_free(each.begin, each.end)) return true;
      const std::string_view words = text_.substr(each.begin, each.end - each.begin);
      if (!slot.choices.empty() && !wanted.asked && !names_choice(slot, words)) return true;
      const bool number = slot.type.kind == SlotKind::integer || slot.type.kind == SlotKind::number;
      if (number && !number_stands_alone(each)) return true;
      return !read_answer(slot, words, circumstances_).has_value();
    });
    return values;
  }

  // "from" in "from checking", "people" in "4 people": words of the slot's name or label beside the value.
  [[nodiscard]] bool has_cue(const flow::Slot& slot, const Found& value) const {
    const std::string names = names_of(slot);
    for (std::size_t i = 0; i < reading_.size(); ++i) {
      const Token& token = reading_.tokens[i];
      if (!token.is_word() || token.text.size() < 3 || reading_.is_one_of(i, reading_.words.the)) continue;
      const bool beside = (token.end <= value.begin && i + 3 > first_token(value)) ||
                          (token.begin >= value.end && i < last_token(value) + 2);
      if (beside && names.find(" " + token.text + " ") != std::string::npos) return true;
    }
    return false;
  }

  [[nodiscard]] std::size_t first_token(const Found& value) const {
    std::size_t i = 0;
    while (i < reading_.size() && reading_.tokens[i].begin < value.begin) ++i;
    return i;
  }
  [[nodiscard]] std::size_t last_token(const Found& value) const {
    std::size_t i = first_token(value);
    while (i + 1 < reading_.size() && reading_.tokens[i + 1].begin < value.end) ++i;
    return i;
  }

  void fill_one(const Wanted& wanted, const std::vector<Wanted>& order) {
    const flow::Slot& slot = *wanted.slot;
    std::vector<Found> values = values_for(wanted);
    if (values.empty()) return;
    const auto unfilled = std::count_if(order.begin(), order.end(), [&](const Wanted& other) {
      const bool filled =
          std::any_of(found_.begin(), found_.end(), [&](const Filling& f) { return f.slot == other.slot; });
      return other.slot->type == slot.type && !filled;
    });
    const auto cued =
        std::find_if(values.begin(), values.end(), [&](const Found& v) { return has_cue(slot, v); });
    const bool distinct = std::any_of(values.begin(), values.end(), [&](const Found& v) {
      return !(v.value == values.front().value);
    });
    if (cued != values.end()) return take(slot, *cued);
    if (distinct && static_cast<std::size_t>(unfilled) != values.size()) return;
    take(slot, values.front());
  }

  void take(const flow::Slot& slot, const Found& value) {
    auto read = read_answer(slot, text_.substr(value.begin, value.end - value.begin), circumstances_);
    found_.push_back({&slot, read ? std::move(*read) : value.value, value.begin, value.end});
  }

  // From what is left, when it begins with a count or an article.
  void fill_items(const Wanted& wanted) {
    const std::string left = without_fillings(text_, found_);
    const Reading reading(left, circumstances_);
    std::size_t at = without_filler(reading, {0, reading.size()}).begin;
    if (!wanted.asked && !read_count(reading, at)) return;
    auto items = read_answer(*wanted.slot, left, circumstances_);
    if (items) found_.push_back({wanted.slot, std::move(*items), 0, text_.size()});
  }

  std::string_view text_;
  std::span<const Wanted> wanted_;
  const Circumstances& circumstances_;
  Reading reading_;
  std::vector<Filling> found_;
};

}  // namespace

std::vector<Filling> find_fillings(
    std::string_view text, std::span<const Wanted> wanted, const Circumstances& circumstances
) {
  return Filler(text, wanted, circumstances).fill();
}

std::string without_fillings(std::string_view text, std::span<const Filling> fillings) {
  std::string left(text);
  for (const Filling& filling : fillings) {
    for (std::size_t i = filling.begin; i < filling.end && i < left.size(); ++i) left[i] = ' ';
  }
  return left;
}

bool says_nothing_more(std::string_view rest, std::span<const Wanted> wanted, std::string_view locale) {
  const Vocabulary& words = vocabulary_for(locale);
  const std::vector<Token> tokens = tokenise(rest);
  for (std::size_t i = 0; i < tokens.size();) {
    if (tokens[i].kind == Token::Kind::symbol) {
      ++i;
      continue;
    }
    std::size_t taken = 0;
    for (const Words* table : {&words.request_fillers, &words.politeness, &words.lead_ins, &words.tails})
      taken = std::max(taken, longest_phrase(tokens, i, *table));
    if (taken == 0) {
      const std::string word = " " + tokens[i].text + " ";
      const bool named = std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& each) {
        return names_of(*each.slot).find(word) != std::string::npos;
      });
      if (!named) return false;
      taken = 1;
    }
    i += taken;
  }
  return true;
}

}  // namespace parley::language
