// Texts as vectors: in batches, each within the day's budget and what is left of the time.
#include <algorithm>
#include <utility>

#include "server/models/model_runner.hpp"

namespace parley::models {

namespace {

// What servers take in one request, with room.
constexpr std::size_t kMostTexts = 64;
constexpr std::size_t kMostBytes = 64U << 10U;
constexpr std::size_t kBytesPerToken = 3;  // on the safe side

// How many of the texts from `first` on go together: one at least.
std::size_t together(const std::vector<std::string>& texts, std::size_t first) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (first + count < texts.size() && count < kMostTexts) {
    bytes += texts[first + count].size();
    if (count > 0 && bytes > kMostBytes) break;
    ++count;
  }
  return count;
}

}  // namespace

std::string ModelRunner::maker() const {
  const auto now = current();
  if (now->embedder == nullptr) return {};
  const Endpoint& endpoint = now->embedder->endpoint();
  return endpoint.url + "#" + endpoint.model + "/" + std::to_string(now->dimensions);
}

turns::Awaitable<Result<void>> ModelRunner::make(
    std::vector<std::string> texts, std::uint32_t timeout_ms, Put put
) {
  const auto now = current();
  if (now->embedder == nullptr)
    co_return fail(ErrorCode::unavailable, "this assistant has no model for vectors", "no_model");
  const std::int64_t deadline_ms = world_.now_ms() + timeout_ms;
  for (std::size_t first = 0; first < texts.size();) {
    const std::size_t count = together(texts, first);
    const auto begin = texts.begin() + static_cast<std::ptrdiff_t>(first);
    auto vectors = co_await embed_batch(
        *now->embedder,
        now->dimensions,
        std::vector<std::string>(begin, begin + static_cast<std::ptrdiff_t>(count)),
        deadline_ms
    );
    if (!vectors) {
      note_no_vectors(*now->embedder, vectors.error());
      co_return std::unexpected(std::move(vectors.error()));
    }
    co_await put(first, std::move(*vectors));
    first += count;
  }
  co_return Result<void>();
}

void ModelRunner::note_no_vectors(const Client& client, const Error& failure) {
  const std::string& name = client.endpoint().name;
  meter_.no_vectors(name);
  world_.log({
      .level = Note::Level::warning,
      .what = "texts go without vectors",
      .model = name,
      .task = "embed",
      .prompt = {},
      .code = failure.pointer,
      .problem = failure.message,
  });
}

turns::Awaitable<Result<turns::Vectors>> ModelRunner::embed_batch(
    Client& client, std::uint32_t dimensions, std::vector<std::string> texts, std::int64_t deadline_ms
) {
  const Endpoint& endpoint = client.endpoint();
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  const std::uint64_t tokens = bytes / kBytesPerToken + texts.size();
  const Spending reserved{tokens, endpoint.price.of(tokens, 0)};
  const std::int64_t day = world_.day();
  if (auto fits = ledger_.reserve(reserved, day); !fits) co_return std::unexpected(std::move(fits.error()));
  auto answer = co_await client.embed(
      std::move(texts), dimensions, {.task = "embed", .prompt = {}, .deadline_ms = deadline_ms}
  );
  Spending used;
  if (answer) {
    const std::uint64_t input = answer->usage.known ? answer->usage.input_tokens : tokens;
    used = {input, endpoint.price.of(input, 0)};
    meter_.used(endpoint.name, input, 0, used.money);
  }
  ledger_.settle(reserved, used, day);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::move(answer->vectors);
}

}  // namespace parley::models
