#include "base/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace parley;

namespace {

Value parsed(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value.has_value());
  return *value;
}

}  // namespace

TEST_CASE("JSON reads into the narrowest number type and writes back") {
  struct {
    std::string text;
    Value value;
    std::string written;
  } cases[] = {
      {"null", Value(), "null"},
      {" true ", true, "true"},
      {"0", 0, "0"},
      {"-0", 0, "0"},
      {"-12", -12, "-12"},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max(), "9223372036854775807"},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"},
      {"9223372036854775808", 9223372036854775808U, "9223372036854775808"},
      {"18446744073709551615", std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
      {"18446744073709551616", 18446744073709551616.0, "18446744073709552000"},
      {"-9223372036854775809", -9223372036854775808.0, "-9223372036854776000"},
      {"1.0", 1.0, "1"},
      {"123.5", 123.5, "123.5"},
      {"1e2", 100.0, "100"},
      {"5e-324", 5e-324, "5e-324"},
      {"1e-400", 0.0, "0"},
      {"2.2250738585072011e-308", 2.2250738585072011e-308, "2.225073858507201e-308"},
      {"1.7976931348623157e308", 1.7976931348623157e308, "1.7976931348623157e+308"},
      {"0.1000000000000000055511151231257827021181583404541015625", 0.1, "0.1"},
      {R"("a\"\\\/\b\f\n\r\t\u0001\u00e9\ud83d\ude00")",
       "a\"\\/\b\f\n\r\t\x01\xC3\xA9\xF0\x9F\x98\x80",
       "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\xC3\xA9\xF0\x9F\x98\x80\""},
      {"[]", Value::list(), "[]"},
      {"{}", Value::map(), "{}"},
      {R"([1,[2.5,"x"],{"b":1,"a":[null]}])",
       Value::list({1, Value::list({2.5, "x"}), Value::map({{"b", 1}, {"a", Value::list({nullptr})}})}),
       R"([1,[2.5,"x"],{"b":1,"a":[null]}])"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto value = parse_json(c.text);
    REQUIRE(value.has_value());
    CHECK(value->type() == c.value.type());
    CHECK(*value == c.value);
    CHECK(write_json(*value) == c.written);
  }
}

TEST_CASE("broken JSON is refused with the place and what was expected") {
  struct {
    std::string text;
    std::string pointer;
    std::string message;
  } cases[] = {
      {"", "1:1", "Expected a value, found the end of the text."},
      {"[1,]", "1:4", "Expected a value, found ']'."},
      {"[1 2]", "1:4", "Expected ',' or ']' after an item, found '2'."},
      {"{\n  \"é\": 1,\n  x: 2}", "3:3", "Expected a key in quotes, found 'x'."},
      {"{\"é\" 1}", "1:6", "Expected ':' after the key, found '1'."},
      {"{\"a\":1 \"b\"}", "1:8", "Expected ',' or '}' after a member, found '\"'."},
      {"{\"a\":1,\n\"a\":2}", "2:1", "The key \"a\" appears twice in one object."},
      {"nul", "1:1", "Expected a value, found 'n'."},
      {"01", "1:1", "A number must not start with a zero."},
      {"-", "1:2", "Expected a digit after '-', found the end of the text."},
      {"+1", "1:1", "Expected a value, found '+'."},
      {"1.", "1:3", "Expected a digit after '.', found the end of the text."},
      {"1e+", "1:4", "Expected a digit in the exponent, found the end of the text."},
      {"1e999", "1:1", "The number is too large for a double."},
      {"NaN", "1:1", "Expected a value, found 'N'."},
      {"\"abc", "1:1", "The string that starts here is not closed."},
      {"\"a\nb\"", "1:3", "A control character inside a string must be written as an escape."},
      {"\"\\x\"", "1:2", "This is not an escape of JSON."},
      {"\"\\u12g4\"", "1:2", "Expected four hexadecimal digits after \\u."},
      {"\"\\ud800\"", "1:2", "A surrogate escape needs its other half."},
      {"\"\\udc00\\ud800\"", "1:2", "A surrogate escape needs its other half."},
      {"\"\xC0\x80\"", "1:2", "The text is not valid UTF-8."},
      {"\"\xED\xA0\x80\"", "1:2", "The text is not valid UTF-8."},
      {"1 1", "1:3", "Expected the end of the text after the value, found '1'."},
      {"\xEF\xBB\xBF{}", "1:1", "Expected a value, found '\xEF\xBB\xBF'."},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto value = parse_json(c.text);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().pointer == c.pointer);
    CHECK(value.error().message == c.message);
    CHECK_FALSE(value.error().hint.empty());
  }
}

TEST_CASE("JSON limits hold") {
  CHECK(parse_json(std::string(64, '[') + std::string(64, ']')).has_value());
  auto deep = parse_json(std::string(65, '[') + std::string(65, ']'));
  REQUIRE_FALSE(deep.has_value());
  CHECK(deep.error().code == ErrorCode::too_large);
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')).has_value());
  CHECK_FALSE(parse_json("[1,2,[3]]", {.max_members = 3}).has_value());
  CHECK(parse_json("[1,2,[3]]", {.max_members = 4}).has_value());
  auto last = parse_json(R"({"a":1,"b":2,"a":3})", {.reject_duplicate_keys = false});
  REQUIRE(last.has_value());
  CHECK(write_json(*last) == R"({"a":3,"b":2})");
}

