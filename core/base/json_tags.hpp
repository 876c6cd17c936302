// The one-key maps {"@…": …} of the typed form, shared by its writer and the parser.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley {

// The value that {"@tag": inner} stands for. `tag` starts with '@'.
[[nodiscard]] Result<Value> value_of_tag(std::string_view tag, const Value& inner);

}  // namespace parley
