// Names of things as distinct types, so that a user's id is never passed where a conversation's is expected.
// Plain values; an id compares, hashes and sorts like its text. Who makes an id decides its form.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using ConversationId = Id<struct ConversationTag>;
using FlowId = Id<struct FlowTag>;
using FlowHash = Id<struct FlowHashTag>;  // SHA-256 of the canonical flow, 64 hexadecimal digits

}  // namespace parley

template <typename Tag>
struct std::hash<parley::Id<Tag>> {
  std::size_t operator()(const parley::Id<Tag>& id) const { return std::hash<std::string>()(id.str()); }
};
