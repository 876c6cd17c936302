// What models need of the world. Given once by the composition root; its members are called from any loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/net/loop.hpp"

namespace parley::models {

// What is worth a line in the log. No keys, no prompts, no answers.
struct Note {
  enum class Level : std::uint8_t { debug, warning };
  Level level = Level::debug;
  std::string_view what;  // "model answered", "model failed", "model falls back", "answer did not fit",
                          // "texts go without vectors"
  std::string_view model;
  std::string_view task;
  std::string_view prompt;  // its version
  std::string code;
  std::string problem;
  std::uint32_t attempt = 0;
  std::int64_t took_ms = 0;
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  std::string cost;
};

struct Surroundings {
  std::function<std::int64_t()> now_ms;  // steady
  std::function<std::int64_t()> day;     // number of the UTC day
  std::function<net::Awaitable<void>(std::int64_t milliseconds)> pause;
  std::function<double()> dice;  // 0 to 1
  std::function<void(const Note&)> log;
};

// The real clock, timer and dice.
[[nodiscard]] Surroundings real_surroundings(std::function<void(const Note&)> log);

}  // namespace parley::models
