// What the writer remembers of the conversations it wrote lately, so that a turn costs no look-up: the row's
// number, the last sequence and whether what lists show has changed. Only a shortcut: the database knows all
// of it. Two generations keep it bounded: when the young one is full it becomes the old one and the old one
// goes; what is used returns to the young. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace parley::stores {

struct KnownConversation {
  std::int64_t number = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t listed = 0;  // hash of what lists show
};

class ConversationCache {
 public:
  explicit ConversationCache(std::size_t generation_max) : generation_max_(generation_max) {}

  // Null if not known. Valid until the next call.
  [[nodiscard]] KnownConversation* find(std::string_view id) {
    if (const auto hit = young_.find(id); hit != young_.end()) return &hit->second;
    const auto hit = old_.find(id);
    return hit == old_.end() ? nullptr : &insert(id, hit->second);
  }

  KnownConversation& insert(std::string_view id, KnownConversation known) {
    if (young_.size() >= generation_max_) {
      old_ = std::move(young_);
      young_.clear();
    }
    return young_.insert_or_assign(std::string(id), known).first->second;
  }

  void clear() {
    young_.clear();
    old_.clear();
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
  };
  using Generation = std::unordered_map<std::string, KnownConversation, Hash, std::equal_to<>>;

  const std::size_t generation_max_;
  Generation young_;
  Generation old_;
};

}  // namespace parley::stores
