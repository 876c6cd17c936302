// The k best of many by a score that takes long to work out, where a number that it does not exceed is known
// of each: only those whose bound reaches what the best are known to have are worked out. What comes out is
// what best_of() finds among all scores, whatever the bounds; good ones only make it quick. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace parley::language {

struct Match {
  std::uint32_t text = 0;  // its id
  float score = 0;         // 0…1: words and vector together
};

// An object, so that algorithms take it in.
inline constexpr auto is_better = [](const Match& a, const Match& b) {
  return a.score != b.score ? a.score > b.score : a.text > b.text;
};

// Calls `found(id)` for each that has at least `least`, in order; `found` may raise it. Few of many have it,
// so they are looked at sixteen at a time.
template <typename Found>
void for_each_above(std::span<const float> scores, const float& least, const Found& found) {
  constexpr std::size_t kTogether = 16;
  std::size_t i = 0;
  for (; i + kTogether <= scores.size(); i += kTogether) {
    unsigned any = 0;
    for (std::size_t j = 0; j < kTogether; ++j) any |= static_cast<unsigned>(scores[i + j] >= least);
    if (any == 0) continue;
    for (std::size_t j = i; j < i + kTogether; ++j) {
      if (scores[j] >= least) found(static_cast<std::uint32_t>(j));
    }
  }
  for (; i < scores.size(); ++i) {
    if (scores[i] >= least) found(static_cast<std::uint32_t>(i));
  }
}

// The k best of all scores that are above 0 and not below `least`; `allowed(id)` may leave some out.
template <typename Allowed>
[[nodiscard]] std::vector<Match> best_of(
    std::span<const float> scores, std::size_t k, float least, const Allowed& allowed
) {
  std::vector<Match> best;
  if (k == 0) return best;
  best.reserve(std::min(k, scores.size()) + 1);
  float enough = least;
  // The top of the heap is the worst of the best.
  for_each_above(scores, enough, [&](std::uint32_t id) {
    const Match each{id, scores[id]};
    if (!(each.score > 0) || (best.size() == k && !is_better(each, best.front())) || !allowed(id)) return;
    if (best.size() == k) {
      std::pop_heap(best.begin(), best.end(), is_better);
      best.pop_back();
    }
    best.push_back(each);
    std::push_heap(best.begin(), best.end(), is_better);
    if (best.size() == k) enough = std::max(least, best.front().score);
  });
  std::sort(best.begin(), best.end(), is_better);
  return best;
}

// Some k of those with the highest bounds, in no order. Among equal ones it does not matter, and there may be
// many.
template <typename Allowed>
[[nodiscard]] std::vector<Match> highest(
    std::span<const float> bounds, std::size_t k, float least, const Allowed& allowed
) {
  const auto higher = [](const Match& a, const Match& b) { return a.score > b.score; };
  std::vector<Match> found;
  found.reserve(std::min(k, bounds.size()) + 1);
  float enough = least;
  for_each_above(bounds, enough, [&](std::uint32_t id) {
    const bool full = found.size() == k;
    if (!(bounds[id] > (full ? found.front().score : 0)) || !allowed(id)) return;
    if (full) {
      std::pop_heap(found.begin(), found.end(), higher);
      found.pop_back();
    }
    found.push_back({id, bounds[id]});
    std::push_heap(found.begin(), found.end(), higher);
    // What is only as high is looked at in vain, sixteen at a time.
    if (found.size() == k) enough = std::max(least, std::nextafter(found.front().score, 1e9F));
  });
  return found;
}

// Where the k highest above 0 are, in no order.
[[nodiscard]] inline std::vector<std::uint32_t> places_of_highest(
    std::span<const float> scores, std::size_t k
) {
  std::vector<std::uint32_t> places;
  for (const Match& each : highest(scores, k, 0, [](std::uint32_t) { return true; }))
    places.push_back(each.text);
  return places;
}

// `bounds`: of each, a number that its score does not exceed. `closer(ids)`: of those of which these do not
// say enough, numbers that do, in their order; nothing when there are none. `exact(ids)`: the scores of some.
template <typename Allowed, typename Closer, typename Exact>
[[nodiscard]] std::vector<Match> bounded_best(
    std::span<const float> bounds,
    std::size_t k,
    float least,
    const Allowed& allowed,
    const Closer& closer,
    const Exact& exact
) {
  if (k == 0) return {};
  const std::size_t few = std::max<std::size_t>(24, 2 * k);  // the best are among the first few, or nearly
  std::vector<Match> known;
  float enough = least;
  const auto work_out = [&](const std::vector<std::uint32_t>& ids) {
    const std::vector<float> scores = exact(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (scores[i] > 0 && scores[i] >= enough && allowed(ids[i])) known.push_back({ids[i], scores[i]});
    }
    const std::size_t kept = std::min(k, known.size());
    std::partial_sort(
        known.begin(), known.begin() + static_cast<std::ptrdiff_t>(kept), known.end(), is_better
    );
    known.resize(kept);
    if (kept == k) enough = known.back().score;
  };
  std::vector<std::uint32_t> first;
  float lowest = std::numeric_limits<float>::max();
  for (const Match& each : highest(bounds, few, least, allowed)) {
    first.push_back(each.text);
    lowest = std::min(lowest, each.score);
  }
  work_out(first);
  if (first.size() < few || lowest < enough) return known;  // there are no others
  std::sort(first.begin(), first.end());
  std::vector<std::uint32_t> left;
  auto next = first.begin();
  for_each_above(bounds, enough, [&](std::uint32_t id) {
    while (next != first.end() && *next < id) ++next;
    if (bounds[id] > 0 && (next == first.end() || *next != id)) left.push_back(id);
  });
  const std::vector<float> near = left.size() > few ? closer(left) : std::vector<float>();
  if (!near.empty()) {
    const std::vector<std::uint32_t> all = std::exchange(left, {});
    for_each_above(near, enough, [&](std::uint32_t i) { left.push_back(all[i]); });
  }
  work_out(left);
  return known;
}

template <typename Allowed, typename Exact>
[[nodiscard]] std::vector<Match> bounded_best(
    std::span<const float> bounds, std::size_t k, float least, const Allowed& allowed, const Exact& exact
) {
  const auto none = [](std::span<const std::uint32_t>) { return std::vector<float>(); };
  return bounded_best(bounds, k, least, allowed, none, exact);
}

}  // namespace parley::language
