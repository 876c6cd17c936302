// Lists of things with quantities: "2 large pizzas, a coke and three beers please".
#include <algorithm>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

bool is_one_plain_word(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

bool is_times(const Reading& reading, std::size_t at) {
  return reading.is(at, "x") || reading.is(at, "×") || reading.is(at, "*");
}

bool is_break(const Reading& reading, std::size_t at) {
  const Token& token = reading.tokens[at];
  if (token.kind != Token::Kind::symbol) return false;
  if (token.is(",") && at > 0 && reading.is_digits(at - 1) && reading.is_digits(at + 1) &&
      reading.is_glued(at + 1))
    return false;
  return token.is(",") || token.is(";") || token.is("&") || token.is("+") || token.is("!") || token.is("?") ||
         token.is("•") || (token.is(".") && (!reading.is_glued(at + 1) || !reading.has(at + 1))) ||
         (token.is("-") && token.spaced) || (token.is("*") && !reading.is_digits(at + 1));
}

// "2 litre", "500 ml": a number that describes the thing instead of counting it.
bool is_measured(const Reading& reading, std::size_t at) {
  const auto quantity = read_quantity(reading, at);
  return quantity && reading.is_digits(at) && reading.is_glued(quantity->next - 1);
}

class ItemReader {
 public:
  ItemReader(const Reading& reading, std::span<const flow::Choice> choices) : reading_(reading) {
    for (const flow::Choice& choice : choices) {
      add_whole_name(choice.value);
      add_whole_name(choice.label);
      for (const flow::Wording& label : choice.labels) add_whole_name(label.text);
      for (const std::string& synonym : choice.synonyms) add_whole_name(synonym);
    }
  }

  std::vector<Item> read() {
    TokenRange all{0, destination()};
    std::size_t begin = 0;
    for (std::size_t at = 0; at < all.end;) {
      const std::size_t bound = bound_pair(at);
      if (bound > 0) {
        at += bound;
        continue;
      }
      const std::size_t taken = is_break(reading_, at) ? 1 : reading_.longest(at, reading_.words.separators);
      if (taken > 0 && !belongs_to_number(at, taken)) {
        add_segment({begin, at});
        at += taken;
        begin = at;
      } else {
        at += std::max<std::size_t>(taken, 1);
      }
    }
    add_segment({begin, all.end});
    return std::move(items_);
  }

 private:
  // Where "… to 5 Main St" begins: a street is no thing that is wanted. The end when there is none.
  [[nodiscard]] std::size_t destination() const {
    for (std::size_t at = 1; at + 2 < reading_.size(); ++at) {
      if ((reading_.is(at, "to") || reading_.is(at, "nach")) && reading_.tokens[at - 1].is_word() &&
          reading_.is_digits(at + 1) && reading_.tokens[at + 2].is_word())
        return at;
    }
    return reading_.size();
  }

  // "fish and chips" is one thing.
  [[nodiscard]] std::size_t bound_pair(std::size_t at) const {
    std::size_t taken = reading_.longest(at, reading_.words.bound_pairs);
    for (const std::string& name : whole_names_)
      taken = std::max(taken, match_phrase(reading_.tokens, at, name));
    return taken;
  }

  // Only names that would be torn apart need to be remembered.
  void add_whole_name(std::string_view name) {
    if (is_one_plain_word(name)) return;
    const Reading words(name, reading_.circumstances);
    std::string phrase;
    bool needs_care = read_number(words, 0, false).has_value();
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i > 0) phrase += ' ';
      phrase += words.tokens[i].text;
      needs_care = needs_care || is_break(words, i) || words.longest(i, words.words.separators) > 0;
    }
    if (needs_care && words.size() > 1) whole_names_.push_back(std::move(phrase));
  }

  // "one hundred and five", "two and a half pizzas".
  [[nodiscard]] bool belongs_to_number(std::size_t at, std::size_t taken) const {
    constexpr std::size_t kLongestNumber = 12;  // tokens before the conjunction
    const std::size_t from = at > kLongestNumber ? at - kLongestNumber : 0;
    for (std::size_t start = from; start < at; ++start) {
      const auto number = read_number(reading_, start, false);
      if (number && number->next > at + taken) return true;
    }
    return false;
  }

  void add_segment(TokenRange range) {
    range = without_filler(reading_, range);
    if (range.begin >= range.end) return;
    // A new count in the middle starts a new item: "2 pizzas 1 coke".
    std::size_t begin = range.begin;
    for (std::size_t at = begin + 1; at < range.end; ++at) {
      if (starts_item(begin, at, range.end)) {
        add_item({begin, at});
        begin = at;
      }
    }
    add_item({begin, range.end});
  }

  [[nodiscard]] bool starts_item(std::size_t begin, std::size_t at, std::size_t end) const {
    if (reading_.is_glued(at) || is_times(reading_, at - 1) || at + 1 >= end) return false;
    const auto number = read_number(reading_, at, false);
    if (!number || number->next >= end || number->value.real <= 0 || is_measured(reading_, at)) return false;
    if (read_number(reading_, at - 1, false) && read_number(reading_, at - 1, false)->next > at) return false;
    const auto before = read_count(reading_, begin);
    const std::size_t named_from = before ? before->next : begin;
    return at > named_from;  // there is a name before it
  }

  void add_item(TokenRange range) {
    range = without_filler(reading_, range);
    if (range.begin >= range.end) return;
    Item item;
    item.quantity = Number::of(1);
    item.begin = reading_.tokens[range.begin].begin;
    item.end = reading_.tokens[range.end - 1].end;
    const bool is_whole_name = bound_pair(range.begin) == range.end - range.begin;
    // A bare number counts something; it is no thing.
    const auto number = read_number(reading_, range.begin, false);
    if (!is_whole_name && number && number->next == range.end) return;
    const bool leads = !is_whole_name && take_leading_count(range, item);
    const bool trails = take_trailing_count(range, item);
    while (range.begin < range.end && reading_.is_one_of(range.begin, reading_.words.the)) ++range.begin;
    if (range.begin < range.end && reading_.is_one_of(range.begin, reading_.words.of)) ++range.begin;
    while (range.begin < range.end && reading_.is_one_of(range.begin, reading_.words.the)) ++range.begin;
    item.name = name_of(range, item.quantity.real != 1 || !(leads || trails));
    if (!item.name.empty()) items_.push_back(std::move(item));
  }

  // "2", "2x", "2 x", "x2", "a", "a couple of".
  bool take_leading_count(TokenRange& range, Item& item) const {
    std::size_t at = range.begin;
    if (reading_.is_one_of(at, reading_.words.the) && read_number(reading_, at + 1, false))
      ++at;  // "the two pizzas"
    if (is_times(reading_, at) && reading_.is_digits(at + 1)) ++at;
    if (is_measured(reading_, at)) return false;
    auto count = read_count(reading_, at);
    if (!count || count->value.real <= 0 || count->next > range.end) return false;
    std::size_t next = count->next;
    if (is_times(reading_, next) && next + 1 < range.end) ++next;
    if (next >= range.end) return false;
    if (reading_.tokens[next].kind == Token::Kind::symbol && reading_.is_glued(next)) return false;  // "7-up"
    while (reading_.is_one_of(next, reading_.words.extra_words) && next + 1 < range.end &&
           reading_.is(next, "more"))
      ++next;
    item.quantity = count->value;
    if (count->value.real < 1 && reading_.is_one_of(next, reading_.words.articles)) ++next;  // "half a pizza"
    range.begin = next;
    return true;
  }

  // "pizza x2", "pizza x 2", "pizza (2)", "pizza: 2", "pizza 2x".
  bool take_trailing_count(TokenRange& range, Item& item) const {
    std::size_t end = range.end;
    if (end - range.begin < 2) return false;
    const bool bracket = reading_.is(end - 1, ")");
    if (bracket) --end;
    const bool times_after = end > range.begin && is_times(reading_, end - 1) && reading_.is_digits(end - 2);
    if (times_after) --end;
    if (end - range.begin < 2 || !reading_.is_digits(end - 1)) return false;
    const std::size_t number_at = end - 1;
    const auto number = read_number(reading_, number_at, false);
    const std::size_t mark = number_at - 1;
    const bool marked = is_times(reading_, mark) || reading_.is(mark, "(") || reading_.is(mark, ":") ||
                        reading_.is(mark, "=") || times_after;
    if (!number || !marked || number->value.real <= 0) return false;
    const std::size_t name_end = times_after && !is_times(reading_, mark) ? number_at : mark;
    if (name_end <= range.begin) return false;
    item.quantity = number->value;
    range.end = name_end;
    return true;
  }

  // The words as they stood together, in lower case; the head noun in the singular unless one was asked for
  // in so many words: prices and stock are kept by it, and "pizzas and a coke" asks for a pizza.
  [[nodiscard]] std::string name_of(TokenRange range, bool singular) const {
    while (range.end > range.begin && reading_.tokens[range.end - 1].kind == Token::Kind::symbol &&
           !reading_.is(range.end - 1, ")"))
      --range.end;
    if (range.begin >= range.end) return {};
    std::size_t head = range.end - 1;
    for (std::size_t i = range.begin + 1; i + 1 < range.end; ++i) {
      if (reading_.is_one_of(i, reading_.words.of) || reading_.is(i, "with") || reading_.is(i, "without") ||
          reading_.is(i, "(")) {
        head = i - 1;
        break;
      }
    }
    std::string name;
    bool has_letter = false;
    const bool bound = bound_pair(range.begin) == range.end - range.begin;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const Token& token = reading_.tokens[i];
      if (i > range.begin && token.spaced) name += ' ';
      const bool plural = i == head && singular && token.is_word() && reading_.words.singular != nullptr;
      name += plural && !bound ? singular_head(i, range.end) : token.text;
      has_letter = has_letter || bound || token.is_word();  // a bare number names nothing
    }
    return has_letter ? name : std::string();
  }

  // "glasses" may be spectacles, "glasses of wine" are not.
  [[nodiscard]] std::string singular_head(std::size_t at, std::size_t end) const {
    const std::string& word = reading_.tokens[at].text;
    if (word == "glasses" && at + 1 < end && reading_.is_one_of(at + 1, reading_.words.of)) return "glass";
    return reading_.words.singular(word);
  }

  const Reading& reading_;
  std::vector<std::string> whole_names_;
  std::vector<Item> items_;
};

}  // namespace

