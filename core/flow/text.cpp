// Choice of a language's form of a text.
#include "flow/text.hpp"

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace parley::flow {

const expr::Template& Text::in(std::string_view locale) const {
  INVARIANT(!forms.empty(), "an empty text has no form");
  const std::string wanted = ascii_lower(locale);
  const std::string_view language = std::string_view(wanted).substr(0, wanted.find('-'));
  const expr::Template* same_language = nullptr;
  for (const auto& [tag, form] : forms) {
    const std::string own = ascii_lower(tag);
    if (own == wanted) return form;
    if (same_language == nullptr && own == language) same_language = &form;
  }
  return same_language != nullptr ? *same_language : forms.front().second;
}

}  // namespace parley::flow
