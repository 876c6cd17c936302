#!/usr/bin/env python3
"""Writes core/base/zone_tables.cpp: the UTC offsets of the IANA time zones since 1970, from this system's tzdata.

Kept are only offsets (no abbreviations), equal histories once, and of the yearly changes that go on for ever only the rule.
"""
import bisect
import calendar
import collections
import datetime
import pathlib
import random
import re
import struct
import subprocess
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path("/usr/share/zoneinfo")
Rule = collections.namedtuple("Rule", "standard summer start end")  # start, end: (month, week, weekday, seconds)


def read(name):
    """(offset in 1970, ((time, offset), …), footer) of one compiled zone."""
    octets = (DATA / name).read_bytes()
    header = lambda at: struct.unpack(">6L", octets[at + 20:at + 44])
    utc, std, leaps, times, types, chars = header(0)
    at = 44 + times * 5 + types * 6 + chars + leaps * 8 + std + utc
    utc, std, leaps, times, types, chars = header(at)
    at += 44
    moments = struct.unpack(f">{times}q", octets[at:at + 8 * times])
    indexes = octets[at + 8 * times:at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">lBB", octets[at + 6 * i:at + 6 * i + 6])[0] for i in range(types)]
    footer = octets[at + 6 * types + chars + leaps * 12 + std + utc:].strip().decode()
    first = last = offsets[0]
    changes = []
    for moment, index in zip(moments, indexes):
        if moment <= 0:
            first = last = offsets[index]
        elif offsets[index] != last:
            last = offsets[index]
            changes.append((moment, last))
    return first, tuple(changes), footer


def seconds(text):
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def parse_rule(footer):
    """A POSIX TZ text; those of tzdata give every change as month.week.weekday."""
    name = r"(?:<[^>]+>|[A-Za-z]+)"
    found = re.fullmatch(rf"{name}([-+0-9:]+)(?:{name}([-+0-9:]*),M([^,]+),M([^,]+))?", footer)
    assert found, footer
    standard = -seconds(found[1])
    if found[3] is None:
        return Rule(standard, standard, (0, 0, 0, 0), (0, 0, 0, 0))
    summer = -seconds(found[2]) if found[2] else standard + 3600

    def change(text):
        date, _, time = text.partition("/")
        return (*map(int, date.split(".")), seconds(time) if time else 7200)
    return Rule(standard, summer, change(found[3]), change(found[4]))


def moment_of(year, change, offset):
    month, week, weekday, time = change
    first = (calendar.weekday(year, month, 1) + 1) % 7  # 0 is Sunday
    day = 1 + (weekday - first) % 7 + 7 * (week - 1)
    if day > calendar.monthrange(year, month)[1]:
        day -= 7
    return calendar.timegm((year, month, day, 0, 0, 0)) + time - offset


def offset_by_rule(rule, moment):
    if rule.start[0] == 0:
        return rule.standard
    year = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=moment + rule.standard)).year
    start = moment_of(year, rule.start, rule.standard)
    end = moment_of(year, rule.end, rule.summer)
    summer = start <= moment < end if start < end else not end <= moment < start
    return rule.summer if summer else rule.standard


def without_what_the_rule_says(first, changes, rule):
    kept = list(changes)
    until = 2_145_916_800  # 2038: the compiled files end here
    while kept:
        moment, offset = kept[-1]
        # The rule may change more often than the zone did.
        if any(offset_by_rule(rule, at) != offset for at in range(moment, until, 864_000)):
            break
        until = moment
        before = kept[-2][1] if len(kept) > 1 else first
        if offset_by_rule(rule, moment) != offset or offset_by_rule(rule, moment - 1) != before:
            break
        kept.pop()
    # The change after which the rule holds must stay, so that it is known from when on.
    kept = changes[:len(kept) + 1] if rule.start[0] else kept
    return tuple(kept)


def check(name, first, kept, rule):
    zone = zoneinfo.ZoneInfo(name)
    chance = random.Random(name)
    for _ in range(500):
        moment = chance.randrange(0, 4_000_000_000)
        at = bisect.bisect_right([change[0] for change in kept], moment)
        if at == len(kept) and rule.start[0]:
            offset = offset_by_rule(rule, moment)
        else:
            offset = kept[at - 1][1] if at else first
        real = datetime.datetime.fromtimestamp(moment, zone).utcoffset().total_seconds()
        assert offset == real, (name, moment, offset, real)


def main():
    names = sorted(name for name in zoneinfo.available_timezones()
                   if not name.startswith(("posix/", "right/")) and name not in ("localtime", "posixrules", "Factory"))
    histories, rules, offsets = {}, {}, {}
    zones = []
    for name in names:
        first, changes, footer = read(name)
        rule = parse_rule(footer)
        kept = without_what_the_rule_says(first, changes, rule)
        check(name, first, kept, rule)
        for offset in (first, rule.standard, rule.summer, *(change[1] for change in kept)):
            offsets.setdefault(offset, len(offsets))
        number = rules.setdefault(rule, len(rules))
        zones.append((name, histories.setdefault((first, kept, number), len(histories))))
    assert len(offsets) < 256 and len(rules) < 256
    moments, indexes, rows = [], [], []
    for first, kept, rule in histories:
        rows.append(f"{{{len(moments)}, {len(kept)}, {offsets[first]}, {rule}}}")
        moments += [str(change[0]) for change in kept]
        indexes += [str(offsets[change[1]]) for change in kept]
    version = (DATA / "tzdata.zi").open().readline().split()[-1]
    line = lambda change: "{" + ", ".join(map(str, change)) + "}"
    out = f"""// Made by scripts/generate_zone_tables.py from tzdata {version}; do not edit.
#include "base/zone_tables.hpp"

namespace parley::zones {{

constexpr std::int32_t kOffsets[] = {{{", ".join(map(str, offsets))}}};
constexpr std::uint32_t kMoments[] = {{{", ".join(moments)}}};
constexpr std::uint8_t kIndexes[] = {{{", ".join(indexes)}}};
constexpr Rule kRules[] = {{{", ".join(f"{{{r.standard}, {r.summer}, {line(r.start)}, {line(r.end)}}}" for r in rules)}}};
constexpr History kHistories[] = {{{", ".join(rows)}}};
constexpr Zone kZones[] = {{{", ".join(f'{{"{name}", {history}}}' for name, history in zones)}}};

const Tables& tables() {{
  static constexpr Tables kTables{{kOffsets, kMoments, kIndexes, kRules, kHistories, kZones, "{version}"}};
  return kTables;
}}

}}  // namespace parley::zones
"""
    path = ROOT / "core" / "base" / "zone_tables.cpp"
    path.write_text(out, encoding="utf-8")
    subprocess.run(["clang-format-19", "-i", path], check=True)
    print(f"{path.relative_to(ROOT)}: {len(zones)} names, {len(histories)} histories, {len(moments)} changes, {len(rules)} rules")


main()
