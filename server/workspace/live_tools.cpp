#include "server/workspace/live_tools.hpp"

#include <utility>

#include "server/tools/built_in.hpp"
#include "server/tools/live/live_runner.hpp"
#include "server/tools/worker/worker_runner.hpp"

namespace parley::workspace {
namespace {

using assistant::ToolMode;

tools::LiveOptions options_of(
    const std::string& name,
    const assistant::ConnectorSettings& settings,
    const wire::Connector& connector,
    const tools::FindSecret& find_secret,
    std::vector<Error>& problems
) {
  tools::LiveOptions options{
      .server = settings.server,
      .headers = settings.headers,
      .idempotency_header = settings.idempotency_header,
      .answer_bytes = settings.answer_bytes,
      .kept_bytes = settings.kept_bytes,
  };
  for (const assistant::CredentialSetting& each : settings.credentials) {
    auto credential = tools::make_credential(
        {.scheme = each.scheme,
         .kind = each.kind,
         .secret = each.secret,
         .user = each.user,
         .name = each.name,
         .token_url = each.token_url,
         .authorization_url = each.authorization_url,
         .revocation_url = each.revocation_url,
         .device_url = each.device_url,
         .at_device = each.at_device,
         .owner = each.owner,
         .scopes = each.scopes},
        connector.security_schemes,
        find_secret
    );
    if (credential) {
      options.credentials.push_back(*std::move(credential));
    } else {
      Error problem = std::move(credential.error());
      problem.pointer = "tools.connectors." + name + ".credentials." + each.scheme;
      problems.push_back(std::move(problem));
    }
  }
  options.program = {.command = settings.command, .answer_bytes = settings.answer_bytes};
  for (const auto& [variable, secret_name] : settings.environment) {
    auto secret = find_secret(secret_name);
    if (secret) {
      options.program.environment.emplace_back(variable, *std::move(secret));
      continue;
    }
    problems.push_back(
        {ErrorCode::invalid_input,
         "the secret " + secret_name + " of the variable " + variable + " is not set",
         "tools.connectors." + name + ".environment",
         "set PARLEY_SECRET_" + secret_name + ", or PARLEY_SECRET_" + secret_name + "_FILE to a file with it"}
    );
  }
  return options;
}

bool is_worker(const wire::Connector& connector) {
  return !connector.tools.empty() && connector.tools.front().body.kind == wire::BodyKind::worker;
}

std::shared_ptr<tools::ConnectorRunner> worker_tools(
    const std::string& name, const std::shared_ptr<tools::WorkerPool>& workers
) {
  if (workers != nullptr) return std::make_shared<tools::WorkerRunner>(workers, name);
  return std::make_shared<tools::AbsentRunner>("no_worker", "workers connect to a running server only");
}

}  // namespace

LiveTools live_tools(
    const Workspace& workspace,
    const assistant::Settings& settings,
    const std::shared_ptr<net::HttpClient>& client,
    const tools::FindSecret& find_secret,
    const std::shared_ptr<tools::WorkerPool>& workers,
    const std::shared_ptr<tools::SignIns>& sign_ins
) {
  LiveTools out{.connectors = workspace.connectors};
  for (const auto& [name, described] : workspace.described) {
    const auto own = settings.connectors.find(name);
    static const assistant::ConnectorSettings kNone;
    const assistant::ConnectorSettings& wanted = own == settings.connectors.end() ? kNone : own->second;
    if (wanted.mode.value_or(settings.tool_mode) == ToolMode::test) continue;
    if (is_worker(*described)) {
      out.connectors[name] = worker_tools(name, workers);
      ++out.live;
      continue;
    }
    tools::LiveOptions options = options_of(name, wanted, *described, find_secret, out.problems);
    options.sign_ins = sign_ins;
    options.plain_hosts = settings.internal_hosts;
    if (settings.allow_internal) options.plain_hosts.emplace_back("*");
    out.connectors[name] = std::make_shared<tools::LiveRunner>(described, std::move(options), client);
    ++out.live;
  }
  return out;
}

void declare_workers(const Workspace& workspace, tools::WorkerPool& workers) {
  tools::WorkerDeclarations::Described declared;
  std::set<std::string, std::less<>> taken;
  for (const auto& [name, runner] : workspace.connectors) taken.insert(name);
  for (const auto& [name, described] : workspace.described) {
    if (!is_worker(*described)) continue;
    taken.erase(name);
    declared.emplace(name, described);
  }
  workers.declarations().set_folder(declared, std::move(taken));
}

Result<net::ClientOptions> client_options(
    const assistant::Settings& settings, const tools::FindSecret& find_secret
) {
  net::ClientOptions options{.egress = egress_policy(settings), .ca_file = settings.ca_file};
  options.proxy = {.url = settings.proxy, .credentials = {}, .hosts = settings.proxy_hosts};
  if (settings.proxy.empty() || settings.proxy_secret.empty()) return options;
  const auto secret = find_secret(settings.proxy_secret);
  if (!secret || !secret->reveal().contains(':')) {
    return fail(
        ErrorCode::invalid_input,
        "the secret " + settings.proxy_secret + " of egress.proxy is not set to user:password",
        "egress.proxy_secret",
        "set PARLEY_SECRET_" + settings.proxy_secret + ", or PARLEY_SECRET_" + settings.proxy_secret +
            "_FILE to a file with it"
    );
  }
  options.proxy.credentials = secret->reveal();
  return options;
}

net::EgressPolicy egress_policy(const assistant::Settings& settings) {
  return {.internal_hosts = settings.internal_hosts, .any_internal = settings.allow_internal};
}

}  // namespace parley::workspace
