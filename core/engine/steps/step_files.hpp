// What the files of this folder share: the types a step is made of, and buttons.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/blocks.hpp"
#include "engine/repair/repair.hpp"
#include "engine/run.hpp"
#include "engine/steps/registry.hpp"
#include "flow/field.hpp"
#include "flow/flow.hpp"

namespace parley::engine::steps {

[[nodiscard]] Result<std::vector<SaidButton>> render_buttons(Run& run, const flow::Buttons& buttons);
// From a list of labels or of {label, payload}; anything else gives no buttons.
[[nodiscard]] std::vector<SaidButton> buttons_of(const Value& list);

}  // namespace parley::engine::steps
