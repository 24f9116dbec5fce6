// Names that are safe on Linux, macOS and Windows, and still readable.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace trackout {

// One part of a path: blanks become `_`; what some system forbids (< > : " / \ | ? * %), controls and
// invisible marks become `_`; no dot or blank at either end; not a name that Windows reserves (CON,
// LPT1, ...); composed Unicode (NFC); at most `most_bytes` bytes, cut between characters. Never empty.
std::string SafeName(std::string_view text, size_t most_bytes);

// Names of one folder that do not clash, also where case or composition of letters is not told apart.
class NameBook {
 public:
  // `name` itself, or with _2, _3, ... before `ending` where it is taken.
  std::string Take(const std::string& name, const std::string& ending);

 private:
  std::set<std::string> taken_;  // folded
};

}  // namespace trackout
