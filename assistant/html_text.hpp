// A page of HTML as text with Markdown headings, for searching: without scripts, styles and navigation.
// Broken HTML is read as browsers do. Thread-safe; no network, no entities from elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace parley::assistant {

// At most 2 GB; what cannot be read at all is empty.
[[nodiscard]] std::string html_to_text(std::string_view html);

}  // namespace parley::assistant
