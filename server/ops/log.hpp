// Structured logs on stderr: text on a terminal, one JSON object a line elsewhere.
//
// A line has a fixed event name and fields; nothing a user wrote and no secret ever belongs into one. All
// functions may be called from any thread. A line below the level costs one load.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace parley::ops {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

[[nodiscard]] LogLevel log_level_named(std::string_view name);  // info when unknown

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

void start_logging(LogLevel level, LogFormat format);
[[nodiscard]] bool logs(LogLevel level);

// `event` is a short sentence: "request answered", "flow published".
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// The line without its time and level; for tests and for log().
[[nodiscard]] std::string log_line(
    LogFormat format,
    LogLevel level,
    std::string_view time,
    std::string_view event,
    std::initializer_list<LogField> fields
);

}  // namespace parley::ops
