// What a person is shown of a call before they decide about it: the request as it would go out, and what it
// does in words, from the tool's description and the arguments. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/turns/ports.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

// A request as it is shown. What only the receiver may read is not in it.
struct ShownRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// "Creates a charge. amount: 12, currency: eur. It is done once and cannot be repeated safely."
[[nodiscard]] std::string call_in_words(const wire::Tool& tool, const Value& arguments);

// `request` is an error when the call cannot be made as it is; the words say why. `key_header` is shown and
// does not count for the fingerprint: the key is new with every call.
[[nodiscard]] turns::CallPreview preview_of(
    const wire::Tool& tool,
    const Value& arguments,
    const Result<ShownRequest>& request,
    std::string_view key_header = {}
);

// A person's answer in place of the tool's.
[[nodiscard]] Result<void> check_against_result(const wire::Tool& tool, const Value& result);

}  // namespace parley::tools
