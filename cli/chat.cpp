// parley chat: a conversation in the terminal.
#include <charconv>
#include <iostream>
#include <optional>

#include "base/json.hpp"
#include "cli/chat_partner.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "server/model_setup.hpp"

namespace parley::cli {
namespace {

constexpr std::string_view kHelp = R"(  1, 2, 3…      choose an answer
  :join NAME    take over as a person
  :reply TEXT   say something as that person
  :leave        hand back to the bot
  Enter         look for new messages
  Ctrl-D        leave
)";

class Terminal {
 public:
  explicit Terminal(ChatPartner& partner) : partner_(partner) {}

  int run() {
    if (!show(partner_.begin())) return kExitFindings;
    std::string line;
    while (read(line)) {
      if (line == ":quit") break;
      if (line == ":help" || line == "?") {
        print(kHelp);
      } else if (!show(answer(line))) {
        return kExitFindings;
      }
    }
    if (typed_) print("\n");
    return kExitOk;
  }

 private:
  bool read(std::string& line) {
    if (typed_) print(colour_ ? "\033[1m> \033[0m" : "> ");
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) return false;
    while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
    if (!typed_) print("> " + line + "\n");  // so that a piped conversation reads like one
    return true;
  }

  Result<Reply> answer(const std::string& line) {
    if (line.empty()) return partner_.look();
    for (const std::string_view action : {"join", "reply", "leave"}) {
      const std::string command = ":" + std::string(action);
      if (line == command) return partner_.act_as_operator(std::string(action), {});
      if (line.starts_with(command + " ")) {
        return partner_.act_as_operator(std::string(action), line.substr(command.size() + 1));
      }
    }
    if (const auto chosen = choice(line)) return partner_.say({}, buttons_[*chosen].payload);
    return partner_.say(line, {});
  }

  // "2" when there are at least two buttons.
  [[nodiscard]] std::optional<std::size_t> choice(const std::string& line) const {
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), number);
    const bool whole = problem == std::errc() && end == line.data() + line.size();
    return whole && number >= 1 && number <= buttons_.size() ? std::optional(number - 1) : std::nullopt;
  }

  bool show(const Result<Reply>& reply) {
    if (!reply) {
      report(reply.error(), kExitFindings);
      // The wrong word at the wrong time is no reason to leave; a server that is gone is.
      return reply.error().code != ErrorCode::unavailable;
    }
    for (const std::string& remark : reply->remarks)
      print(colour_ ? "\033[2m  (" + remark + ")\033[0m\n" : "  (" + remark + ")\n");
    if (!reply->messages.empty()) buttons_.clear();
    for (const engine::Say& message : reply->messages) show(message);
    return true;
  }

  void show(const engine::Say& message) {
    std::string who =
        message.speaker == engine::Speaker::operator_ && !message.author.empty() ? message.author + ": " : "";
    print(visible(who + message.text) + "\n");
    if (message.buttons.empty()) return;
    std::string line;
    for (const engine::SaidButton& button : message.buttons) {
      buttons_.push_back(button);
      line += "  [" + std::to_string(buttons_.size()) + "] " + button.label;
    }
    print(visible(line) + "\n");
  }

  ChatPartner& partner_;
  const bool typed_ = is_terminal(stdin) && is_terminal(stdout);
  const bool colour_ = wants_colour(stdout);
  std::vector<engine::SaidButton> buttons_;  // of the last reply
};

Result<ChatStart> start_from(const Arguments& arguments) {
  ChatStart start{.flow = arguments.text("--flow"), .locale = arguments.text("--locale"), .context = {}};
  const std::string context = arguments.text("--context");
  if (context.empty()) return start;
  auto known = parse_json(context);
  if (!known || !known->is_map()) {
    return fail(
        ErrorCode::invalid_input,
        "--context is no JSON object" + (known ? std::string() : ": " + known.error().message),
        {},
        R"(such as --context '{"tier": "gold"}')"
    );
  }
  start.context = *std::move(known);
  return start;
}

int chat_with_server(const Arguments& arguments, ChatStart start) {
  auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  const auto partner = remote_partner(*std::move(client), std::move(start));
  return Terminal(*partner).run();
}

int run(const Arguments& arguments) {
  auto start = start_from(arguments);
  if (!start) return report(start.error(), kExitUsage);
  if (arguments.has("--url")) return chat_with_server(arguments, *std::move(start));
  const std::string folder = arguments.text("FOLDER", ".");
  auto project = open_project(folder);
  if (!project) return report(project.error(), kExitConfiguration);
  for (const flow::Diagnostic& diagnostic : project->diagnostics())
    note(project->render(diagnostic, wants_colour(stderr)));
  if (project->space.has_errors()) {
    return report(
        {ErrorCode::invalid_input, "the assistant has mistakes", {}, "parley check shows them again"},
        kExitFindings
    );
  }
  if (!start->flow.empty() && project->space.release->find(start->flow) == nullptr) {
    return report({ErrorCode::not_found, "there is no flow '" + start->flow + "'"}, kExitConfiguration);
  }
  const auto config = read_configuration(folder, {});
  if (!config) return report(config.error(), kExitConfiguration);
  const auto models =
      make_model_runner([&] { return tools::ToolTable(project->space.connectors).signatures(); });
  models->configure(model_setup(config->assistant(), ops::process_environment()));
  if (models->has_model()) project->space.connectors["model"] = as_connector(models);
  if (is_terminal(stdin)) note(":help shows what you can type; Ctrl-D leaves");
  const bool asks_model = models->has_model() && config->assistant().understanding == "model";
  const auto partner = local_partner(*project, *std::move(start), asks_model);
  return Terminal(*partner).run();
}

constexpr Option kOptions[] = {
    kFolderOption,
    {"--flow", "ID", "Start with this flow."},
    {"--locale", "TAG", "The user's language, such as de; the assistant's when left out."},
    {"--context", "JSON", "What is known of the user, as an object, for flows to read."},
    {"--url", "URL", "Talk to a running server instead."},
    kKeyFileOption,
};

}  // namespace

constinit const Command kChat{
    "chat",
    "Talk to an assistant in the terminal",
    "Without --url the assistant runs in this process, tools answer in test mode and nothing is\n"
    "stored; models are asked as parley.yaml says. Buttons are numbered: type the number. Lines may also "
    "come from a pipe.",
    kOptions,
    "parley chat examples/shop\n"
    "parley chat --locale de --context '{\"tier\": \"gold\"}'\n"
    "parley chat --url http://127.0.0.1:8080\n"
    "printf '/order\\n2 pizzas\\n' | parley chat examples/shop",
    run,
};

}  // namespace parley::cli
