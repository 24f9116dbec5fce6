// What a sound file's header says of the size of its sound, held against the file. Libsndfile opens a file
// that was cut short without a word; this walks the chunks of RIFF, RF64, AIFF, W64 and AU, and reads nothing
// else.
#pragma once

#include <string>

namespace trackout {

struct StatedSize {
  bool is_cut = false;           // the header promises more than the file holds
  bool knows_no_length = false;  // written to a pipe: the size is a placeholder
  bool has_more = false;         // what follows the sound is no chunk
};

// All false for kinds of files that it does not know.
StatedSize CheckStatedSize(const std::string& path);

// Whether an MPEG audio file says how long it is (a Xing, Info or VBRI header in its first frame).
bool Mp3SaysItsLength(const std::string& path);

}  // namespace trackout
