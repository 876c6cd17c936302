#include "language/retrieval/terms.hpp"

#include "base/murmur3.hpp"
#include "language/classifier/features.hpp"
#include "language/stop_words.hpp"
#include "language/tokens.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {

Terms terms_of(std::string_view text, std::string_view locale) {
  const std::string_view language = vocabulary_for(locale).language;
  Terms terms;
  for (const Token& token : tokenise(text)) {
    if (token.kind == Token::Kind::symbol || is_stop_word(token.text)) continue;
    if (terms.size() == kMostTerms) break;
    terms.push_back(murmur3_32(stem(token.text, language), 1));
  }
  return terms;
}

}  // namespace parley::language
