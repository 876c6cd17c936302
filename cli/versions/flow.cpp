// parley flow: the flows that conversations run on, from the data folder or a running server.
#include <algorithm>
#include <functional>
#include <optional>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/remote/http_client.hpp"
#include "cli/terminal.hpp"
#include "engine/repair/builtin_flows.hpp"

namespace parley::cli {
namespace {

std::string text_of(const Value& value) {
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

// As the API describes a flow.
Value describe(const turns::FlowVersion& version, bool whole) {
  auto document = parse_json(version.canonical);
  const Value& steps = document ? (*document)["steps"] : Value();
  MapBuilder map;
  map.set("id", version.flow_id)
      .set("version", version.version)
      .set("hash", version.hash)
      .set("description", document ? text_of((*document)["description"]) : std::string())
      .set("steps", steps.size());
  if (whole && document) map.set("document", *document).set("source", version.source);
  return map.build();
}

Result<Value> stored_flows(DataFolder& data) {
  const auto release = data.active_release();
  if (!release) return std::unexpected(release.error());
  ListBuilder list;
  for (const auto& [id, hash] : release->flows) {
    const auto version = data.flow_by_hash(hash);
    if (!version) return std::unexpected(version.error());
    list.add(describe(*version, false));
  }
  return list.build();
}

Result<std::string> active_hash(DataFolder& data, std::string_view id) {
  const auto release = data.active_release();
  if (!release) return std::unexpected(release.error());
  for (const auto& [flow, hash] : release->flows) {
    if (flow == id) return hash;
  }
  return std::string();
}

Result<Value> stored_flow(DataFolder& data, const std::string& id) {
  const auto hash = active_hash(data, id);
  if (!hash) return std::unexpected(hash.error());
  if (hash->empty())
    return fail(ErrorCode::not_found, "there is no flow '" + id + "'", {}, "parley flow list shows them");
  const auto version = data.flow_by_hash(*hash);
  if (!version) return std::unexpected(version.error());
  return describe(*version, true);
}

Result<Value> stored_versions(DataFolder& data, const std::string& id) {
  const auto versions = data.flow_versions(id);
  if (!versions) return std::unexpected(versions.error());
  const auto active = active_hash(data, id);
  if (!active) return std::unexpected(active.error());
  const auto history = data.publications(id);
  if (!history) return std::unexpected(history.error());
  ListBuilder list;
  for (const turns::FlowVersion& version : *versions) {
    const auto last = std::ranges::find(*history, version.hash, &turns::PublicationEntry::hash);
    const bool known = last != history->end();
    list.add(MapBuilder()
                 .set("hash", version.hash)
                 .set("version", version.version)
                 .set("author", known ? last->author : version.author)
                 .set("reason", known ? last->reason : std::string())
                 .set("action", known ? last->action : std::string("published"))
                 .set("published_at", format_timestamp(version.published_at))
                 .set("activated_at", format_timestamp(known ? last->at : version.published_at))
                 .set("active", version.hash == *active)
                 .build());
  }
  return list.build();
}

// The same answer from a server or from its data folder; `member` is where the API keeps a list.
Result<Value> ask(
    const Arguments& arguments,
    const std::string& path,
    const char* member,
    const std::function<Result<Value>(DataFolder&)>& read
) {
  if (!arguments.has("--url")) {
    auto data = DataFolder::open(arguments);
    if (!data) return std::unexpected(data.error());
    return read(*data);
  }
  const auto client = HttpClient::from(arguments);
  if (!client) return std::unexpected(client.error());
  auto answer = client->get(path);
  if (!answer || member == nullptr) return answer;
  return (*answer)[member];
}

int failed(const Error& error) {
  return report(error, error.code == ErrorCode::not_found ? kExitFindings : kExitConfiguration);
}

std::string number(const Value& value) {
  return value.is_null() ? "" : write_json(value);
}

int run_list(const Arguments& arguments) {
  const auto flows = ask(arguments, "/v1/flows", "data", stored_flows);
  if (!flows) return failed(flows.error());
  if (arguments.has("--json") || !flows->is_list()) {
    print_json(*flows);
    return kExitOk;
  }
  Rows rows{{"ID", "VERSION", "STEPS", "HASH", "DESCRIPTION"}};
  for (const Value& flow : flows->as_list()) {
    rows.push_back(
        {text_of(flow["id"]),
         text_of(flow["version"]),
         number(flow["steps"]),
         text_of(flow["hash"]).substr(0, 12),
         text_of(flow["description"])}
    );
  }
  print(table(rows));
  return kExitOk;
}

// A repair handler as it is shipped, for those who want to replace it.
std::optional<Value> shipped_handler(const std::string& id) {
  for (const engine::BuiltinDocument& shipped : engine::builtin_documents()) {
    if (id != "repair." + std::string(shipped.handler)) continue;
    MapBuilder map;
    map.set("id", id).set("source", shipped.yaml);
    return map.set("document", parse_json(shipped.json).value_or(Value())).build();
  }
  return std::nullopt;
}

int run_show(const Arguments& arguments) {
  const std::string id = arguments.text("ID");
  auto flow = ask(arguments, "/v1/flows/" + escaped(id), nullptr, [&](DataFolder& data) {
    return stored_flow(data, id);
  });
  // The assistant's own handler goes before the shipped one.
  if (!flow) {
    if (auto shipped = shipped_handler(id)) flow = std::move(*shipped);
  }
  if (!flow) return failed(flow.error());
  const std::string source = text_of((*flow)["source"]);
  if (arguments.has("--json")) {
    print_json(*flow);
  } else if (source.empty()) {
    print_json((*flow)["document"]);
  } else {
    print(source.ends_with('\n') ? source : source + "\n");
  }
  return kExitOk;
}

int run_versions(const Arguments& arguments) {
  const std::string id = arguments.text("ID");
  const auto versions =
      ask(arguments, "/v1/flows/" + escaped(id) + "/versions", "data", [&](DataFolder& data) {
        return stored_versions(data, id);
      });
  if (!versions) return failed(versions.error());
  if (arguments.has("--json") || !versions->is_list()) {
    print_json(*versions);
    return kExitOk;
  }
  Rows rows{{"HASH", "VERSION", "PUBLISHED (UTC)", "AUTHOR", "", "REASON"}};
  for (const Value& version : versions->as_list()) {
    const auto at = parse_timestamp(text_of(version["published_at"]));
    rows.push_back(
        {text_of(version["hash"]).substr(0, 12),
         text_of(version["version"]),
         at ? shown(*at) : "",
         text_of(version["author"]),
         version["active"] == Value(true) ? "active" : "",
         (text_of(version["action"]) == "rolled_back" ? "rolled back: " : "") + text_of(version["reason"])}
    );
  }
  print(table(rows));
  return kExitOk;
}

constexpr Option kListOptions[] = {kDbOption, kDataDirOption, kUrlOption, kKeyFileOption, kJsonOption};
constexpr Option kOneOptions[] = {
    {"ID", "", "The flow.", true}, kDbOption, kDataDirOption, kUrlOption, kKeyFileOption, kJsonOption
};

}  // namespace

constinit const Command kFlowList{
    "flow list",
    "List the flows that new conversations run on",
    "Reads the data folder, also while a server runs, or asks a server with --url.",
    kListOptions,
    "parley flow list\n"
    "parley flow list --url http://127.0.0.1:8080 --json",
    run_list,
};

constinit const Command kFlowShow{
    "flow show",
    "Print a published flow as its author wrote it",
    "",
    kOneOptions,
    "parley flow show order\n"
    "parley flow show order --json",
    run_show,
};

constinit const Command kFlowVersions{
    "flow versions",
    "List every version of a flow that was ever published",
    "Conversations keep the version they started on, so versions are never removed.",
    kOneOptions,
    "parley flow versions order",
    run_versions,
};

}  // namespace parley::cli
