// Costs of the values, codecs and matchers that every turn uses. Run the Release build on a quiet machine.
#include <benchmark/benchmark.h>

#include <string>

#include "base/json.hpp"
#include "base/json_schema.hpp"
#include "base/regex.hpp"
#include "base/sha256.hpp"

namespace {

using namespace parley;

// A chat thread of about 160 bytes a message, in the mixture of texts, numbers and nesting that conversations
// have.
std::string thread_of(std::size_t messages) {
  std::string out = R"({"conversation_id":"conv_01HZX3V9W8","tenant":"acme","turn":42,"messages":[)";
  for (std::size_t i = 0; i < messages; ++i) {
    if (i > 0) out += ',';
    out +=
        R"({"id":"msg_)" + std::to_string(1000 + i) +
        R"(","role":"user","at":1764000000.25,"score":0.8125,)" +
        R"("text":"I would like two pizzas and a coke, please. No \"onions\"!","flags":[true,false,null]})";
  }
  return out + R"(],"channel":"web","locale":"en-GB"})";
}

void parse(benchmark::State& state) {
  std::string text = thread_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetLabel(std::to_string(text.size()) + " bytes");
}
BENCHMARK(parse)->Arg(1)->Arg(12)->Arg(62);

void write(benchmark::State& state) {
  std::string text = thread_of(static_cast<std::size_t>(state.range(0)));
  Value value = *parse_json(text);
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_json(out, value);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write)->Arg(1)->Arg(12)->Arg(62);

void write_canonical_form(benchmark::State& state) {
  Value value = *parse_json(thread_of(12));
  for (auto _ : state) benchmark::DoNotOptimize(write_canonical(value));
}
BENCHMARK(write_canonical_form);

void copy_value(benchmark::State& state) {
  Value value = *parse_json(thread_of(12));
  for (auto _ : state) {
    Value copy = value;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(copy_value);

void find_key(benchmark::State& state) {
  MapBuilder builder;
  for (int i = 0; i < state.range(0); ++i) builder.set("some_key_" + std::to_string(i), i);
  Value map = builder.build();
  for (auto _ : state) benchmark::DoNotOptimize(map.find("some_key_5"));
}
BENCHMARK(find_key)->Arg(8)->Arg(1000);

void hash_1_kib(benchmark::State& state) {
  std::string text(1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256(text));
  state.SetBytesProcessed(state.iterations() * 1024);
}
BENCHMARK(hash_1_kib);

void regex_search(benchmark::State& state) {
  Regex email = *Regex::compile("[\\w.+-]+@[\\w-]+\\.[\\w.]+");
  std::string text =
      "Please send the invoice for my last three orders to the address that you know, thanks. " +
      std::string("It is jo.doe@shop.example");
  for (auto _ : state) benchmark::DoNotOptimize(email.search(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(regex_search);

void regex_captures(benchmark::State& state) {
  Regex time = *Regex::compile("^(\\d{1,2}):(\\d\\d)(?: ?([ap]m))?$");
  for (auto _ : state) benchmark::DoNotOptimize(time.captures("10:30 pm"));
}
BENCHMARK(regex_captures);

void regex_compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Regex::compile("[\\w.+-]+@[\\w-]+\\.[\\w.]+"));
}
BENCHMARK(regex_compile);

void schema_valid(benchmark::State& state) {
  Schema schema = *Schema::compile(*parse_json(
      R"({"type":"object","required":["id","text"],"additionalProperties":false,"properties":{"id":{"type":"string",
      "pattern":"^msg_"},"text":{"type":"string","maxLength":4000},"score":{"minimum":0,"maximum":1},"flags":
      {"type":"array","items":{"type":["boolean","null"]}}}})"
  ));
  Value value = *parse_json(R"({"id":"msg_1","text":"two pizzas","score":0.5,"flags":[true,false,null]})");
  for (auto _ : state) benchmark::DoNotOptimize(schema.valid(value));
}
BENCHMARK(schema_valid);

}  // namespace
