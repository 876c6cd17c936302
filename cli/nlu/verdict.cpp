#include "cli/nlu/verdict.hpp"

namespace parley::cli {

Value shown_verdict(const language::Classifier& classifier, const language::Verdict& verdict) {
  const bool known = verdict.band != language::Band::fall_back && !verdict.candidates.empty();
  ListBuilder candidates;
  for (const language::Candidate& each : verdict.candidates) {
    candidates.add(Value::map({{"intent", classifier.intents()[each.intent]}, {"confidence", each.confidence}}
    ));
  }
  MapBuilder out;
  out.set("intent", known ? Value(classifier.intents()[verdict.candidates[0].intent]) : Value());
  out.set("confidence", verdict.candidates.empty() ? 0.0 : verdict.candidates[0].confidence);
  out.set("band", language::name(verdict.band));
  out.set("candidates", candidates.build());
  return out.build();
}

}  // namespace parley::cli
