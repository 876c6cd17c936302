#include "server/tools/knowledge.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <span>
#include <stop_token>
#include <utility>

namespace parley::tools {

namespace {

constexpr std::string_view kPrefix = "knowledge.";

std::string_view source_of(std::string_view tool) {
  return tool.starts_with(kPrefix) ? tool.substr(kPrefix.size()) : std::string_view();
}

// How many passages the model is asked for at a time, and how long it may take.
constexpr std::size_t kTogether = 256;
constexpr std::uint32_t kTimeMs = 60'000;

std::string searched_as(const language::Passage& passage) {
  return passage.heading + "\n" + passage.text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

}  // namespace

KnowledgeRunner::Source::Source(std::string locale) : index({.window = {}, .locale = std::move(locale)}) {}

void KnowledgeRunner::add_source(std::string name, const std::vector<KnowledgeDocument>& documents) {
  auto source = std::make_unique<Source>(locale_);
  for (const KnowledgeDocument& document : documents) {
    for (language::Passage& passage : language::passages_of(document.markdown)) {
      // What a passage is called says more about it than any sentence in it.
      source->index.add(passage.heading + "\n" + passage.heading + "\n" + passage.text);
      source->entries.push_back({std::move(passage), document.file});
    }
  }
  sources_.insert_or_assign(std::move(name), std::move(source));
}

// The mutex is held. The vectors do not change while there is a builder: those of a model are all there, or
// none is.
void KnowledgeRunner::build_graph(Source& source) {
  source.building = true;
  source.builder = std::jthread([&source](const std::stop_token& stop) {
    const std::size_t count = source.entries.size();
    auto graph = VectorGraph::make(source.index.dimensions(), count);
    for (std::uint32_t id = 0; graph && id < count && !stop.stop_requested(); ++id) {
      if (auto added = (*graph)->add(id, source.index.vector_of(id)); !added)
        graph = std::unexpected(added.error());
    }
    if (!graph || stop.stop_requested()) return;  // all are compared, as before
    const std::lock_guard lock(source.mutex);
    source.graph = std::move(*graph);
  });
}

// One of other vectors is of no use any more, and what it is built from is about to change.
void KnowledgeRunner::let_go_of_graph(Source& source) {
  std::jthread builder;
  {
    const std::lock_guard lock(source.mutex);
    source.graph.reset();
    source.building = false;
    builder = std::move(source.builder);
  }
  builder.request_stop();  // and waits for its end, without the lock that it may want
}

void KnowledgeRunner::finish_graphs() {
  for (const auto& [name, source] : sources_) {
    if (source->builder.joinable()) source->builder.join();
  }
}

bool KnowledgeRunner::has_graph(std::string_view name) const {
  const auto found = sources_.find(name);
  if (found == sources_.end()) return false;
  const std::lock_guard lock(found->second->mutex);
  return found->second->graph != nullptr;
}

// Also a source that does not exist: the call fails and says so.
bool KnowledgeRunner::has(std::string_view tool) const {
  return tool.starts_with(kPrefix);
}

turns::Awaitable<std::vector<float>> KnowledgeRunner::meaning(Source& source, const turns::ToolCall& call) {
  if (vectors_ == nullptr || vectors_->maker().empty() || is_blank(call.arguments.text("query")))
    co_return std::vector<float>();
  bool fetch = false;
  {
    const std::lock_guard lock(source.mutex);
    const bool ready = source.index.has_vectors();
    fetch = !ready && !std::exchange(source.fetching, true);
    if (!ready && !fetch) co_return std::vector<float>();
  }
  if (fetch) {
    co_await begin(&KnowledgeRunner::fetch_vectors, source, {.tenant = call.caller.tenant});
    co_return std::vector<float>();
  }
  co_return co_await vector_of(call);
}

turns::Awaitable<void> KnowledgeRunner::begin(Fetch fetch, Source& source, turns::Collection collection) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(
      executor,
      [](std::shared_ptr<KnowledgeRunner> self, Fetch run, Source& of, turns::Collection what
      ) -> turns::Awaitable<void> {
        co_await (self.get()->*run)(of, std::move(what));
      }(shared_from_this(), fetch, source, std::move(collection)),
      boost::asio::detached
  );
}

turns::Awaitable<std::vector<float>> KnowledgeRunner::vector_of(const turns::ToolCall& call) {
  const std::string query(call.arguments.text("query"));
  auto made = co_await vectors_->of(
      {.tenant = call.caller.tenant, .user_id = {}, .texts = {query}, .timeout_ms = call.timeout_ms / 3}
  );
  co_return made ? std::move(made->front()) : std::vector<float>();
}

// What fails is tried again from the next search on; what was made is kept meanwhile.
turns::Awaitable<void> KnowledgeRunner::fetch_vectors(Source& source, turns::Collection collection) {
  for (std::size_t first = 0; first < source.entries.size(); first += kTogether) {
    turns::VectorsAsked asked{.tenant = collection.tenant, .user_id = {}, .texts = {}, .timeout_ms = kTimeMs};
    for (std::size_t i = first; i < std::min(first + kTogether, source.entries.size()); ++i)
      asked.texts.push_back(searched_as(source.entries[i].passage));
    const auto made = co_await vectors_->of(std::move(asked));
    if (made && first == 0) let_go_of_graph(source);
    const std::lock_guard lock(source.mutex);
    if (!made) {
      source.fetching = false;
      co_return;
    }
    for (std::size_t i = 0; i < made->size(); ++i)
      source.index.set_vector(static_cast<std::uint32_t>(first + i), (*made)[i]);
  }
  const std::lock_guard lock(source.mutex);
  source.fetching = false;
}

bool KnowledgeRunner::in_store(const Source& source) const {
  return vectors_ != nullptr && vectors_->search() != nullptr && !vectors_->maker().empty() &&
         source.entries.size() > vectors_->searched_beyond({});
}

turns::Awaitable<std::vector<float>> KnowledgeRunner::nearness(
    Source& source, turns::Collection collection, const turns::ToolCall& call
) {
  const std::string query(call.arguments.text("query"));
  if (is_blank(query)) co_return std::vector<float>();
  std::shared_ptr<turns::SearchedTexts> stored;
  std::vector<std::uint32_t> promising;
  bool fetch = false;
  {
    const std::lock_guard lock(source.mutex);
    if (source.maker == collection.maker) stored = source.stored;
    fetch = stored == nullptr && !std::exchange(source.fetching, true);
    if (stored != nullptr) promising = source.index.promising(query, turns::VectorSearch::kNearest);
  }
  if (fetch) co_await begin(&KnowledgeRunner::collect, source, collection);
  if (stored == nullptr) co_return std::vector<float>();
  std::vector<float> question = co_await vector_of(call);
  if (question.empty()) co_return question;
  auto near = co_await stored->nearness(*vectors_->search(), collection, std::move(question), promising);
  co_return near ? std::move(*near) : std::vector<float>();
}

// As with fetch_vectors(), what fails is tried again from the next search on.
turns::Awaitable<void> KnowledgeRunner::collect(Source& source, turns::Collection collection) {
  const auto stored = std::make_shared<turns::SearchedTexts>();
  const auto executor = co_await boost::asio::this_coro::executor;
  for (const Entry& entry : source.entries) {
    stored->add(vectors_->key(searched_as(entry.passage)));
    // Others want the loop, too.
    if (stored->size() % kTogether == 0) co_await boost::asio::post(executor, net::kUseAwaitable);
  }
  const bool complete = (co_await add_missing(source, *stored, collection)).has_value();
  if (complete) (void)co_await vectors_->search()->keep_only(collection, stored->keys());
  const std::lock_guard lock(source.mutex);
  source.fetching = false;
  if (!complete) co_return;
  source.stored = stored;
  source.maker = std::move(collection.maker);
}

turns::Awaitable<Result<void>> KnowledgeRunner::add_missing(
    Source& source, turns::SearchedTexts& stored, const turns::Collection& collection
) {
  if (auto looked = co_await stored.look(*vectors_->search(), collection); !looked) co_return looked;
  const std::vector<std::size_t> missing = stored.missing();
  for (std::size_t first = 0; first < missing.size(); first += kTogether) {
    const auto some = std::span(missing).subspan(first, std::min(kTogether, missing.size() - first));
    turns::VectorsAsked asked{.tenant = collection.tenant, .user_id = {}, .texts = {}, .timeout_ms = kTimeMs};
    for (const std::size_t place : some) asked.texts.push_back(searched_as(source.entries[place].passage));
    if (auto added = co_await vectors_->collect(std::move(asked), collection); !added) co_return added;
    stored.note_there(some);
  }
  co_return Result<void>();
}

std::vector<language::Match> KnowledgeRunner::best(
    Source& source, std::string_view query, const std::vector<float>& vector, std::size_t k, float least
) {
  language::HybridIndex::Nearest nearest;
  if (source.graph != nullptr) {
    nearest = [graph = source.graph](const language::ByteVector& question, std::size_t most) {
      return graph->nearest(question, most);
    };
  } else if (source.entries.size() > exact_up_to_ && !source.building && !source.fetching) {
    build_graph(source);
  }
  return source.index.best(query, vector, k, least, nearest);
}

turns::Awaitable<Result<turns::ToolAnswer>> KnowledgeRunner::run(const turns::ToolCall& call) {
  const std::string_view name = source_of(call.tool);
  const auto found = sources_.find(name);
  if (found == sources_.end()) {
    std::string known;
    for (const auto& [each, source] : sources_) known += (known.empty() ? "" : ", ") + each;
    co_return fail(
        ErrorCode::not_found,
        "there is no knowledge called '" + std::string(name) + "'" +
            (known.empty() ? "; write some under knowledge/" : "; there is " + known),
        "no_knowledge"
    );
  }
  const Value& k = call.arguments["k"];
  const Value& least = call.arguments["min_score"];
  const std::string query(call.arguments.text("query"));
  const std::size_t most = k.is_int() && k.as_int() > 0 ? static_cast<std::size_t>(k.as_int()) : 3;
  const float worth =
      std::max(least.is_number() ? static_cast<float>(least.to_double()) : 0.0F, language::kNoise);
  Source& source = *found->second;
  std::vector<language::Match> matches;
  if (in_store(source)) {
    const std::vector<float> near = co_await nearness(
        source,
        {.tenant = call.caller.tenant,
         .user_id = {},
         .what = std::string(call.tool),
         .maker = vectors_->maker(),
         .texts = source.entries.size()},
        call
    );
    const auto any = [](std::uint32_t) { return true; };
    const std::lock_guard lock(source.mutex);
    matches = language::best_of(source.index.scores_with(query, near), most, worth, any);
  } else {
    const std::vector<float> vector = co_await meaning(source, call);
    const std::lock_guard lock(source.mutex);
    matches = best(source, query, vector, most, worth);
  }
  ListBuilder hits;
  for (const language::Match& match : matches) {
    const Entry& entry = source.entries[match.text];
    const auto line = static_cast<std::int64_t>(entry.passage.line);
    hits.add(MapBuilder()
                 .set("text", entry.passage.text)
                 .set("heading", entry.passage.heading)
                 .set("file", entry.file)
                 .set("line", line)
                 .set("cite", entry.file + ":" + std::to_string(line))
                 .set("score", static_cast<double>(match.score))
                 .build());
  }
  co_return turns::ToolAnswer{hits.build()};
}

}  // namespace parley::tools
