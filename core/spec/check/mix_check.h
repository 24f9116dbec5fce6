// What is wrong or doubtful in requests for mixes.
#pragma once

#include <map>
#include <string>

#include "core/spec/check/checked_song.h"
#include "core/spec/mix_words.h"

namespace trackout {

// Of all mixes of a song, one after the other: it remembers their names.
class MixCheck {
 public:
  explicit MixCheck(CheckedSong& checked) : checked_(checked) {}

  // `mix` must outlive it.
  void Check(const MixRequest& mix, const std::string& place);

 private:
  void CheckNames(const MixRequest& mix, const std::string& place, const std::string& who);
  void CheckSelection(const std::string& name, const std::string& place, const std::string& who);
  void CheckTouched(const MixWord& mix_word, const std::string& place);

  CheckedSong& checked_;
  std::map<std::string, const MixRequest*> mixes_;
};

}  // namespace trackout
