#include "base/value.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

using namespace parley;

namespace {

Value numbered_map(int count) {
  MapBuilder map;
  for (int i = 0; i < count; ++i) map.set("key " + std::to_string(i), i);
  return map.build();
}

}  // namespace

TEST_CASE("strings of every length keep their bytes when copied, moved and assigned") {
  for (std::size_t length : {0, 1, 7, 8, 13, 14, 15, 16, 100, 5000}) {
    CAPTURE(length);
    std::string text(length, 'x');
    if (length > 2) text[length / 2] = '\0';
    Value value(text);
    Value copy = value;
    Value moved = std::move(value);
    CHECK(copy.as_string() == text);
    CHECK(moved.as_string() == text);
    copy = Value(1);
    CHECK(moved.as_string() == text);
    moved = *&moved;
    CHECK(moved.as_string() == text);
    CHECK(moved.size() == length);
    CHECK(Value::bytes(text).as_bytes() == text);
    CHECK_FALSE(Value::bytes(text) == Value(text));
  }
}

TEST_CASE("a value may be replaced by a part of itself") {
  Value nested = Value::list({Value::list({Value(std::string(100, 'a')), Value(2)})});
  nested = nested.as_list()[0];
  CHECK(nested.size() == 2);
  nested = nested.as_list()[0];
  CHECK(nested.as_string() == std::string(100, 'a'));
}

TEST_CASE("equality follows CEL") {
  const double nan = std::nan("");
  const std::int64_t big = 9007199254740993;  // 2^53 + 1 has no double
  struct {
    std::string name;
    Value a;
    Value b;
    bool equal;
  } cases[] = {
      {"int and double of one value", 1, 1.0, true},
      {"int and uint of one value", 1, 1U, true},
      {"negative int and large uint", -1, std::numeric_limits<std::uint64_t>::max(), false},
      {"double does not round an int", big, 9007199254740992.0, false},
      {"largest uint and 2^64", std::numeric_limits<std::uint64_t>::max(), 18446744073709551616.0, false},
      {"largest int and 2^63", std::numeric_limits<std::int64_t>::max(), 9223372036854775808.0, false},
      {"smallest int and -2^63", std::numeric_limits<std::int64_t>::min(), -9223372036854775808.0, true},
      {"negative zero", 0, -0.0, true},
      {"NaN", nan, nan, false},
      {"bool is not a number", true, 1, false},
      {"null", nullptr, Value(), true},
      {"null and false", nullptr, false, false},
      {"string and type name", "int", Value::type_named("int"), false},
      {"lists by element", Value::list({1, "a"}), Value::list({1.0, "a"}), true},
      {"lists of other length", Value::list({1}), Value::list({1, 1}), false},
      {"empty list and empty map", Value::list(), Value::map(), false},
      {"maps without order", Value::map({{"a", 1}, {"b", 2}}), Value::map({{"b", 2}, {"a", 1}}), true},
      {"maps with numeric keys", Value::map({{1, "x"}}), Value::map({{1U, "x"}}), true},
      {"maps of other keys", Value::map({{"a", 1}}), Value::map({{"b", 1}}), false},
      {"optionals", Value::optional_of(1), Value::optional_of(1), true},
      {"optional and none", Value::optional_of(1), Value::optional_none(), false},
      {"timestamps", Timestamp{5, 1}, Timestamp{5, 1}, true},
      {"timestamp and duration", Timestamp{5, 1}, Duration{5, 1}, false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK((c.a == c.b) == c.equal);
    CHECK((c.b == c.a) == c.equal);
  }
}

TEST_CASE("maps of every size find their keys and keep insertion order") {
  for (int count : {0, 1, 8, 9, 33, 1000}) {
    CAPTURE(count);
    Value map = numbered_map(count);
    REQUIRE(map.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      std::string key = "key " + std::to_string(i);
      REQUIRE(map.find(key) != nullptr);
      CHECK(map.find(key)->as_int() == i);
      CHECK(map.find(Value(key)) == map.find(key));
      CHECK(map.entries()[static_cast<std::size_t>(i)].key.as_string() == key);
    }
    CHECK(map.find("absent") == nullptr);
    CHECK(map["absent"].is_null());
  }
}

TEST_CASE("number keys are found by any number type, also in large maps") {
  for (int count : {4, 40}) {
    MapBuilder builder;
    for (int i = -2; i < count; ++i) builder.set(i, i * 10);
    builder.set(true, "yes");
    Value map = builder.build();
    CHECK(map.find(Value(3U))->as_int() == 30);
    CHECK(map.find(Value(3.0))->as_int() == 30);
    CHECK(map.find(Value(-2.0))->as_int() == -20);
    CHECK(map.find(Value(3.5)) == nullptr);
    CHECK(map.find(Value(true))->as_string() == "yes");
    CHECK(map.find(Value(false)) == nullptr);
  }
}

TEST_CASE("a repeated key keeps its first place and its last value") {
  for (int extra : {0, 20}) {
    MapBuilder builder;
    builder.set("a", 1).set("b", 2).set("a", 3);
    for (int i = 0; i < extra; ++i) builder.set("x" + std::to_string(i), i);
    builder.set("b", 4).set("a", 5);
    Value map = builder.build();
    CHECK(map.size() == static_cast<std::size_t>(2 + extra));
    CHECK(map.entries()[0].key.as_string() == "a");
    CHECK(map["a"].as_int() == 5);
    CHECK(map["b"].as_int() == 4);
  }
}

TEST_CASE("adopting entries with a repeated key leaves them alone and names the repeat") {
  for (int extra : {0, 20}) {
    std::vector<Value::Entry> entries;
    for (int i = 0; i < extra; ++i)
      entries.push_back({"x" + std::to_string(i), "a text that is not stored inline"});
    entries.push_back({"k", 1});
    entries.push_back({"k", 2});
    std::size_t duplicate = 0;
    CHECK(Value::adopt_map(entries, duplicate).is_null());
    CHECK(duplicate == entries.size() - 1);
    CHECK(entries.back().key.as_string() == "k");
    if (extra > 0) CHECK(entries[0].value.as_string() == "a text that is not stored inline");
  }
}

TEST_CASE("with and without copy a map and leave the original alone") {
  Value map = Value().with("a", 1).with("b", "two").with("a", 3);
  CHECK(map == Value::map({{"a", 3}, {"b", "two"}}));
  CHECK(map.entries()[0].key.as_string() == "a");
  CHECK(map.without("a") == Value::map({{"b", "two"}}));
  CHECK(map.size() == 2);
  CHECK(map.text("b") == "two");
  CHECK(map.text("a", "fallback") == "fallback");
}

TEST_CASE("scalars give back what went in") {
  CHECK(Value(Timestamp{-5, 250}).as_timestamp() == Timestamp{-5, 250});
  CHECK(Value(Duration{-5, -250}).as_duration() == Duration{-5, -250});
  CHECK(Value(true).as_bool());
  CHECK(Value(std::numeric_limits<std::uint64_t>::max()).to_double() == 18446744073709551616.0);
  CHECK(Value::optional_of(Value("x")).optional_value()->as_string() == "x");
  CHECK(Value::optional_none().optional_value() == nullptr);
  CHECK(name(Value(1.5).type()) == "double");
  CHECK(Value(3).find("x") == nullptr);
}
