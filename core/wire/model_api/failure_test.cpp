#include "wire/model_api/failure.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace parley;
using namespace parley::wire::model_api;

TEST_CASE("what servers say becomes a stable code, and whether asking again may help") {
  struct {
    std::string_view name;
    int status;
    std::string_view body, code;
    bool passes;
  } cases[] = {
      {"rate limit",
       429,
       R"({"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}})",
       "rate_limited",
       true},
      {"no credit left is no rate limit",
       429,
       R"({"error":{"message":"pay","code":"insufficient_quota"}})",
       "quota",
       false},
      {"429 without words", 429, "", "rate_limited", true},
      {"wrong key",
       401,
       R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})",
       "unauthenticated",
       false},
      {"forbidden", 403, "nope", "unauthenticated", false},
      {"unknown model", 404, R"({"error":{"code":"model_not_found","message":"x"}})", "model_not_found", false
      },
      {"too long, by code",
       400,
       R"({"error":{"code":"context_length_exceeded","message":"x"}})",
       "context_too_long",
       false},
      {"too long, in words",
       400,
       R"({"object":"error","message":"This model's maximum context length is 4096 tokens"})",
       "context_too_long",
       false},
      {"llama.cpp's number as a code",
       200,
       R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
       "model_down",
       true},
      {"FastAPI", 422, R"({"detail":"messages missing"})", "model_request", false},
      {"a page of a proxy", 502, "<html>Bad Gateway</html>", "model_down", true},
      {"500", 500, R"({"error":"oops"})", "model_down", true},
      {"overloaded", 529, R"({"error":{"type":"overloaded_error","message":"x"}})", "rate_limited", true},
      {"filter", 400, R"({"error":{"code":"content_filter","message":"x"}})", "refused", false},
      {"conflict", 409, "", "rate_limited", true},
      {"teapot", 418, "", "model_request", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Error failure = failure_of(c.status, c.body);
    CHECK(failure.pointer == c.code);
    CHECK(may_pass(failure) == c.passes);
    CHECK_FALSE(failure.message.empty());
  }
}

TEST_CASE("what a server says is quoted on one line, and not at length") {
  CHECK(
      failure_of(400, R"({"error":{"message":"a\nb\u0007c"}})").message ==
      "the model's server says 400: a b c"
  );
  CHECK(failure_of(500, std::string(1'000'000, 'x')).message.size() < 400);
  CHECK(failure_of(500, "\xFF\xFE").message == "the model's server says 500");
  CHECK(
      failure_of(401, R"({"error":{"message":"Incorrect API key provided: sk-abc"}})").message ==
      "the model's server says 401"
  );
}

TEST_CASE("a server may say how long to wait") {
  struct {
    std::string_view name, seconds, milliseconds;
    std::optional<std::uint32_t> expected;
  } cases[] = {
      {"seconds", "3", "", 3000},
      {"fractions", "1.5", "", 1500},
      {"milliseconds win", "3", "250", 250},
      {"nothing", "", "", std::nullopt},
      {"a date", "Fri, 28 Nov 2026 13:00:00 GMT", "", std::nullopt},
      {"negative", "-1", "", std::nullopt},
      {"two points", "1.2.3", "", std::nullopt},
      {"for ever", "99999999999999", "", 3'600'000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(retry_after_ms(c.seconds, c.milliseconds) == c.expected);
  }
}
