// Extractive summaries: the sentences that say most of what a set of texts says, word for word and in their
// order. No model.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::language {

// Up to `sentences` sentences, joined by spaces; a sentence that repeats a chosen one is left out, so there
// may be fewer. Deterministic; the cost grows with the number of words, and with sentences × chosen
// sentences.
[[nodiscard]] std::string summarise(std::span<const std::string> texts, std::size_t sentences);

// Cuts at . ! ? … and at line breaks, but neither in "Dr. Smith", "e.g.", "3.14", "U.S." nor before a
// lower-case word. Views into `text`, trimmed.
[[nodiscard]] std::vector<std::string_view> split_sentences(std::string_view text);

}  // namespace parley::language
