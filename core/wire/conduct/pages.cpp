#include "wire/conduct/pages.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_pointer.hpp"

namespace parley::wire {
namespace {

std::unexpected<Error> wrong(std::string why) {
  return fail(ErrorCode::invalid_input, "x-parley-pages " + std::move(why), "/x-parley-pages");
}

std::optional<Paging::Next> next_named(std::string_view name) {
  if (name == "cursor") return Paging::Next::cursor;
  if (name == "last_item") return Paging::Next::last_item;
  if (name == "offset") return Paging::Next::offset;
  if (name == "url") return Paging::Next::url;
  if (name == "link") return Paging::Next::link;
  return std::nullopt;
}

bool is_pointer(std::string_view text) {
  return text.empty() || text.starts_with('/');
}

Value item_at(const Value& list, std::string_view token) {
  if (token == "-") return list.size() == 0 ? Value() : list.as_list().back();
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool number = problem == std::errc() && end == token.data() + token.size();
  return number && index < list.size() ? list.as_list()[index] : Value();
}

std::size_t count_in(const Paging& paging, const Value& answer) {
  const Value items = at_pointer(answer, paging.items);
  return items.is_list() ? items.size() : 0;
}

// <https://…?page=2>; rel="next", <…>; rel="last"
std::string next_link(std::string_view header) {
  while (!header.empty()) {
    const std::size_t open = header.find('<');
    const std::size_t close = header.find('>', open == std::string_view::npos ? open : open + 1);
    if (close == std::string_view::npos) return {};
    const std::string_view url = header.substr(open + 1, close - open - 1);
    header.remove_prefix(close + 1);
    const std::string_view facts = header.substr(0, header.find('<'));
    if (facts.contains("rel=\"next\"") || facts.contains("rel=next")) return std::string(url);
  }
  return {};
}

Value set_at(const Value& value, std::string_view pointer, const Value& put) {
  if (pointer.empty()) return put;
  const std::size_t end = pointer.find('/', 1);
  const std::string token =
      unescape_pointer_token(pointer.substr(1, end == std::string_view::npos ? end : end - 1));
  if (!value.is_map()) return value;
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : pointer.substr(end);
  return value.with(token, set_at(value[token], rest, put));
}

}  // namespace

Result<void> read_paging(const Value& source, Tool& tool) {
  if (source.is_null()) return {};
  const auto next = next_named(source.text("next"));
  if (!next) return wrong("needs 'next': cursor, last_item, offset, url or link");
  Paging paging{
      .next = *next,
      .items = std::string(source.text("items")),
      .at = std::string(source.text("at")),
      .more = std::string(source.text("more")),
      .argument = std::string(source.text("argument")),
      .how_many = "pages",
  };
  for (const std::string& pointer : {paging.items, paging.at, paging.more}) {
    if (!is_pointer(pointer)) return wrong("takes JSON pointers such as /items, not '" + pointer + "'");
  }
  const bool by_argument = *next != Paging::Next::url && *next != Paging::Next::link;
  const bool known =
      std::ranges::find(tool.bindings, paging.argument, &Binding::argument) != tool.bindings.end();
  if (by_argument && !known) return wrong("needs 'argument', one of the operation's arguments");
  if (*next != Paging::Next::link && *next != Paging::Next::offset && paging.at.empty())
    return wrong("needs 'at', where the answer says what comes next");
  if (tool.effect != "read") return wrong("is only for operations that read");
  const auto taken = [&](std::string_view name) {
    return std::ranges::find(tool.bindings, name, &Binding::argument) != tool.bindings.end();
  };
  while (taken(paging.how_many)) paging.how_many = "max_" + paging.how_many;
  const Value schema = MapBuilder()
                           .set("type", "integer")
                           .set("minimum", 1)
                           .set("maximum", kPagesMax)
                           .set("description", "How many pages to read at most; 1 when left out.")
                           .build();
  tool.parameters =
      tool.parameters.with("properties", tool.parameters["properties"].with(paging.how_many, schema));
  tool.paging = std::move(paging);
  return {};
}

std::int64_t pages_wanted(const Tool& tool, const Value& arguments) {
  if (!tool.paging) return 1;
  const Value& wanted = arguments[tool.paging->how_many];
  return wanted.is_int() ? std::clamp<std::int64_t>(wanted.as_int(), 1, kPagesMax) : 1;
}

std::optional<NextPage> next_page(
    const Tool& tool, const Value& arguments, const Value& page, std::string_view link
) {
  const Paging& paging = *tool.paging;
  const std::size_t count = count_in(paging, page);
  if (!paging.more.empty() && at_pointer(page, paging.more) != Value(true)) return std::nullopt;
  switch (paging.next) {
    case Paging::Next::link: {
      std::string url = next_link(link);
      return url.empty() ? std::nullopt : std::optional(NextPage{{}, std::move(url)});
    }
    case Paging::Next::url: {
      const Value url = at_pointer(page, paging.at);
      if (!url.is_string() || url.size() == 0) return std::nullopt;
      return NextPage{{}, std::string(url.as_string())};
    }
    case Paging::Next::offset: {
      const Value& start = arguments[paging.argument];
      const Value total = at_pointer(page, paging.at);
      const std::int64_t next = (start.is_int() ? start.as_int() : 0) + static_cast<std::int64_t>(count);
      if (count == 0 || (!paging.at.empty() && total.is_int() && next >= total.as_int())) return std::nullopt;
      return NextPage{arguments.with(paging.argument, next), {}};
    }
    case Paging::Next::last_item:
    case Paging::Next::cursor:
      break;
  }
  if (paging.next == Paging::Next::last_item && count == 0) return std::nullopt;
  const Value cursor = paging.next == Paging::Next::cursor
                           ? at_pointer(page, paging.at)
                           : at_pointer(page, paging.items + "/-" + paging.at);
  if (cursor.is_null() || (cursor.is_string() && cursor.size() == 0)) return std::nullopt;
  if (cursor == arguments[paging.argument]) return std::nullopt;  // it would go round for ever
  return NextPage{arguments.with(paging.argument, cursor), {}};
}

Value joined_pages(const Paging& paging, const Value& all, const Value& page) {
  ListBuilder items;
  for (const Value* part : {&all, &page}) {
    const Value list = at_pointer(*part, paging.items);
    if (!list.is_list()) continue;
    for (const Value& item : list.as_list()) items.add(item);
  }
  return set_at(page, paging.items, items.build());
}

Value at_pointer(const Value& value, std::string_view pointer) {
  Value at = value;
  while (pointer.starts_with('/')) {
    const std::size_t end = pointer.find('/', 1);
    const std::string token =
        unescape_pointer_token(pointer.substr(1, end == std::string_view::npos ? end : end - 1));
    at = at.is_list() ? item_at(at, token) : at.is_map() ? at[token] : Value();
    pointer.remove_prefix(end == std::string_view::npos ? pointer.size() : end);
  }
  return at;
}

}  // namespace parley::wire
