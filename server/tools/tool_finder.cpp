#include "server/tools/tool_finder.hpp"

#include <algorithm>
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
  auto found = call.tool == kSearch ? search(call.arguments) : describe(call.arguments);
  if (!found) co_return std::unexpected(std::move(found.error()));
  co_return turns::ToolAnswer{*std::move(found), false};
}

Result<Value> ToolFinder::search(const Value& arguments) {
  const std::string_view query = arguments.text("query");
  if (query.empty() || query.size() > kMostQuery) return wrong("say in a few words what the tool should do");
  const Value& wanted = arguments["k"];
  const std::int64_t k =
      wanted.is_int() ? std::clamp<std::int64_t>(wanted.as_int(), 1, kMostFoundTools) : kFoundTools;
  const Names allowed = names_in(arguments["tools"]);
  const std::lock_guard lock(mutex_);
  if (index_ == nullptr) index_ = std::make_unique<language::ToolIndex>(tools_, locale_);
  ListBuilder list;
  for (const language::FoundTool& found :
       index_->search(query, static_cast<std::size_t>(k), [&](std::uint32_t tool) {
         return allowed.contains(tools_[tool].name);
       })) {
    const flow::ToolSignature& tool = tools_[found.tool];
    list.add(MapBuilder().set("name", tool.name).set("description", tool.description).build());
  }
  return list.build();
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

Connectors with_finder(Connectors connectors, std::string_view locale) {
  std::vector<flow::ToolSignature> all;
  for (const auto& [name, runner] : connectors) {
    auto own = runner->signatures();
    all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  connectors["tools"] = std::make_shared<ToolFinder>(std::move(all), std::string(locale));
  return connectors;
}

}  // namespace parley::tools
