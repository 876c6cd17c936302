// Lists: join, reverse, sum, distinct, sort, slice, flatten, first, last.
#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "expr/functions.hpp"
#include "expr/functions/format.hpp"
#include "expr/money.hpp"
#include "expr/operators.hpp"

namespace parley::expr {
namespace {

// CEL joins strings; numbers and other plain values are shown as %s shows them.
Outcome join(Call& call) {
  bool fits = call[0].is_list() && (call.count() == 1 || call[1].is_string());
  if (!fits) return Outcome::no_overload;
  std::string_view separator = call.count() == 2 ? call[1].as_string() : "";
  std::string out;
  bool first = true;
  for (const Value& item : call[0].as_list()) {
    if (item.is_list() || item.is_map()) return call.fail("only a list of texts and numbers can be joined");
    if (!first) out += separator;
    first = false;
    if (!call.afford(separator.size()) || !append_plain(out, item, call.budget())) return Outcome::failed;
  }
  return call.give(out);
}

Outcome reverse(Call& call) {
  if (call[0].is_list()) {
    if (!call.budget().spend(call[0].size())) return Outcome::failed;
    std::vector<Value> items(call[0].as_list().rbegin(), call[0].as_list().rend());
    return call.give(Value::adopt_list(items));
  }
  if (!call[0].is_string()) return Outcome::no_overload;
  std::string_view text = call[0].as_string();
  if (!call.afford(text.size())) return Outcome::failed;
  std::string out;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t length = decode_utf8_before(text, end).length;
    out += text.substr(end - length, length);
    end -= length;
  }
  return call.give(out);
}

Outcome sum(Call& call) {
  if (!call[0].is_list()) return Outcome::no_overload;
  if (!call.budget().spend(call[0].size())) return Outcome::failed;
  Value total(0);
  bool first = true;
  for (const Value& item : call[0].as_list()) {
    bool fits = item.is_number() || item.is_duration() || is_money(item);
    if (!fits) return call.fail("only numbers, durations and amounts of money have a sum");
    if (first) {
      total = item;
      first = false;
      continue;
    }
    std::string_view problem;
    Value next;
    Outcome outcome = arithmetic(Op::add, total, item, next, problem, call.budget());
    if (outcome == Outcome::no_overload) return call.fail("the elements cannot be added to each other");
    if (outcome == Outcome::failed) return call.fail(std::string(problem));
    total = std::move(next);
  }
  return call.give(total);
}

Outcome distinct(Call& call) {
  if (!call[0].is_list()) return Outcome::no_overload;
  std::vector<Value> kept;
  for (const Value& item : call[0].as_list()) {
    if (!call.budget().spend(kept.size() + 1)) return Outcome::failed;
    bool seen =
        std::ranges::any_of(kept, [&](const Value& other) { return equals(item, other, call.budget()); });
    if (call.budget().exhausted) return Outcome::failed;
    if (!seen) kept.push_back(item);
  }
  return call.give(Value::adopt_list(kept));
}

Outcome sort(Call& call) {
  if (!call[0].is_list()) return Outcome::no_overload;
  if (!call.budget().spend(4 * call[0].size())) return Outcome::failed;
  std::vector<const Value*> order;
  order.reserve(call[0].size());
  for (const Value& item : call[0].as_list()) {
    // Compared with the first only: what fits it fits all others of its kind. NaN has no place in an order.
    Order with_first = compare(item, call[0].as_list().front());
    if (with_first == Order::unlike_currencies) return call.fail("the amounts are in different currencies");
    bool fits = with_first != Order::no_overload && compare(item, item) == Order::equal;
    if (!fits) return call.fail("only numbers, texts and times of one kind can be sorted");
    order.push_back(&item);
  }
  bool mixed =
      std::ranges::any_of(order, [&](const Value* item) { return item->type() != order[0]->type(); });
  // A mix of number types is compared as doubles throughout, because CEL's own comparison is not transitive
  // there. Among equals their place decides, so that every sort algorithm gives the same list.
  std::ranges::sort(order, [mixed](const Value* a, const Value* b) {
    Order found = mixed ? compare(Value(a->to_double()), Value(b->to_double())) : compare(*a, *b);
    return found == Order::equal ? a < b : found == Order::less;
  });
  std::vector<Value> items;
  items.reserve(order.size());
  for (const Value* item : order) items.push_back(*item);
  return call.give(Value::adopt_list(items));
}

Outcome slice(Call& call) {
  if (!call[0].is_list() || !call[1].is_int() || !call[2].is_int()) return Outcome::no_overload;
  std::int64_t begin = call[1].as_int();
  std::int64_t end = call[2].as_int();
  bool inside = begin >= 0 && begin <= end && end <= static_cast<std::int64_t>(call[0].size());
  if (!inside) return call.fail("the range is outside the list");
  auto items =
      call[0].as_list().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  if (!call.budget().spend(items.size())) return Outcome::failed;
  return call.give(Value::list({items.begin(), items.end()}));
}

Outcome flatten(Call& call) {
  if (!call[0].is_list()) return Outcome::no_overload;
  std::vector<Value> items;
  for (const Value& item : call[0].as_list()) {
    if (!call.budget().spend(item.is_list() ? item.size() + 1 : 1)) return Outcome::failed;
    if (item.is_list()) {
      items.insert(items.end(), item.as_list().begin(), item.as_list().end());
    } else {
      items.push_back(item);
    }
  }
  return call.give(Value::adopt_list(items));
}

Outcome end_of_list(Call& call, bool first) {
  if (!call[0].is_list()) return Outcome::no_overload;
  std::span<const Value> items = call[0].as_list();
  if (items.empty()) return call.give(Value::optional_none());
  return call.give(Value::optional_of(first ? items.front() : items.back()));
}

Outcome first(Call& call) {
  return end_of_list(call, true);
}
Outcome last(Call& call) {
  return end_of_list(call, false);
}

constexpr Function kFunctions[] = {
    {"join",
     Style::either,
     "list(A) -> string; list(A), string -> string",
     join,
     "list.join(', ')",
     "The elements as one text, with a separator between them.",
     "['a', 'b'].join('-') → 'a-b'"},
    {"reverse",
     Style::method,
     "list(A) -> list(A); string -> string",
     reverse,
     "list.reverse() or text.reverse()",
     "The same in the opposite order.",
     "[1, 2, 3].reverse() → [3, 2, 1]"},
    {"sum",
     Style::either,
     "list(int) -> int; list(number) -> number; list(duration) -> dyn; list(money) -> dyn",
     sum,
     "sum(list)",
     "The sum of numbers, durations or amounts of money; 0 for an empty list.",
     "[1, 2, 3].sum() → 6"},
    {"distinct",
     Style::method,
     "list(A) -> list(A)",
     distinct,
     "list.distinct()",
     "Each element once, where it stood first.",
     "[1, 2, 1].distinct() → [1, 2]"},
    {"sort",
     Style::method,
     "list(int) -> list(int); list(uint) -> list(uint); list(double) -> list(double); list(number) -> "
     "list(number); list(string) -> list(string); list(bool) -> list(bool); list(bytes) -> list(bytes); "
     "list(timestamp) -> list(timestamp); list(duration) -> list(duration); list(money) -> list(money)",
     sort,
     "list.sort()",
     "In ascending order; the elements are of one kind.",
     "[3, 1, 2].sort() → [1, 2, 3]"},
    {"slice",
     Style::method,
     "list(A), int, int -> list(A)",
     slice,
     "list.slice(begin, end)",
     "The elements from an index up to, not including, another.",
     "[1, 2, 3].slice(0, 2) → [1, 2]"},
    {"flatten",
     Style::method,
     "list(list(A)) -> list(A); list(A) -> list(A)",
     flatten,
     "list.flatten()",
     "Lists inside a list become its elements, one level deep.",
     "[[1, 2], [3]].flatten() → [1, 2, 3]"},
    {"first",
     Style::method,
     "list(A) -> optional(A)",
     first,
     "list.first().orValue(default)",
     "The first element, if there is one.",
     "[1, 2].first().orValue(0) → 1"},
    {"last",
     Style::method,
     "list(A) -> optional(A)",
     last,
     "list.last().orValue(default)",
     "The last element, if there is one.",
     "[1, 2].last().value() → 2"},
};

}  // namespace

std::span<const Function> list_functions() {
  return kFunctions;
}

}  // namespace parley::expr
