// Links and images in words that a model wrote. Whoever tells a model what to write must not be able to have
// a reader's browser, or the reader, carry something away: an image is loaded without a click, a link with
// one. So no image stays, and a link stays only when its host is allowed; any other is shown as text that
// nothing makes a link of ("https[:]//evil[.]example/x"). Markdown, HTML and bare addresses alike. Pure
// functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace parley::policy {

// "example.com" is that host alone, "*.example.com" all below it.
using Hosts = std::span<const std::string>;

// An address that is written plainly, over http or https, and whose host is allowed. One with a user name in
// it is not.
[[nodiscard]] bool is_allowed_link(std::string_view address, Hosts allowed);

// The text as it may be shown. It works word by word: a text that is given in pieces, cut at white space,
// comes out the same, or with a link less.
[[nodiscard]] std::string without_foreign_links(std::string_view text, Hosts allowed);

}  // namespace parley::policy
