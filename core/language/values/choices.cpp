// Which of the offered choices is meant.
//
// From the surest reading to the vaguest: the exact words; a place in the list ("the second one", "2"); the
// words inside a longer answer; some of the words; a beginning; the words with typing mistakes. The first
// reading that fits anything decides, and fits of the same reading with different choices are an ambiguity.
#include <algorithm>
#include <set>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "language/phrases.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

struct Form {
  std::size_t choice;
  std::string text;  // normal form
  std::vector<std::string> words;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (Token& token : tokenise(text)) words.push_back(std::move(token.text));
  return words;
}

std::vector<Form> forms_of(std::span<const flow::Choice> choices, std::string_view locale) {
  std::vector<Form> forms;
  const auto add = [&](std::size_t choice, std::string_view text) {
    std::string normal = normalise(text, locale);
    if (normal.empty()) return;
    const bool known = std::any_of(forms.begin(), forms.end(), [&](const Form& form) {
      return form.choice == choice && form.text == normal;
    });
    if (!known) forms.push_back({choice, normal, words_of(normal)});
  };
  for (std::size_t i = 0; i < choices.size(); ++i) {
    add(i, choices[i].value);
    add(i, choices[i].label);
    for (const flow::Wording& label : choices[i].labels) add(i, label.text);
    for (const std::string& synonym : choices[i].synonyms) add(i, synonym);
  }
  return forms;
}

// Longer words may have more mistakes; very short ones none, or "no" would be "go".
std::size_t allowed_edits(std::string_view word) {
  const std::size_t length = count_code_points(word);
  if (length < 4) return 0;
  if (length < 6) return 1;
  return length < 10 ? 2 : 3;
}

ChoiceAnswer answer_from(const std::set<std::size_t>& fits) {
  ChoiceAnswer answer;
  if (fits.size() == 1) answer.index = *fits.begin();
  if (fits.size() > 1) answer.rivals.assign(fits.begin(), fits.end());
  return answer;
}

bool is_decided(const ChoiceAnswer& answer) {
  return answer.index || !answer.rivals.empty();
}

ChoiceAnswer by_exact_words(
    const std::vector<Form>& forms, std::string_view text, const Vocabulary& vocabulary
) {
  std::set<std::size_t> fits;
  for (const Form& form : forms) {
    if (form.text == text) fits.insert(form.choice);
  }
  if (fits.empty() && vocabulary.singular != nullptr) {  // "larges", "credit cards"
    for (const Form& form : forms) {
      const std::size_t space = text.rfind(' ');
      const std::size_t last = space == std::string_view::npos ? 0 : space + 1;
      if (std::string(text.substr(0, last)) + vocabulary.singular(text.substr(last)) == form.text)
        fits.insert(form.choice);
    }
  }
  return answer_from(fits);
}

// "the second one", "number 2", "2", "last": the whole answer is a place in the list.
std::optional<std::size_t> by_place(const Reading& reading, TokenRange range, std::size_t count) {
  const Vocabulary& words = reading.words;
  std::size_t at = range.begin;
  if (reading.is_one_of(at, words.the)) ++at;
  const bool named = reading.is_one_of(at, words.option_words);
  if (named) ++at;
  std::int64_t place = 0;
  std::size_t next = at;
  if (const auto ordinal = read_ordinal(reading, at)) {
    place = ordinal->value;
    next = ordinal->next;
  } else if (const auto number = read_number(reading, at, false); number && number->value.is_integer()) {
    place = number->value.digits;
    next = number->next;
  } else {
    for (const NamedNumber& row : words.last_words) {
      if (reading.is(at, row.word)) {
        place = row.value < 0 ? static_cast<std::int64_t>(count) : row.value;
        next = at + 1;
      }
    }
    if (next == at && reading.has(at) && named && reading.tokens[at].text.size() == 1) {  // "option b"
      place = reading.tokens[at].text.front() - 'a' + 1;
      next = at + 1;
    }
  }
  if (next == at) return std::nullopt;
  if (reading.is_one_of(next, words.pronouns)) ++next;
  if (next < range.end && reading.tokens[next].kind == Token::Kind::symbol) ++next;  // "2)"
  if (next < range.end || place < 1 || static_cast<std::size_t>(place) > count) return std::nullopt;
  return static_cast<std::size_t>(place) - 1;
}

