#include "wire/conduct/effect.hpp"

#include <algorithm>
#include <array>

namespace parley::wire {

Result<std::string> read_effect(const Value& source, std::string_view otherwise, std::string_view keyword) {
  constexpr std::array<std::string_view, 5> kEffects{"read", "keyed", "natural", "reconcile", "unsafe"};
  const Value* said = source.find(keyword);
  if (said == nullptr) return std::string(otherwise);
  if (said->is_string() && std::ranges::find(kEffects, said->as_string()) != kEffects.end())
    return std::string(said->as_string());
  return fail(
      ErrorCode::invalid_input,
      "`" + std::string(keyword) + "` must be read, keyed, natural, reconcile or unsafe",
      "/" + std::string(keyword)
  );
}

}  // namespace parley::wire
