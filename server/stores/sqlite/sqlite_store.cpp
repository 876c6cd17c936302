#include "server/stores/sqlite/sqlite_store.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

namespace parley::stores {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestHeldUp{2};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  auto files = TenantFiles::open(options.directory);
  if (!files) return std::unexpected(files.error());
  const std::size_t batch_max = options.one_transaction_per_turn ? 1 : options.batch_max;
  return std::make_unique<SqliteStore>(batch_max, options.reader_threads, std::move(*files));
}

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> SqliteStore::load(
    std::string_view tenant, std::string_view conversation_id
) {
  return readers_.read<std::optional<turns::StoredConversation>>(
      std::string(tenant), [id = std::string(conversation_id)](Reader& reader) { return reader.load(id); }
  );
}

SqliteBackend::~SqliteBackend() {
  for (Erased& each : erased_) answer(std::move(each));
}

void SqliteBackend::answer(Erased erased) {
  boost::asio::post(erased.executor, [done = std::move(erased.done)]() mutable { done(Result<void>()); });
}

void SqliteBackend::write(std::span<TurnBatcher<Write>::Pending> batch) {
  slots_.clear();
  for (auto& pending : batch) slots_.push_back({&pending.write, &pending.outcome});
  writer_.write(slots_);
  for (auto& pending : batch) {
    const auto* piece = std::get_if<turns::Erase>(&pending.write.work);
    if (piece == nullptr || !piece->entry.finished_at || !pending.outcome) continue;
    erased_.push_back(
        {pending.write.tenant,
         pending.executor,
         std::exchange(pending.done, nullptr),
         Clock::now() + kLongestHeldUp}
    );
  }
}

std::optional<std::chrono::milliseconds> SqliteBackend::after_batch() {
  const auto again = writer_.keep_up();
  const auto now = Clock::now();
  for (std::size_t i = 0; i < erased_.size();) {
    const Traces left = writer_.traces(erased_[i].tenant);
    if (left == Traces::going) erased_[i].patience_until = now + kLongestHeldUp;
    if (left == Traces::none || now >= erased_[i].patience_until) {
      answer(std::move(erased_[i]));
      erased_.erase(erased_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return again;
}

}  // namespace parley::stores
