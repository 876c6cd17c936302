// What expressions give, and how they fail.
#include "expr/expression.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

// The names that the tables below may use.
Value world() {
  return *parse_json(R"({
    "cart": {"total": 120, "price": 12.5, "items": [{"item": "pizza", "quantity": 2}, {"item": "coke", "quantity": 1}]},
    "user": {"name": "Zoë", "labels": ["vip", "beta"], "email": null, "address": {"city": "Århus"}},
    "confidence": 0.75, "empty": [], "nothing": null, "text": "Hello, World", "type": "pizza"
  })");
}

Result<Value> run(std::string_view source, std::uint64_t cost_limit = kDefaultCostLimit) {
  auto expression = Expression::compile(source);
  if (!expression) return fail(ErrorCode::invalid_input, expression.error().message);
  Value names = world();
  return expression->evaluate(Scope::of_map(names), cost_limit);
}

struct ValueCase {
  const char* expression;
  const char* expected;  // as JSON's typed form
};

struct ErrorCase {
  const char* expression;
  const char* message;
};

void check_values(std::span<const ValueCase> cases) {
  for (const ValueCase& test : cases) {
    CAPTURE(test.expression);
    Result<Value> result = run(test.expression);
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    CHECK(write_typed(*result) == test.expected);
  }
}

}  // namespace