struct Mention {
  std::size_t choice;
  std::size_t begin;  // tokens
  std::size_t end;
  std::size_t edits;
};

// Places where a form's words stand in the text, with at most the allowed typing mistakes.
std::vector<Mention> mentions_of(
    const std::vector<Form>& forms, const std::vector<std::string>& words, bool typos
) {
  std::vector<Mention> mentions;
  for (const Form& form : forms) {
    const std::size_t size = form.words.size();
    for (std::size_t at = 0; size > 0 && at + size <= words.size(); ++at) {
      std::size_t edits = 0;
      bool fits = true;
      for (std::size_t i = 0; fits && i < size; ++i) {
        if (words[at + i] == form.words[i]) continue;
        const std::size_t limit =
            typos ? std::min(allowed_edits(form.words[i]), allowed_edits(words[at + i])) : 0;
        const std::size_t distance = limit == 0 ? 1 : edit_distance(words[at + i], form.words[i], limit);
        fits = limit > 0 && distance <= limit;
        edits += distance;
      }
      if (fits) mentions.push_back({form.choice, at, at + size, edits});
    }
  }
  return mentions;
}

// Fewest mistakes first, then the longest, then the leftmost; overlapping worse ones of other choices go.
std::vector<Mention> best_mentions(std::vector<Mention> mentions) {
  std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
    if (a.end - a.begin != b.end - b.begin) return a.end - a.begin > b.end - b.begin;
    if (a.edits != b.edits) return a.edits < b.edits;
    return a.begin != b.begin ? a.begin < b.begin : a.choice < b.choice;
  });
  std::vector<Mention> kept;
  for (const Mention& mention : mentions) {
    const bool beaten = std::any_of(kept.begin(), kept.end(), [&](const Mention& other) {
      const bool overlaps = mention.begin < other.end && other.begin < mention.end;
      const bool equally_good =
          mention.edits == other.edits && mention.begin == other.begin && mention.end == other.end;
      return overlaps && (!equally_good || mention.choice == other.choice);
    });
    if (!beaten) kept.push_back(mention);
  }
  return kept;
}

// "not the", "instead of" right before the word at `begin`. What may be a bare no ("no, inside") is none.
bool is_negated(const std::vector<std::string>& words, std::size_t begin, const Vocabulary& vocabulary) {
  while (begin > 0 &&
         (contains(vocabulary.the, words[begin - 1]) || contains(vocabulary.articles, words[begin - 1])))
    --begin;
  return std::any_of(vocabulary.not_but.begin(), vocabulary.not_but.end(), [&](std::string_view phrase) {
    if (contains(vocabulary.noes, phrase)) return false;
    const std::vector<std::string> negation = words_of(phrase);
    // "Why not inside?"
    if (begin > 1 && contains(vocabulary.yes, words[begin - 2] + " " + words[begin - 1])) return false;
    return negation.size() <= begin &&
           std::equal(
               negation.begin(),
               negation.end(),
               words.begin() + static_cast<std::ptrdiff_t>(begin - negation.size())
           );
  });
}

// "Not inside, outside" is outside; of two choices "not inside" says as much.
ChoiceAnswer by_mention(
    const std::vector<Form>& forms,
    const std::vector<std::string>& words,
    bool typos,
    const Vocabulary& vocabulary
) {
  std::set<std::size_t> fits;
  std::set<std::size_t> refused;
  for (const Mention& mention : best_mentions(mentions_of(forms, words, typos)))
    (is_negated(words, mention.begin, vocabulary) ? refused : fits).insert(mention.choice);
  for (const std::size_t choice : refused) fits.erase(choice);
  if (!fits.empty() || refused.size() != 1 || forms.back().choice != 1) return answer_from(fits);
  return answer_from({1 - *refused.begin()});
}

// Every word of the answer is one of the choice's: "express" for "Express delivery".
ChoiceAnswer by_some_words(
    const std::vector<Form>& forms, const std::vector<std::string>& words, bool typos
) {
  std::set<std::size_t> fits;
  for (const Form& form : forms) {
    const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::any_of(form.words.begin(), form.words.end(), [&](const std::string& known) {
        if (word == known) return true;
        const std::size_t limit = typos ? std::min(allowed_edits(word), allowed_edits(known)) : 0;
        return limit > 0 && edit_distance(word, known, limit) <= limit;
      });
    });
    if (all) fits.insert(form.choice);
  }
  return answer_from(fits);
}

