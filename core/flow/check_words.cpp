// Checks of texts that need the assistant's messages, tones and all of its flows.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "flow/loading/context.hpp"
#include "flow/messages.hpp"

namespace parley::flow {
namespace {

using loading::did_you_mean;
using loading::quote;

class Check {
 public:
  Check(std::span<const FlowPtr> flows, const Words& words, Diagnostics& diagnostics)
      : flows_(flows), words_(words), diagnostics_(diagnostics) {}

  void run() {
    for (const FlowPtr& flow : flows_) {
      for (const MessageUse& use : flow->messages) check_use(*flow, use);
      for (const Name& tone : flow->tones) check_tone(*flow, tone);
      for (const Experiment& experiment : flow->experiments) check_experiment(*flow, experiment);
    }
    const auto locales = words_.messages.locales();
    for (const auto& [key, entry] : words_.messages.entries()) {
      const bool builtin = words_.builtin.find(key) != nullptr;
      // A flow with errors is not here, and may be the one that says it.
      if (!builtin && !used_.contains(key) && !has_errors(diagnostics_)) warn_unused(key, entry);
      if (!builtin) check_translations(key, entry, locales);
      check_reads(key, entry, builtin);
    }
    for (const std::string& locale : locales) check_builtin(locale);
  }

 private:
  void report(
      Severity severity,
      std::string_view code,
      const std::string& file,
      Position position,
      std::string message,
      std::string help
  ) {
    diagnostics_.push_back({std::string(code), severity, file, position, std::move(message), std::move(help)}
    );
  }
  void error(
      const Flow& flow, std::string_view code, Position position, std::string message, std::string help
  ) {
    report(Severity::error, code, flow.file, position, std::move(message), std::move(help));
  }

  [[nodiscard]] const Messages::Entry* find(const std::string& key) const {
    for (const Messages* messages : {&words_.messages, &words_.builtin}) {
      const auto found = messages->entries().find(key);
      if (found != messages->entries().end()) return &found->second;
    }
    return nullptr;
  }

  void check_use(const Flow& flow, const MessageUse& use) {
    used_.insert(use.key);
    const Messages::Entry* entry = find(use.key);
    if (entry == nullptr) {
      std::vector<std::string> keys;
      for (const auto& [key, ignored] : words_.messages.entries()) keys.push_back(key);
      std::string help = did_you_mean(use.key, keys);
      const std::string file = "messages/" + std::string(words_.default_locale) + ".yaml";
      error(
          flow,
          "F0701",
          use.position,
          use.user + " says the message " + quote(use.key) + ", which no file in messages/ has",
          help.empty() ? "add it to " + file : help
      );
      return;
    }
    std::set<std::string> read;
    for (const Messages::Source& source : entry->sources)
      read.insert(source.reads.begin(), source.reads.end());
    std::vector<std::string> names(read.begin(), read.end());
    for (const std::string& name : names) {
      if (always_there(name) || std::ranges::find(use.with, name, &Name::text) != use.with.end()) continue;
      error(
          flow,
          "F0705",
          use.position,
          "the message " + quote(use.key) + " reads " + quote(name) + ", which " + use.user +
              " does not pass",
          "write {key: " + use.key + ", with: {" + name + ": …}}"
      );
    }
    for (const Name& passed : use.with) {
      if (read.contains(passed.text)) continue;
      std::string help = did_you_mean(passed.text, names);
      report(
          Severity::warning,
          "F0708",
          flow.file,
          passed.position,
          "the message " + quote(use.key) + " does not read " + quote(passed.text),
          help.empty() ? "remove it, or use it in the message" : help
      );
    }
  }

  // Slots belong to the flow that runs; a message must not depend on which one that is.
  static bool always_there(std::string_view name) {
    return name != "slots" && loading::is_variable_root(name);
  }

  void check_tone(const Flow& flow, const Name& tone) {
    std::vector<std::string> names;
    for (const ToneStop& stop : words_.tones) names.push_back(stop.name);
    if (std::ranges::find(names, tone.text) != names.end()) return;
    std::string help = did_you_mean(tone.text, names);
    if (help.empty()) {
      help = "the tones of this assistant are ";
      for (const std::string& name : names) help += (name == names.front() ? "" : ", ") + name;
      help += "; name others under tones in parley.yaml";
    }
    error(flow, "F0709", tone.position, "there is no tone " + quote(tone.text), std::move(help));
  }

  static bool alike(const Experiment& a, const Experiment& b) {
    return a.unit == b.unit &&
           std::ranges::equal(a.variants, b.variants, [](const auto& one, const auto& two) {
             return one.name == two.name && one.weight == two.weight;
           });
  }

