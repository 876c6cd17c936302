// How a failed call is tried again.
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kRetryKeys[] = {
    {"max", {}, {}},
    {"backoff", {}, {}},
    {"factor", {}, {}},
    {"max_backoff", {}, {}},
    {"jitter", {}, {}},
    {"on", {}, {}},
};

void read_pause(Context& context, const Node& retry, std::string_view key, std::int64_t& milliseconds) {
  const Node* node = retry.find(key);
  if (node == nullptr) return;
  const auto duration = read_duration(context, *node, key);
  if (duration) milliseconds = duration->seconds * 1000 + duration->nanos / 1'000'000;
}

void read_factor(Context& context, const Node& retry, std::string_view key, int min, int max, double& value) {
  const Node* node = retry.find(key);
  if (node == nullptr) return;
  const auto number = read_number(context, *node, key);
  if (!number) return;
  if (*number >= min && *number <= max) {
    value = *number;
    return;
  }
  context.error(
      "F0315",
      node->position,
      quote(key) + " is out of range",
      "it must be between " + std::to_string(min) + " and " + std::to_string(max)
  );
}

}  // namespace

std::optional<Retry> read_retry(Context& context, const Node& node, std::string_view key) {
  if (!expect_map(context, node, key)) return std::nullopt;
  check_keys(context, node, kRetryKeys, "a retry");
  Retry retry;
  if (const Node* max = node.find("max")) {
    if (const auto number = read_integer(context, *max, "max", 1, 100)) {
      retry.max = static_cast<std::uint32_t>(*number);
    }
  }
  read_pause(context, node, "backoff", retry.backoff_ms);
  read_pause(context, node, "max_backoff", retry.max_backoff_ms);
  read_factor(context, node, "factor", 1, 100, retry.factor);
  read_factor(context, node, "jitter", 0, 1, retry.jitter);
  if (const Node* on = node.find("on")) retry.on = read_names(context, *on, "on");
  return retry;
}

}  // namespace parley::flow::loading
