// What a model must leave as it is when it words a text anew: the values in it, amounts and other numbers,
// links and addresses, byte for byte. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "policy/links.hpp"

namespace parley::engine::steps {

// `shown` are the values that stand in the text. Each once, in the order of the text for what is found in it.
[[nodiscard]] std::vector<std::string> kept_words(std::string_view text, std::vector<std::string> shown);

// Every word of the list `keep` stands in the answer as often as in the text at least, the answer brings no
// number or link of its own, and it is not many times as long.
[[nodiscard]] bool keeps_words(std::string_view answer, std::string_view text, const Value& keep);

// No number, link or address of its own.
[[nodiscard]] bool brings_no_own(std::string_view answer, std::string_view text);

// No address or mark-up of its own that leads or loads from elsewhere than the allowed hosts.
[[nodiscard]] bool brings_no_link(std::string_view answer, std::string_view text, policy::Hosts allowed);

}  // namespace parley::engine::steps
