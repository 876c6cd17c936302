#include "engine/memory/context.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "engine/masking.hpp"
#include "expr/display.hpp"

namespace parley::engine {

namespace {

constexpr std::size_t kBytesPerToken = 3;  // on the safe side
constexpr std::size_t kMostQuery = 1'000;  // bytes
constexpr std::size_t kLeastPiece = 60;    // a shorter piece of a line says nothing

std::string cut(std::string_view text, std::size_t most) {
  return text.size() <= most ? std::string(text) : std::string(utf8_prefix(text, most)) + "…";
}

// "2026-01-31"
std::string day_of(const Value& at) {
  return at.is_timestamp() ? format_timestamp(at.as_timestamp()).substr(0, 10) : std::string();
}

class Lines {
 public:
  explicit Lines(std::size_t bytes) : left_(bytes) {}

  // A line that does not fit is cut, and is the last.
  bool add(std::string line) {
    if (line.size() + 1 > left_) {
      if (left_ < kLeastPiece) return false;
      line = cut(line, left_ - 4);
    }
    left_ -= std::min(left_, line.size() + 1);
    if (!text_.empty()) text_ += '\n';
    text_ += line;
    return left_ >= kLeastPiece;
  }
  void allow(std::size_t bytes) { left_ += bytes; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::size_t left_;
  std::string text_;
};

}  // namespace

std::string context_text(const Value& known, const Value& hits, std::uint32_t tokens) {
  const std::size_t bytes = tokens * kBytesPerToken;
  Lines lines(bytes / 2);
  if (known.is_list()) {
    for (const Value& each : known.as_list()) {
      const std::string day = day_of(each["at"]);
      const std::string line = std::string(each.text("label")) + ": " + expr::display(each["value"]);
      if (!lines.add(day.empty() ? line : line + " (" + day + ")")) break;
    }
  }
  lines.allow(bytes - bytes / 2);
  if (hits.is_list()) {
    for (const Value& hit : hits.as_list()) {
      // Facts stand above already.
      if (hit.find("fact") != nullptr || hit.text("text").empty()) continue;
      if (!lines.add("[" + day_of(hit["at"]) + "] " + std::string(hit.text("text")))) break;
    }
  }
  return lines.take();
}

bool tells_context(const Release& release, const State& state) {
  return release.settings().context_tokens > 0 && !state.user_id.empty();
}

std::optional<std::string> context_query(const State& state, std::string_view otherwise) {
  if (state.message == kMask) return std::nullopt;
  return cut(state.message.empty() ? otherwise : std::string_view(state.message), kMostQuery);
}

}  // namespace parley::engine
