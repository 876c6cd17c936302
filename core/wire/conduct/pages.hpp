// More than one page of a long answer in one call, bounded: what a description says of how a service pages
// (x-parley-pages), the next page's request, and the pages as one answer. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

inline constexpr std::int64_t kPagesMax = 20;

// Gives the tool one argument more: how many pages are wanted.
[[nodiscard]] Result<void> read_paging(const Value& source, Tool& tool);

// 1 unless the caller wants more.
[[nodiscard]] std::int64_t pages_wanted(const Tool& tool, const Value& arguments);

// Where the next page is: other arguments, or an address.
struct NextPage {
  Value arguments;
  std::string url;  // absolute, or a path at the service; empty: by the arguments
};
// Nothing after the last page. `arguments` are those of `page`, whose header Link is `link`.
// INVARIANT: the tool pages.
[[nodiscard]] std::optional<NextPage> next_page(
    const Tool& tool, const Value& arguments, const Value& page, std::string_view link
);

// The last page with the items of all.
[[nodiscard]] Value joined_pages(const Paging& paging, const Value& all, const Value& page);

// What a JSON pointer leads to; null when nothing is there. A last token "-" is a list's last item.
[[nodiscard]] Value at_pointer(const Value& value, std::string_view pointer);

}  // namespace parley::wire