TokenRange without_filler(const Reading& reading, TokenRange range) {
  const auto is_punctuation = [&](std::size_t at) {
    const Token& token = reading.tokens[at];
    if (token.kind != Token::Kind::symbol) return false;
    if (token.is("-") && token.spaced && reading.is_digits(at + 1) && reading.is_glued(at + 1))
      return false;  // a sign
    return std::string_view(",.;:!?-\"'*…").find(token.text) != std::string_view::npos;
  };
  for (bool changed = true; changed && range.begin < range.end;) {
    changed = false;
    std::size_t lead = is_punctuation(range.begin) ? 1 : reading.longest(range.begin, reading.words.lead_ins);
    if (lead == 0 && reading.is_one_of(range.begin, reading.words.conjunctions)) lead = 1;
    if (lead > 0 && range.begin + lead <= range.end) {
      range.begin += lead;
      changed = true;
      continue;
    }
    if (is_punctuation(range.end - 1)) {
      --range.end;
      changed = true;
      continue;
    }
    const std::string_view last = reading.tokens[range.end - 1].text;
    if (!reading.words.tails.may_end_with(last)) continue;
    for (const std::string_view tail : reading.words.tails) {
      if (tail.back() != last.back()) continue;
      const auto size = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), ' ')) + 1;
      if (range.end - range.begin < size || match_phrase(reading.tokens, range.end - size, tail) != size)
        continue;
      range.end -= size;
      changed = true;
      break;
    }
  }
  return range;
}

std::vector<Item> find_items(std::span<const flow::Choice> choices, const Reading& reading) {
  return ItemReader(reading, choices).read();
}

}  // namespace parley::language
