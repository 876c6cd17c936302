// Any text as JSON and as the typed form of our own storage: what can be read is written in a form that reads
// back as the same, in each of the writers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"

using namespace parley;

namespace {

void check_plain(const Value& value) {
  const std::string written = write_json(value);
  const auto again = parse_json(written);
  INVARIANT(again.has_value(), "what write_json wrote can be read");
  INVARIANT(write_json(*again) == written, "write_json is stable");

  const auto pretty = parse_json(write_json_pretty(value));
  INVARIANT(pretty.has_value() && write_json(*pretty) == written, "the indented form says the same");

  const std::string canonical = write_canonical(value);
  const auto from_canonical = parse_json(canonical);
  INVARIANT(from_canonical.has_value(), "the canonical form can be read");
  INVARIANT(write_canonical(*from_canonical) == canonical, "the canonical form is stable");
}

void check_typed(const Value& value) {
  const std::string typed = write_typed(value);
  const auto again = parse_typed(typed);
  INVARIANT(again.has_value(), "what write_typed wrote can be read");
  INVARIANT(write_typed(*again) == typed, "the typed form is lossless");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto value = parse_json(text)) {
    check_plain(*value);
    check_typed(*value);
  } else {
    INVARIANT(!value.error().message.empty(), "text that is refused has a reason");
  }
  if (const auto value = parse_typed(text)) check_typed(*value);
  return 0;
}
