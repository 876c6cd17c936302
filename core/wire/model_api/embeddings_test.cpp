#include "wire/model_api/embeddings.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace parley;
using namespace parley::wire::model_api;

TEST_CASE("texts are asked for in order, with the number of dimensions only when it is given") {
  const std::vector<std::string> texts{"my \"parcel\"", "late"};
  CHECK(
      embeddings_request("m", texts, 0) ==
      R"({"model":"m","input":["my \"parcel\"","late"],"encoding_format":"float"})"
  );
  CHECK(embeddings_request("m", {&texts[1], 1}, 256).find(R"("dimensions":256)") != std::string::npos);
}

TEST_CASE("an answer has one vector for each text, in any order") {
  const auto answer = read_embeddings(
      R"({"data": [{"index": 1, "embedding": [0.5, -1]}, {"index": 0, "embedding": [1, 2]}],
          "usage": {"prompt_tokens": 7, "total_tokens": 7}})",
      2
  );
  REQUIRE(answer.has_value());
  CHECK(answer->vectors == std::vector<std::vector<float>>{{1, 2}, {0.5F, -1}});
  CHECK(answer->usage.input_tokens == 7);
  CHECK(answer->usage.known);
  const auto without_index = read_embeddings(R"({"data": [{"embedding": [1]}, {"embedding": [2]}]})", 2);
  REQUIRE(without_index.has_value());
  CHECK(without_index->vectors == std::vector<std::vector<float>>{{1}, {2}});
  CHECK_FALSE(without_index->usage.known);
}

TEST_CASE("what is not one vector for each text is an error") {
  struct {
    std::string name, body, code;
  } cases[] = {
      {"no JSON", "<html>", "model_answer"},
      {"no data", "{}", "model_answer"},
      {"too few", R"({"data": [{"embedding": [1]}]})", "model_answer"},
      {"the same twice",
       R"({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]})",
       "model_answer"},
      {"beyond the last",
       R"({"data": [{"index": 0, "embedding": [1]}, {"index": 2, "embedding": [1]}]})",
       "model_answer"},
      {"different lengths", R"({"data": [{"embedding": [1]}, {"embedding": [1, 2]}]})", "model_answer"},
      {"empty", R"({"data": [{"embedding": []}, {"embedding": []}]})", "model_answer"},
      {"text", R"({"data": [{"embedding": ["a"]}, {"embedding": [1]}]})", "model_answer"},
      {"too large a number", R"({"data": [{"embedding": [1e300]}, {"embedding": [1]}]})", "model_answer"},
      {"base64", R"({"data": [{"embedding": "AAAA"}, {"embedding": "AAAA"}]})", "model_answer"},
      {"an error in a good answer",
       R"({"error": {"message": "no", "code": "model_not_found"}})",
       "model_not_found"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto answer = read_embeddings(c.body, 2);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == c.code);
  }
}
