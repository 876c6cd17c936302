// A conversation test as the YAML that read_tests() reads. Texts and values are written as JSON, which YAML
// contains. Pure function.
#pragma once

#include <string>

#include "assistant/testing/test_document.hpp"

namespace parley::assistant {

// A line as it stands in the test.
[[nodiscard]] std::string write_line(const Line& line);
// `comment` may be of several lines; it stands above the test.
[[nodiscard]] std::string write_test(const ConversationTest& test, std::string_view comment = {});

}  // namespace parley::assistant
