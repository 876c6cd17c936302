#include "engine/people/review_status.hpp"

#include <array>
#include <cstddef>

namespace parley::engine {

namespace {

constexpr std::array<std::string_view, 3> kKinds = {"form", "approval", "outcome"};
constexpr std::array<std::string_view, 7> kStatuses = {
    "open", "approved", "rejected", "answered", "expired", "withdrawn", "edited"
};

template <typename Enum, std::size_t N>
Enum by_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return Enum{};
}

}  // namespace

std::string_view name(ReviewKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}
ReviewKind review_kind(std::string_view name) {
  return by_name<ReviewKind>(kKinds, name);
}
std::string_view name(ReviewStatus status) {
  return kStatuses[static_cast<std::size_t>(status)];
}
ReviewStatus review_status(std::string_view name) {
  return by_name<ReviewStatus>(kStatuses, name);
}

}  // namespace parley::engine
