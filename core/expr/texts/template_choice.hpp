// The parts of a Template that chooses between phrasings. Internal to core/expr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "expr/template.hpp"

namespace parley::expr {

struct Template::Choice {
  enum class Kind : std::uint8_t { plural, ordinal, select };
  struct Case {
    std::string word;             // "one", "other", "=0", "female"
    std::optional<double> exact;  // of "=0"
    Parts parts;
  };

  Kind kind = Kind::plural;
  double offset = 0;  // taken from the number before its form is looked up, and from #
  std::vector<Case> cases;
  std::size_t begin = 0;  // in the source
  std::size_t end = 0;
};

template <typename Visit>
void Template::each_part(const Parts& parts, const Visit& visit) {
  for (const Part& part : parts) {
    visit(part);
    if (part.choice == nullptr) continue;
    for (const Choice::Case& one : part.choice->cases) each_part(one.parts, visit);
  }
}

}  // namespace parley::expr
