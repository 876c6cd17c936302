#include "language/command.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"

namespace parley::language {

TEST_CASE("every command's name leads back to it") {
  for (int i = 0; i <= static_cast<int>(CommandKind::cannot_handle); ++i) {
    const auto kind = static_cast<CommandKind>(i);
    CAPTURE(name(kind));
    CHECK(command_kind(name(kind)) == kind);
  }
  CHECK(command_kind("sudo") == CommandKind::cannot_handle);
  CHECK(command_kind("") == CommandKind::cannot_handle);
}

TEST_CASE("a command in the log has only the fields that it uses") {
  CHECK(write_json(to_value({.kind = CommandKind::cancel})) == R"({"do":"cancel"})");
  CHECK(
      write_json(to_value({.kind = CommandKind::set_slot, .slot = "size", .value = "large"})) ==
      R"({"do":"set_slot","slot":"size","value":"large"})"
  );
}

TEST_CASE("a command survives the log unchanged") {
  const Command cases[] = {
      {.kind = CommandKind::start_flow, .flow = "order"},
      {.kind = CommandKind::correct_slot, .slot = "items", .value = Value::list({Value(1), Value("x")})},
      {.kind = CommandKind::clarify, .options = {"order", "escalate"}},
      {.kind = CommandKind::invalid_value, .slot = "email", .text = "foo@", .reason = "not_an_email"},
      {.kind = CommandKind::cannot_handle, .text = "blub"},
  };
  for (const Command& command : cases) {
    CAPTURE(name(command.kind));
    CHECK(command_from(to_value(command)) == command);
  }
}

TEST_CASE("a log entry of the wrong shape reads as cannot_handle, not as a crash") {
  CHECK(command_from(Value()).kind == CommandKind::cannot_handle);
  CHECK(command_from(Value("cancel")).kind == CommandKind::cannot_handle);
  CHECK(command_from(Value::map({{"do", 5}, {"options", "a"}})).options.empty());
}

}  // namespace parley::language
