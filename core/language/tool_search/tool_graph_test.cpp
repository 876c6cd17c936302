// What tools need of each other, told by their descriptions alone.
#include "language/tool_search/tool_graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "language/tool_search/synonyms.hpp"
#include "language/tool_search/tool_index.hpp"
#include "language/tool_search/tool_words.hpp"

using namespace parley;
using namespace parley::language;

namespace {

flow::ToolSignature tool(
    std::string name,
    std::string place,
    std::string description,
    std::string_view parameters = "{}",
    std::vector<flow::GivenThing> gives = {}
) {
  return {
      .name = std::move(name),
      .parameters = parse_json(parameters).value(),
      .result = gives.empty() ? Value() : Value::map(),
      .description = std::move(description),
      .place = std::move(place),
      .gives = std::move(gives),
  };
}

constexpr std::string_view kById = R"({"properties":{"id":{"type":"string"}},"required":["id"]})";

const std::vector<flow::ToolSignature>& radio() {
  static const std::vector<flow::ToolSignature> all{
      tool(
          "r.search",
          "GET /search",
          "Search for Item",
          R"({"properties":{"q":{"type":"string"}},"required":["q"]})",
          {{"tracks", 1}, {"artists", 1}}
      ),
      tool("r.get_artist", "GET /artists/{id}", "Get Artist", kById, {{"", 0}}),
      tool("r.get_artist_albums", "GET /artists/{id}/albums", "Get Artist's Albums", kById, {{"", 0}}),
      tool("r.get_album_tracks", "GET /albums/{id}/tracks", "Get Album Tracks", kById, {{"", 0}}),
      tool("r.get_followed", "GET /me/following", "Get Followed Artists", "{}", {{"artists", 1}}),
      tool(
          "r.top",
          "GET /me/top/{type}",
          "Get My Top Items",
          R"({"properties":{"type":{"enum":["artists","tracks"]}},"required":["type"]})",
          {{"artists", 0}}
      ),
      tool(
          "r.create_playlist",
          "POST /users/{user_id}/playlists",
          "Create Playlist",
          R"({"properties":{"user_id":{},"name":{}},"required":["user_id"]})"
      ),
      tool("r.me", "GET /me", "Get Profile", "{}", {{" PrivateUser", 0}}),
      tool(
          "r.add_tracks",
          "POST /playlists/{playlist_id}/tracks",
          "Add Items to Playlist",
          R"({"properties":{"playlist_id":{},"uris":{}},"required":["playlist_id"]})"
      ),
  };
  return all;
}

std::vector<std::string> names_of(const ToolGraph& graph, std::string_view noun) {
  std::vector<std::string> names;
  for (const ToolGraph::Giver& giver : graph.givers_of(tool_terms(noun, "en").front()))
    names.push_back(radio()[giver.tool].name.substr(2) + (giver.searches ? "?" : ""));
  std::ranges::sort(names);
  return names;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> found(std::string_view task, std::size_t k) {
  ToolIndex index(radio());
  std::vector<std::string> names;
  for (const FoundTool& each : index.search(task, k)) names.push_back(radio()[each.tool].name.substr(2));
  return names;
}

}  // namespace

TEST_CASE("what gives a thing is known by what its answer holds, and needs no identifier itself") {
  const ToolGraph graph(radio(), "en");
  const auto artists = names_of(graph, "artist");
  CHECK(has(artists, "search?"));
  CHECK(has(artists, "get_followed"));
  CHECK(has(artists, "top"));  // its path parameter is one of two words
  CHECK_FALSE(has(artists, "get_artist"));
  CHECK_FALSE(has(artists, "get_artist_albums"));
  CHECK(has(names_of(graph, "user"), "me"));
  CHECK(names_of(graph, "zebra").empty());
}

TEST_CASE("needs are the things that paths lead through and that required arguments name") {
  const ToolGraph graph(radio(), "en");
  CHECK(graph.needs_of(0).empty() == false);  // q; nothing gives that
  CHECK(graph.needs_of(5).empty());           // a choice is no identifier
  CHECK(graph.needs_of(6).size() == 1);
  CHECK(graph.needs_of(8).size() == 2);  // the playlist, and what `uris` of tracks stand for
  REQUIRE(graph.above(2).size() == 1);
  CHECK(radio()[graph.above(2).front()].name == "r.get_artist");
  CHECK(graph.details_of(tool_terms("artist", "en").front()).size() == 1);
}

TEST_CASE("a task brings along what its tools need, in several steps and in other words") {
  CHECK(has(found("add a song to the playlist Quiet", 5), "add_tracks"));
  CHECK(has(found("add a song to the playlist Quiet", 5), "search"));
  CHECK(has(found("the albums of a band", 4), "get_artist_albums"));
  CHECK(has(found("the albums of a band", 4), "search"));
  CHECK(has(found("make a new playlist", 4), "me"));
  // Each of its parts is looked for.
  const auto both = found("show who I follow, then make a playlist", 4);
  CHECK(has(both, "get_followed"));
  CHECK(has(both, "create_playlist"));
}

TEST_CASE("words that stand for the same share a set, in any form") {
  struct Case {
    const char* one;
    const char* other;
    bool same;
  };
  const Case cases[] = {
      {"song", "tracks", true},
      {"movies", "film", true},
      {"unfollow", "unsubscribed", true},
      {"deleting", "removed", true},
      {"picture", "cover", true},
      {"song", "invoice", false},
      {"zebra", "zebras", false},
  };
  for (const Case& c : cases) {
    INFO(c.one << " " << c.other);
    bool shared = false;
    for (const SynonymSet set : synonym_sets_of(c.one))
      shared = shared || std::ranges::count(synonym_sets_of(c.other), set) > 0;
    CHECK(shared == c.same);
  }
}

TEST_CASE("the current user is who asks, and names are taken apart") {
  const Terms mine = tool_terms("my", "en");
  REQUIRE(mine.size() == 1);
  const Terms theirs = tool_terms("Get Current User's Playlists", "en");
  CHECK(std::ranges::find(theirs, mine[0]) != theirs.end());
  CHECK(words_of("getMovie_credits") == std::vector<std::string>{"get", "movie", "credits"});
  CHECK(fixed_path("/artists/{id}/top-tracks") == " artists top tracks");
}

TEST_CASE("vectors of a model count once every tool has one") {
  ToolIndex index(radio());
  const std::vector<float> yes{1, 0};
  const std::vector<float> no{0, 1};
  for (std::uint32_t i = 0; i < radio().size(); ++i) {
    CHECK_FALSE(index.has_vectors());
    index.set_vector(i, radio()[i].name == "r.get_album_tracks" ? yes : no);
  }
  CHECK(index.has_vectors());
  const auto best = index.search("zzz", 1, {}, yes);
  REQUIRE(best.size() == 1);
  CHECK(radio()[best.front().tool].name == "r.get_album_tracks");
}