TEST_CASE("literals") {
  constexpr ValueCase kCases[] = {
      {"1", "1"},
      {"-1", "-1"},
      {"0x1F", "31"},
      {"-0x10", "-16"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"7u", R"({"@uint":"7"})"},
      {"0xFFu", R"({"@uint":"255"})"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"1e3", "1000.0"},
      {"2.5E-1", "0.25"},
      {"true", "true"},
      {"null", "null"},
      {"'a' \"b\" == 'x' ? 1 : 2", ""},
      {"'it\\'s'", R"("it's")"},
      {"\"tab\\there\"", R"("tab\there")"},
      {"r'a\\nb'", R"("a\\nb")"},
      {"'''two\nlines'''", R"("two\nlines")"},
      {"'\\u00e9\\x41\\101\\U0001F600'", R"("éAA😀")"},
      {"b'ab\\xff'", R"({"@bytes":"YWL/"})"},
      {"[1, 'a', [true]]", R"([1,"a",[true]])"},
      {"[1, 2,]", "[1,2]"},
      {"{'a': 1, 'b': {'c': []}}", R"({"a":1,"b":{"c":[]}})"},
      {"{'a': 1,}.a", "1"},
      {"1 // a comment", "1"},
  };
  for (const ValueCase& test : kCases) {
    CAPTURE(test.expression);
    Result<Value> result = run(test.expression);
    if (test.expected[0] == '\0') {
      CHECK_FALSE(result.has_value());
      continue;
    }
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    CHECK(write_typed(*result) == test.expected);
  }
}

TEST_CASE("operators") {
  constexpr ValueCase kCases[] = {
      {"1 + 2 * 3 - 4", "3"},
      {"(1 + 2) * 3", "9"},
      {"7 / 2", "3"},
      {"-7 / 2", "-3"},
      {"-7 % 3", "-1"},
      {"7.0 / 2.0", "3.5"},
      {"2 * cart.price", "25.0"},
      {"cart.total * 1.5", "180.0"},
      {"'a' + 'b'", R"("ab")"},
      {"[1] + [2]", "[1,2]"},
      {"- -3", "3"},
      {"!!true", "true"},
      {"1 == 1.0", "true"},
      {"1u == 1", "true"},
      {"'1' == 1", "false"},
      {"1 < 1.5", "true"},
      {"2u > -1", "true"},
      {"'a' < 'b'", "true"},
      {"false < true", "true"},
      {"0.0 / 0.0 == 0.0 / 0.0", "false"},
      {"[1, 2] == [1.0, 2u]", "true"},
      {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"},
      {"2 in [1, 2]", "true"},
      {"'a' in {'a': 1}", "true"},
      {"2.0 in {2: 'x'}", "true"},
      {"!('x' in ['y'])", "true"},
      {"true ? 1 : 2", "1"},
      {"false ? 1 : true ? 2 : 3", "2"},
      {"1 < 2 && 2 < 3", "true"},
      {"false || 1 > 2 || true", "true"},
      {"1 / 0 > 1 || true", "true"},
      {"true || 1 / 0 > 1", "true"},
      {"1 / 0 > 1 && false", "false"},
      {"missing && false", "false"},
      {"duration('90s') + duration('30s') == duration('2m')", "true"},
  };
  check_values(kCases);
}

TEST_CASE("names, fields and elements") {
  constexpr ValueCase kCases[] = {
      {"cart.total > 100 && 'vip' in user.labels && confidence < 0.9", "true"},
      {"user.address.city", R"("Århus")"},
      {".user.name", R"("Zoë")"},
      {"user['name']", R"("Zoë")"},
      {"user.`name`", R"("Zoë")"},
      {"cart.items[1].item", R"("coke")"},
      {"[10, 20, 30][2.0]", "30"},
      {"{1: 'a', 2u: 'b'}[2]", R"("b")"},
      {"has(user.name)", "true"},
      {"has(user.phone)", "false"},
      {"has(user.email)", "true"},
      {"user.?phone.orValue('none')", R"("none")"},
      {"user.?address.city.orValue('none')", R"("Århus")"},
      {"cart.items[?7].orValue({}).size()", "0"},
      {"nothing.orValue('default')", R"("default")"},
      {"text.orValue('default')", R"("Hello, World")"},
      {"{?'a': user.?phone, ?'b': user.?name}", R"({"b":"Zoë"})"},
      {"[?user.?phone, 1]", "[1]"},
      {"type == 'pizza'", "true"},
      {"type(1) == int", "true"},
      {"type('') == string && type([]) == list", "true"},
      {"type(timestamp(0)) == google.protobuf.Timestamp", "true"},
  };
  check_values(kCases);
}

TEST_CASE("macros") {
  constexpr ValueCase kCases[] = {
      {"cart.items.map(i, i.quantity)", "[2,1]"},
      {"cart.items.map(i, i.quantity > 1, i.item)", R"(["pizza"])"},
      {"cart.items.filter(i, i.item.startsWith('c')).size()", "1"},
      {"cart.items.all(i, i.quantity > 0)", "true"},
      {"cart.items.exists(i, i.item == 'coke')", "true"},
      {"cart.items.exists_one(i, i.quantity == 2)", "true"},
      {"empty.all(x, x > 1)", "true"},
      {"[3, 0].exists(x, 6 / x == 2)", "true"},
      {"['a', 'b'].all(i, v, i < 2 && v != '')", "true"},
      {"[5, 6].transformList(i, v, i * v)", "[0,6]"},
      {"{'a': 1}.transformMap(k, v, v + 1)", R"({"a":2})"},
      {"{'a': 'b'}.transformMapEntry(k, v, {v: k})", R"({"b":"a"})"},
      {"{'a': 1, 'b': 2}.map(k, k)", R"(["a","b"])"},
      {"[[1, 2], [3]].map(xs, xs.map(x, x * 10))", "[[10,20],[30]]"},
      {"[1].map(x, [2].map(x, x + 1)[0] + x)", "[4]"},
      {"cel.bind(t, cart.total, t + t)", "240"},
      {"cel.bind(xs, [[1]], xs[0])", "[1]"},
      {"user.?name.optMap(n, 'Dear ' + n).orValue('Hello')", R"("Dear Zoë")"},
      {"user.?address.optFlatMap(a, a.?zip).hasValue()", "false"},
      {"[1, 2].map(type, type)", "[1,2]"},
  };
  check_values(kCases);
}

TEST_CASE("text functions") {
  constexpr ValueCase kCases[] = {
      {"size('Zoë')", "3"},
      {"'Zoë'.size()", "3"},
      {"text.contains('World')", "true"},
      {"text.endsWith('ld')", "true"},
      {"text.matches('^[A-Z][a-z]+,')", "true"},
      {"text.matches('^' + 'Hel')", "true"},
      {"'Zoë!'.charAt(2)", R"("ë")"},
      {"'banana'.indexOf('an', 2)", "3"},
      {"'banana'.lastIndexOf('an')", "3"},
      {"'ÆBC'.lowerAscii()", R"("Æbc")"},
      {"'ÆBC'.lower()", R"("æbc")"},
      {"upper('æbc')", R"("ÆBC")"},
      {"'a-b-c'.replace('-', '+')", R"("a+b+c")"},
      {"'a-b-c'.replace('-', '+', 1)", R"("a+b-c")"},
      {"'abc'.replace('', '.')", R"(".a.b.c.")"},
      {"'a,b,c'.split(',')", R"(["a","b","c"])"},
      {"'a,b,c'.split(',', 2)", R"(["a","b,c"])"},
      {"'añb'.split('')", R"(["a","ñ","b"])"},
      {"'tacocat'.substring(2, 5)", R"("coc")"},
      {"'  x '.trim()", R"("x")"},
      {"'añb'.reverse()", R"("bña")"},
      {"['a', 'b'].join('; ')", R"("a; b")"},
      {"[1, 2.5].join(' ')", R"("1 2.5")"},
      {"'%s has %d for %.2f'.format(['Zoë', 3, 2.5])", R"("Zoë has 3 for 2.50")"},
      {"'%s'.format([{'b': 1, 'a': [null]}])", R"("{a: [null], b: 1}")"},
      {"strings.quote('a\"b')", R"("\"a\\\"b\"")"},
      {"base64.encode(b'hi')", R"("aGk=")"},
      {"display(cart.items)", R"("2 pizzas and 1 coke")"},
      {"display(true)", R"("yes")"},
  };
  check_values(kCases);
}

TEST_CASE("lists, numbers, conversions and times") {
  constexpr ValueCase kCases[] = {
      {"sum([1, 2, 3])", "6"},
      {"sum(cart.items.map(i, i.quantity * cart.price))", "37.5"},
      {"sum([])", "0"},
      {"[3, 1, 2].sort()", "[1,2,3]"},
      {"['b', 'a'].sort()", R"(["a","b"])"},
      {"[2, 1.5, 1u].sort()", R"([{"@uint":"1"},1.5,2])"},
      {"[1, 2, 1.0].distinct()", "[1,2]"},
      {"[1, 2, 3].slice(1, 3)", "[2,3]"},
      {"[[1], 2, []].flatten()", "[1,2]"},
      {"[1, 2].reverse()", "[2,1]"},
      {"[1, 2].last().value()", "2"},
      {"math.greatest(1, 2.5, 2u)", "2.5"},
      {"math.least([3, 1])", "1"},
      {"math.round(2.5)", "3.0"},
      {"math.abs(-3)", "3"},
      {"math.bitShiftLeft(1, 4)", "16"},
      {"int('42')", "42"},
      {"int(3.9)", "3"},
      {"int(timestamp('1970-01-01T00:01:00Z'))", "60"},
      {"double('1e3')", "1000.0"},
      {"string(1.5)", R"("1.5")"},
      {"string(true)", R"("true")"},
      {"bool('true')", "true"},
      {"uint(3)", R"({"@uint":"3"})"},
      {"string(b'\\xc3\\xab')", R"("ë")"},
      {"timestamp('2026-11-23T04:30:00Z').getFullYear()", "2026"},
      {"timestamp('2026-11-23T23:30:00Z').getDate('+01:00')", "24"},
      {"timestamp('2026-11-23T04:30:00Z') - timestamp('2026-11-23T04:00:00Z') == duration('30m')", "true"},
      {"duration('90m').getHours()", "1"},
  };
  check_values(kCases);
}

TEST_CASE("evaluation errors say what went wrong") {
  constexpr ErrorCase kCases[] = {
      {"missing", "missing: there is no \"missing\"."},
      {"missing.field", "missing: there is no \"missing\"."},
      {"user.phone", "user.phone: there is no field \"phone\"."},
      {"text.phone", "text.phone: string has no field \"phone\"."},
      {"cart.total / 0", "cart.total / 0: division by zero."},
      {"5 % 0", "5 % 0: division by zero."},
      {"9223372036854775807 + 1", "9223372036854775807 + 1: the result does not fit into 64 bits."},
      {"-9223372036854775808 / -1", "-9223372036854775808 / -1: the result does not fit into 64 bits."},
      {"1u - 2u", "1u - 2u: the result does not fit into 64 bits."},
      {"'a' + 1", "'a' + 1: + does not apply to string and int."},
      {"'a' < 1", "'a' < 1: < does not apply to string and int."},
      {"1 && true", "1: a condition must be true or false, not int."},
      {"text ? 1 : 2", "text: a condition must be true or false, not string."},
      {"!1", "!1: ! does not apply to int."},
      {"[1][3]", "[1][3]: the index is outside the list, whose size is 1."},
      {"{'a': 1}['b']", "{'a': 1}['b']: there is no such key."},
      {"{'a': 1, 'a': 2}", "{'a': 1, 'a': 2}: the map has the same key twice."},
      {"1 in 2", "1 in 2: in does not apply to int and int."},
      {"cart.total.startsWith('1')",
       "cart.total.startsWith('1'): startsWith() does not apply to int and string."},
      {"cart.total.map(x, x)", "cart.total.map(x, x): only lists and maps have elements, not int."},
      {"int('x')", "int('x'): the text is not a whole number."},
      {"timestamp('soon')", "timestamp('soon'): the text is not a time such as 2026-11-23T04:30:00Z."},
      {"optional.none().value()", "optional.none().value(): the optional has no value."},
      {"1 / 0 > 0 || missing", "1 / 0: division by zero."},
      {"timestamp(0).getHours('Europe/Pariss')",
       "timestamp(0).getHours('Europe/Pariss'): there is no time zone 'Europe/Pariss' (did you mean "
       "'Europe/Paris'?)."},
  };
  for (const ErrorCase& test : kCases) {
    CAPTURE(test.expression);
    Result<Value> result = run(test.expression);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::evaluation);
    CHECK(result.error().message == test.message);
  }
}

TEST_CASE("the cost limit stops what would take too long") {
  constexpr const char* kCases[] = {
      "cel.bind(a, [1,2,3,4,5,6,7,8,9,10], a.map(b, a.map(c, a.map(d, a.map(e, a.map(f, f))))))",
      "cel.bind(a, [0, 0], cel.bind(b, [a, a], cel.bind(c, [b, b], cel.bind(d, [c, c], cel.bind(e, [d, d], "
      "cel.bind(f, [e, e], cel.bind(g, [f, f], cel.bind(h, [g, g], cel.bind(i, [h, h], cel.bind(j, [i, i], "
      "cel.bind(k, [j, j], cel.bind(l, [k, k], cel.bind(m, [l, l], cel.bind(n, [m, m], cel.bind(o, [n, n], "
      "cel.bind(p, [o, o], p == p))))))))))))))))",
      "cel.bind(a, 'xxxxxxxxxxxxxxxx', cel.bind(b, a.replace('', a), cel.bind(c, b.replace('', b), "
      "cel.bind(d, c.replace('', c), cel.bind(e, d.replace('', d), e.size())))))",
      "1 / 0 > 0 || [1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, "
      "[1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, [1,2,3,4,5,6,7,8,9].all(f, true))))))",
  };
  for (const char* source : kCases) {
    CAPTURE(source);
    Result<Value> result = run(source);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::limit_exceeded);
  }
  CHECK(run("1 + 1", 3).has_value());
  CHECK_FALSE(run("1 + 1", 2).has_value());
}

TEST_CASE("references name what an expression reads") {
  auto expression = Expression::compile(
      "user.address.city == x && cart.items.exists(i, i.item == text) && has(user.phone) && type(x) == string"
  );
  REQUIRE(expression.has_value());
  std::string listed;
  for (const Reference& reference : expression->references()) {
    CHECK(expression->source().substr(reference.begin, reference.root.size()) == reference.root);
    listed += reference.path + (reference.names_type ? "(type) " : " ");
  }
  CHECK(listed == "user.address.city x cart.items text user.phone x string(type) ");
}