ChoiceAnswer by_beginning(const std::vector<Form>& forms, std::string_view text) {
  std::set<std::size_t> fits;
  for (const Form& form : forms) {
    if (form.text.starts_with(text)) fits.insert(form.choice);
  }
  return answer_from(fits);
}

// The whole answer against whole forms, so that a lost space counts as one mistake; the closest wins.
ChoiceAnswer by_closeness(const std::vector<Form>& forms, std::string_view text) {
  std::set<std::size_t> fits;
  std::size_t best = SIZE_MAX;
  for (const Form& form : forms) {
    const std::size_t limit = std::min(allowed_edits(form.text), allowed_edits(text));
    if (limit == 0) continue;
    const std::size_t distance = edit_distance(text, form.text, limit);
    if (distance > limit || distance > best) continue;
    if (distance < best) fits.clear();
    best = distance;
    fits.insert(form.choice);
  }
  return answer_from(fits);
}

std::vector<std::string> content_words(const Reading& reading, TokenRange range) {
  std::vector<std::string> words;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const bool empty_word = reading.is_one_of(i, reading.words.the) ||
                            reading.is_one_of(i, reading.words.articles) ||
                            reading.is_one_of(i, reading.words.pronouns);
    if (!empty_word && reading.tokens[i].kind != Token::Kind::symbol) words.push_back(reading.tokens[i].text);
  }
  return words;
}

}  // namespace

bool names_place(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  if (choices.empty()) return false;
  const Reading reading(text, circumstances);
  const TokenRange range = without_filler(reading, {0, reading.size()});
  return range.begin < range.end && by_place(reading, range, choices.size()).has_value();
}

ChoiceAnswer read_choice(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  const std::vector<Form> forms = forms_of(choices, circumstances.locale);
  const std::string whole = normalise(text, circumstances.locale);
  if (whole.empty() || forms.empty()) return {};
  const Vocabulary& vocabulary = vocabulary_for(circumstances.locale);
  if (auto answer = by_exact_words(forms, whole, vocabulary); is_decided(answer)) return answer;

  const Reading reading(text, circumstances);
  const TokenRange range = without_filler(reading, {0, reading.size()});
  if (range.begin >= range.end) return by_mention(forms, words_of(whole), false, vocabulary);
  if (const auto place = by_place(reading, range, choices.size())) return {place, {}};

  const std::vector<std::string> all_words = words_of(whole);
  if (auto answer = by_mention(forms, all_words, false, vocabulary); is_decided(answer)) return answer;
  const std::vector<std::string> words = content_words(reading, range);
  if (words.empty()) return {};
  std::string core;
  for (const std::string& word : words) core += (core.empty() ? "" : " ") + word;
  if (auto answer = by_exact_words(forms, core, vocabulary); is_decided(answer)) return answer;
  if (auto answer = by_some_words(forms, words, false); is_decided(answer)) return answer;
  if (auto answer = by_beginning(forms, core); is_decided(answer)) return answer;
  if (auto answer = by_closeness(forms, core); is_decided(answer)) return answer;
  if (auto answer = by_mention(forms, all_words, true, vocabulary); is_decided(answer)) return answer;
  return by_some_words(forms, words, true);
}

std::vector<Found> find_choices(
    std::span<const flow::Choice> choices, std::string_view text, const Circumstances& circumstances
) {
  const std::vector<Form> forms = forms_of(choices, circumstances.locale);
  std::vector<Token> tokens;
  for (Token& token : tokenise(text)) {
    if (token.kind != Token::Kind::symbol) tokens.push_back(std::move(token));
  }
  std::vector<std::string> words;
  for (const Token& token : tokens) words.push_back(token.text);
  std::vector<Mention> mentions = best_mentions(mentions_of(forms, words, true));
  std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
    return a.begin < b.begin;
  });
  std::vector<Found> found;
  for (const Mention& mention : mentions) {
    const std::size_t begin = tokens[mention.begin].begin;
    if (!found.empty() && begin < found.back().end) continue;  // two choices fit equally well: the first
    found.push_back({Value(choices[mention.choice].value), begin, tokens[mention.end - 1].end});
  }
  return found;
}

}  // namespace parley::language
