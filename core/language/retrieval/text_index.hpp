// Which of many short texts a question is about: BM25 (Robertson, Zaragoza: The Probabilistic Relevance
// Framework, 2009; k1 1.2, b 0.75), where a text also stands for its neighbours.
//
// A single message says little ("yes, the blue one"), so each is judged by the window around it: its own
// words count `own_weight` times, those of up to `reach` neighbours on either side once. Windows are put
// together while searching, so a text can be added behind any other at any time.
//
// Adding is O(terms). A search reads the postings of the question's terms; one that stands in every twentieth
// text says little and costs much, so it counts only when there is no rarer one. Not thread-safe: searching
// uses room of the index's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <vector>

#include "language/retrieval/terms.hpp"

namespace parley::language {

struct WindowOptions {
  std::uint32_t reach = 0;  // at most 2
  float own_weight = 1;
  // Whether a term that stands in every twentieth text counts only when there is no rarer one. For texts that
  // are few and short it is often what the question is about.
  bool passes_over_common = true;
};

class TextIndex {
 public:
  using Id = std::uint32_t;  // 0, 1, 2… in the order of adding
  static constexpr Id kNone = std::numeric_limits<Id>::max();

  explicit TextIndex(WindowOptions options = {});

  // `before`: the text that this one follows, or kNone.
  Id add(std::span<const std::uint32_t> terms, Id before = kNone);

  // How well each text answers: 0 (not at all) to 1 (as if it consisted of the question's terms). One number
  // for each text, in the order of their ids; they stay until the next search.
  [[nodiscard]] std::span<const float> scores(std::span<const std::uint32_t> question);

  [[nodiscard]] std::size_t size() const { return sizes_.size(); }

 private:
  struct Posting {
    Id text;
    float count;
  };
  using Postings = std::vector<Posting>;
  static constexpr std::uint32_t kFarthest = 2;
  // The neighbours of a text, nearest first; kNone where there is none.
  struct Around {
    Id before[kFarthest] = {kNone, kNone};
    Id after[kFarthest] = {kNone, kNone};
  };
  // Adds what a term says to the scores, and returns how rare it is.
  float count_term(const Postings& postings);

  WindowOptions options_;
  std::unordered_map<std::uint32_t, Postings> postings_;
  std::vector<Around> around_;
  std::vector<float> sizes_;    // of the texts, in terms
  std::vector<float> lengths_;  // of the windows
  double total_length_ = 0;
  // Of the search that runs; the last two have one place more than there are texts.
  std::vector<float> scores_;
  std::vector<float> counts_;  // nothing but zeros between terms
  std::vector<Id> touched_;
};

}  // namespace parley::language
