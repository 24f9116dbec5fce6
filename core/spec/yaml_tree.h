// YAML as a tree with places: the only part that sees libyaml. JSON is YAML, and is read too.
//
// The tree is bounded, so that no spec can exhaust the machine: 4 MiB of text, 32 levels, and 100,000
// values after aliases are expanded (the largest real album has some 20,000).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/album.pb.h"

namespace trackout {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  std::string scalar;
  bool quoted = false;                                 // never a number, never null
  int line = 1;                                        // from 1
  int column = 1;                                      // from 1
  std::vector<YamlNode> items;                         // of a sequence
  std::vector<std::pair<YamlNode, YamlNode>> entries;  // of a mapping, in order, keys as written

  // Made in the .cc, where a pair of nodes is a whole type.
  YamlNode();
  YamlNode(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(const YamlNode&);
  YamlNode& operator=(YamlNode&&) noexcept;
  ~YamlNode();

  // The value of a key, or null where there is none.
  const YamlNode* Find(std::string_view key) const;

  // What messages call it: `a list`, `a map`, `nothing`, or the value in quotes.
  std::string Text() const;
};

// Reads one document. On failure returns false and says in `error` what is wrong, and where.
bool ReadYaml(const std::string& text, YamlNode& root, Finding& error);

}  // namespace trackout
