#include "engine/provisional.hpp"

#include <utility>

#include "engine/semantics.hpp"
#include "engine/steps/model/kept_words.hpp"
#include "policy/links.hpp"

namespace parley::engine {

namespace {

bool writes(const flow::Step& step, std::string_view keyword) {
  for (std::size_t i = 0; i < step.spec->keywords.size(); ++i) {
    if (step.spec->keywords[i].name == keyword)
      return !std::holds_alternative<std::monostate>(step.fields[i]);
  }
  return false;
}

// Behind the last white space; for `plain` words also behind what no beginning of an address or a mark-up has
// in it, since not every text has spaces: characters that are not ASCII, quotes and a few more.
std::size_t whole_words(std::string_view text, bool plain) {
  constexpr std::string_view kSpaces = " \n\t";
  constexpr std::string_view kApart = "\"',{}|^*";
  const auto ends_there = [&](char c) {
    if (kSpaces.contains(c)) return true;
    return plain && (kApart.contains(c) || (static_cast<unsigned char>(c) & 0x80U) != 0);
  };
  std::size_t end = text.size();
  while (end > 0 && !ends_there(text[end - 1])) --end;
  return end;
}

}  // namespace

std::optional<ProvisionalText> ProvisionalText::of(
    const Release& release, const State& state, std::string_view effect_id
) {
  if (state.stack.empty() || state.stack.back().pending_effect != effect_id) return std::nullopt;
  const Frame& frame = state.stack.back();
  const flow::Flow* flow = release.find(frame.flow);
  if (flow == nullptr || frame.step >= flow->steps.size()) return std::nullopt;
  const flow::Step& step = flow->steps[frame.step];
  ProvisionalText text;
  if (state.semantics >= kOriginSemantics) text.hosts_ = release.settings().link_hosts;
  if (step.spec->type == "generate" && !writes(step, "save")) return text;
  if (step.spec->type != "message") return std::nullopt;
  text.original_ = std::string(frame.held.text("text"));
  return text;
}

std::string ProvisionalText::take(std::string_view piece) {
  if (!original_ && !hosts_) return std::string(piece);
  if (stopped_) return {};
  // What is pending has no end of a word in it.
  const std::size_t end_of_piece = whole_words(piece, !original_);
  const std::size_t end = pending_.size() + end_of_piece;
  pending_ += piece;
  if (end_of_piece == 0) return {};
  std::string words = pending_.substr(0, end);
  pending_.erase(0, end);
  if (!original_) return policy::without_foreign_links(words, *hosts_);
  if (!steps::brings_no_own(words, *original_) ||
      (hosts_ && !steps::brings_no_link(words, *original_, *hosts_))) {
    stopped_ = true;
    return {};
  }
  return words;
}

void ProvisionalText::restart() {
  pending_.clear();
  stopped_ = false;
}

}  // namespace parley::engine
