#include "server/memory/stored_vectors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "base/sha256.hpp"

namespace parley::memory {

namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored as they are in memory");
constexpr std::size_t kKeysAtOnce = 500;

using Vector = std::vector<float>;

std::string_view cut(std::string_view text) {
  if (text.size() <= StoredVectors::kMostTextBytes) return text;
  std::size_t end = StoredVectors::kMostTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string bytes_of(const Vector& vector) {
  return {reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)};
}

// Those of an hour are written together.
Timestamp end_of_hour(Timestamp at) {
  constexpr std::int64_t kHour = 3'600;
  return {(at.seconds / kHour + 1) * kHour, 0};
}

Vector vector_of(std::string_view bytes) {
  Vector vector(bytes.size() / sizeof(float));
  std::memcpy(vector.data(), bytes.data(), vector.size() * sizeof(float));
  return vector;
}

std::string key_of(const std::string& maker, std::string_view text) {
  return sha256_hex(maker + "\n" + std::string(cut(text)));
}

}  // namespace

std::string StoredVectors::key(std::string_view text) const {
  return key_of(maker(), text);
}

turns::Awaitable<Result<void>> StoredVectors::collect(
    turns::VectorsAsked asked, turns::Collection collection
) {
  std::vector<turns::StoredVector> found;
  for (const std::string& text : asked.texts) found.push_back({key_of(collection.maker, text), {}});
  auto made = co_await of(std::move(asked));
  if (!made) co_return std::unexpected(std::move(made.error()));
  for (std::size_t i = 0; i < found.size(); ++i) found[i].bytes = bytes_of((*made)[i]);
  co_return co_await search_.by->add(std::move(collection), std::move(found));
}

turns::Awaitable<Result<turns::Vectors>> StoredVectors::of(turns::VectorsAsked asked) {
  const std::string maker = this->maker();
  std::map<std::string, Vector> known;       // by key
  std::map<std::string, std::string> texts;  // the text of a key
  std::map<std::string, std::optional<Timestamp>> kept;
  std::vector<std::string> keys;  // parallel to what was asked
  for (const std::string& text : asked.texts) {
    keys.push_back(key_of(maker, text));
    texts.try_emplace(keys.back(), cut(text));
    const std::size_t place = keys.size() - 1;
    kept.try_emplace(keys.back(), place < asked.said_at.size() ? asked.said_at[place] : clock_.now());
  }
  std::vector<std::string> wanted;
  for (const auto& [key, text] : texts) wanted.push_back(key);
  for (std::size_t first = 0; first < wanted.size(); first += kKeysAtOnce) {
    const std::size_t count = std::min(kKeysAtOnce, wanted.size() - first);
    const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first);
    const auto stored = co_await store_.vectors(
        asked.tenant, asked.user_id, {begin, begin + static_cast<std::ptrdiff_t>(count)}
    );
    if (!stored) continue;
    for (const turns::StoredVector& each : *stored) known.insert_or_assign(each.key, vector_of(each.bytes));
  }
  std::erase_if(wanted, [&](const std::string& key) { return known.contains(key); });
  if (!wanted.empty()) {
    std::vector<std::string> missing;
    for (const std::string& key : wanted) missing.push_back(texts.at(key));
    auto made = co_await maker_->make(
        std::move(missing),
        asked.timeout_ms,
        [&](std::size_t first, turns::Vectors vectors) -> turns::Awaitable<void> {
          std::map<Timestamp, std::vector<turns::StoredVector>> fresh;
          for (std::size_t i = 0; i < vectors.size(); ++i) {
            const std::string& key = wanted[first + i];
            if (const auto at = kept.at(key)) fresh[end_of_hour(*at)].push_back({key, bytes_of(vectors[i])});
            known.insert_or_assign(key, std::move(vectors[i]));
          }
          for (auto& [at, some] : fresh)
            (void)co_await store_.put_vectors(asked.tenant, asked.user_id, std::move(some), at);
        }
    );
    if (!made) co_return std::unexpected(std::move(made.error()));
  }
  turns::Vectors out;
  for (const std::string& key : keys) {
    out.push_back(known.at(key));
    if (out.back().size() != out.front().size())
      co_return fail(
          ErrorCode::unavailable, "the model has changed the length of its vectors", "model_answer"
      );
  }
  co_return out;
}

}  // namespace parley::memory
