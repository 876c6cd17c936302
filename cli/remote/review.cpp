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

// A line of what is known, left out when it is not.
void add_line(std::string& out, std::string_view name, const Value& value) {
  if (value.is_null() || (value.is_string() && value.as_string().empty())) return;
  out +=
      std::string(name) + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + text_of(value) + "\n";
}

// The request as it would go out, as HTTP writes it.
std::string request_text(const Value& request) {
  std::string out = std::string(request.text("method")) + " " + std::string(request.text("url")) + "\n";
  if (const Value& headers = request["headers"]; headers.is_map()) {
    for (const auto& [name, value] : headers.entries()) out += text_of(name) + ": " + text_of(value) + "\n";
  }
  const std::string_view body = request.text("body");
  return body.empty() ? out : out + "\n" + std::string(body) + "\n";
}

std::string as_text(const Value& review) {
  std::string out;
  for (const std::string_view name :
       {"id", "kind", "status", "title", "text", "assignee", "due", "replaces", "people", "approvals"})
    add_line(out, name, review[name]);
  const Value& call = review["call"];
  add_line(out, "what", call["words"]);
  if (call.is_null()) add_line(out, "subject", review["subject"]);
  add_line(out, "form", review["form"]);
  add_line(out, "digest", review["digest"]);
  add_line(out, "decision", review["decision"]);
  if (const Value& request = call["request"]; !request.is_null()) out += "\n" + request_text(request);
  return out;
}

int run_show(const Arguments& arguments) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  const auto review = client->get("/v1/reviews/" + escaped(arguments.text("ID")));
  if (!review) return failed(review.error());
  if (arguments.has("--json")) {
    print_json(*review);
  } else {
    print(visible(as_text(*review)));
  }
  return kExitOk;
}

int decide(const Arguments& arguments, std::string_view decision, std::string_view values_flag = "--values") {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  MapBuilder body;
  body.set("decision", decision);
  if (arguments.has("--note")) body.set("note", arguments.text("--note"));
  if (arguments.has("--digest")) body.set("digest", arguments.text("--digest"));
  if (arguments.has("--reviewer")) body.set("reviewer", arguments.text("--reviewer"));
  if (arguments.has(values_flag)) {
    auto values = parse_json(arguments.text(values_flag));
    if (!values)
      return report({ErrorCode::invalid_input, std::string(values_flag) + " is not JSON"}, kExitUsage);
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
int run_edit(const Arguments& arguments) {
  return decide(arguments, "edited", "--arguments");
}

constexpr Option kServerOption{"--url", "URL", "The server; http://127.0.0.1:8080 when left out."};
constexpr Option kKeyOption{"--key-file", "FILE", "An API key; PARLEY_API_KEY when left out."};
constexpr Option kIdOption{"ID", "", "The review.", true};
constexpr Option kNoteOption{"--note", "TEXT", "For the flow, as review.note."};
constexpr Option kDigestOption{"--digest", "HEX", "Refuse unless the review still shows this."};

constexpr Option kReviewerOption{"--reviewer", "NAME", "Who decides; the key's name when left out."};

constexpr Option kListOptions[] = {
    {"--status", "STATUS", "open when left out; also approved, rejected, answered, expired, withdrawn."},
    {"--assignee", "NAME", "Only this person's or queue's."},
    kServerOption,
    kKeyOption,
    kJsonOption,
};
constexpr Option kShowOptions[] = {kIdOption, kServerOption, kKeyOption, kJsonOption};
constexpr Option kDecideOptions[] = {
    kIdOption, kNoteOption, kDigestOption, kReviewerOption, kServerOption, kKeyOption, kJsonOption
};
constexpr Option kEditOptions[] = {
    kIdOption,
    {"--arguments", "JSON", "All arguments of the call, as a JSON object.", true},
    kNoteOption,
    kDigestOption,
    kReviewerOption,
    kServerOption,
    kKeyOption,
    kJsonOption,
};
constexpr Option kAnswerOptions[] = {
    kIdOption,
    {"--values", "JSON", "The form's fields; of a call what it would have returned.", true},
    kNoteOption,
    kDigestOption,
    kReviewerOption,
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
    "Show one review; of a call, the request as it would go out",
    "Asks a running server. Credentials are not part of what is shown.",
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

constinit const Command kReviewEdit{
    "review edit",
    "Change the arguments of a call and approve it so",
    "The edited call is a new review, which you have approved; where two people must agree it waits for "
    "another.",
    kEditOptions,
    "parley review edit c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1 --arguments '{\"charge\": \"ch_1\", \"amount\": "
    "500}'",
    run_edit,
};

constinit const Command kReviewAnswer{
    "review answer",
    "Fill in a form, or answer in a tool's place; the conversation goes on",
    "A review is decided once. A call that is answered is not made.",
    kAnswerOptions,
    "parley review answer c_01kaq2t9v6s8m3n5r7w1x4y0zb.e1 --values '{\"percent\": 15}'",
    run_answer,
};

}  // namespace parley::cli
