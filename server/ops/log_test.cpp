// The two forms of a log line.
#include "server/ops/log.hpp"

#include <doctest/doctest.h>

using namespace parley::ops;

TEST_CASE("a line for people quotes only what needs it") {
  CHECK(
      log_line(
          LogFormat::text,
          LogLevel::info,
          "12:00",
          "request answered",
          {{"path", "/v1/chat"}, {"note", "two words"}, {"status", std::int64_t{200}}, {"retry", false}}
      ) == R"(12:00 info request answered path=/v1/chat note="two words" status=200 retry=false)"
  );
}

TEST_CASE("a line for machines is one JSON object") {
  CHECK(
      log_line(
          LogFormat::json,
          LogLevel::warn,
          "12:00",
          "a \"b\"",
          {{"ms", 1.5}, {"n", std::uint64_t{3}}, {"t", "x\ny"}}
      ) == R"({"time":"12:00","level":"warn","event":"a \"b\"","ms":1.5,"n":3,"t":"x\ny"})"
  );
}

TEST_CASE("levels have names and an order") {
  CHECK(log_level_named("error") == LogLevel::error);
  CHECK(log_level_named("whatever") == LogLevel::info);
  start_logging(LogLevel::warn, LogFormat::text);
  CHECK_FALSE(logs(LogLevel::info));
  CHECK(logs(LogLevel::error));
}
