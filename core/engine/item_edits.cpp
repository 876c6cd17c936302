#include "engine/item_edits.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "language/phrases.hpp"
#include "language/vocabulary.hpp"

namespace parley::engine {

namespace {

using Items = std::vector<Value>;

Items as_items(const Value& list) {
  if (!list.is_list()) return {};
  const auto items = list.as_list();
  return Items(items.begin(), items.end());
}

// The place of an item whose name is, ends with, or starts with the words: "coke" finds "diet coke".
std::size_t place_of(const Items& items, std::string_view words) {
  std::string wanted = language::normalise(words);
  if (wanted.empty()) return items.size();
  const language::Vocabulary& vocabulary = language::english();
  if (vocabulary.singular != nullptr) {
    const std::size_t last = wanted.rfind(' ') + 1;  // npos + 1 = 0
    wanted = wanted.substr(0, last) + vocabulary.singular(std::string_view(wanted).substr(last));
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string name = language::normalise(items[i].text("item"));
    if (name == wanted || name.ends_with(" " + wanted) || wanted.ends_with(" " + name)) return i;
  }
  return items.size();
}

std::optional<std::size_t> find_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || text[at - 1] == ' ';
    const bool ends = at + word.size() == text.size() || text[at + word.size()] == ' ';
    if (starts && ends) return at;
  }
  return std::nullopt;
}

constexpr std::string_view kAdd[] = {"add", "also", "also add", "plus", "throw in", "put in", "include"};
// Longer ones first.
constexpr std::string_view kRemove[] = {
    "get rid of the", "get rid of", "take out the",  "take off the", "take out",   "take off",
    "leave out the",  "leave out",  "leave off the", "remove the",   "remove",     "cancel the",
    "drop the",       "drop",       "without the",   "without",      "delete the", "delete",
    "forget the",     "skip the",   "scratch the",   "hold the",     "no more",    "no",
};
// "All of them except the coke". Longer ones first.
constexpr std::string_view kAllBut[] = {
    "except for the",
    "except for",
    "except the",
    "except",
    "apart from the",
    "apart from",
    "all but the",
    "all but",
    "everything but the",
    "everything but",
    "but not the",
    "but not",
};
constexpr std::string_view kOnly[] = {"only the", "just the", "only", "just"};
constexpr std::string_view kReplace[] = {"change", "replace", "swap", "switch", "exchange"};
constexpr std::string_view kBefore[] = {
    "and",
    "oh",
    "ah",
    "but",
    "can you",
    "could you",
    "can we",
    "please",
    "then",
    "actually",
    "ok",
    "okay",
    "just",
    "yes",
    "i would like to",
    "i want to"
};

std::string_view after_prefix(std::string_view text, std::span<const std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes) {
    if (text.starts_with(prefix) && text.size() > prefix.size() && text[prefix.size()] == ' ') {
      return text.substr(prefix.size() + 1);
    }
  }
  return {};
}

std::string_view without_preamble(std::string_view text) {
  for (std::string_view rest = after_prefix(text, kBefore); !rest.empty(); rest = after_prefix(text, kBefore))
    text = rest;
  return text;
}

// Words that mean the whole list, not a thing in it.
constexpr std::string_view kAll[] = {"it", "that", "this", "them", "these", "those", "everything", "all"};

struct Replacement {
  std::string_view old;
  std::string_view fresh;
};

