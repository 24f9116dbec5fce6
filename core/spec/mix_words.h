// The mixes that have a name of their own: what each leaves out, keeps or moves, by roles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/album.pb.h"

namespace trackout {

struct MixWord {
  enum class Kind {
    kWhole,    // the song as it is
    kWithout,  // without the roles
    kOnly,     // nothing but the roles
    kStep,     // the roles louder or softer by a step
  };

  std::string_view word;       // in the spec
  std::string_view file_name;  // in the package
  Kind kind;
  std::vector<Role> roles;
  double step_db = 0;
};

const std::vector<MixWord>& MixWords();

// Null where the word is no mix's: then it is the name of an own one.
const MixWord* FindMixWord(std::string_view word);

}  // namespace trackout
