#include "expr/check/check.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "base/json.hpp"
#include "expr/check/signature.hpp"
#include "expr/tagged_json.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

TypeNames shop() {
  Type item =
      Type::object_of({{"item", Type::Kind::string}, {"quantity", Type::Kind::integer}}, true, "item");
  Type payment = Type::object_of({{"id", Type::Kind::string}, {"status", Type::Kind::string}}, true);
  return {
      {"total", Type::Kind::number},
      {"name", Type::Kind::string},
      {"ok", Type::Kind::boolean},
      {"items", Type::list_of(item)},
      {"payment", payment},
      {"open", Type::object_of({{"id", Type::Kind::string}}, false)},
      {"prices", Type::map_of(Type::Kind::string, Type::Kind::real)},
      {"due", Type::Kind::timestamp},
      {"anything", Type()},
  };
}

Checked checked(std::string_view source, const TypeNames& names = shop()) {
  auto expression = Expression::compile(source);
  REQUIRE_MESSAGE(expression.has_value(), std::string(source));
  return check(*expression, names);
}

}  // namespace

TEST_CASE("expressions have types") {
  struct Case {
    const char* source;
    const char* type;
  };
  constexpr Case kCases[] = {
      {"1 + 2", "int"},
      {"1 + 2.0", "double"},
      {"total * 2", "number"},
      {"total / 2.0", "double"},
      {"anything + 1", "number"},
      {"anything + 'a'", "string"},
      {"anything + anything", "dyn"},
      {"name + '!'", "string"},
      {"due - due", "duration"},
      {"due + duration('1h')", "timestamp"},
      {"size(items) > 0 && items.exists(i, i.quantity > 3)", "bool"},
      {"items.map(i, i.item)", "list(string)"},
      {"items.filter(i, i.quantity > 1)", "list(item)"},
      {"items.map(i, i.quantity).sum()", "int"},
      {"items[0].quantity", "int"},
      {"items.first()", "optional(item)"},
      {"items.first().orValue({'item': 'none', 'quantity': 0}).item", "string"},
      {"items.transformMap(i, x, x.item)", "map(int, string)"},
      {"prices.map(k, k)", "list(string)"},
      {"prices.transformList(k, v, v)", "list(double)"},
      {"prices['a']", "double"},
      {"prices.a", "double"},
      {"payment.?id", "optional(string)"},
      {"payment.?id.orValue('none')", "string"},
      {"open.what", "dyn"},
      {"ok ? 1 : 2", "int"},
      {"ok ? 1 : 'a'", "dyn"},
      {"[1, 2.0]", "list(number)"},
      {"[1, 'a']", "list(dyn)"},
      {"[]", "list(dyn)"},
      {"{'a': 1, 'b': 'c'}", "object{a, b}"},
      {"{'a': 1, 'b': 'c'}.b", "string"},
      {"{name: 1}", "map(string, int)"},
      {"{1: 2}", "map(int, int)"},
      {"cel.bind(x, total + 1.0, x * x)", "double"},
      {"optional.of(1).optMap(x, x + 1)", "optional(int)"},
      {"type(1)", "type"},
      {"int", "type"},
      {"'%s'.format([1])", "string"},
      {"math.greatest(1, 2)", "int"},
      {"math.greatest(1, 2.0)", "number"},
      {"[3, 1].sort()", "list(int)"},
      {"[[1], [2]].flatten()", "list(int)"},
      {"'a,b'.split(',')", "list(string)"},
      {"unknown", "dyn"},
      {"name.matches('^a')", "bool"},
      {"has(payment.idd)", "bool"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    Checked found = checked(entry.source);
    CHECK(found.type.to_text() == entry.type);
    for (const TypeProblem& problem : found.problems) FAIL_CHECK(problem.message);
  }
}

TEST_CASE("what must fail is found, with its place and a way out") {
  using Kind = TypeProblem::Kind;
  struct Case {
    const char* source;
    Kind kind;
    const char* place;
    const char* message;
    const char* hint;
  };
  constexpr Case kCases[] = {
      {"1 + 'a'", Kind::operands, "1 + 'a'", "+ does not apply to int and string.", "string(x)"},
      {"name > 5", Kind::operands, "name > 5", "> does not apply to string and int.", "convert"},
      {"-name", Kind::operands, "-name", "- does not apply to string.", ""},
      {"!total", Kind::operands, "!total", "! does not apply to number.", ""},
      {"1 + 1u", Kind::operands, "1 + 1u", "+ does not apply to int and uint.", "convert one side"},
      {"items + 1", Kind::operands, "items + 1", "+ does not apply to list(item) and int.", ""},
      {"null + 1", Kind::operands, "null + 1", "+ does not apply to null and int.", "orValue"},
      {"'a' in name", Kind::operands, "'a' in name", "in does not apply to string and string.", "contains"},
      {"name && ok", Kind::condition, "name", "A condition must be true or false, not string.", "size"},
      {"total ? 1 : 2", Kind::condition, "total", "not number", "compare it"},
      {"items.filter(i, i.quantity)", Kind::condition, "i.quantity", "not int", ""},
      {"size(5)", Kind::arguments, "size(5)", "size() does not apply to int.", "size(text, list or map)"},
      {"items.contains('a')", Kind::arguments, "items.contains('a')", "list(item) and string", "x in list"},
      {"math.round(name)", Kind::arguments, "math.round(name)", "does not apply to string", "math.round"},
      {"items.sum()", Kind::arguments, "items.sum()", "sum() does not apply to list(item).", ""},
      {"total.matches('a')", Kind::arguments, "total.matches('a')", "number", "matches"},
      {"name.all(c, c == 'a')", Kind::arguments, "name", "Only lists and maps have elements, not string.", ""
      },
      {"payment.idd", Kind::unknown_field, "payment.idd", "no field \"idd\" in payment.", "\"id\""},
      {"payment.what", Kind::unknown_field, "payment.what", "no field \"what\"", "it has id, status"},
      {"items[0].quantty > 1", Kind::unknown_field, "items[0].quantty", "in items[0].", "\"quantity\""},
      {"items.exists(i, i.qty > 1)", Kind::unknown_field, "i.qty", "in i.", "it has item, quantity"},
      {"items.item", Kind::unknown_field, "items.item", "has no field \"item\"", "list.map(x, x.item)"},
      {"name.first", Kind::unknown_field, "name.first", "string has no field \"first\"", ""},
      {"open.idd", Kind::unlisted_field, "open.idd", "no field \"idd\" in open.", "\"id\""},
      {"{1: 2}.a", Kind::unknown_field, "{1: 2}.a", "The keys of this map are int", "map[key]"},
      {"total[0]", Kind::operands, "total[0]", "Only lists and maps have elements", ""},
      {"items['a']", Kind::operands, "items['a']", "A list's index is a number, not string.", ""},
      {"name == 5", Kind::never_equal, "name == 5", "string and int are never equal", "convert"},
      {"items != 'a'", Kind::never_equal, "items != 'a'", "always true", "convert"},
      {"5 in ['a', 'b']", Kind::never_equal, "5 in ['a', 'b']", "always false", ""},
      {"[?1]", Kind::operands, "1", "must be an optional, not int", "optional.of"},
      {"optional.of(1).optFlatMap(x, x)", Kind::arguments, "x", "must be an optional, not int", "optMap"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.source);
    Checked found = checked(entry.source);
    REQUIRE(found.problems.size() == 1);
    const TypeProblem& problem = found.problems[0];
    CHECK(problem.kind == entry.kind);
    CHECK(std::string(entry.source).substr(problem.begin, problem.end - problem.begin) == entry.place);
    CHECK_MESSAGE(problem.message.contains(entry.message), problem.message);
    CHECK_MESSAGE(problem.hint.contains(entry.hint), problem.hint);
  }
}

TEST_CASE("what may be right is not reported") {
  for (const char* source : {
           "name == null || total > 3",
           "null == null",
           "has(payment.idd) ? 1 : 2",
           "payment.?idd.orValue('none')",
           "open.other.more > 3",
           "anything.x[3].y && anything",
           "total == 1u",
           "[1] == [1.0]",
           "[] == ['a']",
           "false && 32",
           "true || name > 5",
           "true ? 1 : 1 + 'a'",
           "{} == payment",
           "type(total) == int || type(total) == double",
           "dyn(name) > 5",
           "prices.total > 1",
           "name.orValue('none').size() > 0",
           "total in [1, 2.5]",
           "'id' in payment",
       }) {
    CAPTURE(source);
    for (const TypeProblem& problem : checked(source).problems) FAIL_CHECK(problem.message);
  }
}

TEST_CASE("one mistake is reported once, several are all reported") {
  CHECK(checked("(1 + 'a') * 2 > 3 && ok").problems.size() == 1);
  CHECK(checked("payment.idd + 1 > 2").problems.size() == 1);
  CHECK(checked("payment.idd == 1 && name > 5 && size(5) > 1").problems.size() == 3);
}

TEST_CASE("CEL's conformance cases raise no false alarm") {
  std::ifstream file(PARLEY_DATA_DIR "/cel/conformance.jsonl");
  if (!file) {
    MESSAGE("skipped: cel/conformance.jsonl is not in the data folder");
    return;
  }
  for (std::string text; std::getline(file, text);) {
    Value line = *parse_json(text);
    const Value* wanted = line.find("value");
    if (wanted == nullptr) continue;
    auto expression = Expression::compile(line["expr"].as_string(), {.allow_unknown_functions = true});
    REQUIRE(expression.has_value());
    TypeNames names;
    TypeNames unknown;
    if (const Value* given = line.find("bindings")) {
      for (const Value::Entry& entry : given->entries()) {
        names.emplace(entry.key.as_string(), type_of(*read_tagged(entry.value)));
        unknown.emplace(entry.key.as_string(), Type());
      }
    }
    CAPTURE(std::string(line["expr"].as_string()));
    for (const TypeNames* used : {&names, &unknown}) {
      Checked found = check(*expression, *used);
      for (const TypeProblem& problem : found.problems) FAIL_CHECK(problem.message);
      CHECK_MESSAGE(has_type(*read_tagged(*wanted), found.type), found.type.to_text());
    }
  }
}

TEST_CASE("types are read from their names") {
  for (const char* text :
       {"dyn", "int", "list(string)", "map(string, list(int))", "optional(dyn)", "money"}) {
    CAPTURE(text);
    REQUIRE(parse_type(text).has_value());
    CHECK(parse_type(text)->to_text() == text);
  }
  for (const char* text : {"", "integer", "list", "list(", "list(int", "map(int)", "int int", "list(int))"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_type(text).has_value());
  }
}

TEST_CASE("types of shared parts stay small") {
  std::string nested = "x29";
  for (int i = 29; i >= 0; --i) {
    std::string part = i == 0 ? "0" : "x" + std::to_string(i - 1);
    nested = "cel.bind(x" + std::to_string(i) + ", {'a': " + part + ", 'b': " + part + "}, " + nested + ")";
  }
  CHECK(checked(nested).type.to_text().size() < 200);
}
