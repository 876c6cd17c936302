#include "server/turns/vectors/searched_texts.hpp"

#include <algorithm>
#include <utility>

#include "language/retrieval/meanings.hpp"

namespace parley::turns {

namespace {

constexpr std::size_t kKeysAtOnce = 2'000;

}  // namespace

void SearchedTexts::add(std::string key) {
  const std::lock_guard lock(mutex_);
  const auto place = numbers_.try_emplace(std::move(key)).first;
  place->second.push_back(static_cast<std::uint32_t>(texts_.size()));
  texts_.push_back({.key = &place->first});
}

std::size_t SearchedTexts::size() const {
  const std::lock_guard lock(mutex_);
  return texts_.size();
}

std::vector<std::string> SearchedTexts::keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  keys.reserve(numbers_.size());
  for (const auto& [key, numbers] : numbers_) keys.push_back(key);
  return keys;
}

Awaitable<Result<void>> SearchedTexts::look(VectorSearch& search, const Collection& collection) {
  std::vector<std::size_t> asked;
  std::vector<std::string> keys;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (texts_[i].place == Place::unknown) asked.push_back(i);
    }
    for (const std::size_t i : asked) keys.push_back(*texts_[i].key);
  }
  for (std::size_t first = 0; first < keys.size(); first += kKeysAtOnce) {
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kKeysAtOnce, keys.size() - first));
    const auto missing = co_await search.missing(collection, {begin, begin + count});
    if (!missing) co_return std::unexpected(missing.error());
    const std::lock_guard lock(mutex_);
    for (std::size_t i = first; i < first + static_cast<std::size_t>(count); ++i)
      texts_[asked[i]].place = Place::there;
    for (const std::string& key : *missing) {
      const auto found = numbers_.find(key);
      if (found == numbers_.end()) continue;
      for (const std::uint32_t number : found->second) texts_[number].place = Place::missing;
    }
  }
  co_return Result<void>();
}

std::vector<std::size_t> SearchedTexts::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> found;
  for (std::size_t i = texts_.size(); i-- > 0;) {
    if (texts_[i].place == Place::missing) found.push_back(i);
  }
  return found;
}

void SearchedTexts::note_there(std::span<const std::size_t> numbers) {
  const std::lock_guard lock(mutex_);
  for (const std::size_t number : numbers) texts_[number].place = Place::there;
}

Awaitable<Result<std::vector<float>>> SearchedTexts::nearness(
    VectorSearch& search,
    const Collection& collection,
    std::vector<float> question,
    std::span<const std::uint32_t> also
) {
  std::vector<std::string> keys;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint32_t number : also) {
      if (number < texts_.size()) keys.push_back(*texts_[number].key);
    }
  }
  const auto found = co_await search.nearest(collection, std::move(question), std::move(keys));
  if (!found) co_return std::unexpected(found.error());
  const float usual = language::Meanings::usual_of(found->sampled_sum, found->sampled);
  const std::lock_guard lock(mutex_);
  std::vector<float> out;
  out.reserve(texts_.size());
  for (const Text& text : texts_) out.push_back(text.place == Place::there ? 0.0F : -1.0F);
  for (const NearVectors::Near& near : found->near) {
    const auto numbers = numbers_.find(near.key);
    if (numbers == numbers_.end()) continue;  // of an older edition
    for (const std::uint32_t number : numbers->second)
      out[number] = language::Meanings::stands_out(near.cosine, usual);
  }
  co_return out;
}

}  // namespace parley::turns
