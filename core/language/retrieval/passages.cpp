#include "language/retrieval/passages.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace parley::language {
namespace {

constexpr std::size_t kLevels = 6;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    words += !space && !inside ? 1 : 0;
    inside = !space;
  }
  return words;
}

bool is_fence(std::string_view line) {
  const std::string_view begun = trimmed(line);
  return begun.starts_with("```") || begun.starts_with("~~~");
}

class Cutter {
 public:
  std::vector<Passage> run(std::string_view text) {
    for (std::uint32_t number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      take(text.substr(0, end), number);
      text.remove_prefix(std::min(text.size(), end + 1));
    }
    finish();
    return std::move(passages_);
  }

 private:
  void take(std::string_view line, std::uint32_t number) {
    if (is_fence(line)) fenced_ = !fenced_;
    const std::size_t level = fenced_ ? 0 : std::min(line.find_first_not_of('#'), line.size());
    if (level > 0 && level <= kLevels && level < line.size() && line[level] == ' ') {
      finish();
      headings_[level - 1] = trimmed(line.substr(level));
      // "## Title ##"
      while (headings_[level - 1].ends_with('#')) headings_[level - 1].pop_back();
      for (std::size_t deeper = level; deeper < kLevels; ++deeper) headings_[deeper].clear();
      return;
    }
    if (is_blank(line) && !fenced_) {
      if (words_ >= kPassageWords) finish();
      if (!text_.empty()) text_ += '\n';
      return;
    }
    if (text_.empty()) line_ = number;
    words_ += count_words(line);
    text_ += line;
    text_ += '\n';
  }

  void finish() {
    const std::string_view kept = trimmed(text_);
    if (!kept.empty()) passages_.push_back({std::string(kept), path(), line_});
    text_.clear();
    words_ = 0;
  }

  [[nodiscard]] std::string path() const {
    std::string path;
    for (const std::string& heading : headings_) {
      if (heading.empty()) continue;
      if (!path.empty()) path += " > ";
      path += trimmed(heading);
    }
    return path;
  }

  std::vector<Passage> passages_;
  std::array<std::string, kLevels> headings_;
  std::string text_;
  std::uint32_t line_ = 1;
  std::size_t words_ = 0;
  bool fenced_ = false;
};

}  // namespace

std::vector<Passage> passages_of(std::string_view markdown) {
  return Cutter().run(markdown);
}

}  // namespace parley::language
