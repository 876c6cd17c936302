// A message text in one or several languages.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/template.hpp"

namespace parley::flow {

// The first form is the default language's. An empty Text says nothing.
struct Text {
  std::vector<std::pair<std::string, expr::Template>> forms;  // (BCP-47 tag or "", template)

  [[nodiscard]] bool empty() const { return forms.empty(); }
  // The form for a locale: exact tag, then the language alone, then the first. Not to be called when empty().
  [[nodiscard]] const expr::Template& in(std::string_view locale) const;
};

}  // namespace parley::flow
