// Links and images in words that a model wrote. Whoever tells a model what to write must not be able to have
// a reader's browser, or the reader, carry something away: an image is loaded without a click, a link with
// one. So no image stays, and a link stays only when its host is allowed; any other is shown as text that
// nothing makes a link of ("https[:]//evil[.]example/x"). Markdown, HTML and bare addresses alike. Pure
// functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace parley::policy {

// "example.com" is that host alone, "*.example.com" all below it.
using Hosts = std::span<const std::string>;

// An address that is written plainly, over http or https, and whose host is allowed. One with a user name in
// it is not.
[[nodiscard]] bool is_allowed_link(std::string_view address, Hosts allowed);

// The first took "https://shop.example" for the whole of "https://shop.example(.evil.example", overlooked
// addresses without a scheme that have a port, a "#" or a host in another script, and took a full stop behind
// an address for a part of it. Old conversations go on with them (docs/adr/0010).
enum class LinkRules : std::uint8_t { first, second };

// The text as it may be shown. It works word by word: a text that is given in pieces, cut at white space,
// comes out the same, or with a link less.
[[nodiscard]] std::string without_foreign_links(
    std::string_view text, Hosts allowed, LinkRules rules = LinkRules::second
);

}  // namespace parley::policy
