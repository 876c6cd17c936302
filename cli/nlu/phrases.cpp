// parley nlu phrases: what an assistant learns from the phrases of its flows, and what a message means to it.
#include <string>

#include "cli/command_files.hpp"
#include "cli/nlu/verdict.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "engine/matching/intents.hpp"

namespace parley::cli {
namespace {

using language::Classifier;

// "track_order 2: \"where is my order\"", of every flow that its phrases were taken for.
std::string taken_for(const Classifier& learnt, std::string_view intent) {
  std::string out;
  for (const language::Confusable& pair : learnt.confusables()) {
    if (learnt.intents()[pair.intent] != intent) continue;
    if (!out.empty()) out += ", ";
    out +=
        learnt.intents()[pair.taken_for] + " " + std::to_string(pair.phrases) + ": \"" + pair.example + "\"";
  }
  return out.empty() ? "-" : out;
}

void print_table(const workspace::Workspace& space, const Classifier& learnt) {
  Rows rows{{"FLOW", "PHRASES", "READ LIKE ANOTHER FLOW"}};
  for (const std::string& intent : learnt.intents()) {
    rows.push_back(
        {intent,
         std::to_string(engine::count_phrases(*space.release->find(intent))),
         taken_for(learnt, intent)}
    );
  }
  print(table(rows));
}

void print_as_json(const workspace::Workspace& space, const Classifier& learnt) {
  ListBuilder flows;
  for (const std::string& intent : learnt.intents()) {
    ListBuilder confused;
    for (const language::Confusable& pair : learnt.confusables()) {
      if (learnt.intents()[pair.intent] != intent) continue;
      confused.add(MapBuilder()
                       .set("flow", learnt.intents()[pair.taken_for])
                       .set("phrases", static_cast<std::int64_t>(pair.phrases))
                       .set("example", pair.example)
                       .build());
    }
    flows.add(
        MapBuilder()
            .set("flow", intent)
            .set("phrases", static_cast<std::int64_t>(engine::count_phrases(*space.release->find(intent))))
            .set("confusable", confused.build())
            .build()
    );
  }
  print_json(flows.build());
}

int run(const Arguments& arguments) {
  const auto project = open_project(arguments.text("PATH", "."));
  if (!project) return report(project.error(), kExitConfiguration);
  if (flow::has_errors(project->diagnostics())) {
    return report(
        {ErrorCode::invalid_input, "the assistant has mistakes", {}, "parley check shows them"}, kExitFindings
    );
  }
  const Classifier* learnt = project->space.release->classifier();
  if (learnt == nullptr) {
    return report(
        {ErrorCode::not_found,
         "no flow has phrases",
         {},
         "write some: triggers: [{phrases: [where is my order]}]"},
        kExitFindings
    );
  }
  if (arguments.has("--message")) {
    print_json(shown_verdict(*learnt, learnt->classify(arguments.text("--message"))));
  } else if (arguments.has("--json")) {
    print_as_json(project->space, *learnt);
  } else {
    print_table(project->space, *learnt);
  }
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"PATH", "", "The assistant's folder; this one when left out."},
    {"--message", "TEXT", "Say instead what a user's words would mean."},
    kJsonOption,
};

}  // namespace

constinit const Command kNluPhrases{
    "nlu phrases",
    "Show what an assistant learns from the phrases of its flows",
    "Each phrase is compared with what all the others teach; those that come out as another flow are "
    "counted\n"
    "with an example. With --message, the flow that the words would start, with the confidence and the band\n"
    "(accept: started, clarify: asked about, fall_back: not understood).",
    kOptions,
    "parley nlu phrases examples/shop\n"
    "parley nlu phrases examples/shop --message 'my parcel arrived broken'",
    run,
};

}  // namespace parley::cli