  void check_experiment(const Flow& flow, const Experiment& experiment) {
    const auto [first, fresh] = experiments_.emplace(experiment.id, std::pair(&flow, &experiment));
    if (fresh || alike(*first->second.second, experiment)) return;
    error(
        flow,
        "F0712",
        experiment.position,
        "the experiment " + quote(experiment.id) + " has other variants or weights elsewhere",
        "the other is in " + first->second.first->file + ":" +
            std::to_string(first->second.second->position.line) + "; write them alike, or give one another id"
    );
  }

  void warn_unused(const std::string& key, const Messages::Entry& entry) {
    const Messages::Source& source = entry.sources.front();
    report(
        Severity::warning,
        "F0703",
        source.file,
        source.position,
        "no flow says the message " + quote(key),
        "say it with {key: " + key + "}, or remove it from all languages"
    );
  }

  void check_translations(
      const std::string& key, const Messages::Entry& entry, const std::vector<std::string>& locales
  ) {
    const Messages::Source& first = entry.sources.front();
    std::string missing;
    for (const std::string& locale : locales) {
      const bool has =
          std::ranges::find(entry.sources, locale, &Messages::Source::locale) != entry.sources.end();
      // A region falls back to its language.
      const std::string language = locale.substr(0, locale.find('-'));
      const bool falls_back = language != locale && std::ranges::find(locales, language) != locales.end();
      if (!has && !falls_back) missing += (missing.empty() ? "" : ", ") + locale;
    }
    if (missing.empty()) return;
    report(
        Severity::warning,
        "F0702",
        first.file,
        first.position,
        "the message " + quote(key) + " is not translated to " + missing,
        "users of it read the text in " + first.locale
    );
  }

  void check_reads(const std::string& key, const Messages::Entry& entry, bool builtin) {
    const Messages::Source& first =
        builtin ? words_.builtin.entries().find(key)->second.sources.front() : entry.sources.front();
    for (const Messages::Source& source : entry.sources) {
      for (const std::string& name : first.reads) {
        if (std::ranges::find(source.reads, name) == source.reads.end())
          warn_reads(key, source, name, "lacks", first);
      }
      for (const std::string& name : source.reads) {
        if (std::ranges::find(first.reads, name) == first.reads.end())
          warn_reads(key, source, name, "alone reads", first);
      }
    }
  }

  void warn_reads(
      const std::string& key,
      const Messages::Source& source,
      const std::string& name,
      std::string_view how,
      const Messages::Source& first
  ) {
    report(
        Severity::warning,
        "F0704",
        source.file,
        source.position,
        "the message " + quote(key) + " " + std::string(how) + " " + quote(name) + " in " + source.locale,
        "the text in " + first.locale + (how == "lacks" ? " has it" : " does not") +
            "; names are not translated"
    );
  }

  // What Parley says by itself: one warning for a language, or there would be dozens.
  void check_builtin(const std::string& locale) {
    std::size_t missing = 0;
    std::string example;
    const std::string language = locale.substr(0, locale.find('-'));
    for (const auto& [key, entry] : words_.builtin.entries()) {
      const auto has = [&](const Messages::Entry& each, const std::string& tag) {
        return std::ranges::find(each.sources, tag, &Messages::Source::locale) != each.sources.end();
      };
      if (has(entry, language)) continue;
      const auto own = words_.messages.entries().find(key);
      if (own != words_.messages.entries().end() && (has(own->second, locale) || has(own->second, language)))
        continue;
      if (++missing == 1) example = key;
    }
    if (missing == 0) return;
    report(
        Severity::warning,
        "F0717",
        file_of(locale),
        {1, 1, 0},
        std::to_string(missing) + " of the texts that Parley says by itself are not translated to " + locale,
        "add " + example + " and the others: `parley messages` prints them all"
    );
  }

  [[nodiscard]] std::string file_of(const std::string& locale) const {
    for (const auto& [key, entry] : words_.messages.entries()) {
      for (const Messages::Source& source : entry.sources) {
        if (source.locale == locale) return source.file;
      }
    }
    return {};
  }

  std::span<const FlowPtr> flows_;
  const Words& words_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> used_;
  std::map<std::string, std::pair<const Flow*, const Experiment*>, std::less<>> experiments_;
};

}  // namespace

void check_words(std::span<const FlowPtr> flows, const Words& words, Diagnostics& diagnostics) {
  Check(flows, words, diagnostics).run();
}

}  // namespace parley::flow
