#include "server/banner.hpp"

namespace parley {

std::string banner(const BannerFacts& facts) {
  std::string out = "parley " + facts.version + "   data " + facts.data_directory +
                    (facts.shared ? " (conversations in PostgreSQL)" : " (SQLite)") + "   model " +
                    facts.model;
  out += facts.development ? "   DEV MODE: loopback only\n" : "\n";
  out += "  Chat     " + facts.url + "/\n";
  out += "  API      " + facts.url + "/v1/chat      (OpenAPI: /openapi.json)\n";
  out += "  Health   " + facts.url + "/readyz?verbose\n";
  if (facts.setup_token) {
    out += "  First admin: " + facts.url + "/setup?token=" + *facts.setup_token + " (once, 60 min)\n";
  }
  if (facts.welcome) {
    out += "No flows in " + facts.folder + " yet: write flows/hello.yaml, or run `parley init`.";
  } else {
    out +=
        "Loaded " + std::to_string(facts.flows.size()) + (facts.flows.size() == 1 ? " flow: " : " flows: ");
    for (std::size_t i = 0; i < facts.flows.size(); ++i) out += (i == 0 ? "" : ", ") + facts.flows[i];
    out += '.';
  }
  out += facts.test_mode ? "  Tools run in TEST mode." : "  Tools are called LIVE.";
  out += "  Ctrl-C to stop.\n";
  return out;
}

std::string describe(const VersionChange& change) {
  if (change.version.empty()) return change.flow_id + " is gone; open conversations keep it";
  std::string out = change.flow_id + " " + change.version + " active";
  if (change.previous.empty()) return out;
  return out + " (" + change.previous + " kept for " + std::to_string(change.open_conversations) +
         (change.open_conversations == 1 ? " open conversation)" : " open conversations)");
}

std::string describe(const Error& error) {
  std::string out = "error: " + error.message + "\n";
  if (!error.pointer.empty()) out += "  at: " + error.pointer + "\n";
  if (!error.hint.empty()) out += "  help: " + error.hint + "\n";
  return out;
}

}  // namespace parley