TEST_CASE("a repeated key is found in large objects too") {
  std::string text = "{";
  for (int i = 0; i < 50; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  auto repeated = parse_json(text + "\n \"k7\":1}");
  REQUIRE_FALSE(repeated.has_value());
  CHECK(repeated.error().pointer == "2:2");
  CHECK(parsed(text + "\"last\":1}").size() == 51);
}

TEST_CASE("doubles print as ECMAScript prints them") {
  struct {
    double real;
    std::string text;
  } cases[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {5e-324, "5e-324"},
      {-5e-324, "-5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9007199254740992.0, "9007199254740992"},
      {-9007199254740992.0, "-9007199254740992"},
      {295147905179352830000.0, "295147905179352830000"},
      {9.999999999999997e22, "9.999999999999997e+22"},
      {1e23, "1e+23"},
      {1.0000000000000001e23, "1.0000000000000001e+23"},
      {999999999999999700000.0, "999999999999999700000"},
      {999999999999999900000.0, "999999999999999900000"},
      {1e21, "1e+21"},
      {9.999999999999997e-7, "9.999999999999997e-7"},
      {0.000001, "0.000001"},
      {1e-7, "1e-7"},
      {333333333.3333332, "333333333.3333332"},
      {0.1, "0.1"},
      {123.5, "123.5"},
      {1424953923781206.2, "1424953923781206.2"},
      {1e15, "1000000000000000"},
      {std::nan(""), "null"},
      {std::numeric_limits<double>::infinity(), "null"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    std::string out;
    append_json_number(out, c.real);
    CHECK(out == c.text);
  }
}

TEST_CASE("types that JSON lacks are written as text") {
  CHECK(write_json(Value::bytes("\xFF\x01")) == "\"/wE=\"");
  CHECK(write_json(Timestamp{0, 500'000'000}) == "\"1970-01-01T00:00:00.5Z\"");
  CHECK(write_json(Duration{90, 0}) == "\"90s\"");
  CHECK(write_json(Value::type_named("int")) == "\"int\"");
  CHECK(write_json(Value::map({{1, "a"}, {true, "b"}})) == R"({"1":"a","true":"b"})");
  CHECK(write_json(Value::list({Value::optional_none(), Value::optional_of(7)})) == "[null,7]");
}

TEST_CASE("the pretty form indents by two spaces") {
  CHECK(
      write_json_pretty(parsed(R"({"a":[1,{}],"b":[]})")) ==
      "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
  );
}

TEST_CASE("the canonical form sorts keys by UTF-16 code units") {
  // The example of RFC 8785, section 3.2.3.
  Value value = parsed(
      R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",)"
      R"("\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})"
  );
  CHECK(
      write_canonical(value) ==
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
      "\"\xC3\xB6\":\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\","
      "\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}"
  );
  CHECK(
      write_canonical(parsed(R"({"b":{"d":1,"c":[{"z":1,"a":2}]},"a":1.0})")) ==
      R"({"a":1,"b":{"c":[{"a":2,"z":1}],"d":1}})"
  );
  CHECK(write_canonical(Value::map({{10, "x"}, {9, "y"}})) == R"({"10":"x","9":"y"})");
  CHECK(write_canonical(Value::list()) == "[]");
  CHECK(write_canonical(9007199254740993) == "9007199254740993");
}

TEST_CASE("the typed form gives every value back") {
  struct {
    Value value;
    std::string text;
  } cases[] = {
      {nullptr, "null"},
      {5, "5"},
      {5U, R"({"@uint":"5"})"},
      {5.0, "5.0"},
      {-0.0, "-0.0"},
      {1e21, "1e+21"},
      {1.25, "1.25"},
      {std::numeric_limits<double>::infinity(), R"({"@double":"Infinity"})"},
      {"@uint", R"("@uint")"},
      {Value::bytes("\x01"), R"({"@bytes":"AQ=="})"},
      {Timestamp{1, 5}, R"({"@time":"1970-01-01T00:00:01.000000005Z"})"},
      {Duration{-1, -5}, R"({"@duration":"-1.000000005s"})"},
      {Value::type_named("map"), R"({"@type":"map"})"},
      {Value::optional_none(), R"({"@optional":[]})"},
      {Value::optional_of(5U), R"({"@optional":[{"@uint":"5"}]})"},
      {Value::map({{"b", 1}, {"a", Value::list({1, 2U})}}), R"({"a":[1,{"@uint":"2"}],"b":1})"},
      {Value::map({{"@a", 1}}), R"({"@map":[["@a",1]]})"},
      {Value::map({{"x", 1}, {true, 2}, {3U, 4}}), R"({"@map":[["x",1],[true,2],[{"@uint":"3"},4]]})"},
      {Value::map({{3U, 4}, {true, 2}, {"x", 1}}), R"({"@map":[["x",1],[true,2],[{"@uint":"3"},4]]})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(write_typed(c.value) == c.text);
    auto back = parse_typed(c.text);
    REQUIRE(back.has_value());
    CHECK(back->type() == c.value.type());
    CHECK(*back == c.value);
    CHECK(write_typed(*back) == c.text);
  }
  auto nan = parse_typed(write_typed(std::nan("")));
  REQUIRE(nan.has_value());
  CHECK(std::isnan(nan->as_double()));
  CHECK(std::signbit(parse_typed("-0.0")->as_double()));
}

TEST_CASE("what the typed writer never writes is refused") {
  for (const std::string text :
       {R"({"@uint":5})",
        R"({"@uint":"-5"})",
        R"({"@uint":"5","b":1})",
        R"({"@nothing":"5"})",
        R"({"@map":[[1]]})",
        R"({"@map":[[1,2],[1,3]]})",
        R"({"@map":[[1.5,2]]})",
        R"({"@bytes":"?"})",
        R"({"@time":"now"})",
        R"({"@optional":[1,2]})",
        "9223372036854775808"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_typed(text).has_value());
  }
}
