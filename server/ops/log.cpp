#include "server/ops/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/json.hpp"
#include "base/time.hpp"

namespace parley::ops {

namespace {

constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warn", "error"};

std::atomic<LogLevel> least{LogLevel::info};
std::atomic<LogFormat> form{LogFormat::text};

// Lines come ready made; spdlog keeps them whole when threads write at once.
spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("parley", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string now_text() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return format_timestamp({millis / 1000, static_cast<std::int32_t>(millis % 1000 * 1'000'000)});
}

void append_value(std::string& out, const LogField& field, bool quote_all) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    // In text lines quotes only where a reader would else see two fields.
    if (quote_all || text->empty() || text->find_first_of(" \"=\n\t") != std::string_view::npos) {
      append_json_string(out, *text);
    } else {
      out += *text;
    }
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    append_json_number(out, *real);
  } else if (const auto* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*number);
  } else {
    out += std::to_string(std::get<std::uint64_t>(field.value));
  }
}

}  // namespace

LogLevel log_level_named(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return LogLevel::info;
}

void start_logging(LogLevel level, LogFormat format) {
  least.store(level, std::memory_order_relaxed);
  form.store(format, std::memory_order_relaxed);
}

bool logs(LogLevel level) {
  return level >= least.load(std::memory_order_relaxed);
}

std::string log_line(
    LogFormat format,
    LogLevel level,
    std::string_view time,
    std::string_view event,
    std::initializer_list<LogField> fields
) {
  std::string out;
  out.reserve(160);
  const std::string_view level_name = kLevelNames[static_cast<std::size_t>(level)];
  if (format == LogFormat::text) {
    out.append(time).append(" ").append(level_name).append(" ").append(event);
    for (const LogField& field : fields) {
      out.append(" ").append(field.name).append("=");
      append_value(out, field, false);
    }
    return out;
  }
  out.append(R"({"time":")").append(time).append(R"(","level":")").append(level_name).append(R"(","event":)");
  append_json_string(out, event);
  for (const LogField& field : fields) {
    out += ',';
    append_json_string(out, field.name);
    out += ':';
    append_value(out, field, true);
  }
  out += '}';
  return out;
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!logs(level)) return;
  const std::string line = log_line(form.load(std::memory_order_relaxed), level, now_text(), event, fields);
  logger().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace parley::ops
