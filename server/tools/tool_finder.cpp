#include "server/tools/tool_finder.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>
#include <string>
#include <utility>

namespace parley::tools {

namespace {

constexpr std::string_view kSearch = "tools.search";
constexpr std::string_view kDescribe = "tools.describe";
constexpr std::int64_t kFoundTools = 10;
constexpr std::int64_t kMostFoundTools = 50;
constexpr std::size_t kMostDescribed = 20;
constexpr std::size_t kMostQuery = 2'000;  // bytes

using Names = std::set<std::string, std::less<>>;

Names names_in(const Value& list) {
  Names names;
  if (!list.is_list()) return names;
  for (const Value& name : list.as_list()) {
    if (name.is_string()) names.emplace(name.as_string());
  }
  return names;
}

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message), "invalid_arguments");
}

}  // namespace

ToolFinder::ToolFinder(std::vector<flow::ToolSignature> tools, std::string locale)
    : tools_(std::move(tools)), locale_(std::move(locale)) {}

bool ToolFinder::has(std::string_view tool) const {
  return tool == kSearch || tool == kDescribe;
}

turns::Awaitable<Result<turns::ToolAnswer>> ToolFinder::run(const turns::ToolCall& call) {
  auto found = call.tool == kSearch ? co_await search(call) : describe(call.arguments);
  if (!found) co_return std::unexpected(std::move(found.error()));
  co_return turns::ToolAnswer{*std::move(found), false};
}

language::ToolIndex& ToolFinder::index() {
  if (index_ == nullptr) index_ = std::make_unique<language::ToolIndex>(tools_, locale_);
  return *index_;
}

turns::Awaitable<Result<Value>> ToolFinder::search(const turns::ToolCall& call) {
  const std::string query(call.arguments.text("query"));
  if (query.empty() || query.size() > kMostQuery)
    co_return wrong("say in a few words what the tool should do");
  const Value& wanted = call.arguments["k"];
  const std::int64_t k =
      wanted.is_int() ? std::clamp<std::int64_t>(wanted.as_int(), 1, kMostFoundTools) : kFoundTools;
  const Names allowed = names_in(call.arguments["tools"]);
  const std::vector<float> vector = co_await meaning(query, call);
  const auto may = [&](std::uint32_t tool) { return allowed.contains(tools_[tool].name); };
  ListBuilder list;
  const std::lock_guard lock(mutex_);
  for (const language::FoundTool& found : index().search(query, static_cast<std::size_t>(k), may, vector)) {
    const flow::ToolSignature& tool = tools_[found.tool];
    list.add(MapBuilder().set("name", tool.name).set("description", tool.description).build());
  }
  co_return list.build();
}

turns::Awaitable<std::vector<float>> ToolFinder::meaning(std::string query, const turns::ToolCall& call) {
  if (vectors_ == nullptr || vectors_->maker().empty() || tools_.empty() ||
      query.find_first_not_of(" \t\r\n") == query.npos)
    co_return std::vector<float>();
  bool ready = false;
  bool fetch = false;
  {
    const std::lock_guard lock(mutex_);
    ready = index().has_vectors();
    fetch = !ready && !std::exchange(fetching_, true);
  }
  if (fetch) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(
        executor,
        [](std::shared_ptr<ToolFinder> self, std::string tenant) -> turns::Awaitable<void> {
          co_await self->fetch_vectors(std::move(tenant));
        }(shared_from_this(), call.caller.tenant),
        boost::asio::detached
    );
  }
  if (!ready) co_return std::vector<float>();
  auto made = co_await vectors_->of(
      {.tenant = call.caller.tenant, .user_id = {}, .texts = {query}, .timeout_ms = call.timeout_ms / 3}
  );
  co_return made ? std::move(made->front()) : std::vector<float>();
}

// What fails is tried again from the next search on; what was made is kept meanwhile.
turns::Awaitable<void> ToolFinder::fetch_vectors(std::string tenant) {
  constexpr std::size_t kTogether = 256;
  constexpr std::uint32_t kTimeMs = 60'000;
  for (std::size_t first = 0; first < tools_.size(); first += kTogether) {
    turns::VectorsAsked asked{.tenant = tenant, .user_id = {}, .texts = {}, .timeout_ms = kTimeMs};
    for (std::size_t i = first; i < std::min(first + kTogether, tools_.size()); ++i)
      asked.texts.push_back(language::meaning_text(tools_[i]));
    const auto made = co_await vectors_->of(std::move(asked));
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; made && i < made->size(); ++i)
      index().set_vector(static_cast<std::uint32_t>(first + i), (*made)[i]);
    if (!made) break;
  }
  const std::lock_guard lock(mutex_);
  fetching_ = false;
}

Result<Value> ToolFinder::describe(const Value& arguments) const {
  const Names allowed = names_in(arguments["tools"]);
  const Names names = names_in(arguments["names"]);
  if (names.empty() || names.size() > kMostDescribed) return wrong("names is a list of 1 to 20 tools");
  ListBuilder list;
  for (const flow::ToolSignature& tool : tools_) {
    if (!names.contains(tool.name) || !allowed.contains(tool.name)) continue;
    list.add(MapBuilder()
                 .set("name", tool.name)
                 .set("description", tool.description)
                 .set("parameters", tool.parameters)
                 .build());
  }
  return list.build();
}

Connectors with_finder(
    Connectors connectors, std::string_view locale, std::shared_ptr<turns::TextVectors> vectors
) {
  std::vector<flow::ToolSignature> all;
  for (const auto& [name, runner] : connectors) {
    auto own = runner->signatures();
    all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  auto finder = std::make_shared<ToolFinder>(std::move(all), std::string(locale));
  finder->use_vectors(std::move(vectors));
  connectors["tools"] = std::move(finder);
  return connectors;
}

}  // namespace parley::tools
