// What a classifier made of a message, as the commands print it. Pure; thread-safe.
#pragma once

#include "base/value.hpp"
#include "language/classifier/classifier.hpp"

namespace parley::cli {

// {intent, confidence, band, candidates: [{intent, confidence}]}; intent is null for what falls back.
[[nodiscard]] Value shown_verdict(const language::Classifier& classifier, const language::Verdict& verdict);

}  // namespace parley::cli
