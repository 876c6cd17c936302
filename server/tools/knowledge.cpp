#include "server/tools/knowledge.hpp"

#include <algorithm>
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

// Also a source that does not exist: the call fails and says so.
bool KnowledgeRunner::has(std::string_view tool) const {
  return tool.starts_with(kPrefix);
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
  const std::lock_guard lock(source.mutex);
  const auto matches = language::best_of(
      source.index.scores(query),
      k.is_int() && k.as_int() > 0 ? static_cast<std::size_t>(k.as_int()) : 3,
      std::max(least.is_number() ? static_cast<float>(least.to_double()) : 0.0F, language::kNoise),
      [](std::uint32_t) { return true; }
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
