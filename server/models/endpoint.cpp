#include "server/models/endpoint.hpp"

#include <algorithm>

namespace parley::models {

namespace {

constexpr int kDecimals = 6;

}  // namespace

std::optional<Pico> price_per_token(std::string_view text) {
  constexpr std::size_t kLongest = 13;
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  Pico value = 0;
  int decimals = -1;
  for (const char c : text) {
    if (c == '.') {
      if (decimals >= 0) return std::nullopt;
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || decimals == kDecimals) return std::nullopt;
    value = value * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  if (decimals == 0 || text.front() == '.') return std::nullopt;
  for (int i = std::max(decimals, 0); i < kDecimals; ++i) value *= 10;
  return value;
}

std::string money(Pico amount) {
  constexpr Pico kMicro = 1'000'000;
  const Pico micros = (amount + kMicro - 1) / kMicro;
  std::string fraction = std::to_string(micros % kMicro);
  fraction.insert(0, kDecimals - fraction.size(), '0');
  while (fraction.size() > 2 && fraction.ends_with('0')) fraction.pop_back();
  return std::to_string(micros / kMicro) + "." + fraction;
}

std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    url.remove_prefix(scheme.size());
    const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
    return authority.find('@') == std::string_view::npos ? std::string(authority) : std::string();
  }
  return {};
}

}  // namespace parley::models
