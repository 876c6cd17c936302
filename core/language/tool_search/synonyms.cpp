#include "language/tool_search/synonyms.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "language/classifier/features.hpp"

namespace parley::language {
namespace {

// One set a line. A word that means many things stands only where people would look for it.
constexpr std::string_view kSets[] = {
    // what is done
    "search find lookup query seek locate",
    "list all every several browse",
    "detail information info about profile describe",
    "create new make start begin open",
    "add append insert put include",
    "remove delete erase drop clear discard",
    "cancel abort void withdraw",
    "change update edit modify alter adjust set",
    "rename name title call",
    "replace overwrite swap",
    "save keep store bookmark like favorite favourite star library",
    "follow subscribe watch",
    "unfollow unsubscribe unwatch",
    "send post write publish submit say tell",
    "share forward",
    "reply respond answer comment",
    "schedule later plan postpone",
    "pause stop halt suspend freeze hold",
    "resume continue unpause restart play",
    "skip next forward",
    "previous back last",
    "repeat loop again",
    "shuffle random mix",
    "volume loud loudness sound",
    "seek position jump",
    "transfer move switch relocate",
    "copy duplicate clone fork",
    "merge combine join unite",
    "archive retire close finish",
    "reopen unarchive restore recover undelete",
    "invite member join participant",
    "kick ban expel evict remove",
    "leave quit exit",
    "assign assignee owner responsible",
    "approve accept confirm allow grant",
    "reject decline deny refuse dismiss",
    "enable activate turn on",
    "disable deactivate off",
    "lock protect freeze",
    "mute silence snooze disturb",
    "upload attach import",
    "download export fetch",
    "pay charge payment bill",
    "refund reimburse return reverse",
    "buy purchase order checkout",
    "book reserve reservation booking appointment",
    "ship shipping shipment deliver delivery parcel package",
    "track tracking trace",
    "remind reminder",
    "react reaction emoji",
    "pin stick",
    "recommend recommendation suggest suggestion propose",
    "similar related alike resemble same",
    "check verify contains whether validate test",
    "count number total amount how",
    "log entry history event activity audit",
    "deploy release rollout",
    "run execute trigger launch dispatch",
    "translate translation language locale",
    // who and what
    "person people human someone actor actress director singer individual",
    "user account profile member people",
    "customer client buyer shopper contact",
    "employee staff worker colleague",
    "company business organization organisation firm vendor",
    "team group crew",
    "author writer creator",
    "artist singer band musician performer",
    "actor actress cast star starred crew credit role director directed played filmography works",
    "guest visitor",
    "song track music tune single",
    "album record disc",
    "playlist mix",
    "movie film picture",
    "show series tv television program programme",
    "episode chapter part",
    "season",
    "collection franchise saga trilogy",
    "genre category kind style",
    "keyword tag label topic",
    "image picture photo photograph poster logo cover avatar icon look backdrop still",
    "video clip trailer",
    "rating rated score vote",
    "review opinion critique",
    "popular top best trending hot favorite favourite most",
    "trending today",
    "new recent recently latest newest last",
    "current currently now playing present",
    "upcoming soon future coming",
    "release released date premiere air aired",
    "theater theatre cinema",
    "network broadcaster channel station",
    "queue waiting line",
    "player playback play playing listen",
    "device speaker phone computer pc laptop",
    "library collection saved my",
    "channel conversation room chat thread",
    "message post note text",
    "email mail inbox",
    "phone telephone number mobile call",
    "file document attachment upload",
    "folder directory",
    "page article document",
    "issue ticket bug problem case incident task",
    "task todo item",
    "project board workspace",
    "status state condition progress",
    "transition status workflow move",
    "priority urgency severity",
    "sprint iteration milestone",
    "repository repo codebase",
    "pull merge request pr",
    "branch fork",
    "commit change revision version",
    "build pipeline workflow job",
    "comment remark note",
    "invoice bill",
    "price cost rate fee",
    "product item article goods",
    "stock inventory availability",
    "cart basket bag",
    "discount coupon promotion voucher",
    "subscription plan membership",
    "card payment method",
    "balance funds money",
    "payout payment transfer money",
    "tax vat",
    "address location place",
    "country region market nation",
    "city town",
    "map direction route navigation",
    "weather forecast temperature",
    "flight plane airline",
    "hotel accommodation room lodging",
    "restaurant food meal dish",
    "ticket seat admission",
    "event meeting appointment calendar",
    "calendar schedule agenda",
    "time hour clock",
    "birthday born birth age",
    "headquarter headquarters address founded origin based",
    "homepage website site url link",
    "lead deal opportunity prospect",
    "setting preference option configuration config",
    "permission access role right",
    "key token secret credential",
    "alert notification warning alarm",
    "webhook hook callback",
    "report statistic analytics metric usage",
    "server machine host instance node",
    "database table record row",
    "model ai llm",
    "presence online away available",
    "topic subject purpose description",
    "member participant attendee follower",
};

using Sets = std::unordered_map<std::string, std::vector<SynonymSet>>;

std::string key_of(std::string_view word) {
  return std::string(stem(word, "en"));
}

Sets read_sets() {
  Sets sets;
  SynonymSet number = 0;
  for (std::string_view line : kSets) {
    while (!line.empty()) {
      const std::size_t end = std::min(line.find(' '), line.size());
      std::vector<SynonymSet>& of_word = sets[key_of(line.substr(0, end))];
      if (of_word.empty() || of_word.back() != number) of_word.push_back(number);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    ++number;
  }
  return sets;
}

}  // namespace

std::span<const SynonymSet> synonym_sets_of(std::string_view word) {
  static const Sets sets = read_sets();
  const auto found = sets.find(key_of(word));
  return found == sets.end() ? std::span<const SynonymSet>() : found->second;
}

}  // namespace parley::language
