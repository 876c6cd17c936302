// parley review: what people are asked to decide, on a running server.
#include <string>
#include <utility>

#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/remote/http_client.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

std::string text_of(const Value& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? std::string(value.as_string()) : write_json(value);
}

int failed(const Error& error) {
  const bool found = error.code == ErrorCode::not_found || error.code == ErrorCode::invalid_input;
  return report(error, found ? kExitFindings : kExitConfiguration);
}

int run_list(const Arguments& arguments) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  std::string path = "/v1/reviews?limit=200&status=" + escaped(arguments.text("--status", "open"));
  if (arguments.has("--assignee")) path += "&assignee=" + escaped(arguments.text("--assignee"));
  const auto page = client->get(path);
  if (!page) return failed(page.error());
  const Value& data = (*page)["data"];
  if (arguments.has("--json")) {
    print_json(data);
    return kExitOk;
  }
  Rows rows{{"ID", "KIND", "STATUS", "ASSIGNEE", "TITLE", "DUE"}};
  if (data.is_list()) {
    for (const Value& review : data.as_list()) {
      rows.push_back(
          {text_of(review["id"]),
           text_of(review["kind"]),
           text_of(review["status"]),
           text_of(review["assignee"]),
           text_of(review["title"]),
           text_of(review["due"])}
      );
    }
  }
  print(table(rows));
  return kExitOk;
}

int run_show(const Arguments& arguments) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  const auto review = client->get("/v1/reviews/" + escaped(arguments.text("ID")));
  if (!review) return failed(review.error());
  print_json(*review);
  return kExitOk;
}

int decide(const Arguments& arguments, std::string_view decision) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  MapBuilder body;
  body.set("decision", decision);
  if (arguments.has("--note")) body.set("note", arguments.text("--note"));
  if (arguments.has("--digest")) body.set("digest", arguments.text("--digest"));
  if (arguments.has("--values")) {
    auto values = parse_json(arguments.text("--values"));
    if (!values) return report({ErrorCode::invalid_input, "--values is not JSON"}, kExitUsage);
    body.set("values", std::move(*values));
  }
  const auto answer = client->post_as_operator("/v1/reviews/" + escaped(arguments.text("ID")), body.build());
  if (!answer) return failed(answer.error());
  if (arguments.has("--json")) {
    print_json(*answer);
  } else {
    print(std::string(decision) + "\n");
  }
  return kExitOk;
}

int run_approve(const Arguments& arguments) {
  return decide(arguments, "approved");
}
int run_reject(const Arguments& arguments) {
  return decide(arguments, "rejected");
}
int run_answer(const Arguments& arguments) {
  return decide(arguments, "answered");
}

constexpr Option kServerOption{"--url", "URL", "The server; http://127.0.0.1:8080 when left out."};
constexpr Option kKeyOption{"--key-file", "FILE", "An API key; PARLEY_API_KEY when left out."};
constexpr Option kIdOption{"ID", "", "The review.", true};
constexpr Option kNoteOption{"--note", "TEXT", "For the flow, as review.note."};
constexpr Option kDigestOption{"--digest", "HEX", "Refuse unless the review still shows this."};

constexpr Option kListOptions[] = {
    {"--status", "STATUS", "open when left out; also approved, rejected, answered, expired, withdrawn."},
    {"--assignee", "NAME", "Only this person's or queue's."},
    kServerOption,
    kKeyOption,
    kJsonOption,
};
constexpr Option kShowOptions[] = {kIdOption, kServerOption, kKeyOption};
constexpr Option kDecideOptions[] = {
    kIdOption, kNoteOption, kDigestOption, kServerOption, kKeyOption, kJsonOption
};
constexpr Option kAnswerOptions[] = {
    kIdOption,
    {"--values", "JSON", "The form's fields, as a JSON object.", true},
    kNoteOption,
    kDigestOption,
    kServerOption,
    kKeyOption,
    kJsonOption,
};

}  // namespace

constinit const Command kReviewList{
    "review list",
    "List what people are asked to decide",
    "Asks a running server.",
    kListOptions,
    "parley review list\n"
    "parley review list --assignee finance --json",
    run_list,
};

constinit const Command kReviewShow{
    "review show",
    "Show one review",
    "Asks a running server.",
    kShowOptions,
    "parley review show c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1",
    run_show,
};

constinit const Command kReviewApprove{
    "review approve",
    "Say yes; the conversation goes on",
    "A review is decided once.",
    kDecideOptions,
    "parley review approve c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1 --note fine",
    run_approve,
};

constinit const Command kReviewReject{
    "review reject",
    "Say no; the conversation goes on",
    "A review is decided once.",
    kDecideOptions,
    "parley review reject c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1 --note \"too late\"",
    run_reject,
};

constinit const Command kReviewAnswer{
    "review answer",
    "Fill in a form; the conversation goes on",
    "A review is decided once.",
    kAnswerOptions,
    "parley review answer c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1 --values '{\"percent\": 15}'",
    run_answer,
};

}  // namespace parley::cli
