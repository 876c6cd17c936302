// English words and how good or bad they are, graded by hand for messages to a business: what works, fails,
// costs and pleases.
#include "language/sentiment/lexicon.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace parley::language {
namespace {

// clang-format off
constexpr GradedWord kWords[] = {
    {"abomination", -2.9}, {"abuse", -2.0}, {"abused", -2.0}, {"abusive", -2.0}, {"abysmal", -2.9},
    {"accept", 1.3}, {"acceptable", 1.3}, {"accident", -2.0}, {"accurate", 1.3}, {"accuse", -2.0},
    {"accused", -2.0}, {"ache", -2.0}, {"adequate", 1.3}, {"adorable", 2.0}, {"adore", 3.3},
    {"advantage", 2.0}, {"affordable", 2.0}, {"afraid", -2.0}, {"agony", -2.9}, {"agree", 2.0},
    {"agreed", 2.0}, {"alone", -1.3}, {"alright", 1.3}, {"amazing", 3.3}, {"ambitious", 1.3},
    {"amused", 2.0}, {"amusing", 2.0}, {"anger", -2.0}, {"angry", -2.0}, {"annoy", -2.0}, {"annoyed", -2.0},
    {"annoying", -2.0}, {"annoys", -2.0}, {"anxiety", -2.0}, {"anxious", -2.0}, {"appalling", -2.9},
    {"appreciate", 2.7}, {"appreciated", 2.7}, {"appreciates", 2.7}, {"arrest", -2.0}, {"arrested", -2.0},
    {"arrogant", -2.0}, {"ashamed", -2.0}, {"asshole", -2.9}, {"atrocious", -2.9}, {"attack", -2.0},
    {"attacked", -2.0}, {"attractive", 2.0}, {"authentic", 1.3}, {"available", 1.3}, {"average", -1.3},
    {"awesome", 3.3}, {"awful", -2.9}, {"awkward", -1.3}, {"bad", -2.0}, {"bankrupt", -2.0},
    {"bargain", 2.0}, {"bastard", -2.9}, {"beautiful", 2.7}, {"beloved", 2.7}, {"beneficial", 2.0},
    {"benefit", 2.0}, {"best", 3.3}, {"betrayal", -2.9}, {"betrayed", -2.9}, {"better", 2.0},
    {"bitch", -2.9}, {"bitter", -2.0}, {"blame", -2.0}, {"bland", -1.3}, {"blessed", 2.7}, {"blessing", 2.7},
    {"bliss", 3.3}, {"bomb", -2.0}, {"bonus", 1.3}, {"bored", -1.3}, {"boring", -1.3}, {"bravo", 2.7},
    {"break", -2.0}, {"breaks", -2.0}, {"breathtaking", 3.3}, {"bright", 2.0}, {"brilliant", 3.3},
    {"broke", -2.0}, {"broken", -2.0}, {"bug", -1.3}, {"buggy", -1.3}, {"bugs", -1.3}, {"bullshit", -2.9},
    {"bumpy", -1.3}, {"burden", -2.0}, {"calm", 2.0}, {"capable", 1.3}, {"care", 1.3}, {"cares", 1.3},
    {"caring", 1.3}, {"catastrophe", -2.9}, {"catastrophic", -2.9}, {"celebrate", 2.7}, {"celebrated", 2.7},
    {"celebration", 2.7}, {"charming", 2.7}, {"cheap", -1.3}, {"cheaply", -1.3}, {"cheat", -2.0},
    {"cheated", -2.0}, {"cheerful", 2.7}, {"cheesy", -2.0}, {"cherish", 2.7}, {"clean", 2.0}, {"clear", 1.3},
    {"clearly", 1.3}, {"clever", 2.0}, {"cliche", -2.0}, {"cliched", -2.0}, {"clumsy", -1.3},
    {"clunky", -2.0}, {"cold", -1.3}, {"comfort", 2.0}, {"comfortable", 2.0}, {"compelling", 2.0},
    {"complain", -1.3}, {"complained", -1.3}, {"complaint", -1.3}, {"complaints", -1.3}, {"complex", -1.3},
    {"complicated", -1.3}, {"concern", -1.3}, {"concerned", -1.3}, {"concerns", -1.3}, {"confidence", 2.0},
    {"confident", 2.0}, {"confused", -1.3}, {"confusing", -1.3}, {"congrats", 2.7}, {"congratulations", 2.7},
    {"contrived", -2.0}, {"convenient", 2.0}, {"cool", 2.0}, {"correct", 1.3}, {"corrupt", -2.0},
    {"corruption", -2.0}, {"courteous", 2.0}, {"crap", -2.0}, {"crappy", -2.0}, {"crash", -2.0},
    {"crashed", -2.0}, {"crashes", -2.0}, {"crashing", -2.0}, {"creative", 2.0}, {"cried", -2.0},
    {"crime", -2.0}, {"criminal", -2.0}, {"crisis", -2.0}, {"crisp", 2.0}, {"cruel", -2.0}, {"cry", -2.0},
    {"crying", -2.0}, {"cute", 2.0}, {"damage", -2.0}, {"damaged", -2.0}, {"damages", -2.0}, {"damn", -2.0},
    {"dazzling", 2.0}, {"dead", -2.0}, {"dear", 2.0}, {"death", -2.0}, {"debt", -1.3}, {"decent", 1.3},
    {"deceptive", -2.0}, {"decline", -1.3}, {"declined", -1.3}, {"defect", -2.0}, {"defective", -2.0},
    {"delay", -1.3}, {"delayed", -1.3}, {"delays", -1.3}, {"delicious", 2.7}, {"delight", 2.7},
    {"delighted", 2.7}, {"delightful", 2.7}, {"deplorable", -2.9}, {"depressed", -2.0}, {"depressing", -2.0},
    {"depression", -2.0}, {"despicable", -2.9}, {"despise", -2.9}, {"detest", -2.9}, {"detestable", -2.9},
    {"devastated", -2.9}, {"devastating", -2.9}, {"die", -2.0}, {"died", -2.0}, {"dies", -2.0},
    {"difficult", -1.3}, {"difficulty", -1.3}, {"dirty", -2.0}, {"disappoint", -2.0}, {"disappointed", -2.0},
    {"disappointing", -2.0}, {"disappointment", -2.0}, {"disappoints", -2.0}, {"disaster", -2.9},
    {"disastrous", -2.9}, {"disgrace", -2.9}, {"disgraceful", -2.9}, {"disgust", -2.9}, {"disgusted", -2.9},
    {"disgusting", -2.9}, {"dishonest", -2.0}, {"dislike", -2.0}, {"disliked", -2.0}, {"dislikes", -2.0},
    {"dissatisfied", -2.0}, {"doubt", -1.3}, {"doubtful", -1.3}, {"dread", -2.0}, {"dreadful", -2.9},
    {"dream", 1.3}, {"dreams", 1.3}, {"drop", -1.3}, {"dropped", -1.3}, {"dull", -1.3}, {"dumb", -2.0},
    {"durable", 2.0}, {"dying", -2.0}, {"eager", 2.0}, {"easily", 2.0}, {"easy", 2.0}, {"ecstatic", 3.3},
    {"effective", 2.0}, {"efficient", 2.0}, {"elegant", 2.7}, {"embarrassed", -2.0}, {"embarrassing", -2.0},
    {"engaging", 2.0}, {"enjoy", 2.7}, {"enjoyable", 2.7}, {"enjoyed", 2.7}, {"enjoying", 2.7},
    {"enjoys", 2.7}, {"entertained", 2.0}, {"entertaining", 2.0}, {"enthusiastic", 2.0}, {"error", -1.3},
    {"errors", -1.3}, {"evil", -2.9}, {"excellent", 3.3}, {"exceptional", 3.3}, {"excited", 2.7},
    {"exciting", 2.7}, {"excruciating", -2.9}, {"excuse", -1.3}, {"expensive", -1.3}, {"exquisite", 2.7},
    {"fabulous", 3.3}, {"fail", -2.0}, {"failed", -2.0}, {"failing", -2.0}, {"fails", -2.0},
    {"failure", -2.0}, {"fair", 2.0}, {"fairly", 2.0}, {"fake", -2.0}, {"fantastic", 3.3},
    {"fascinating", 2.0}, {"fast", 2.0}, {"fault", -2.0}, {"faulty", -2.0}, {"favorite", 2.7},
    {"favourite", 2.7}, {"fear", -2.0}, {"fight", -2.0}, {"fine", 2.0}, {"fit", 1.3}, {"fits", 1.3},
    {"fixed", 2.0}, {"flat", -1.3}, {"flawless", 3.3}, {"flimsy", -2.0}, {"fool", -2.0}, {"foolish", -2.0},
    {"forgettable", -1.3}, {"fortunate", 2.0}, {"fortunately", 2.0}, {"fraud", -2.9}, {"fraudulent", -2.9},
    {"free", 1.3}, {"freedom", 2.0}, {"fresh", 2.0}, {"friendly", 2.0}, {"frustrate", -2.0},
    {"frustrated", -2.0}, {"frustrating", -2.0}, {"frustration", -2.0}, {"fuck", -2.9}, {"fucked", -2.9},
    {"fucking", -2.9}, {"fulfil", 1.3}, {"fun", 2.7}, {"funny", 2.0}, {"furious", -2.9}, {"gain", 1.3},
    {"gains", 1.3}, {"garbage", -2.0}, {"gem", 2.0}, {"generous", 2.0}, {"genius", 2.7}, {"gentle", 2.0},
    {"gift", 2.0}, {"glad", 2.0}, {"glorious", 3.3}, {"good", 2.0}, {"gorgeous", 3.3}, {"grateful", 2.7},
    {"gratitude", 2.7}, {"great", 2.7}, {"grief", -2.0}, {"gripping", 2.0}, {"gross", -2.0}, {"growth", 1.3},
    {"guilt", -2.0}, {"guilty", -2.0}, {"haha", 2.0}, {"hahaha", 2.0}, {"handsome", 2.0}, {"happiness", 2.7},
    {"happy", 2.7}, {"hard", -1.3}, {"hate", -2.9}, {"hated", -2.9}, {"hates", -2.9}, {"hating", -2.9},
    {"hatred", -2.9}, {"healthy", 2.0}, {"heartbreaking", -2.9}, {"heartbroken", -2.9},
    {"heartwarming", 2.0}, {"hearty", 2.0}, {"heavenly", 3.3}, {"heavy", -1.3}, {"hell", -2.0},
    {"help", 1.3}, {"helped", 1.3}, {"helpful", 2.0}, {"helping", 1.3}, {"helpless", -2.0}, {"helps", 1.3},
    {"hero", 2.0}, {"heroic", 2.0}, {"hilarious", 2.7}, {"honest", 2.0}, {"hooray", 2.7}, {"hope", 2.0},
    {"hopeful", 2.0}, {"hopefully", 2.0}, {"hopeless", -2.0}, {"horrendous", -2.9}, {"horrible", -2.9},
    {"horrid", -2.9}, {"horrific", -2.9}, {"horrified", -2.9}, {"hostile", -2.0}, {"hug", 2.0},
    {"hugs", 2.0}, {"humor", 2.0}, {"humour", 2.0}, {"hurray", 2.7}, {"hurt", -2.0}, {"hurts", -2.0},
    {"ideal", 2.0}, {"idiot", -2.0}, {"idiotic", -2.0}, {"ignorant", -2.0}, {"ill", -2.0}, {"illegal", -2.0},
    {"impressed", 2.7}, {"impressive", 2.7}, {"improve", 2.0}, {"improved", 2.0}, {"improvement", 2.0},
    {"improves", 2.0}, {"inaccurate", -2.0}, {"incoherent", -2.0}, {"incompetent", -2.0},
    {"incomplete", -1.3}, {"inconvenient", -2.0}, {"incorrect", -1.3}, {"incredible", 3.3},
    {"inferior", -2.0}, {"injured", -2.0}, {"injury", -2.0}, {"inspirational", 2.7}, {"inspired", 2.7},
    {"inspiring", 2.7}, {"insufferable", -2.9}, {"insult", -2.0}, {"insulted", -2.0}, {"insulting", -2.0},
    {"interested", 1.3}, {"interesting", 2.0}, {"interrupt", -1.3}, {"interrupted", -1.3},
    {"intuitive", 2.0}, {"irritate", -2.0}, {"irritated", -2.0}, {"irritating", -2.0}, {"issue", -1.3},
    {"issues", -1.3}, {"jealous", -2.0}, {"join", 1.3}, {"joke", -2.0}, {"joy", 2.7}, {"joyful", 2.7},
    {"junk", -2.0}, {"kill", -2.9}, {"killed", -2.9}, {"killer", -2.9}, {"killing", -2.9}, {"kills", -2.9},
    {"kind", 2.0}, {"kindness", 2.0}, {"kiss", 2.0}, {"kisses", 2.0}, {"kudos", 2.7}, {"lack", -1.3},
    {"lacked", -1.3}, {"lacking", -1.3}, {"lacks", -1.3}, {"lame", -2.0}, {"late", -1.3}, {"laugh", 2.0},
    {"laughed", 2.0}, {"laughing", 2.0}, {"lazy", -2.0}, {"leak", -2.0}, {"leaked", -2.0}, {"leaking", -2.0},
    {"leaks", -2.0}, {"legit", 1.3}, {"liar", -2.0}, {"lie", -2.0}, {"lied", -2.0}, {"lies", -2.0},
    {"lifeless", -2.0}, {"light", 1.3}, {"like", 2.0}, {"liked", 2.0}, {"likes", 2.0}, {"limited", -1.3},
    {"lively", 1.3}, {"lmao", 2.0}, {"loathe", -2.9}, {"lol", 2.0}, {"lonely", -2.0}, {"lose", -1.3},
    {"loses", -1.3}, {"losing", -1.3}, {"loss", -1.3}, {"losses", -1.3}, {"lost", -1.3}, {"loud", -1.3},
    {"lousy", -2.0}, {"love", 3.3}, {"loved", 3.3}, {"lovelove", 3.3}, {"lovely", 2.7}, {"luck", 2.0},
    {"lucky", 2.0}, {"mad", -2.0}, {"magnificent", 3.3}, {"malfunction", -2.0}, {"marvellous", 3.3},
    {"marvelous", 3.3}, {"masterpiece", 3.3}, {"mean", -2.0}, {"mediocre", -1.3}, {"meh", -2.0},
    {"mess", -1.3}, {"messy", -1.3}, {"minor", -1.3}, {"miserable", -2.0}, {"misery", -2.0},
    {"mislead", -2.0}, {"misleading", -2.0}, {"miss", -1.3}, {"missed", -1.3}, {"missing", -1.3},
    {"mistake", -1.3}, {"mistakes", -1.3}, {"moron", -2.0}, {"moving", 2.0}, {"murder", -2.9},
    {"murdered", -2.9}, {"neat", 1.3}, {"needless", -1.3}, {"negative", -2.0}, {"nervous", -1.3},
    {"nice", 2.0}, {"nightmare", -2.9}, {"no", -1.3}, {"noisy", -1.3}, {"nonsense", -2.0}, {"nope", -1.3},
    {"odd", -1.3}, {"offended", -2.0}, {"offensive", -2.0}, {"ok", 1.3}, {"okay", 1.3}, {"old", -1.3},
    {"original", 1.3}, {"outdated", -1.3}, {"outrage", -2.9}, {"outraged", -2.9}, {"outrageous", -2.9},
    {"outstanding", 3.3}, {"overheated", -2.0}, {"overlong", -1.3}, {"overpriced", -1.3}, {"pain", -2.0},
    {"painful", -2.0}, {"panic", -2.0}, {"paradise", 2.7}, {"passion", 2.0}, {"passionate", 2.0},
    {"pathetic", -2.9}, {"peace", 2.0}, {"peaceful", 2.0}, {"perfect", 3.3}, {"perfection", 3.3},
    {"phenomenal", 3.3}, {"pleasant", 2.0}, {"pleased", 2.0}, {"pleasure", 2.0}, {"poignant", 2.0},
    {"pointless", -2.0}, {"poison", -2.9}, {"polite", 2.0}, {"poor", -2.0}, {"poorly", -2.0},
    {"positive", 2.0}, {"powerful", 2.0}, {"praise", 2.0}, {"praised", 2.0}, {"predictable", -1.3},
    {"pretentious", -2.0}, {"pretty", 2.0}, {"pricey", -1.3}, {"pride", 2.0}, {"problem", -1.3},
    {"problems", -1.3}, {"professional", 2.0}, {"profit", 1.3}, {"profitable", 1.3}, {"progress", 1.3},
    {"promising", 2.0}, {"prompt", 1.3}, {"promptly", 1.3}, {"protest", -2.0}, {"proud", 2.0},
    {"punish", -2.0}, {"quality", 2.0}, {"quick", 1.3}, {"quickly", 1.3}, {"rage", -2.9}, {"rape", -2.9},
    {"ready", 1.3}, {"reasonable", 1.3}, {"recommend", 2.0}, {"recommended", 2.0}, {"recommends", 2.0},
    {"refreshing", 2.0}, {"refund", -1.3}, {"refuse", -1.3}, {"refused", -1.3}, {"regret", -2.0},
    {"regrets", -2.0}, {"regretted", -2.0}, {"reject", -2.0}, {"rejected", -2.0}, {"relax", 2.0},
    {"relaxed", 2.0}, {"relaxing", 2.0}, {"reliable", 2.0}, {"remarkable", 2.7}, {"repulsive", -2.9},
    {"resolved", 2.0}, {"responsive", 2.0}, {"return", -1.3}, {"returned", -1.3}, {"returning", -1.3},
    {"revolting", -2.9}, {"reward", 1.3}, {"rewarding", 2.0}, {"rewards", 1.3}, {"rich", 2.0},
    {"ridiculous", -2.0}, {"ripoff", -2.9}, {"risk", -1.3}, {"risky", -1.3}, {"rofl", 2.0},
    {"rubbish", -2.0}, {"rude", -2.0}, {"ruin", -2.0}, {"ruined", -2.0}, {"ruins", -2.0}, {"sad", -2.0},
    {"sadly", -2.0}, {"safe", 2.0}, {"satisfaction", 2.0}, {"satisfied", 2.0}, {"satisfying", 2.0},
    {"save", 1.3}, {"saved", 1.3}, {"saves", 1.3}, {"scam", -2.0}, {"scared", -2.0}, {"scary", -2.0},
    {"secure", 2.0}, {"selfish", -2.0}, {"sensible", 1.3}, {"shaky", -1.3}, {"shame", -2.0}, {"share", 1.3},
    {"shit", -2.9}, {"shitty", -2.9}, {"shoddy", -2.0}, {"shoot", -2.0}, {"shot", -2.0}, {"sick", -2.0},
    {"sickening", -2.9}, {"silly", -1.3}, {"simple", 1.3}, {"sincere", 2.0}, {"slow", -1.3},
    {"slowly", -1.3}, {"small", -1.3}, {"smart", 2.0}, {"smelly", -2.0}, {"smile", 2.0}, {"smiling", 2.0},
    {"smooth", 2.0}, {"smoothly", 2.0}, {"solid", 2.0}, {"solved", 2.0}, {"sorrow", -2.0}, {"sorry", -1.3},
    {"soulless", -2.0}, {"spectacular", 3.3}, {"splendid", 3.3}, {"stale", -1.3}, {"steady", 1.3},
    {"stink", -2.0}, {"stinks", -2.0}, {"stinky", -2.0}, {"straightforward", 1.3}, {"strange", -1.3},
    {"stress", -2.0}, {"stressed", -2.0}, {"stressful", -2.0}, {"strong", 2.0}, {"struggle", -2.0},
    {"struggling", -2.0}, {"stuck", -1.3}, {"stunning", 3.3}, {"stupid", -2.0}, {"sturdy", 2.0},
    {"stylish", 2.0}, {"sublime", 3.3}, {"subtle", 1.3}, {"succeed", 2.0}, {"success", 2.0},
    {"successful", 2.0}, {"successfully", 2.0}, {"suck", -2.0}, {"sucked", -2.0}, {"sucks", -2.0},
    {"sunshine", 2.0}, {"superb", 3.3}, {"superior", 2.7}, {"supportive", 2.0},
    {"sure", 1.3}, {"suspicious", -1.3}, {"sweet", 2.0}, {"talented", 2.0}, {"tasty", 2.7}, {"tears", -2.0},
    {"tedious", -2.0}, {"terrible", -2.9}, {"terrific", 3.3}, {"terrified", -2.9}, {"terrifying", -2.9},
    {"terrorism", -2.9}, {"terrorist", -2.9}, {"thank", 2.7}, {"thankful", 2.7}, {"thanks", 2.7},
    {"thin", -1.3}, {"thoughtful", 1.3}, {"threat", -2.0}, {"threaten", -2.0}, {"threatened", -2.0},
    {"thrilled", 3.3}, {"tight", -1.3}, {"tired", -1.3}, {"tiresome", -2.0}, {"top", 1.3}, {"torture", -2.9},
    {"touching", 2.0}, {"toxic", -2.9}, {"tragedy", -2.0}, {"tragic", -2.0}, {"trash", -2.0},
    {"trashy", -2.0}, {"treasure", 2.7}, {"triumph", 2.7}, {"trouble", -2.0}, {"troubled", -2.0},
    {"true", 1.3}, {"trust", 2.0}, {"trustworthy", 2.0}, {"ugh", -2.0}, {"ugly", -2.0},
    {"unacceptable", -2.0}, {"unbearable", -2.9}, {"unclear", -1.3}, {"uncomfortable", -2.0},
    {"understand", 1.3}, {"understanding", 1.3}, {"uneven", -1.3}, {"unfair", -2.0}, {"unforgivable", -2.9},
    {"unfortunate", -2.0}, {"unfortunately", -2.0}, {"unfunny", -2.0}, {"unhappy", -2.0},
    {"uninspired", -1.3}, {"unlikely", -1.3}, {"unnecessary", -1.3}, {"unpleasant", -2.0},
    {"unprofessional", -2.0}, {"unreliable", -2.0}, {"unsatisfied", -2.0}, {"unsure", -1.3},
    {"unusable", -2.0}, {"unusual", -1.3}, {"unwatchable", -2.9}, {"upgrade", 2.0}, {"upset", -2.0},
    {"useful", 1.3}, {"useless", -2.0}, {"vague", -1.3}, {"valuable", 2.0}, {"value", 2.0}, {"victim", -2.0},
    {"victory", 2.7}, {"vile", -2.9}, {"violence", -2.0}, {"violent", -2.0}, {"vivid", 2.0}, {"wait", -1.3},
    {"waited", -1.3}, {"waiting", -1.3}, {"want", 1.3}, {"war", -2.0}, {"warm", 2.0}, {"waste", -2.0},
    {"wasted", -2.0}, {"weak", -2.0}, {"weep", -2.0}, {"weird", -1.3}, {"welcome", 2.0}, {"welcoming", 2.0},
    {"well", 2.0}, {"win", 2.7}, {"winner", 2.7}, {"winning", 2.7}, {"wisdom", 2.0}, {"wise", 2.0},
    {"wish", 1.3}, {"witty", 2.0}, {"won", 2.7}, {"wonderful", 3.3}, {"woohoo", 2.7}, {"worked", 1.3},
    {"works", 1.3}, {"worried", -1.3}, {"worries", -1.3}, {"worry", -1.3}, {"worse", -2.9}, {"worst", -2.9},
    {"worth", 2.0}, {"worthless", -2.0}, {"worthy", 2.0}, {"wow", 2.7}, {"wretched", -2.9}, {"wrong", -1.3},
    {"yay", 2.7}, {"yes", 1.3}, {"yuck", -2.0}, {"yummy", 2.7},
};

constexpr GradedWord kPhrases[] = {
    {"no problem", 2.0}, {"no worries", 1.8}, {"no issues", 2.0}, {"no complaints", 2.2}, {"not bad", 1.6},
    {"can't wait", 2.5}, {"can not wait", 2.5}, {"looking forward", 2.0}, {"well done", 2.7},
    {"thumbs up", 2.2}, {"thumbs down", -2.2}, {"fed up", -2.4}, {"let down", -2.2}, {"rip off", -2.8},
    {"ripped off", -2.8}, {"waste of time", -2.6}, {"waste of money", -2.8}, {"waste your money", -2.8},
    {"waste your time", -2.8}, {"save your money", -2.4}, {"fell apart", -2.3}, {"falls apart", -2.3},
    {"falling apart", -2.3}, {"stopped working", -2.4}, {"stop working", -2.2}, {"does not work", -2.3},
    {"did not work", -2.3}, {"not working", -2.2}, {"no longer works", -2.3}, {"sick of", -2.2},
    {"tired of", -1.9}, {"must have", 2.2}, {"a must", 2.0}, {"highly recommend", 3.2},
    {"worth every penny", 3.0}, {"of course", 0.0}, {"as well", 0.0}, {"oh well", -0.6}, {"too bad", -1.8},
    {"kind of", 0.0}, {"sort of", 0.0}, {"a lot like", 0.0}, {"would like", 0.0}, {"i'd like", 0.0},
    {"looks like", 0.0}, {"look like", 0.0}, {"looked like", 0.0}, {"feel like", 0.0}, {"feels like", 0.0},
    {"felt like", 0.0}, {"just like", 0.0}, {"something like", 0.0}, {"things like", 0.0}, {"is like", 0.0},
    {"was like", 0.0}, {"more like", 0.0}, {"like a", 0.0}, {"pretty much", 0.0}, {"no one", 0.0},
    {"even better", 2.6}, {"much better", 2.6}, {"far better", 2.6}, {"pain in the", -2.3},
    {"good luck", 1.5}, {"good morning", 1.0}, {"good night", 0.8}, {"good evening", 0.8},
    {"could be better", -1.2}, {"could have been better", -1.2}, {"should be better", -1.4},
    {"used to be good", -1.2}, {"used to be great", -1.2}, {"too slow", -2.0}, {"too long", -1.2},
    {"too expensive", -1.8}, {"too small", -1.2}, {"too many", -0.8}, {"good for nothing", -2.6},
    {"give up", -1.5}, {"gave up", -1.6}, {"no fun", -2.0}, {"make sure", 0.0}, {"so far so good", 2.0},
    {"what a joke", -2.6}, {"a joke", -1.8}, {"the bomb", 2.4}, {"the shit", 2.2}, {"bad ass", 2.0},
    {"kick ass", 2.2}, {": )", 2.0}, {": - )", 2.0}, {": d", 2.4}, {": - d", 2.4}, {"; )", 1.4},
    {"; - )", 1.4}, {": p", 1.2}, {"= )", 1.8}, {"< 3", 2.6}, {": (", -2.0}, {": - (", -2.0},
    {": ' (", -2.6}, {": /", -1.2}, {": - /", -1.2}, {": |", -0.6}, {"= (", -1.8}, {"> : (", -2.8},
    {"❤", 2.8}, {"😍", 3.0}, {"😀", 2.2}, {"😃", 2.3}, {"😄", 2.4}, {"😁", 2.2}, {"😊", 2.2}, {"🙂", 1.5},
    {"😂", 1.6}, {"🤣", 1.8}, {"🥰", 3.0}, {"😘", 2.4}, {"👍", 2.0}, {"🎉", 2.3}, {"🙏", 1.4}, {"👏", 2.2},
    {"💕", 2.6}, {"😎", 1.8}, {"💯", 2.4}, {"🔥", 1.8}, {"😢", -2.0}, {"😭", -2.0}, {"😡", -2.9}, {"😠", -2.5},
    {"🤬", -3.2}, {"👎", -2.0}, {"😞", -2.0}, {"😔", -1.8}, {"🙁", -1.5}, {"☹", -1.8}, {"😩", -1.8}, {"😤", -1.6},
    {"😒", -1.6}, {"💔", -2.6}, {"🤮", -2.9}, {"🙄", -1.4}, {"😕", -1.2}, {"😣", -1.6}, {"😱", -1.4}, {"🤦", -1.6},
};

constexpr GradedWord kModifiers[] = {
    {"very", 0.3}, {"really", 0.3}, {"so", 0.3}, {"extremely", 0.3}, {"incredibly", 0.3},
    {"absolutely", 0.3}, {"totally", 0.3}, {"completely", 0.3}, {"utterly", 0.3}, {"highly", 0.3},
    {"super", 0.3}, {"insanely", 0.3}, {"exceptionally", 0.3}, {"especially", 0.3}, {"particularly", 0.3},
    {"remarkably", 0.3}, {"truly", 0.3}, {"deeply", 0.3}, {"hugely", 0.3}, {"seriously", 0.3},
    {"ridiculously", 0.3}, {"fully", 0.3}, {"such", 0.3}, {"most", 0.3}, {"much", 0.3}, {"wholly", 0.3},
    {"awfully", 0.3}, {"terribly", 0.3}, {"damn", 0.3}, {"freaking", 0.3}, {"fucking", 0.3}, {"bloody", 0.3},
    {"way", 0.3}, {"too", 0.3}, {"always", 0.3}, {"a bit", -0.35}, {"a little", -0.35}, {"slightly", -0.25},
    {"somewhat", -0.25}, {"kinda", -0.25}, {"sorta", -0.25}, {"partly", -0.25}, {"partially", -0.25},
    {"mildly", -0.25}, {"barely", -0.25}, {"hardly", -0.25}, {"almost", -0.25}, {"fairly", -0.1},
    {"relatively", -0.25}, {"moderately", -0.25}, {"marginally", -0.25}, {"occasionally", -0.25},
    {"rather", 0.0}, {"pretty", 0.1}, {"quite", 0.1},
};

constexpr std::string_view kNegations[] = {
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "without", "cannot",
    "can't", "don't", "doesn't", "didn't", "won't", "wouldn't", "isn't", "wasn't", "aren't", "weren't",
    "ain't", "couldn't", "shouldn't", "haven't", "hasn't", "hadn't", "dont", "doesnt", "didnt", "wont",
    "isnt", "wasnt", "cant", "couldnt", "aint", "hardly", "barely", "scarcely", "rarely", "seldom", "lacks",
    "lack", "despite",
};
constexpr std::string_view kTurns[] = {
    "but", "however", "yet", "although", "though", "nevertheless", "except",
};
// clang-format on

// In alphabetical order, for a binary search.
const GradedWord* find_graded(std::string_view word) {
  const auto* const row = std::lower_bound(
      std::begin(kWords),
      std::end(kWords),
      word,
      [](const GradedWord& each, std::string_view wanted) { return each.word < wanted; }
  );
  return row != std::end(kWords) && row->word == word ? row : nullptr;
}

double grade_of_form(std::string_view word, std::string_view ending, std::string_view instead) {
  if (word.size() < ending.size() + 4 || !word.ends_with(ending)) return 0;
  std::string base(word.substr(0, word.size() - ending.size()));
  base += instead;
  const GradedWord* row = find_graded(base);
  return row == nullptr ? 0 : row->grade;
}

}  // namespace

double grade_of(std::string_view word) {
  if (const GradedWord* row = find_graded(word)) return row->grade;
  struct Form {
    std::string_view ending;
    std::string_view instead;
  };
  constexpr Form kForms[] = {
      {"s", ""},
      {"d", ""},
      {"ed", ""},
      {"ing", ""},
      {"ing", "e"},
      {"ly", ""},
      {"ies", "y"},
      {"ied", "y"},
      {"ily", "y"},
      {"iest", "y"},
      {"ier", "y"},
      {"er", ""},
      {"est", ""},
      {"ness", ""},
  };
  for (const Form& form : kForms) {
    if (const double grade = grade_of_form(word, form.ending, form.instead); grade != 0) return grade;
  }
  return 0;
}

const SentimentWords& sentiment_words() {
  static constexpr SentimentWords kAll{
      .phrases = table<kPhrases>,
      .modifiers = table<kModifiers>,
      .negations = table<kNegations>,
      .turns = table<kTurns>,
  };
  return kAll;
}

}  // namespace parley::language