// "A instead of B", "change B to A". Into `said`, which is in normal form.
std::optional<Replacement> replacement_in(std::string_view said) {
  if (const auto at = find_word(said, "instead of")) {
    std::string_view fresh = said.substr(0, *at);
    const std::string_view old = said.substr(std::min(said.size(), *at + 11));
    while (fresh.ends_with(' ')) fresh.remove_suffix(1);
    for (const std::string_view verb : {"i would like", "i want", "make it", "actually", "with", "no"}) {
      if (fresh.starts_with(verb) && fresh.size() > verb.size()) fresh.remove_prefix(verb.size() + 1);
    }
    return Replacement{old, fresh};
  }
  for (const std::string_view verb : kReplace) {
    const auto start = find_word(said, verb);
    if (!start) continue;
    const std::string_view tail = said.substr(std::min(said.size(), *start + verb.size() + 1));
    for (const std::string_view joint : {"to", "with", "for", "by", "into"}) {
      const auto middle = find_word(tail, joint);
      if (!middle || *middle == 0) continue;
      std::string_view old = tail.substr(0, *middle - 1);
      constexpr std::string_view kArticles[] = {"the", "my", "a", "an"};
      if (const auto bare = after_prefix(old, kArticles); !bare.empty()) old = bare;
      if (std::ranges::find(kAll, old) != std::end(kAll)) return std::nullopt;
      return Replacement{old, tail.substr(std::min(tail.size(), *middle + joint.size() + 1))};
    }
  }
  return std::nullopt;
}

class Editor {
 public:
  Editor(const Value& items, const flow::Slot& slot, const language::Circumstances& circumstances)
      : items_(as_items(items)), slot_(slot), circumstances_(circumstances) {}

  std::optional<Value> add(std::string_view words) {
    const Items more = read(words);
    if (more.empty()) return std::nullopt;
    for (const Value& item : more) {
      const std::size_t at = place_of(items_, item.text("item"));
      if (at == items_.size()) {
        items_.push_back(item);
      } else {
        items_[at] = items_[at].with("quantity", Value(quantity(items_[at]) + quantity(item)));
      }
    }
    return done();
  }

  std::optional<Value> remove(std::string_view words) {
    const auto gone = places_of(words);
    if (gone.empty() || gone.size() >= items_.size()) return std::nullopt;
    Items left;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!gone.contains(i)) left.push_back(items_[i]);
    }
    items_ = std::move(left);
    return done();
  }

  // "Just the salad": nothing else.
  std::optional<Value> keep(std::string_view words) {
    const auto kept = places_of(words);
    if (kept.empty()) return std::nullopt;
    Items left;
    for (const std::size_t i : kept) left.push_back(items_[i]);
    items_ = std::move(left);
    return done();
  }

  std::optional<Value> replace(std::string_view old_words, std::string_view new_words) {
    std::size_t at = place_of(items_, old_words);
    if (at == items_.size()) {
      const Items named = read(old_words);
      if (named.size() == 1) at = place_of(items_, named.front().text("item"));
    }
    if (at == items_.size()) return std::nullopt;
    if (const auto count = number(new_words)) {
      items_[at] = items_[at].with("quantity", Value(*count));
      return done();
    }
    Items fresh = read(new_words);
    if (fresh.empty()) return std::nullopt;
    // "change the pizzas to salads": as many as there were.
    const std::int64_t count = quantity(items_[at]);
    if (count > 1 && fresh.size() == 1 && !begins_with_count(new_words, circumstances_)) {
      Items as_many = read(std::to_string(count) + " " + std::string(new_words));
      if (as_many.size() == 1) fresh = std::move(as_many);
    }
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(at));
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(at), fresh.begin(), fresh.end());
    return done();
  }

  // "three", "three pizzas": a new count of what is there already.
  std::optional<Value> recount(std::string_view words) {
    if (const auto count = number(words)) {
      const auto counted = the_counted_one();
      if (counted == items_.end()) return std::nullopt;
      *counted = counted->with("quantity", Value(*count));
      return done();
    }
    const Items named = read(words);
    if (named.empty()) return std::nullopt;
    for (const Value& item : named) {
      const std::size_t at = place_of(items_, item.text("item"));
      if (at == items_.size()) return std::nullopt;
      items_[at] = items_[at].with("quantity", item["quantity"]);
    }
    return done();
  }

 private:
  // What "make it three" is about: the only item, or the only one of which there are several.
  Items::iterator the_counted_one() {
    if (items_.size() == 1) return items_.begin();
    const auto several = [](const Value& item) { return quantity(item) > 1; };
    const auto found = std::ranges::find_if(items_, several);
    if (found == items_.end() || std::any_of(found + 1, items_.end(), several)) return items_.end();
    return found;
  }

  // Of the things that the words name; none when one of them is not on the list.
  [[nodiscard]] std::set<std::size_t> places_of(std::string_view words) const {
    std::set<std::size_t> places;
    const Items named = read(words);
    // "The salad" also by a part of its name, which several things have no room for.
    const std::size_t alone = named.size() > 1 ? items_.size() : place_of(items_, words);
    if (alone < items_.size()) return {alone};
    for (const Value& each : named) {
      const std::size_t at = place_of(items_, each.text("item"));
      if (at == items_.size()) return {};
      places.insert(at);
    }
    return places;
  }

  Items read(std::string_view words) const {
    auto value = language::read_answer(slot_, words, circumstances_);
    return value ? as_items(*value) : Items{};
  }

  static std::int64_t quantity(const Value& item) {
    return item["quantity"].is_int() ? item["quantity"].as_int() : 1;
  }

  std::optional<std::int64_t> number(std::string_view words) const {
    const flow::SlotType count{flow::SlotKind::integer, nullptr};
    const std::string plain = language::normalise(words);
    // Only a bare number: "three" but not "three pizzas".
    const auto found = language::find_values(count, {}, plain, circumstances_);
    if (found.size() != 1 || found[0].begin != 0 || found[0].end != plain.size()) return std::nullopt;
    if (!found[0].value.is_int() || found[0].value.as_int() < 1) return std::nullopt;
    return found[0].value.as_int();
  }

  Value done() { return Value::list(std::move(items_)); }

  Items items_;
  const flow::Slot& slot_;
  const language::Circumstances& circumstances_;
};

