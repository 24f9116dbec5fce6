// Who may include whom, as design.md ("The house") has it. Read from the #include lines of the sources.
#pragma once

#include <string>
#include <vector>

namespace trackout::test {

struct Edges {
  int files = 0;     // that were read
  int includes = 0;  // that were found in them
  // One line for each include that crosses: "core/a.cc:12: includes "worker/b.h": ...".
  std::vector<std::string> crossings;
};

// Reads proto, core, coordinator, worker and client below `root`.
Edges ReadEdges(const std::string& root);

}  // namespace trackout::test
