#include "language/stop_words.hpp"

#include "language/word_table.hpp"

namespace parley::language {
namespace {

constexpr std::string_view kStopWords[] = {
    "a",     "about",  "after", "all",    "also",  "am",    "an",     "and",   "any",   "are",  "as",
    "at",    "be",     "been",  "before", "being", "but",   "by",     "can",   "could", "did",  "do",
    "does",  "for",    "from",  "get",    "got",   "until", "had",    "has",   "have",  "he",   "her",
    "hers",  "him",    "his",   "how",    "i",     "if",    "in",     "into",  "is",    "it",   "its",
    "just",  "me",     "my",    "no",     "not",   "of",    "on",     "or",    "our",   "out",  "so",
    "some",  "than",   "that",  "the",    "their", "them",  "then",   "there", "these", "they", "this",
    "those", "to",     "too",   "up",     "us",    "very",  "was",    "we",    "were",  "what", "when",
    "where", "which",  "who",   "why",    "will",  "with",  "would",  "you",   "your",  "i'm",  "it's",
    "don't", "that's", "i've",  "please", "hi",    "hello", "thanks", "der",   "die",   "das",  "und",
    "ist",   "ein",    "eine",  "nicht",  "zu",    "mit",   "auf",    "für",   "von",   "im",   "den",
    "dem",   "des",    "es",    "ich",    "sie",   "wir",
};

}  // namespace

bool is_stop_word(std::string_view word) {
  return table<kStopWords>.find_word(word) != nullptr;
}

}  // namespace parley::language
