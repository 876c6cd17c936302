#include "server/vector_setup.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "server/open_store.hpp"
#include "server/stores/postgres/vectors/vector_search.hpp"

namespace parley {

namespace {

// What is measured in docs/adr/0039. Of more turns than a question brings into the process (see UserMemory)
// the process would know some only; more passages than it compares one by one (see KnowledgeRunner) take it a
// graph, so an index in the database is what spares that.
constexpr std::size_t kTurns = 512;
constexpr std::size_t kPassages = 50'000;
constexpr std::string_view kSetting = "store.vectors";

}  // namespace

Result<void> VectorPlace::choose(const ops::Config& config) {
  const std::string& where = config.text(kSetting);
  if (where != "auto" && where != "server" && where != "database") {
    return fail(
        ErrorCode::invalid_input,
        "store.vectors cannot be '" + where + "'",
        config.source(kSetting).where,
        "write auto, server or database"
    );
  }
  wanted_ = where == "database";
  const std::string& url = config.text("store.url");
  if (!is_postgres_url(url)) return {};
  auto support = stores::postgres::vector_support(url);
  if (!support) return std::unexpected(std::move(support.error()));
  support_ = std::move(*support);
  if (where == "server" || support_->state != stores::postgres::VectorSupport::State::ready) return {};
  limits_ = {.by = nullptr, .beyond_of_user = 0, .beyond_of_nobody = 0};
  if (!wanted_) {
    limits_.beyond_of_user = kTurns;
    limits_.beyond_of_nobody = support_->graphs.empty() ? SIZE_MAX : kPassages;
  }
  search_ = std::make_unique<stores::PostgresVectorSearch>(url, *support_);
  return {};
}

std::shared_ptr<memory::StoredVectors> VectorPlace::make_vectors(
    std::shared_ptr<turns::VectorMaker> maker, turns::Store& store, turns::Clock& clock
) const {
  memory::SearchPlace search = limits_;
  search.by = search_.get();
  return std::make_shared<memory::StoredVectors>(std::move(maker), store, clock, search);
}

std::string VectorPlace::words() const {
  if (!support_) return "vectors are compared in the server, as always with SQLite";
  if (search_ != nullptr) {
    std::string from;
    if (!wanted_) {
      from = "; it does so for users of more than " + std::to_string(kTurns) + " turns";
      if (!support_->graphs.empty())
        from += " and sources of more than " + std::to_string(kPassages) + " passages";
    }
    return stores::postgres::describe(*support_) + from;
  }
  if (support_->state == stores::postgres::VectorSupport::State::ready)
    return "vectors are compared in the server, as store.vectors says";
  return stores::postgres::describe(*support_);
}

std::string VectorPlace::advice() const {
  return support_ ? stores::postgres::advice(*support_) : "use PostgreSQL, or set store.vectors to auto";
}

// Only those who have a model for vectors, or want the database, have something of it.
std::string VectorPlace::note(const assistant::Settings& settings) const {
  if (search_ != nullptr || (!falls_back() && (!support_ || !settings.embeddings))) return {};
  const std::string what = advice();
  return what.empty() ? std::string() : words() + "\n  " + what + "\n";
}

std::vector<api::Helper> VectorPlace::helpers() const {
  if (!support_) return {};
  const auto check = [problem = falls_back() ? words() : std::string()]() -> Result<void> {
    if (problem.empty()) return {};
    return fail(ErrorCode::unavailable, problem);
  };
  return {{.name = "vectors", .check = check, .detail = [in_use = words()] { return in_use; }}};
}

}  // namespace parley
