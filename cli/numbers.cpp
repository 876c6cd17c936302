#include "cli/numbers.hpp"

#include <charconv>
#include <string>

namespace parley::cli {

Result<std::uint64_t> number_of(
    const Arguments& arguments,
    std::string_view option,
    std::uint64_t otherwise,
    std::uint64_t lowest,
    std::uint64_t highest
) {
  if (!arguments.has(option)) return otherwise;
  const std::string text = arguments.text(option);
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  if (whole && number >= lowest && number <= highest) return number;
  return fail(
      ErrorCode::invalid_input,
      std::string(option) + " is a whole number from " + std::to_string(lowest) + " to " +
          std::to_string(highest)
  );
}

}  // namespace parley::cli