// What stands behind "just the", which is a preamble as well.
std::string_view only_these(std::string_view said) {
  while (!said.empty()) {
    if (const auto words = after_prefix(said, kOnly); !words.empty()) return words;
    said = after_prefix(said, kBefore);
  }
  return {};
}

// What stands behind "all of them except".
std::string_view excepted(std::string_view said) {
  for (const std::string_view link : kAllBut) {
    if (const auto at = find_word(said, link)) {
      const std::size_t behind = *at + link.size() + 1;
      return behind < said.size() ? said.substr(behind) : std::string_view();
    }
  }
  return {};
}

}  // namespace

bool begins_with_count(std::string_view words, const language::Circumstances& circumstances) {
  const std::string normal = language::normalise(words);
  if (normal.starts_with("a ") || normal.starts_with("an ") || normal.starts_with("another ")) return true;
  const flow::SlotType number{flow::SlotKind::number, nullptr};
  const auto found = language::find_values(number, {}, normal, circumstances);
  return !found.empty() && found.front().begin == 0;
}

bool names_a_replacement(std::string_view said) {
  return replacement_in(said).has_value();
}

bool names_an_edit(std::string_view said) {
  const std::string_view text = without_preamble(said);
  return !excepted(said).empty() || !only_these(said).empty() || !after_prefix(text, kAdd).empty() ||
         !after_prefix(text, kRemove).empty() || !after_prefix(text, kReplace).empty() ||
         find_word(said, "instead of").has_value();
}

std::optional<Value> edit_items(
    const Value& items,
    std::string_view rest,
    std::string_view said,
    const flow::Slot& slot,
    const language::Circumstances& circumstances
) {
  Editor editor(items, slot, circumstances);
  const std::string core = language::normalise(rest);

  if (const auto words = replacement_in(said)) return editor.replace(words->old, words->fresh);
  if (const auto words = excepted(said); !words.empty()) {
    if (auto removed = editor.remove(words)) return removed;
  }
  if (const auto words = only_these(said); !words.empty() && !begins_with_count(words, circumstances)) {
    if (auto kept = editor.keep(words)) return kept;
  }
  for (const std::string_view text : {without_preamble(said), without_preamble(core)}) {
    if (const auto words = after_prefix(text, kAdd); !words.empty()) return editor.add(words);
    const auto words = after_prefix(text, kRemove);
    // "no, two cokes" takes nothing away.
    const bool counts = text.starts_with("no ") && begins_with_count(words, circumstances);
    if (!words.empty() && !counts) {
      if (auto removed = editor.remove(words)) return removed;
    }
  }
  return editor.recount(core);
}

}  // namespace parley::engine
