#include "server/tools/knowledge.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <stop_token>
#include <utility>

namespace parley::tools {

namespace {

constexpr std::string_view kPrefix = "knowledge.";

std::string_view source_of(std::string_view tool) {
  return tool.starts_with(kPrefix) ? tool.substr(kPrefix.size()) : std::string_view();
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
  const std::string query(call.arguments.text("query"));
  if (vectors_ == nullptr || vectors_->maker().empty() || query.find_first_not_of(" \t\r\n") == query.npos)
    co_return std::vector<float>();
  bool fetch = false;
  {
    const std::lock_guard lock(source.mutex);
    const bool ready = source.index.has_vectors();
    fetch = !ready && !std::exchange(source.fetching, true);
    if (!ready && !fetch) co_return std::vector<float>();
  }
  if (fetch) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(
        executor,
        [](std::shared_ptr<KnowledgeRunner> self, Source& of, std::string tenant) -> turns::Awaitable<void> {
          co_await self->fetch_vectors(of, std::move(tenant));
        }(shared_from_this(), source, call.caller.tenant),
        boost::asio::detached
    );
    co_return std::vector<float>();
  }
  auto made = co_await vectors_->of(
      {.tenant = call.caller.tenant, .user_id = {}, .texts = {query}, .timeout_ms = call.timeout_ms / 3}
  );
  co_return made ? std::move(made->front()) : std::vector<float>();
}

// What fails is tried again from the next search on; what was made is kept meanwhile.
turns::Awaitable<void> KnowledgeRunner::fetch_vectors(Source& source, std::string tenant) {
  constexpr std::size_t kTogether = 256;
  constexpr std::uint32_t kTimeMs = 60'000;
  for (std::size_t first = 0; first < source.entries.size(); first += kTogether) {
    turns::VectorsAsked asked{.tenant = tenant, .user_id = {}, .texts = {}, .timeout_ms = kTimeMs};
    for (std::size_t i = first; i < std::min(first + kTogether, source.entries.size()); ++i)
      asked.texts.push_back(source.entries[i].passage.heading + "\n" + source.entries[i].passage.text);
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
  Source& source = *found->second;
  const std::vector<float> vector = co_await meaning(source, call);
  const std::lock_guard lock(source.mutex);
  language::HybridIndex::Nearest nearest;
  if (source.graph != nullptr) {
    nearest = [graph = source.graph](const language::ByteVector& question, std::size_t most) {
      return graph->nearest(question, most);
    };
  } else if (source.entries.size() > exact_up_to_ && !source.building && !source.fetching) {
    build_graph(source);
  }
  const auto matches = source.index.best(
      query,
      vector,
      k.is_int() && k.as_int() > 0 ? static_cast<std::size_t>(k.as_int()) : 3,
      std::max(least.is_number() ? static_cast<float>(least.to_double()) : 0.0F, language::kNoise),
      nearest
  );
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
