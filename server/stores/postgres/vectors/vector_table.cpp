#include "server/stores/postgres/vectors/vector_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "server/stores/storable.hpp"

namespace parley::stores::postgres {

namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored as they are in memory");
constexpr std::size_t kMostDimensions = 16'000;  // of a vector in the database
// As much as the search by HNSW looks for at once: more candidates than it then gives.
constexpr std::size_t kWidth = 300;

constexpr Statement kMissing{
    "vectors_missing",
    "SELECT n.key FROM unnest($3::bytea[]) AS n (key) WHERE NOT EXISTS (SELECT FROM parley.embedding e WHERE "
    "e.tenant = parley.tenant() AND e.user_id = $1 AND e.key = n.key AND e.collection = $2)"
};
// Also collections of other makers: the model was changed.
constexpr Statement kKeepOnly{
    "vectors_keep_only",
    "DELETE FROM parley.embedding e WHERE e.tenant = parley.tenant() AND e.user_id = $1 AND "
    "substring(e.collection from 1 for length($3::bytea)) = $3 AND (e.collection <> $2 OR e.key <> ALL ($4))"
};
// Of this transaction: an index is the only way to an order, and gives as many rows as are asked for.
constexpr Statement kByIndex{"vectors_by_index", "SET LOCAL enable_sort = off"};
constexpr Statement kWide{"vectors_wide", "SET LOCAL hnsw.ef_search = 300"};
constexpr Statement kGoOn{"vectors_go_on", "SET LOCAL hnsw.iterative_scan = strict_order"};
static_assert(kWidth == 300 && kWidth > turns::VectorSearch::kNearest);

std::string kind_of(const turns::Collection& of) {
  return of.what + "\n";
}

std::string name_of(const turns::Collection& of) {
  return kind_of(of) + of.maker;
}

std::vector<float> numbers_of(std::string_view bytes) {
  std::vector<float> numbers(bytes.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
  return numbers;
}

// The same direction with the length 1, which is all that a cosine is of; so every number fits into 16 bits.
// Nothing when there is no direction.
std::vector<float> direction_of(std::span<const float> numbers) {
  double squares = 0;
  for (const float each : numbers) squares += static_cast<double>(each) * static_cast<double>(each);
  const double length = std::sqrt(squares);
  if (numbers.size() > kMostDimensions || !std::isnormal(length)) return {};
  std::vector<float> direction;
  for (const float each : numbers)
    direction.push_back(static_cast<float>(static_cast<double>(each) / length));
  return direction;
}

Request request(const Statement& statement) {
  return {.statement = &statement, .parameters = {}};
}

}  // namespace

VectorTable::VectorTable(std::string url, const VectorSupport& support)
    : url_(std::move(url)), support_(support) {
  const std::string& in = support_.schema;
  const std::string distance =
      "(e.embedding OPERATOR(" + in + ".<=>) (SELECT $3::real[]::" + in + ".vector))";
  const std::string rows =
      " FROM parley.embedding e WHERE e.tenant = parley.tenant() AND e.user_id = $1 AND e.collection = $2";
  const std::string alike = in + ".vector_dims(e.embedding) = cardinality($3::real[])";
  add_ =
      &text(
           "vectors_add",
           "INSERT INTO parley.embedding (user_id, collection, key, embedding) SELECT v.user_id, $2::bytea, "
           "v.key, "
           "$3::real[]::" +
               in +
               ".vector FROM parley.vector v WHERE v.tenant = parley.tenant() AND v.user_id = $1 AND v.key "
               "= $4 ON CONFLICT (tenant, user_id, key, collection) DO NOTHING"
      )
           ->statement;
  exact_ =
      &text(
           "vectors_exact",
           "SELECT s.key, 1 - s.distance FROM (SELECT e.key, " + distance + " AS distance" + rows + " AND " +
               alike + " ORDER BY distance LIMIT " + std::to_string(turns::VectorSearch::kNearest) + ") s"
      )
           ->statement;
  also_ =
      &text(
           "vectors_also", "SELECT e.key, 1 - " + distance + rows + " AND " + alike + " AND e.key = ANY ($4)"
      )
           ->statement;
  // Keys are digests, so their order is none. The lengths are compared outside, where they cannot mislead the
  // planner, which expects few rows of one length.
  sample_ = &text(
                 "vectors_sample",
                 "SELECT coalesce(sum(1 - " + distance + "), 0), count(*) FROM (SELECT e.embedding" + rows +
                     " ORDER BY e.key LIMIT 128) e WHERE " + alike
  )
                 ->statement;
}

VectorTable::Text* VectorTable::text(std::string name, std::string sql) {
  auto made = std::make_unique<Text>();
  made->name = std::move(name);
  made->sql = std::move(sql);
  made->statement = {made->name.c_str(), made->sql.c_str()};
  return texts_.emplace_back(std::move(made)).get();
}

// The index is one for all tenants and collections: what it gives is filtered, and it goes on until enough
// has passed. Its condition has to be in the statement as it was written.
const Statement& VectorTable::graph_statement(std::size_t dimensions) {
  const std::string count = std::to_string(dimensions);
  const std::string name = "vectors_hnsw_" + count;
  const auto known = std::ranges::find(texts_, name, [](const auto& each) { return each->name; });
  if (known != texts_.end()) return (*known)->statement;
  const std::string& in = support_.schema;
  const std::string half = in + ".halfvec(" + count + ")";
  return text(
             name,
             "SELECT n.key, 1 - (n.embedding OPERATOR(" + in + ".<=>) (SELECT $2::real[]::" + in +
                 ".vector)) FROM (SELECT e.key, e.embedding FROM parley.embedding e WHERE e.tenant = "
                 "parley.tenant() AND e.user_id = ''::bytea AND e.collection = $1 AND " +
                 in + ".vector_dims(e.embedding) = " + count + " ORDER BY (e.embedding::" + half +
                 ") OPERATOR(" + in + ".<=>) (SELECT $2::real[]::" + half + ") LIMIT " +
                 std::to_string(turns::VectorSearch::kNearest) + ") n"
  )
      ->statement;
}

Result<void> VectorTable::begin(const std::string& tenant) {
  if (!valid_tenant_name(tenant)) return refused_tenant_name(tenant);
  tenant_ = tenant;
  return {};
}

Error VectorTable::note(const PostgresFailure& failure) {
  if (failure.lost()) db_.reset();
  return to_error(failure);
}

// Everything here may be done twice.
std::vector<Rows> VectorTable::ask(Access access, std::span<const Request> requests) {
  if (db_ != nullptr && db_->is_alive()) {
    try {
      return db_->transaction(tenant_, access, requests);
    } catch (const PostgresFailure& failure) {
      if (!failure.lost()) throw;
    }
  }
  db_.reset();
  db_ = std::make_unique<Connection>(url_, "parley vectors");
  return db_->transaction(tenant_, access, requests);
}

std::vector<std::string> VectorTable::missing(
    const turns::Collection& of, std::span<const std::string> keys
) {
  const std::string name = name_of(of);
  Request asked = request(kMissing);
  asked.parameters.add(of.user_id).add(name).add(Parameters::Texts(keys.begin(), keys.end()));
  const std::vector<Rows> answers = ask(Access::read, std::span(&asked, 1));
  std::vector<std::string> missing;
  for (int row = 0; row < answers[0].count(); ++row) missing.push_back(answers[0].text(row, 0));
  return missing;
}

Result<void> VectorTable::add(const turns::Collection& of, std::span<const turns::StoredVector> vectors) {
  const std::string name = name_of(of);
  // In one order at all servers, so that they wait for each other but never in a circle.
  std::vector<const turns::StoredVector*> sorted;
  for (const turns::StoredVector& vector : vectors) sorted.push_back(&vector);
  std::ranges::sort(sorted, {}, [](const turns::StoredVector* vector) {
    return std::string_view(vector->key);
  });
  std::vector<Request> requests;
  for (const turns::StoredVector* vector : sorted) {
    const std::vector<float> numbers = direction_of(numbers_of(vector->bytes));
    if (numbers.empty()) continue;
    requests.push_back(request(*add_));
    requests.back()
        .parameters.add(of.user_id)
        .add(name)
        .add(std::span<const float>(numbers))
        .add(vector->key);
  }
  if (!requests.empty()) ask(Access::write, requests);
  return {};
}

Result<void> VectorTable::keep_only(const turns::Collection& of, std::span<const std::string> keys) {
  const std::string name = name_of(of);
  const std::string kind = kind_of(of);
  Request asked = request(kKeepOnly);
  asked.parameters.add(of.user_id).add(name).add(kind).add(Parameters::Texts(keys.begin(), keys.end()));
  ask(Access::write, std::span(&asked, 1));
  return {};
}

Result<turns::NearVectors> VectorTable::nearest(
    const turns::Collection& of, std::span<const float> asked, std::span<const std::string> also
) {
  const std::vector<float> question = direction_of(asked);
  if (question.empty())
    return fail(ErrorCode::invalid_input, "the question's vector has no direction", "vector");
  const std::string name = name_of(of);
  const bool by_graph =
      of.user_id.empty() && of.texts > kExactUpTo && has_graph(support_, static_cast<int>(question.size()));
  std::vector<Request> requests;
  for (const Statement* statement : {also_, sample_}) {
    requests.push_back(request(*statement));
    requests.back().parameters.add(of.user_id).add(name).add(std::span<const float>(question));
  }
  requests[0].parameters.add(Parameters::Texts(also.begin(), also.end()));
  if (by_graph) {
    for (const Statement* setting : {&kByIndex, &kWide, &kGoOn}) requests.push_back(request(*setting));
    requests.push_back(request(graph_statement(question.size())));
    requests.back().parameters.add(name).add(std::span<const float>(question));
  } else {
    requests.push_back(request(*exact_));
    requests.back().parameters.add(of.user_id).add(name).add(std::span<const float>(question));
  }
  const std::vector<Rows> answers = ask(Access::read, requests);
  turns::NearVectors found;
  for (const Rows* rows : {&answers.front(), &answers.back()}) {
    for (int row = 0; row < rows->count(); ++row)
      found.near.push_back({rows->text(row, 0), static_cast<float>(rows->real(row, 1))});
  }
  found.sampled_sum = static_cast<float>(answers[1].real(0, 0));
  found.sampled = static_cast<std::size_t>(answers[1].number(0, 1));
  return found;
}

}  // namespace parley::stores::postgres
