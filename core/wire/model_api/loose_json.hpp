// JSON in what a model wrote: bare, in a code fence, or with words around it. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire::model_api {

// The whole text when it is JSON; otherwise the first object or list in it that can be read. Nothing is
// guessed: text that was cut off is an error.
[[nodiscard]] Result<Value> json_in(std::string_view text);

}  // namespace parley::wire::model_api
