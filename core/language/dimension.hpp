// Values of any kind in running text, also those that no slot type has: ordinals, quantities with units,
// ranges. Pure and deterministic, like everything in this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "language/extract.hpp"

namespace parley::language {

// How the values look: number int or double · ordinal int · money {amount, currency} · duration duration ·
// quantity, distance, volume, temperature {value, unit, product?} with `value` in the unit · card its digits
// · date, time, datetime, email, phone, url as in slots. A range of money or quantities is {from, to}, either
// of which may be missing ("at least 5 euros").
enum class Dimension : std::uint8_t {
  number,
  ordinal,
  money,
  duration,
  quantity,
  distance,
  volume,
  temperature,
  date,
  time,
  datetime,
  email,
  phone,
  url,
  card,
};

[[nodiscard]] std::string_view name(Dimension dimension);
[[nodiscard]] std::optional<Dimension> dimension_named(std::string_view name);

enum class Latent : bool { no, yes };  // yes: a bare number is an amount too ("5" where money is expected)

// All non-overlapping values, left to right, the longest at each place.
[[nodiscard]] std::vector<Found> find_dimension(
    Dimension dimension, std::string_view text, const Circumstances& circumstances, Latent latent = Latent::no
);

}  // namespace parley::language
