// Where settings come from, which source wins, and what is said about mistakes.
#include "server/ops/config.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace parley;
using namespace parley::ops;

namespace {

assistant::Settings file_with_name(const char* name) {
  assistant::Settings settings;
  settings.name = name;
  settings.places["name"] = {.line = 2, .column = 7};
  return settings;
}

std::string first_error(const ConfigSources& from) {
  const auto config = load_config(from);
  if (config) return "none";
  const Error& error = config.error().front();
  return error.message + " | " + error.pointer + " | " + error.hint;
}

}  // namespace

TEST_CASE("the more specific source wins, and the origin is known") {
  struct {
    const char* name;
    ConfigSources from;
    const char* expected;
    Origin origin;
    const char* where;
  } cases[] = {
      {"default", {}, "Assistant", Origin::fallback, "default"},
      {"file", {.file = file_with_name("Shop")}, "Shop", Origin::file, "parley.yaml:2:7"},
      {"environment over file",
       {.environment = {{"PARLEY__NAME", "Bar"}}, .file = file_with_name("Shop")},
       "Bar",
       Origin::environment,
       "PARLEY__NAME"},
      {"flag over all",
       {.flags = {{"name", "Inn"}}, .environment = {{"PARLEY__NAME", "Bar"}}, .file = file_with_name("Shop")},
       "Inn",
       Origin::flag,
       "command line"},
      {"other variables are nobody's business",
       {.environment = {{"PARLEY_GOLDEN", "1"}}},
       "Assistant",
       Origin::fallback,
       "default"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const auto config = load_config(test.from);
    REQUIRE(config.has_value());
    CHECK(config->assistant().name == test.expected);
    CHECK(config->source("name").origin == test.origin);
    CHECK(config->source("name").where == test.where);
  }
}

TEST_CASE("settings of the process come from flags and environment") {
  const auto config = load_config(
      {.flags = {{"server.drain_seconds", "3"}}, .environment = {{"PARLEY_SERVER__BODY_BYTES", "2048"}}}
  );
  REQUIRE(config.has_value());
  CHECK(config->integer("server.drain_seconds") == 3);
  CHECK(config->integer("server.body_bytes") == 2048);
  CHECK(config->integer("store.batch") == 256);
}

TEST_CASE("mistakes name the setting, the place and what was meant") {
  struct {
    const char* name;
    ConfigSources from;
    std::string expected;
  } cases[] = {
      {"unknown in environment",
       {.environment = {{"PARLEY_SERVER__LISTNE", "1"}}},
       "unknown setting PARLEY_SERVER__LISTNE | environment | did you mean 'PARLEY_SERVER__LISTEN'?"},
      {"unknown flag",
       {.flags = {{"server.log_levle", "1"}}},
       "unknown setting 'server.log_levle' | command line | did you mean 'server.log_level'?"},
      {"not a number",
       {.environment = {{"PARLEY_STORE__BATCH", "many"}}},
       "store.batch must be a whole number from 1 to 4096, not 'many' | PARLEY_STORE__BATCH | "},
      {"out of range",
       {.flags = {{"store.batch", "0"}}},
       "store.batch must be a whole number from 1 to 4096, not '0' | command line | "},
      {"secret as flag",
       {.flags = {{"server.api_key", "abc"}}},
       "server.api_key is a secret, and everybody can see flags | command line | set PARLEY_SERVER__API_KEY "
       "or "
       "PARLEY_SERVER__API_KEY_FILE"},
      {"secret file is missing",
       {.environment = {{"PARLEY_SERVER__API_KEY_FILE", "/nowhere/key"}}},
       "the file that PARLEY_SERVER__API_KEY_FILE names cannot be read: /nowhere/key | "
       "PARLEY_SERVER__API_KEY_FILE | "},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(first_error(test.from) == test.expected);
  }
}

TEST_CASE("all mistakes are reported at once") {
  const auto config = load_config(
      {.flags = {{"server.log_level", "loud"}},
       .environment = {{"PARLEY_X__Y", "1"}, {"PARLEY_STORE__BATCH", "0"}}}
  );
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().size() == 3);
}

TEST_CASE("a secret may come from a file") {
  const auto path = std::filesystem::temp_directory_path() / ("parley-secret-" + std::to_string(getpid()));
  std::ofstream(path) << "a-long-and-secret-value-1234\n";
  const auto config = load_config({.environment = {{"PARLEY_SERVER__API_KEY_FILE", path.string()}}});
  std::filesystem::remove(path);
  REQUIRE(config.has_value());
  CHECK(config->text("server.api_key") == "a-long-and-secret-value-1234");
}

TEST_CASE("addresses to listen on") {
  struct {
    const char* listen;
    Endpoint expected;
    bool loopback;
  } cases[] = {
      {"127.0.0.1:8080", {"127.0.0.1", 8080}, true},
      {":0", {"127.0.0.1", 0}, true},
      {"localhost:80", {"127.0.0.1", 80}, true},
      {"[::1]:81", {"::1", 81}, true},
      {"0.0.0.0:80", {"0.0.0.0", 80}, false},
      {"[::]:80", {"::", 80}, false},
  };
  for (const auto& test : cases) {
    CAPTURE(test.listen);
    const auto endpoint = parse_endpoint(test.listen);
    REQUIRE(endpoint.has_value());
    CHECK(*endpoint == test.expected);
    CHECK(is_loopback(endpoint->address) == test.loopback);
  }
  CHECK_FALSE(parse_endpoint("8080").has_value());
  CHECK_FALSE(parse_endpoint("host:99999").has_value());
}
