// What people also ask assistants, whatever those are for: general knowledge, opinions, small stories. The
// classifier learns it as one more class that no flow has, so that such a message is not given to the flow it
// happens to share a word with. Deliberately nothing that a business' assistant may be about.
#include "language/classifier/background.hpp"

namespace parley::language {
namespace {

// clang-format off
constexpr std::string_view kEnglish[] = {
    "who invented the telephone", "who was the first woman in space",
    "who wrote that famous play about a prince", "who is the tallest person who ever lived",
    "who painted the ceiling of the chapel", "who won the championship last season",
    "who is the president of brazil", "who discovered that the earth goes around the sun",
    "what is the capital of mongolia", "what is the biggest desert in africa",
    "what is the chemical symbol for silver", "what is the population of canada",
    "what is the main language spoken in peru", "what is the fastest animal on land",
    "what is the deepest part of the ocean", "what is the difference between a crocodile and an alligator",
    "what is the theory of relativity about", "what is the longest river in europe",
    "what is the plot of the new movie", "what causes an earthquake", "what causes thunder and lightning",
    "what do pandas eat", "what are the ingredients of concrete", "what are the planets of the solar system",
    "what are some good names for a puppy", "what are the symptoms of a cold", "what year did the war end",
    "what happened to the dinosaurs", "what makes the sky blue",
    "what kind of trees grow in the rain forest", "what sports are played in the winter olympics",
    "what team does that goalkeeper play for", "when was the eiffel tower built",
    "when did the roman empire fall", "when was the first computer made", "when do the leaves change color",
    "when is the best season to plant tomatoes", "where do penguins live", "where was the singer born",
    "where does coffee come from", "where can i find wild mushrooms", "where is the great barrier reef",
    "why do cats purr", "why is the sea salty", "why do people yawn", "why did the company go bankrupt",
    "why does bread rise", "why are flamingos pink", "how does a jet engine work", "how do vaccines work",
    "how do bees make honey", "how deep is the atlantic", "how far away is the moon",
    "how old is the universe", "how tall is the highest mountain", "how many bones are in the human body",
    "how many moons does jupiter have", "how many people live in china", "how many teeth does a shark have",
    "how is glass made", "how is paper recycled", "how do i tie a bow tie", "how do i fix a dripping tap",
    "how do i learn to play the guitar", "how do i get a stain out of a carpet",
    "how do i train a dog to sit", "how do i grow roses in a pot", "how do i write a good novel",
    "how can i improve my handwriting", "how can i stop my neighbour from making noise",
    "how much does an elephant weigh", "how much water should a cactus get",
    "how long does it take to boil an egg", "how long do turtles live", "is there life on other planets",
    "is pluto still a planet", "is it better to run in the morning", "is chess harder than go",
    "are sharks mammals", "are ghosts real", "can dogs see colors", "can plants feel pain",
    "can you swim after eating", "did anyone survive the shipwreck", "do fish sleep",
    "does sugar make children hyper", "does that actor have any brothers",
    "should i paint my bedroom green or blue", "should i learn to knit",
    "tell me about the french revolution", "tell me something about black holes",
    "tell me the history of chocolate", "explain how photosynthesis works", "explain the rules of cricket",
    "describe the life of a butterfly", "define the word serendipity", "give me a quote by a philosopher",
    "give me ideas for a costume party", "name three kinds of whales", "list the kings of england",
    "recommend a book about gardening", "write a poem about autumn", "find me a video of a volcano",
    "show me pictures of old castles", "i wonder what dolphins talk about",
    "my sister is moving to another town", "the neighbours have a new fence",
    "i think the referee was wrong", "that documentary about wolves was great",
    "the museum was closed for repairs", "look up the lyrics of that old song",
    "search for the best hiking trails", "calculate the volume of a sphere", "solve this equation for me",
    "which came first the chicken or the egg", "which country has the most islands",
    "which is heavier gold or lead", "which band sang that song from the eighties",
};
// clang-format on

}  // namespace

std::span<const std::string_view> background_for(std::string_view language) {
  if (language == "en") return kEnglish;
  return {};
}

}  // namespace parley::language
