#include "expr/tagged_json.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "expr/expression.hpp"

using namespace parley;
using namespace parley::expr;

TEST_CASE("every type of value has a tagged form that reads back") {
  struct Case {
    const char* expression;
    const char* form;
  };
  constexpr Case kCases[] = {
      {"null", R"({"null":null})"},
      {"true", R"({"bool":true})"},
      {"-9223372036854775807 - 1", R"({"int":"-9223372036854775808"})"},
      {"18446744073709551615u", R"({"uint":"18446744073709551615"})"},
      {"0.0", R"({"double":"0.0"})"},
      {"-0.0", R"({"double":"-0.0"})"},
      {"1000000000000.0", R"({"double":"1000000000000.0"})"},
      {"6.02214e23", R"({"double":"6.02214e+23"})"},
      {"-5.43e-21", R"({"double":"-5.43e-21"})"},
      {"1e16", R"({"double":"1e+16"})"},
      {"0.0001", R"({"double":"0.0001"})"},
      {"0.00001", R"({"double":"1e-05"})"},
      {"double('NaN')", R"({"double":"NaN"})"},
      {"-1.0 / 0.0", R"({"double":"-Infinity"})"},
      {"'a\\n\"b\"'", R"({"string":"a\n\"b\""})"},
      {"b'abc'", R"({"bytes":"YWJj"})"},
      {"timestamp('2026-11-23T04:30:51Z')", R"({"timestamp":"2026-11-23T04:30:51Z"})"},
      {"duration('90m')", R"({"duration":"5400s"})"},
      {"type(1u)", R"({"type":"uint"})"},
      {"[1, 'a']", R"({"list":[{"int":"1"},{"string":"a"}]})"},
      {"{'k': [true], 2: null}",
       R"({"map":[[{"string":"k"},{"list":[{"bool":true}]}],[{"int":"2"},{"null":null}]]})"},
      {"optional.none()", R"({"optional":[]})"},
      {"optional.of(1)", R"({"optional":[{"int":"1"}]})"},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.expression);
    Result<Value> value = Expression::compile(entry.expression)->evaluate(Scope::of_map(Value::map()));
    REQUIRE(value.has_value());
    std::string form;
    append_tagged(form, *value);
    CHECK(form == entry.form);
    Result<Value> read = read_tagged(*parse_json(form));
    REQUIRE(read.has_value());
    std::string again;
    append_tagged(again, *read);
    CHECK(again == form);
  }
}

TEST_CASE("what is no tagged value is refused") {
  for (const char* text :
       {"1",
        "{}",
        R"({"int":"1","uint":"1"})",
        R"({"integer":"1"})",
        R"({"int":"one"})",
        R"({"int":"9223372036854775808"})",
        R"({"int":1.5})",
        R"({"uint":-1})",
        R"({"bool":1})",
        R"({"double":"x"})",
        R"({"bytes":"*"})",
        R"({"timestamp":"yesterday"})",
        R"({"list":{"int":"1"}})",
        R"({"map":[[{"int":"1"}]]})",
        R"({"map":[[{"double":"1.0"},{"int":"1"}]]})",
        R"({"map":[[{"int":"1"},{"int":"1"}],[{"int":"1"},{"int":"2"}]]})",
        R"({"optional":[{"int":"1"},{"int":"2"}]})"}) {
    CAPTURE(text);
    CHECK_FALSE(read_tagged(*parse_json(text)).has_value());
  }
}

TEST_CASE("numbers may be plain JSON") {
  CHECK(*read_tagged(*parse_json(R"({"int":1})")) == Value(1));
  CHECK(read_tagged(*parse_json(R"({"uint":1})"))->is_uint());
  CHECK(read_tagged(*parse_json(R"({"double":1})"))->is_double());
}
