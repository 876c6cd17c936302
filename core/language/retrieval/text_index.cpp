#include "language/retrieval/text_index.hpp"

#include <algorithm>
#include <cmath>

#include "base/result.hpp"

namespace parley::language {
namespace {

constexpr float kSaturation = 1.2F;    // k1
constexpr float kLengthShare = 0.75F;  // b
constexpr std::size_t kCommon = 20;    // in every so many texts

float rarity(float texts, float having) {
  return std::log(1 + (texts - having + 0.5F) / (having + 0.5F));
}

}  // namespace

TextIndex::TextIndex(WindowOptions options) : options_(options) {
  INVARIANT(options_.reach <= kFarthest, "windows reach two texts far at most");
}

TextIndex::Id TextIndex::add(std::span<const std::uint32_t> terms, Id before) {
  const Id id = static_cast<Id>(size());
  const auto length = static_cast<float>(terms.size());
  sizes_.push_back(length);
  lengths_.push_back(options_.own_weight * length);
  total_length_ += static_cast<double>(lengths_[id]);
  around_.emplace_back();
  // The new text is part of the windows before it, and what stands before it is part of its own.
  Id earlier = before;
  for (std::uint32_t distance = 0; distance < options_.reach && earlier != kNone; ++distance) {
    around_[id].before[distance] = earlier;
    around_[earlier].after[distance] = id;
    lengths_[earlier] += length;
    lengths_[id] += sizes_[earlier];
    total_length_ += static_cast<double>(length + sizes_[earlier]);
    earlier = around_[earlier].before[0];
  }

  Terms sorted(terms.begin(), terms.end());
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    postings_[sorted[i]].push_back({id, static_cast<float>(end - i)});
    i = end;
  }
  return id;
}

// Without branches that depend on the texts: a neighbour that is not there is counted in a place of its own
// behind the texts, and every text is written to the list of those touched, where only the new ones stay.
float TextIndex::count_term(const Postings& postings) {
  const auto texts = static_cast<Id>(size());
  counts_[texts] = 1;
  std::size_t touched = 0;
  const auto count = [&](Id text, float more) {
    const Id place = std::min(text, texts);
    touched_[touched] = place;
    touched += static_cast<std::size_t>(counts_[place] == 0);
    counts_[place] += more;
  };
  // The texts lie far apart; waiting for them one after the other would be most of the work.
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < postings.size(); ++i) {
    if (i + kAhead < postings.size()) {
      const Id later = postings[i + kAhead].text;
      __builtin_prefetch(&around_[later]);
      __builtin_prefetch(&counts_[later]);
      __builtin_prefetch(&lengths_[later]);
      __builtin_prefetch(&scores_[later]);
    }
    const Posting& posting = postings[i];
    count(posting.text, options_.own_weight * posting.count);
    const Around& around = around_[posting.text];
    for (std::uint32_t distance = 0; distance < options_.reach; ++distance) {
      count(around.before[distance], posting.count);
      count(around.after[distance], posting.count);
    }
  }
  const float weight = rarity(static_cast<float>(texts), static_cast<float>(touched));
  const auto mean = static_cast<float>(std::max(total_length_ / static_cast<double>(size()), 1e-9));
  const float fixed = kSaturation * (1 - kLengthShare);
  const float by_length = kSaturation * kLengthShare / mean;
  for (const Id text : std::span(touched_).first(touched)) {
    const float times = counts_[text];
    scores_[text] += weight * times / (times + fixed + by_length * lengths_[text]);
    counts_[text] = 0;
  }
  counts_[texts] = 0;
  return weight;
}

std::span<const float> TextIndex::scores(std::span<const std::uint32_t> question) {
  scores_.assign(size(), 0.0F);
  counts_.resize(size() + 1, 0.0F);
  touched_.resize(size() + 1);
  if (size() == 0) return scores_;
  Terms terms(question.begin(), question.end());
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  std::vector<const Postings*> known;
  for (const std::uint32_t term : terms) {
    if (const auto found = postings_.find(term); found != postings_.end()) known.push_back(&found->second);
  }
  if (known.empty()) return scores_;
  const auto unknown = static_cast<float>(terms.size() - known.size());
  const auto is_common = [&](const Postings* each) { return each->size() * kCommon > size(); };
  if (options_.passes_over_common && !std::all_of(known.begin(), known.end(), is_common))
    std::erase_if(known, is_common);
  float most = 0;
  for (const Postings* each : known) most += count_term(*each);
  // A term that no text has takes the share of the question that the others have on average.
  most += unknown * most / static_cast<float>(known.size());
  if (most > 0) {
    const float share = 1 / most;
    for (float& score : scores_) score *= share;
  }
  return scores_;
}

}  // namespace parley::language
