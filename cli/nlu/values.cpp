// parley nlu values: the typed values in messages.
#include <chrono>
#include <string>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "cli/command_files.hpp"
#include "cli/json_lines.hpp"
#include "cli/nlu/value_notation.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

struct Moment {
  Timestamp now;
  std::int32_t utc_offset_seconds = 0;
};

// An RFC 3339 time; its own offset is the user's.
Result<Moment> read_now(const Arguments& arguments) {
  if (!arguments.has("--now")) {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Moment{{std::chrono::duration_cast<std::chrono::seconds>(since).count(), 0}, 0};
  }
  const std::string text = arguments.text("--now");
  const auto now = parse_timestamp(text);
  if (!now) {
    return fail(
        ErrorCode::invalid_input,
        "--now takes a time with its offset, not '" + text + "'",
        {},
        "for example 2026-11-23T09:30:00+01:00"
    );
  }
  Moment out{*now, 0};
  if (text.size() > 6 && (text[text.size() - 6] == '+' || text[text.size() - 6] == '-')) {
    const auto digit = [&](std::size_t from_end) { return text[text.size() - from_end] - '0'; };
    out.utc_offset_seconds = (digit(5) * 10 + digit(4)) * 3600 + (digit(2) * 10 + digit(1)) * 60;
    if (text[text.size() - 6] == '-') out.utc_offset_seconds = -out.utc_offset_seconds;
  }
  return out;
}

// "EN_GB" as "en-GB".
std::string tag_of(std::string_view locale) {
  std::string tag(locale.empty() ? std::string_view("en") : locale);
  for (std::size_t i = 0; i < tag.size() && i < 2; ++i) tag[i] = ascii_lower(tag[i]);
  if (tag.size() > 2 && tag[2] == '_') tag[2] = '-';
  return tag;
}

struct Question {
  std::string_view text;
  std::string_view dimension;  // all of them when empty
  std::string_view locale;
  bool latent = false;
};

Value answer_of(const Question& question, const Moment& moment) {
  const std::string tag = tag_of(question.locale);
  const language::Circumstances circumstances{
      .now = moment.now,
      .utc_offset_seconds = moment.utc_offset_seconds,
      .locale = tag,
      .currency = currency_of(question.locale),
  };
  ListBuilder values;
  for (const std::string_view dimension : noted_dimensions()) {
    if (!question.dimension.empty() && dimension != question.dimension) continue;
    for (const NotedValue& each :
         noted_values(dimension, question.text, circumstances, {question.latent, question.locale})) {
      const std::string_view said = question.text.substr(each.begin, each.end - each.begin);
      const std::size_t start = count_code_points(question.text.substr(0, each.begin));
      values.add(MapBuilder()
                     .set("dim", each.dimension)
                     .set("value", each.value)
                     .set("text", said)
                     .set("start", static_cast<std::int64_t>(start))
                     .set("end", static_cast<std::int64_t>(start + count_code_points(said)))
                     .build());
    }
  }
  return MapBuilder().set("values", values.build()).build();
}

Error no_dimension(std::string_view name) {
  std::string known;
  for (const std::string_view each : noted_dimensions()) {
    known += known.empty() ? "" : ", ";
    known += each;
  }
  return {
      ErrorCode::invalid_input, "there is no dimension '" + std::string(name) + "'", {}, "there are " + known
  };
}

int run(const Arguments& arguments) {
  if (arguments.has("--jsonl") == arguments.has("TEXT")) {
    return report(
        {ErrorCode::invalid_input, "which text?", {}, "parley nlu values 'tomorrow at 5pm', or --jsonl"},
        kExitUsage
    );
  }
  const auto now = read_now(arguments);
  if (!now) return report(now.error(), kExitUsage);
  const std::string wanted = arguments.text("--dim");
  const std::string locale = arguments.text("--locale");
  const std::string_view dimension = dimension_noted(wanted);
  if (!wanted.empty() && dimension.empty()) return report(no_dimension(wanted), kExitUsage);
  if (arguments.has("TEXT")) {
    const std::string text = arguments.text("TEXT");
    print_json(answer_of({text, dimension, locale, arguments.has("--latent")}, *now));
    return kExitOk;
  }
  const auto answer = [&](std::string_view line, std::string& out) {
    const auto row = object_with_text(line, "text");
    if (!row) return append_error(out, row.error());
    Question question{row->text("text"), dimension, locale, arguments.has("--latent")};
    if (const std::string_view dim = row->text("dim"); !dim.empty()) {
      question.dimension = dimension_noted(dim);
      if (question.dimension.empty()) return append_error(out, no_dimension(dim));
    }
    if (const std::string_view own = row->text("locale"); !own.empty()) question.locale = own;
    if (row->text("corpus") == "latent" || (*row)["latent"] == Value(true)) question.latent = true;
    append_json(out, answer_of(question, *now));
    out += '\n';
  };
  return answer_lines(answer, BlankLines::answered);
}

constexpr Option kOptions[] = {
    {"TEXT", "", "One message."},
    {"--now", "TIME", "When it was said, with the user's offset; the present in UTC when left out."},
    {"--dim", "NAME", "Only values of this kind, for example Time or AmountOfMoney (or: money)."},
    {"--locale", "TAG", "Whose words, dates and currency; en when left out."},
    {"--latent", "", "Also what is a value only where one is expected: 5 as an amount."},
    {"--jsonl", "", "Read {text, dim?, locale?, latent?} lines from standard input instead, and answer each."
    },
};

}  // namespace

constinit const Command kNluValues{
    "nlu values",
    "Find numbers, amounts, dates and other values in a message",
    "An answer is {values: [{dim, value, text, start, end}]}; start and end count code points. Values are\n"
    "written as the public Duckling corpus does: [\"simple\", \"Dollar\", 10], [\"DurationData\", 90, "
    "\"Minute\"],\n"
    "[\"datetime\", [2026, 11, 23, 17, 0, 0], \"Hour\"], [\"datetimeInterval\", [[…], […]], \"Day\"].",
    kOptions,
    "parley nlu values --now 2026-11-23T09:30:00+01:00 'two tickets for friday at 8pm'\n"
    "parley nlu values --dim money --jsonl < messages.jsonl",
    run,
};

}  // namespace parley::cli
